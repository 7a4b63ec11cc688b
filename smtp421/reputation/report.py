"""What an export holds, whatever tool it is of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from smtp421.addresses import Address
from smtp421.model import Fault

What: TypeAlias = Literal[
    "listed",  # text: why the address is blocked
    "filter_result",  # text: GREEN, YELLOW or RED
    "complaint_rate",  # share; of a range the lower end
    "trap_share",  # share of messages that went to spam traps
    "spam_rate",  # share of inboxed mail that recipients reported
    "reputation",  # text: HIGH, MEDIUM, LOW or BAD
    "authenticated",  # share of mail that passes a check; ``about`` names the check
    "deferred",  # share of mail deferred or refused; ``about`` is the tool's name of the reason
    "requirement",  # text: COMPLIANT or NEEDS_WORK; ``about`` is the requirement
]

LONGEST = 255
"""Characters of a word, name or reason that are kept."""


class Sender(NamedTuple):
    """Whom a figure is about: a range of addresses, or a domain."""

    first: Address | None = None
    last: Address | None = None
    """The last address of the range, itself included."""
    domain: str | None = None

    def __str__(self) -> str:
        if self.first is None:
            return self.domain or "mail"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    def is_of(self, address: Address | None, domain: str | None) -> bool | None:
        """Whether it is about that address or domain; None where nothing can be compared.

        A domain stands for its subdomains, as Postmaster Tools counts them, and a subdomain for the domain that it belongs to.
        """
        if self.first is not None and self.last is not None:
            if address is None:
                return None
            return address.version == self.first.version and int(self.first) <= int(address) <= int(self.last)
        if domain is None or self.domain is None:
            return None
        return f".{domain}".endswith(f".{self.domain}") or f".{self.domain}".endswith(f".{domain}")


class Observation(NamedTuple):
    """One figure of one sender."""

    sender: Sender
    day: date | None
    """The last day that it counts; None where the export names none."""
    what: What
    value: float | str
    """A share between 0 and 1, or the tool's own word."""
    about: str = ""
    """What is counted, where ``what`` has several kinds."""
    shown: str = ""
    """The figure as the tool writes it; empty where that is ``value``."""


class Report(NamedTuple):
    """An export that was read."""

    tool: str
    """The tool's name for people."""
    families: frozenset[str]
    """Families of providers whose view it is."""
    name: str
    """The file."""
    observations: tuple[Observation, ...]
    senders: tuple[Sender, ...]
    """All that it has rows of, also those of which it tells nothing bad or good."""
    faults: tuple[Fault, ...]
    """What could not be read, with line and column."""

    @property
    def newest(self) -> date | None:
        """The last day that it tells of."""
        return max((item.day for item in self.observations if item.day is not None), default=None)


def report(tool: str, families: Iterable[str], name: str, observations: Iterable[Observation], faults: Iterable[Fault]) -> Report:
    """A report of what a reader found. Words of the export are cut to what anybody would read."""
    found = tuple(
        item._replace(
            value=item.value[:LONGEST] if isinstance(item.value, str) else item.value,
            about=item.about[:LONGEST],
            sender=item.sender._replace(domain=item.sender.domain and item.sender.domain[:LONGEST]),
        )
        for item in observations
    )
    senders = tuple(dict.fromkeys(item.sender for item in found))
    return Report(tool, frozenset(families), name, found, senders, tuple(faults))
