"""Seconds since 1970 as times and bins of a history."""

from __future__ import annotations

from array import array
from datetime import datetime, tzinfo

from smtp421.diagnosis.history.counts import Timeline, busiest
from smtp421.diagnosis.history.values import Bins, Numbers


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


def second_of(stamp: datetime | None) -> int | None:
    """The second of a time; None for none."""
    return None if stamp is None else int(stamp.timestamp())


def bins_of(line: Timeline) -> Bins:
    """The bins of a timeline."""
    step, numbers = line.bins()
    return Bins(step, Numbers(array("q", [place * step for place in numbers]), array("Q", numbers.values())))


def earliest(one: int | None, other: int | None) -> int | None:
    """The smaller of two numbers that may be missing."""
    return other if one is None else one if other is None else min(one, other)
