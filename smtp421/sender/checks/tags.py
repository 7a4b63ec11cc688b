"""Tag lists: ``v=DKIM1; k=rsa; p=...`` (RFC 6376 section 3.2; DMARC and MTA-STS use the same form)."""

from __future__ import annotations

from smtp421.errors import MissingExtra


def tags(record: str) -> dict[str, str] | str:
    """The tags of a record, or what is wrong with it. Raises :class:`smtp421.errors.MissingExtra` without dkimpy."""
    try:
        from dkim.util import DuplicateTag, InvalidTagValueList, parse_tag_value
    except ImportError:
        raise MissingExtra(feature="reading DKIM and DMARC records", package="dkimpy", extra="dns") from None
    try:
        found = parse_tag_value(record.encode())
    except DuplicateTag as error:
        return f"the tag {error.args[0].decode('utf-8', 'replace')} stands twice"
    except InvalidTagValueList as error:
        return f"{error.args[0].decode('utf-8', 'replace').strip()!r} is no tag=value"
    return {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in found.items()}
