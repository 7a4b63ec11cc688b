"""When a message that is always deferred would be tried with some settings: each attempt's age, earliest, usual and latest."""

from __future__ import annotations

from itertools import islice, pairwise
from statistics import median
from typing import NamedTuple

from smtp421.mta.interface import Server
from smtp421.mta.model import Settings

PHASES = 60
"""Moments within the interval of queue runs at which a message may come, all equally likely."""
_LAST = 1 - 1e-9
"""A message that has just missed a queue run."""
MOST = 2_000
"""Attempts that are computed."""


class Attempt(NamedTuple):
    """One attempt; ages in seconds since the message came."""

    number: int
    """1 for the first delivery attempt, 2 for the first retry."""
    earliest: float
    usual: float
    """The median over all moments at which the message may come between two queue runs."""
    latest: float


class Schedule(NamedTuple):
    """All attempts, in order."""

    attempts: tuple[Attempt, ...]
    queue_run: float
    """Seconds between queue runs that were reckoned with; 0 where the server has none."""
    cut: bool
    """Whether there are more than were computed."""

    @property
    def first_retry(self) -> Attempt | None:
        """The first retry; None where there is none."""
        return self.attempts[1] if len(self.attempts) > 1 else None

    @property
    def pauses(self) -> tuple[float, ...]:
        """The usual pause before each retry, in seconds."""
        usual = [attempt.usual for attempt in self.attempts]
        return tuple(later - sooner for sooner, later in pairwise(usual))


def schedule(server: Server, settings: Settings) -> Schedule:
    """The attempts over all moments at which a message may come."""
    interval = server.interval(settings)
    phases = [*(step / PHASES for step in range(PHASES)), _LAST] if interval else [0.0]
    runs = [list(islice(server.ages(settings, phase), MOST + 1)) for phase in phases]
    attempts: list[Attempt] = []
    for number in range(min(max(map(len, runs)), MOST)):
        ages = sorted(run[number] for run in runs if len(run) > number)
        if len(ages) * 2 < len(runs):
            break  # most messages have been given up by then
        attempts.append(Attempt(number + 1, ages[0], float(median(ages)), ages[-1]))
    return Schedule(tuple(attempts), interval, max(map(len, runs)) > MOST)
