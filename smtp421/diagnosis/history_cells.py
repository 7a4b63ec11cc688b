"""What a history counts by: groups of deferrals, domains, providers, source addresses. All of it can be merged."""

from __future__ import annotations

from datetime import datetime, tzinfo

from smtp421.diagnosis.history import Bins, Domain, Example, Fates, Group, Load, RuleCount, SourceAddress
from smtp421.diagnosis.history_counts import Distinct, Durations, Peak, Timeline
from smtp421.diagnosis.history_tracks import Fate, Key, Order, Track
from smtp421.model import Severity

SHOWN = 5
"""Domains of a group that are named."""
NOBODY = Severity.INFO


class Zone:
    """Seconds as times, in the zone that the log is written in."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def at(self, second: int | None) -> datetime | None:
        """The time; None for none."""
        return None if second is None else self.surely(second)

    def surely(self, second: int) -> datetime:
        """The time."""
        return datetime.fromtimestamp(second, self._zone)

    def peak(self, timeline: Timeline, width: int) -> tuple[datetime, int] | None:
        """The busiest span of ``width`` seconds."""
        found = timeline.busiest(width)
        return None if found is None else (self.surely(found[0]), found[1])


class Decided:
    """The attempts that one rule decided: their number, the highest severity it gave, and the first of them."""

    __slots__ = ("attempts", "example", "order", "rule", "severity")

    def __init__(self, rule: str | None, severity: Severity, example: Example, order: Order) -> None:
        self.rule = rule
        self.attempts = 0
        self.severity = severity
        self.example = example
        self.order = order

    def rank(self) -> tuple[Order, str]:
        """Sort key: the earliest first."""
        return self.order, self.rule or ""

    def add(self, attempts: int, severity: Severity, example: Example, order: Order) -> None:
        """Count attempts, of which ``example`` is the first."""
        self.attempts += attempts
        if severity is not self.severity:
            self.severity = max(self.severity, severity, key=_rank)
        if order < self.order:
            self.example, self.order = example, order

    def count(self) -> RuleCount:
        """The value of it."""
        return RuleCount(self.rule, self.attempts, self.severity, self.example)


class People:
    """Counts different messages and recipients."""

    __slots__ = ("messages", "recipients")

    def __init__(self) -> None:
        self.messages, self.recipients = Distinct(), Distinct()

    def meet(self, message: int, recipient: int) -> None:
        """Count the message and the recipient of an attempt, by their numbers."""
        self.messages.add(message)
        self.recipients.add(recipient)

    def merge(self, other: People) -> None:
        """Count what another has counted too."""
        self.messages.merge(other.messages)
        self.recipients.merge(other.recipients)


class Cell(People):
    """Counts the deferrals of one group."""

    __slots__ = ("attempts", "ends", "greylisted", "last", "rules", "strangers", "timeline", "waits")

    def __init__(self) -> None:
        super().__init__()
        self.attempts = 0
        self.timeline = Timeline()
        self.rules: dict[str | None, Decided] = {}
        self.last: tuple[Order, Example] | None = None
        self.ends = dict.fromkeys(Fate, 0)
        self.waits, self.greylisted = Durations(), Durations()
        self.strangers = 0

    def add(self, rule: str | None, severity: Severity, second: int | None, example: Example, order: Order) -> None:
        """Count an attempt."""
        self.attempts += 1
        if second is not None:
            self.timeline.add(second)
        decided = self.rules.get(rule)
        if decided is None:
            decided = self.rules[rule] = Decided(rule, severity, example, order)
        decided.add(1, severity, example, order)
        if self.last is None or self.last[0] <= order:
            self.last = order, example

    def end(self, track: Track, waited: int, *, stranger: bool) -> None:
        """Count what became of a message whose last deferral was of this group."""
        self.ends[track.fate] += 1
        self.strangers += stranger
        if track.fate is Fate.DELIVERED:
            self.waits.add(waited)
            if stranger:
                self.greylisted.add(waited)

    def merge(self, other: People) -> None:
        """Count what another has counted too."""
        super().merge(other)
        if not isinstance(other, Cell):
            return
        self.attempts += other.attempts
        self.timeline.merge(other.timeline)
        for rule, more in other.rules.items():
            decided = self.rules.setdefault(rule, Decided(rule, more.severity, more.example, more.order))
            decided.add(more.attempts, more.severity, more.example, more.order)
        if self.last is None or (other.last is not None and self.last[0] <= other.last[0]):
            self.last = other.last
        for fate, number in other.ends.items():
            self.ends[fate] += number
        self.waits.merge(other.waits)
        self.greylisted.merge(other.greylisted)
        self.strangers += other.strangers

    def group(self, key: Key, zone: Zone, waiting: int, longest: int, window: float, domains: dict[str, int]) -> Group:
        """The value of it; ``waiting`` of its messages are open, the oldest for ``longest`` seconds."""
        rules = [decided.count() for decided in self.rules.values()]
        rules.sort(key=lambda rule: (-rule.severity.rank, -rule.attempts, rule.rule or ""))
        named = sorted(domains.items(), key=lambda each: (-each[1], each[0]))
        return Group(
            key=key,
            severity=rules[0].severity if rules else NOBODY,
            attempts=self.attempts,
            messages=self.messages.count(),
            recipients=self.recipients.count(),
            first=zone.at(self.timeline.first),
            last=zone.at(self.timeline.last),
            bins=Bins(self.timeline.step, self.timeline.bins()),
            fates=Fates(self.ends[Fate.DELIVERED], self.ends[Fate.BOUNCED], self.ends[Fate.EXPIRED], waiting),
            delivered_after=self.waits.spread(),
            longest_wait=longest,
            strangers=self.strangers,
            greylisted=self.greylisted.up_to(window),
            rules=tuple(rules),
            domains=tuple(named[:SHOWN]),
            domain_count=len(named),
            latest=None if self.last is None else self.last[1],
        )


class Outcomes:
    """Counts what came of attempts."""

    __slots__ = ("bounced", "deferred", "sent")

    def __init__(self) -> None:
        self.sent = self.deferred = self.bounced = 0

    def merge(self, other: Outcomes) -> None:
        """Count what another has counted too."""
        self.sent += other.sent
        self.deferred += other.deferred
        self.bounced += other.bounced

    def source(self, address: str) -> SourceAddress:
        """The value of it, for one of our addresses."""
        return SourceAddress(address, self.sent, self.deferred, self.bounced)


class DomainCell(Outcomes):
    """Counts the attempts to deliver to one domain."""

    __slots__ = ("first", "first_sent", "provider", "reached", "reasons")

    def __init__(self) -> None:
        super().__init__()
        self.provider: str | None = None
        self.reached = 0
        self.first: int | None = None
        self.first_sent: int | None = None
        self.reasons: dict[Key, int] = {}

    def merge(self, other: Outcomes) -> None:
        """Count what another has counted too."""
        super().merge(other)
        if isinstance(other, DomainCell):
            self.provider = max(filter(None, (self.provider, other.provider)), default=None)
            self.reached += other.reached
            self.first = earliest(self.first, other.first)
            self.first_sent = earliest(self.first_sent, other.first_sent)
            for key, number in other.reasons.items():
                self.reasons[key] = self.reasons.get(key, 0) + number

    def domain(self, name: str, zone: Zone) -> Domain:
        """The value of it."""
        reasons = sorted(self.reasons.items(), key=lambda each: (-each[1], _sortable(each[0])))
        first, sent = zone.at(self.first), zone.at(self.first_sent)
        return Domain(name, self.provider, self.sent, self.deferred, self.bounced, self.reached, first, sent, tuple(reasons))


class LoadCell(Outcomes):
    """Counts the attempts to deliver to one provider."""

    __slots__ = ("peak", "timeline")

    def __init__(self) -> None:
        super().__init__()
        self.timeline = Timeline()
        self.peak = Peak()

    def merge(self, other: Outcomes) -> None:
        """Count what another has counted later."""
        super().merge(other)
        if isinstance(other, LoadCell):
            self.timeline.merge(other.timeline)
            self.peak.merge(other.peak)

    def load(self, provider: str | None, zone: Zone) -> Load:
        """The value of it."""
        return Load(
            provider,
            self.sent,
            self.deferred,
            self.bounced,
            zone.peak(self.timeline, 60),
            zone.peak(self.timeline, 3600),
            self.peak.highest or None,
            Bins(self.timeline.step, self.timeline.bins()),
        )


def earliest(one: int | None, other: int | None) -> int | None:
    """The smaller of two numbers that may be missing."""
    return other if one is None else one if other is None else min(one, other)


def _rank(severity: Severity) -> int:
    return severity.rank


def _sortable(key: Key) -> tuple[str, bool, str, str]:
    return key.part, key.own, key.provider or "", key.cause
