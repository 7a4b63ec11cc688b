"""DMARC (RFC 7489): a policy for the From domain, and whether SPF or DKIM pass for a domain that is aligned with it."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.errors import MissingExtra
from smtp421.model import Reference
from smtp421.sender.checks import spf
from smtp421.sender.checks.tags import tags
from smtp421.sender.report import Answer, Finding, Level, Lookup, Outcome, Subject, not_answered

NAME = "dmarc"
SOURCE = Reference("RFC 7489, section 6.3", "https://www.rfc-editor.org/rfc/rfc7489#section-6.3")
ALIGNMENT = Reference("RFC 7489, section 3.1", "https://www.rfc-editor.org/rfc/rfc7489#section-3.1")
POLICIES = ("none", "quarantine", "reject")


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """The policy, and alignment as far as envelope, signer and address are known."""
    author = subject.author or subject.domain
    if author is None:
        return
    answer, records = _published(author, ask)
    if not answer.known:
        yield not_answered(NAME, answer, SOURCE)
        return
    if not records:
        yield Finding(
            NAME,
            Level.WARNING,
            f"{author} has no DMARC policy; Gmail, Yahoo and Microsoft ask for one from whoever sends much.",
            f"Publish a TXT record at _dmarc.{author}: v=DMARC1; p=none; rua=mailto:reports@{author}",
            (str(answer),),
            SOURCE,
        )
        return
    found = tags(records[0]) if len(records) == 1 else f"{len(records)} records stand there, one is allowed"
    policy = None if isinstance(found, str) else found.get("p", "").lower()
    if isinstance(found, str) or policy not in POLICIES:
        why = found if isinstance(found, str) else f"p= is {policy!r}, expected none, quarantine or reject"
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"The DMARC record of {answer.name} is broken: {why}.",
            "Publish one record: v=DMARC1; p=none; rua=mailto:...",
            tuple(records),
            SOURCE,
        )
        return
    rest = "; without rua= nobody tells you what fails" if "rua" not in found else ""
    yield Finding(
        NAME, Level.NOTE if rest else Level.OK, f"{answer.name} has the policy {policy}{rest}.", "", tuple(records), SOURCE
    )
    yield from _alignment(subject, author, found, ask)


def _published(author: str, ask: Lookup) -> tuple[Answer, list[str]]:
    """The records of the domain itself, else of the organisation (RFC 7489 6.6.3)."""
    answer = ask(f"_dmarc.{author}", "TXT")
    records = _of_dmarc(answer)
    home = organisation(author)
    if records or not answer.known or home == author.lower():
        return answer, records
    answer = ask(f"_dmarc.{home}", "TXT")
    return answer, _of_dmarc(answer)


def _of_dmarc(answer: Answer) -> list[str]:
    return [value for value in answer.values if value.replace(" ", "").lower().startswith("v=dmarc1")]


def organisation(domain: str) -> str:
    """The domain that somebody registered, by the Public Suffix List. Raises :class:`smtp421.errors.MissingExtra`."""
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        raise MissingExtra(feature="finding a domain's organisation", package="publicsuffixlist", extra="dns") from None
    name = domain.lower().rstrip(".")
    return str(PublicSuffixList().privatesuffix(name) or name)


def _alignment(subject: Subject, author: str, policy: dict[str, str], ask: Lookup) -> Iterator[Finding]:
    ways = []
    if subject.domain is not None and subject.address is not None:
        result, _why, _unanswered = spf.evaluate(str(subject.address), subject.domain, subject.helo, ask)
        aligned = _aligned(subject.domain, author, strict=policy.get("aspf") == "s")
        ways.append(
            (f"SPF {result} for {subject.domain}, {'aligned' if aligned else 'not aligned'}", result == "pass" and aligned)
        )
    if subject.selectors:
        signer = subject.signer or author
        aligned = _aligned(signer, author, strict=policy.get("adkim") == "s")
        there = any(ask(f"{name}._domainkey.{signer}", "TXT").outcome is Outcome.FOUND for name in subject.selectors)
        told = (
            f"DKIM signature of {signer} {'with a key' if there else 'without a key'}, {'aligned' if aligned else 'not aligned'}"
        )
        ways.append((told, there and aligned))
    if not ways:
        return
    told = "; ".join(way for way, _ in ways)
    if any(good for _, good in ways):
        yield Finding(NAME, Level.OK, f"DMARC can pass for {author}: {told}.", "", (), ALIGNMENT)
        return
    yield Finding(
        NAME,
        Level.CRITICAL if subject.selectors else Level.WARNING,
        f"DMARC cannot pass for {author}: {told}.",
        f"Sign with DKIM as {author} (d=), or use an envelope sender of {organisation(author)} whose SPF passes.",
        (),
        ALIGNMENT,
    )


def _aligned(domain: str, author: str, *, strict: bool) -> bool:
    if strict:
        return domain.lower().rstrip(".") == author.lower().rstrip(".")
    return organisation(domain) == organisation(author)
