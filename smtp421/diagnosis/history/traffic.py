"""Where attempts went and where they came from: counters of domains, providers and source addresses. All of it can be merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter

from smtp421.diagnosis.history.counts import Peak, Timeline
from smtp421.diagnosis.history.scale import Scale, bins_of, earliest
from smtp421.diagnosis.history.tracks import Key
from smtp421.diagnosis.history.values import Domain, Load, SourceAddress
from smtp421.model import Status

MOST_FRESH = 1000
"""Deliveries of a domain that took nothing before them, remembered one by one."""
_second_of = itemgetter(0)

When = tuple[int | None, str | None]
"""The second of an attempt, and its process or connection, as far as the log tells."""


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


def _sortable(key: Key) -> tuple[str, bool, str, str]:
    return key.part, key.own, key.provider or "", key.cause
