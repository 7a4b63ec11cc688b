"""Incidents of a log that grows: a provider and a cause, from the first deferral until nothing of it waits any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from smtp421.diagnosis.history.tracks import Key
from smtp421.model import Diagnosis


class Incident(NamedTuple):
    """Deferrals of one provider for one cause, with no longer pause between them."""

    key: Key
    first: Diagnosis
    began: int
    """Seconds since 1970, by the log."""
    last: int
    attempts: int

    @property
    def lasted(self) -> int:
        """Seconds from the first deferral to the last."""
        return max(self.last - self.began, 0)


class Incidents:
    """The incidents that are going on.

    One is over when nothing of it waits and the last deferral is older than the soonest sound retry, or when it is older than
    what is worth a warning: then its messages wait for something else.
    """

    def __init__(self, thresholds: Mapping[str, float]) -> None:
        self._soon = thresholds.get("first_retry_least", 300)
        self._late = thresholds.get("warning_after", 14_400)
        self._open: dict[Key, Incident] = {}
        self._counted: dict[Key, int] = {}

    def __iter__(self) -> Iterator[Incident]:
        return iter(tuple(self._open.values()))

    def deferred(self, key: Key, attempts: int, first: int, last: int, found: Callable[[], Diagnosis]) -> Incident | None:
        """Take how many deferrals of a group there are by now, when the first and the last was, and the last one's diagnosis.

        The incident, where they begin one.
        """
        before = self._counted.get(key, 0)
        if attempts == before:
            return None
        self._counted[key] = attempts
        known = self._open.get(key)
        if known is not None:
            self._open[key] = known._replace(last=max(known.last, last), attempts=known.attempts + attempts - before)
            return None
        new = self._open[key] = Incident(key, found(), last if before else first, last, attempts - before)
        return new

    def ended(self, now: int, waiting: Callable[[], Mapping[Key, int]]) -> tuple[Incident, ...]:
        """Those that are over at ``now``; ``waiting`` tells how many messages of each group wait; it is asked only if need be."""
        quiet = [incident for incident in self if now - incident.last >= self._soon]
        if not quiet:
            return ()
        numbers = waiting()
        over = tuple(incident for incident in quiet if not numbers.get(incident.key) or now - incident.last >= self._late)
        for incident in over:
            del self._open[incident.key]
        return over
