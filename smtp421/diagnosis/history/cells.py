"""What deferrals are counted with: groups, and the rules that decided them. All of it can be merged.

A log of millions of lines comes through here, so attempts are counted with as few steps as can be: numbers that are sums of
others are added up when they are asked for, and what is only shown is made when it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from smtp421.bulk import Row
from smtp421.diagnosis.history.counts import Distinct, Durations, Timeline
from smtp421.diagnosis.history.scale import Scale, bins_of, earliest
from smtp421.diagnosis.history.shown import Order, example_of, order_of
from smtp421.diagnosis.history.tracks import Key
from smtp421.diagnosis.history.values import Fates, Group, RuleCount
from smtp421.model import Severity

SHOWN = 5
"""Domains of a group that are named."""
NOBODY = Severity.INFO
_PLACE = itemgetter(0, 1, 2, 3)
_second_of = itemgetter(0)


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


class Cell:
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
        "messages",
        "recipients",
        "rules",
        "times",
        "waits",
    )

    def __init__(self, key: Key) -> None:
        self.key = key
        self.messages, self.recipients = Distinct(), Distinct()
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

    def meet(self, deferrals: Sequence[tuple[str, str]]) -> None:
        """Count messages and recipients, by queue id and recipient; a message without an id is told by its recipient."""
        self.messages.add([queue_id or recipient.lower() for queue_id, recipient in deferrals])
        self.recipients.add([recipient.lower() for _, recipient in deferrals])

    def merge(self, other: Cell) -> None:
        """Count what another has counted later too."""
        self.messages.merge(other.messages)
        self.recipients.merge(other.recipients)
        self.times.merge(other.times)
        for rule, more in other.rules.items():
            self.decided(rule, more.severity).merge(more)
        other.rules = {}  # they know it: else it would be kept for the garbage collector
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
