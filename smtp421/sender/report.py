"""What is checked, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from smtp421.addresses import Address
from smtp421.model import Reference

SCHEMA = "smtp421.sender/1"


class Outcome(StrEnum):
    """How a look-up ended (RFC 1035 4.1.1, RFC 2308 section 2). The last three say nothing about what is there."""

    FOUND = "found"
    EMPTY = "empty"
    """The name is there, without records of this type (NODATA)."""
    NXDOMAIN = "nxdomain"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"


class Answer(NamedTuple):
    """What the DNS said to one question."""

    name: str
    kind: str
    """``A``, ``AAAA``, ``MX``, ``PTR``, ``TXT`` or ``TLSA``; ``POLICY`` for the MTA-STS policy of a domain, fetched by HTTPS."""
    outcome: Outcome
    values: tuple[str, ...] = ()
    """As text: an address, a host name, ``10 mx.example.com``, the joined strings of a TXT record."""
    signed: bool = False
    """Whether the resolver vouches for it by DNSSEC (the AD bit, RFC 4035 3.2.3)."""

    @property
    def known(self) -> bool:
        """Whether it tells what is there, be it nothing."""
        return self.outcome in (Outcome.FOUND, Outcome.EMPTY, Outcome.NXDOMAIN)

    def __str__(self) -> str:
        shown = ", ".join(self.values) if self.values else self.outcome
        return f"{self.name} {self.kind}: {shown}"


Lookup = Callable[[str, str], Answer]
"""Asks for the records of a name: ``ask("example.com", "MX")``. Never raises: what failed is an outcome."""


class Subject(NamedTuple):
    """Who sends, and to whom."""

    address: Address | None = None
    """The sending address."""
    domain: str | None = None
    """Of the envelope sender (MAIL FROM)."""
    author: str | None = None
    """Domain of the From header; ``domain`` where nothing else is said."""
    helo: str | None = None
    """The name that the server greets with."""
    signer: str | None = None
    """The domain that signs with DKIM (``d=``); ``author`` where nothing else is said."""
    selectors: tuple[str, ...] = ()
    to: str | None = None
    """A destination's domain."""


class Level(StrEnum):
    """How much it matters. ``unknown``: the DNS did not answer, so nothing is known."""

    OK = "ok"
    NOTE = "note"
    UNKNOWN = "unknown"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for ok to 4 for critical."""
        return list(Level).index(self)


class Finding(NamedTuple):
    """One thing that was looked at."""

    check: str
    """``ptr``, ``helo``, ``mail_domain``, ``spf``, ``dkim``, ``dmarc``, ``destination`` or ``block_lists``."""
    level: Level
    found: str
    """One sentence."""
    do: str = ""
    """What to do about it; empty where nothing is to be done."""
    seen: tuple[str, ...] = ()
    """The records that tell it."""
    source: Reference | None = None

    def to_dict(self) -> dict[str, Any]:
        """One of ``findings`` of the report."""
        source = None if self.source is None else {"title": self.source.title, "url": self.source.url}
        return {**self._asdict(), "seen": list(self.seen), "source": source}


class Check(Protocol):
    """One family of findings."""

    def __call__(self, subject: Subject, ask: Lookup, /) -> Iterator[Finding]:
        """Look up and judge; nothing is yielded where the subject does not say enough."""
        ...


class Report(NamedTuple):
    """All findings about a sender."""

    subject: Subject
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of them."""
        return max((finding.level for finding in self.findings), key=lambda level: level.rank, default=Level.OK)

    def to_dict(self) -> dict[str, Any]:
        """The object that ``smtp421 sender check --json`` prints, schema ``smtp421.sender/1``."""
        subject = {**self.subject._asdict(), "selectors": list(self.subject.selectors)}
        subject["address"] = None if self.subject.address is None else str(self.subject.address)
        return {
            "schema": SCHEMA,
            "subject": subject,
            "level": self.level,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def not_answered(check: str, answer: Answer, source: Reference | None = None) -> Finding:
    """The finding for a look-up without an answer, which tells nothing about the record."""
    reasons = {
        Outcome.TIMEOUT: "no name server answered in time",
        Outcome.SERVFAIL: "the name servers failed (SERVFAIL), often by broken DNSSEC or a dead zone",
        Outcome.REFUSED: "the name server refused to answer",
    }
    do = "Ask again, and another resolver too; receivers that see the same put your mail off."
    return Finding(
        check, Level.UNKNOWN, f"{answer.kind} of {answer.name}: {reasons[answer.outcome]}.", do, (str(answer),), source
    )
