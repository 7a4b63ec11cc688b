"""What a history counts by: groups of deferrals, domains, providers, source addresses. All of it can be merged.

A log of millions of lines comes through here, so attempts are counted with as few steps as can be: numbers that are sums of
others are added up when they are asked for, and what is only shown is made when it is shown.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from operator import itemgetter
from typing import Any

from smtp421.bulk import Row
from smtp421.diagnosis.history.counts import Distinct, Durations, Peak, Timeline, busiest
from smtp421.diagnosis.history.shown import Order, example_of, order_of
from smtp421.diagnosis.history.tracks import Key
from smtp421.diagnosis.history.values import Bins, Domain, Fates, Group, Load, Numbers, RuleCount, SourceAddress
from smtp421.model import Severity, Status

SHOWN = 5
"""Domains of a group that are named."""
MOST_FRESH = 1000
"""Deliveries of a domain that took nothing before them, remembered one by one."""
NOBODY = Severity.INFO
_PLACE = itemgetter(0, 1, 2, 3)
_second_of = itemgetter(0)

When = tuple[int | None, str | None]
"""The second of an attempt, and its process or connection, as far as the log tells."""


class Scale:
    """Seconds as times in the zone that the log is written in."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def at(self, second: int | None) -> datetime | None:
        """The time; None for none."""
        return None if second is None else self.surely(second)

    def surely(self, second: int) -> datetime:
        """The time."""
        return datetime.fromtimestamp(second, self._zone)

    def peak(self, line: Timeline, width: int) -> tuple[datetime, int] | None:
        """The busiest span of ``width`` seconds."""
        step, numbers = line.bins()
        found = busiest(numbers, step, width)
        return None if found is None else (self.surely(found[0]), found[1])


def bins_of(line: Timeline) -> Bins:
    """The bins of a timeline."""
    step, numbers = line.bins()
    return Bins(step, Numbers(array("q", [place * step for place in numbers]), array("Q", numbers.values())))


class People:
    """Counts different messages and recipients."""

    __slots__ = ("messages", "recipients")

    def __init__(self) -> None:
        self.messages, self.recipients = Distinct(), Distinct()

    def meet(self, deferrals: Sequence[tuple[str, str]]) -> None:
        """Count messages and recipients, by queue id and recipient; a message without an id is told by its recipient."""
        self.messages.add([queue_id or recipient.lower() for queue_id, recipient in deferrals])
        self.recipients.add([recipient.lower() for _, recipient in deferrals])

    def merge(self, other: People) -> None:
        """Count what another has counted too."""
        self.messages.merge(other.messages)
        self.recipients.merge(other.recipients)


class Decided:
    """The attempts of a group that one rule decided: their number, the highest severity it gave, and the first of them."""

    __slots__ = ("attempts", "cell", "order", "rule", "severity", "shown")

    def __init__(self, cell: Cell, rule: str | None, severity: Severity) -> None:
        self.cell = cell
        self.rule = rule
        self.attempts = 0
        self.severity = severity
        self.order: Order | None = None
        self.shown: Any | None = None

    def take(self, rows: Sequence[Row]) -> None:
        """Count attempts; each is a :class:`smtp421.bulk.Refused`."""
        self.attempts += len(rows)
        self.repeat(rows)
        cell = self.cell
        timed = rows if all(row[0] is not None for row in rows) else [row for row in rows if row[0] is not None]
        if not timed:
            cell.latest = cell.latest or rows[0]
            return
        seconds = Counter(map(_second_of, timed))
        cell.times.add(seconds)
        cell.first = earliest(cell.first, min(seconds))
        last = max(timed, key=_PLACE)
        if last[:2] >= (cell.last, cell.last_line):
            cell.last, cell.last_line, cell.latest = last[0], last[1], last

    def repeat(self, rows: Sequence[Row]) -> None:
        """Take lines that only repeat the reason: no attempts."""
        first = min(rows, key=order_of)
        self.show(order_of(first), first)

    def show(self, order: Order, shown: Any) -> None:
        """Take an attempt to be shown, where it is the first."""
        if self.order is None or order < self.order:
            self.order, self.shown = order, shown

    def raised(self, severity: Severity) -> Decided:
        """Take a severity, where it is higher."""
        if severity is not self.severity and severity.rank > self.severity.rank:
            self.severity = severity
        return self

    def merge(self, other: Decided) -> None:
        """Count what another has counted too."""
        self.attempts += other.attempts
        self.raised(other.severity)
        if other.order is not None and other.shown is not None:
            self.show(other.order, other.shown)

    def count(self) -> RuleCount | None:
        """The value of it."""
        return None if self.shown is None else RuleCount(self.rule, self.attempts, self.severity, example_of(self.shown))


class Fresh:
    """Deliveries of a group, with an end, before which nothing was taken by their domain."""

    __slots__ = ("delivered", "number")

    def __init__(self) -> None:
        self.number = 0
        self.delivered = Durations()

    def add(self, waited: int) -> None:
        """Count one; -1 where it was not delivered."""
        self.number += 1
        if waited >= 0:
            self.delivered.add(waited)


class Cell(People):
    """Counts the deferrals of one group."""

    __slots__ = (
        "bounced",
        "delivered",
        "expired",
        "first",
        "key",
        "last",
        "last_line",
        "latest",
        "rules",
        "times",
        "waits",
    )

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key
        self.times = Timeline()
        self.rules: dict[str | None, Decided] = {}
        self.first: int | None = None
        self.last = -1
        """The last second, and the line then."""
        self.last_line = 0
        self.latest: Any = None
        self.delivered = self.bounced = self.expired = 0
        """Messages whose last deferral was of this group, by how they ended."""
        self.waits = Durations()

    @property
    def attempts(self) -> int:
        """All of them."""
        return sum(decided.attempts for decided in self.rules.values())

    def decided(self, rule: str | None, severity: Severity) -> Decided:
        """What is counted for a rule."""
        known = self.rules.get(rule)
        if known is None:
            known = self.rules[rule] = Decided(self, rule, severity)
        return known.raised(severity)

    def merge(self, other: People) -> None:
        """Count what another has counted later too."""
        super().merge(other)
        if not isinstance(other, Cell):
            return
        self.times.merge(other.times)
        for rule, more in other.rules.items():
            self.decided(rule, more.severity).merge(more)
        self.first = earliest(self.first, other.first)
        if other.latest is not None and (self.last, self.last_line) <= (other.last, other.last_line):
            self.last, self.last_line, self.latest = other.last, other.last_line, other.latest
        self.delivered += other.delivered
        self.bounced += other.bounced
        self.expired += other.expired
        self.waits.merge(other.waits)

    def group(self, scale: Scale, waiting: Sequence[int], strangers: Fresh, window: float, domains: Mapping[str, int]) -> Group:
        """The value of it; its messages that are open have waited for ``waiting`` seconds."""
        rules = [count for decided in self.rules.values() if (count := decided.count()) is not None]
        rules.sort(key=lambda rule: (-rule.severity.rank, -rule.attempts, rule.rule or ""))
        named = sorted(domains.items(), key=lambda each: (-each[1], each[0]))
        return Group(
            key=self.key,
            severity=rules[0].severity if rules else NOBODY,
            attempts=self.attempts,
            messages=self.messages.count(),
            recipients=self.recipients.count(),
            first=scale.at(self.first),
            last=scale.at(self.last if self.times else None),
            bins=bins_of(self.times),
            fates=Fates(self.delivered, self.bounced, self.expired, len(waiting)),
            delivered_after=self.waits.spread(),
            longest_wait=max(waiting, default=0),
            strangers=strangers.number,
            greylisted=strangers.delivered.up_to(window),
            rules=tuple(rules),
            domains=tuple(named[:SHOWN]),
            domain_count=len(named),
            latest=None if self.latest is None else example_of(self.latest),
        )


class Outcomes:
    """Counts what came of attempts."""

    __slots__ = ("bounced", "deferred", "sent")

    def __init__(self) -> None:
        self.sent = self.deferred = self.bounced = 0

    @property
    def attempts(self) -> int:
        """All of them."""
        return self.sent + self.deferred + self.bounced

    def merge(self, other: Outcomes) -> None:
        """Count what another has counted too."""
        self.sent += other.sent
        self.deferred += other.deferred
        self.bounced += other.bounced

    def take(self, status: Status) -> None:
        """Count an attempt."""
        if status is Status.SENT:
            self.sent += 1
        elif status is Status.DEFERRED:
            self.deferred += 1
        else:
            self.bounced += 1

    def source(self, address: str) -> SourceAddress:
        """The value of it, for one of our addresses."""
        return SourceAddress(address, self.sent, self.deferred, self.bounced)


class DomainCell:
    """Counts the attempts to deliver to one domain."""

    __slots__ = ("answered", "bounced", "first", "first_sent", "fresh", "provider", "reasons", "sent")

    def __init__(self) -> None:
        self.provider: str | None = None
        self.sent = self.bounced = 0
        self.answered = 0
        """Those of them that a server of theirs answered."""
        self.first: int | None = None
        self.first_sent: int | None = None
        self.reasons: dict[Key, int] = {}
        """Deferrals."""
        self.fresh: list[tuple[int, Key, int]] = []
        """Deliveries that have ended and had nothing taken before them: since when, of which group, and how long they waited for
        their delivery; -1 where they were not delivered."""

    @property
    def deferred(self) -> int:
        """Deferrals."""
        return sum(self.reasons.values())

    @property
    def reached(self) -> int:
        """Attempts that a server of theirs answered."""
        return self.answered + sum(number for key, number in self.reasons.items() if not key.own)

    def went(self, provider: str | None, attempts: Sequence[When]) -> int | None:
        """Take when attempts were made, and the provider that their relays are of; the first second.

        Of several providers, the last by name counts.
        """
        known = self.provider
        if provider is not known and provider is not None and (known is None or provider > known):
            self.provider = provider
        second = min([second for second, _ in attempts if second is not None], default=None)
        if second is not None and (self.first is None or second < self.first):
            self.first = second
        return second

    def accepted(self, provider: str | None, attempts: Sequence[When], *, answered: bool) -> None:
        """Count accepted attempts through a provider's relay; ``answered`` where the log names one."""
        self.sent += len(attempts)
        if answered:
            self.answered += len(attempts)
        self.first_sent = earliest(self.first_sent, self.went(provider, attempts))

    def end(self, since: int, key: Key, waited: int) -> None:
        """Remember how a delivery ended before which nothing was taken, as far as is known yet."""
        if len(self.fresh) < MOST_FRESH:
            self.fresh.append((since, key, waited))

    def strangers(self) -> list[tuple[int, Key, int]]:
        """The deliveries before which nothing was taken, by all that is known."""
        return [each for each in self.fresh if self.first_sent is None or self.first_sent >= each[0]]

    def merge(self, other: DomainCell) -> None:
        """Count what another has counted too."""
        self.provider = max(filter(None, (self.provider, other.provider)), default=None)
        self.sent += other.sent
        self.bounced += other.bounced
        self.answered += other.answered
        self.first = earliest(self.first, other.first)
        self.first_sent = earliest(self.first_sent, other.first_sent)
        for key, number in other.reasons.items():
            self.reasons[key] = self.reasons.get(key, 0) + number
        self.fresh = [*self.strangers(), *(each for each in other.fresh if self.first_sent is None or self.first_sent >= each[0])]
        del self.fresh[MOST_FRESH:]

    def domain(self, name: str, scale: Scale) -> Domain:
        """The value of it."""
        reasons = sorted(self.reasons.items(), key=lambda each: (-each[1], _sortable(each[0])))
        first, sent = scale.at(self.first), scale.at(self.first_sent)
        return Domain(name, self.provider, self.sent, self.deferred, self.bounced, self.reached, first, sent, tuple(reasons))


class LoadCell(Outcomes):
    """Counts the attempts to deliver to one provider."""

    __slots__ = ("peak", "provider", "times")

    def __init__(self, provider: str | None) -> None:
        super().__init__()
        self.provider = provider
        self.times = Timeline()
        self.peak = Peak()

    def went(self, attempts: Sequence[When]) -> None:
        """Take when attempts were made, and by which process or connection each."""
        seconds = Counter(map(_second_of, attempts))
        if seconds.pop(None, None):
            attempts = [when for when in attempts if when[0] is not None]
        if attempts:
            self.times.add(seconds)
            self.peak.add(seconds, attempts)

    def merge(self, other: Outcomes) -> None:
        """Count what another has counted later."""
        super().merge(other)
        if isinstance(other, LoadCell):
            self.times.merge(other.times)
            self.peak.merge(other.peak)

    def load(self, scale: Scale) -> Load:
        """The value of it."""
        return Load(
            self.provider,
            self.sent,
            self.deferred,
            self.bounced,
            scale.peak(self.times, 60),
            scale.peak(self.times, 3600),
            self.peak.highest or None,
            bins_of(self.times),
        )


def earliest(one: int | None, other: int | None) -> int | None:
    """The smaller of two numbers that may be missing."""
    return other if one is None else one if other is None else min(one, other)


def _sortable(key: Key) -> tuple[str, bool, str, str]:
    return key.part, key.own, key.provider or "", key.cause
