"""What a log tells beyond single replies: how many, for how long, since when, and what became of it.

These are the values. :class:`smtp421.diagnosis.history.ledger.Ledger` counts, :mod:`smtp421.diagnosis.history.judgement` judges.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, overload

from smtp421.diagnosis.history.counts import Count, Spread
from smtp421.diagnosis.history.tracks import Fate, Key
from smtp421.model import Attempt, Diagnosis, Origin, Severity

__all__ = ["Fate", "Key"]


class Finding(NamedTuple):
    """What a history needs of a diagnosis."""

    provider: str | None
    cause: str
    rule: str | None
    severity: Severity
    origin: Origin

    @classmethod
    def of(cls, found: Diagnosis) -> Finding:
        """The part of a diagnosis that is counted."""
        return cls(found.provider, found.cause, found.rule, found.severity, found.origin)


class Where(NamedTuple):
    """A line of an input."""

    source: str
    """The input's name; empty where there is only one."""
    line: int | None
    text: str


class Example(NamedTuple):
    """An attempt, and the line that tells of it."""

    attempt: Attempt
    where: Where


class RuleCount(NamedTuple):
    """How often a rule decided within a group."""

    rule: str | None
    attempts: int
    severity: Severity
    """The highest that it gave one of them."""
    example: Example
    """The first."""


class Numbers(Sequence[tuple[int, int]]):
    """Pairs of numbers, kept small: a report has hundreds of timelines of up to 1500 bins."""

    __slots__ = ("_left", "_right")

    def __init__(self, left: array[int], right: array[int]) -> None:
        self._left = left
        self._right = right

    def __len__(self) -> int:
        return len(self._left)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._left, self._right, strict=True)

    @overload
    def __getitem__(self, at: int) -> tuple[int, int]: ...

    @overload
    def __getitem__(self, at: slice) -> Numbers: ...

    def __getitem__(self, at: int | slice) -> tuple[int, int] | Numbers:
        if isinstance(at, slice):
            return Numbers(self._left[at], self._right[at])
        return self._left[at], self._right[at]

    def total(self, start: float, end: float) -> int:
        """The sum of the right ones of pairs whose left one lies in a span, where these are in order."""
        return sum(self._right[bisect_left(self._left, start) : bisect_left(self._left, end)])

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Numbers | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class Bins(NamedTuple):
    """Numbers over time."""

    step: int
    """The width of a bin in seconds."""
    numbers: Numbers
    """(first second of the bin since 1970, number), in order; empty bins are left out."""


class Fates(NamedTuple):
    """What became of deferred messages, counted for each recipient."""

    delivered: int = 0
    bounced: int = 0
    """Refused for good by a later attempt."""
    expired: int = 0
    """Given up by the sending server."""
    waiting: int = 0

    @property
    def resolved(self) -> float | None:
        """The share that was delivered; None where nothing was followed."""
        return self.delivered / sum(self) if sum(self) else None


class Group(NamedTuple):
    """Deferrals of one provider for one cause."""

    key: Key
    severity: Severity
    """The highest that a rule gave one of them."""
    attempts: int
    messages: Count
    recipients: Count
    first: datetime | None
    last: datetime | None
    bins: Bins
    """Attempts over time."""
    fates: Fates
    """Of the messages whose last deferral was of this group."""
    delivered_after: Spread
    """Seconds from the first deferral, or from the message's arrival, to its delivery."""
    longest_wait: int
    """Seconds that the oldest message has waited that is waiting still; 0 where none is."""
    strangers: int
    """Followed to their end: how many went to a domain that had taken nothing before."""
    greylisted: int
    """How many of these were delivered within the window of greylisting: a first contact that then succeeded."""
    rules: tuple[RuleCount, ...]
    """The most serious first, then the most frequent."""
    domains: tuple[tuple[str, int], ...]
    """The recipients' domains with most deferred attempts."""
    domain_count: int
    latest: Example | None
    """None where there was no attempt: messages only wait for it."""


class RowCount(NamedTuple):
    """How many were deferred of what a report is asked to go by: of a provider, a domain, a relay, ..."""

    name: str
    messages: Count
    recipients: Count


class Domain(NamedTuple):
    """All attempts to deliver to the recipients of one domain."""

    name: str
    provider: str | None
    """By the relay that answered, else by the domain itself."""
    sent: int
    deferred: int
    bounced: int
    reached: int
    """Attempts that a server of theirs answered."""
    first: datetime | None
    first_sent: datetime | None
    reasons: tuple[tuple[Key, int], ...]
    """What defers, and how many attempts, the most frequent first."""

    @property
    def attempts(self) -> int:
        """All of them."""
        return self.sent + self.deferred + self.bounced


class Load(NamedTuple):
    """How fast mail was sent to one provider; None is every receiver that is no known one."""

    provider: str | None
    sent: int
    deferred: int
    bounced: int
    busiest_minute: tuple[datetime, int] | None
    """When, and how many attempts; None where the log is too long to tell."""
    busiest_hour: tuple[datetime, int] | None
    connections: int | None
    """Highest number at once, as far as the log tells: processes that delivered within one second."""
    bins: Bins
    """Attempts over time."""

    @property
    def attempts(self) -> int:
        """All of them."""
        return self.sent + self.deferred + self.bounced


class SourceAddress(NamedTuple):
    """All attempts from one address of ours, where the log shows it."""

    address: str
    sent: int
    deferred: int
    bounced: int

    @property
    def attempts(self) -> int:
        """All of them."""
        return self.sent + self.deferred + self.bounced


class Message(NamedTuple):
    """A message on its way to one recipient."""

    queue_id: str
    recipient: str
    key: Key
    first: datetime
    last: datetime
    """The last attempt, or the end."""
    attempts: int
    """Deferred ones."""
    gaps: tuple[int, ...]
    """Seconds between the first of them."""
    fate: Fate
    waited: int


class Template(NamedTuple):
    """Replies that differ in nothing but addresses, ids and figures."""

    text: str
    number: int
    """How many there were."""
    example: Attempt
    """The first of them."""


class Dropped(NamedTuple):
    """What was too much to be kept."""

    finished: int = 0
    """Messages that are counted, but not listed."""
    waiting: int = 0
    """Messages whose end nobody will know."""
    domains: int = 0
    """Domains that took everything, forgotten to make room."""
    groups: int = 0
    """Attempts counted as "others"."""


class History(NamedTuple):
    """What was seen in all."""

    first: datetime | None
    last: datetime | None
    sent: int
    deferred: int
    bounced: int
    expired: int
    """Lines that tell of mail given up by the sending server."""
    suspended: int
    """Lines that repeat an old reason; no attempts."""
    asides: int
    """Replies of servers that were not the last to be tried; no attempts."""
    messages: Count
    """Deferred ones."""
    recipients: Count
    fates: Fates
    waiting_for: int
    """Seconds that the oldest waiting message has waited."""
    groups: tuple[Group, ...]
    rows: tuple[RowCount, ...]
    """Where groups are told apart by more than provider and cause: the counts of each ``key.part``."""
    inbound: tuple[Group, ...]
    """What our own server deferred of others' mail."""
    hints: tuple[Group, ...]
    """Reasons that only stand in lines without a message."""
    domains: tuple[Domain, ...]
    """Those with deferrals, the most deferred first."""
    domains_reached: int
    """Domains of which a server answered, with or without deferrals."""
    domains_tried: int
    loads: tuple[Load, ...]
    sources: tuple[SourceAddress, ...]
    schedule: tuple[Spread, ...]
    """Pauses before the second attempt, the third, ..."""
    given_up_after: Spread
    """Seconds after which messages expired."""
    unknown: tuple[Template, ...]
    listed: tuple[Message, ...]
    """Messages that were followed, as far as they are kept: those that wait, the longest first; then those with an end."""
    dropped: Dropped
