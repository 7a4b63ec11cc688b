"""SPF for the sending address (RFC 7208), evaluated by pyspf, whose questions go through our look-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smtp421.errors import MissingExtra
from smtp421.model import Reference
from smtp421.sender.report import Answer, Finding, Level, Lookup, Outcome, Subject, not_answered

NAME = "spf"
SOURCE = Reference("RFC 7208, section 2.6", "https://www.rfc-editor.org/rfc/rfc7208#section-2.6")
_MOST_VOID = 2  # RFC 7208 4.6.4

_RESULTS = {
    "pass": (Level.OK, "SPF passes: {domain} lets {address} send.", ""),
    "fail": (
        Level.CRITICAL,
        "SPF fails: {domain} says that {address} may not send for it.",
        "Add the address to the record, or send through a server that is in it.",
    ),
    "softfail": (
        Level.WARNING,
        "SPF gives softfail: {domain} does not know {address}.",
        "Add the address (ip4:, ip6: or include:) to the record.",
    ),
    "neutral": (
        Level.WARNING,
        "SPF gives neutral: {domain} says nothing about {address}.",
        "Add the address to the record and end it with ~all or -all.",
    ),
    "none": (
        Level.CRITICAL,
        "{domain} has no SPF record.",
        "Publish one: v=spf1, then your servers (ip4:, ip6:, include:), then ~all.",
    ),
    "permerror": (
        Level.CRITICAL,
        "The SPF record of {domain} is broken: {why}.",
        "Correct the record; receivers treat a broken one as none, or refuse.",
    ),
}


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """The result for address and envelope domain; with only a domain, whether there is one record."""
    domain = subject.domain
    if domain is None:
        return
    answer = ask(domain, "TXT")
    if not answer.known:
        yield not_answered(NAME, answer, SOURCE)
        return
    records = [value for value in answer.values if value.lower().split(" ", 1)[0] == "v=spf1"]
    if subject.address is None:
        yield from _records_only(domain, records)
        return
    result, why, unanswered = evaluate(str(subject.address), domain, subject.helo, ask)
    if result == "temperror":
        yield not_answered(NAME, unanswered or answer, SOURCE)
        return
    level, found, do = _RESULTS[result]
    yield Finding(
        NAME, level, found.format(domain=domain, address=subject.address, why=why), do, tuple(records) or (str(answer),), SOURCE
    )


def _records_only(domain: str, records: list[str]) -> Iterator[Finding]:
    if len(records) == 1:
        yield Finding(
            NAME,
            Level.NOTE,
            f"{domain} has an SPF record; say which address sends to see its result.",
            "",
            tuple(records),
            SOURCE,
        )
        return
    result = "permerror" if records else "none"
    level, found, do = _RESULTS[result]
    yield Finding(NAME, level, found.format(domain=domain, why="there are several, one is allowed"), do, tuple(records), SOURCE)


def evaluate(address: str, domain: str, helo: str | None, ask: Lookup) -> tuple[str, str, Answer | None]:
    """The result (RFC 7208 2.6), why, and the question without an answer where the result is ``temperror``.

    Raises :class:`smtp421.errors.MissingExtra` without pyspf.
    """
    try:
        import spf
    except ImportError:
        raise MissingExtra(feature="evaluating SPF", package="pyspf", extra="dns") from None
    failed: list[Answer] = []

    class Query(spf.query):  # type: ignore[misc]
        """pyspf, asking through our look-up."""

        def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:  # noqa: ARG002
            answer = ask(str(name), qtype)
            if not answer.known:
                failed.append(answer)
                raise spf.TempError(f"DNS {answer.outcome}")
            if answer.outcome is not Outcome.FOUND and not ignore_void:
                self.void_lookups += 1
                if self.void_lookups > _MOST_VOID:
                    raise spf.PermError(f"more than {_MOST_VOID} look-ups that find nothing")
            return [_value(value, qtype) for value in answer.values]

    result, _code, why = Query(i=address, s=f"postmaster@{domain}", h=helo or domain).check()
    return result, why.removeprefix("SPF Permanent Error: ").rstrip("."), failed[-1] if failed else None


def _value(value: str, kind: str) -> Any:
    """A record as pyspf takes it."""
    if kind == "TXT":
        return (value.encode(),)
    if kind == "MX":
        preference, host = value.split()
        return int(preference), host
    return value
