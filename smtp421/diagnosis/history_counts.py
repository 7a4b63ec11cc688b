"""Counters of a history: small, bounded, and mergeable. Two halves of a log merged count what one pass over the whole counts.

None depends on the order in which things come, but :class:`Peak`, which takes them in the order of time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zlib import crc32

SKETCH = 4096
"""Different things that :class:`Distinct` counts one by one; beyond that it is off by 1.6 % as a rule."""
STEPS = (1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800, 2_419_200, 31_449_600, 3_144_960_000)
"""Widths of a timeline's bins in seconds; each divides the next, so that bins can be joined."""
BINS = 1500
"""Bins that a timeline spans at most: a day in minutes, two months in hours."""

_SPACE = 1 << 64
_MASK = _SPACE - 1


class Count(NamedTuple):
    """How many there are."""

    number: int
    exact: bool = True
    """Else it is an estimate."""


class Distinct:
    """How many different texts there were: the k smallest of their hashes tell (Bar-Yossef et al. 2002, "k minimum values")."""

    __slots__ = ("_hashes", "_limit")

    def __init__(self) -> None:
        self._hashes: set[int] = set()
        self._limit = _SPACE
        """All hashes below it are kept."""

    def add(self, number: int) -> None:
        """Count a text, given its :func:`mixed` hash."""
        if number < self._limit:
            self._hashes.add(number)
            if len(self._hashes) > 2 * SKETCH:
                self._shorten()

    def merge(self, other: Distinct) -> None:
        """Count what another has counted too."""
        self._limit = min(self._limit, other._limit)
        both = self._hashes | other._hashes
        self._hashes = {number for number in both if number < self._limit} if self._limit < _SPACE else both
        if len(self._hashes) > 2 * SKETCH:
            self._shorten()

    def count(self) -> Count:
        """The number of different texts."""
        if self._limit == _SPACE and len(self._hashes) <= SKETCH:
            return Count(len(self._hashes))
        return Count(round((SKETCH - 1) * _SPACE / sorted(self._hashes)[SKETCH - 1]), exact=False)

    def _shorten(self) -> None:
        self._hashes = set(sorted(self._hashes)[:SKETCH])
        self._limit = max(self._hashes) + 1


def mixed(text: str) -> int:
    """A hash of 64 bits that is the same in every process. CRC-32 alone would keep the order in numbered ids."""
    number = crc32(text.encode("utf-8", "surrogateescape")) * 0x9E3779B97F4A7C15 & _MASK
    return (number ^ number >> 32) * 0xC2B2AE3D27D4EB4F & _MASK


class Timeline:
    """How many there were when: bins that grow wider with the time spanned, as wide as they must be and no wider."""

    __slots__ = ("_bins", "_end", "_first", "_last", "_step")

    def __init__(self) -> None:
        self._bins: dict[int, int] = {}
        self._step = 1
        self._first: int | None = None
        self._last = 0
        self._end = 0
        """The first second that wider bins would be needed for."""

    @property
    def step(self) -> int:
        """The width of a bin in seconds."""
        return self._step

    @property
    def first(self) -> int | None:
        """The first second that was counted."""
        return self._first

    @property
    def last(self) -> int | None:
        """The last second that was counted."""
        return None if self._first is None else self._last

    def add(self, second: int, number: int = 1) -> None:
        """Count ``number`` at a second since 1970."""
        if self._first is None:
            self._first = self._last = second
            self._widen()
        elif second > self._last or second < self._first:
            self._first, self._last = min(self._first, second), max(self._last, second)
            if second >= self._end or second == self._first:
                self._widen()
        place = second // self._step
        self._bins[place] = self._bins.get(place, 0) + number

    def merge(self, other: Timeline) -> None:
        """Count what another has counted too."""
        if other._first is None:
            return
        if self._first is None:
            self._first, self._last = other._first, other._last
        self._first, self._last = min(self._first, other._first), max(self._last, other._last)
        self._step, step = max(self._step, other._step), self._step
        if step != self._step:
            self._bins = _joined(self._bins, self._step // step)
        for place, number in _joined(other._bins, self._step // other._step).items():
            self._bins[place] = self._bins.get(place, 0) + number
        self._widen()

    def bins(self) -> tuple[tuple[int, int], ...]:
        """The bins that hold anything, in order: (its first second, number)."""
        return tuple((place * self._step, number) for place, number in sorted(self._bins.items()))

    def busiest(self, width: int) -> tuple[int, int] | None:
        """The span of ``width`` seconds (one of ``STEPS``) with the highest number: (its first second, number).

        None where nothing was counted, or where the bins are wider than that by now.
        """
        if not self._bins or self._step > width:
            return None
        joined = _joined(self._bins, width // self._step)
        place = min(joined, key=lambda at: (-joined[at], at))
        return place * width, joined[place]

    def _widen(self) -> None:
        if self._first is None:
            return
        step = next(step for step in STEPS if step >= self._step and self._last // step - self._first // step < BINS)
        if step != self._step:
            self._bins = _joined(self._bins, step // self._step)
            self._step = step
        self._end = (self._first // step + BINS) * step


def _joined(bins: dict[int, int], factor: int) -> dict[int, int]:
    if factor == 1:
        return bins
    joined: dict[int, int] = {}
    for place, number in bins.items():
        joined[place // factor] = joined.get(place // factor, 0) + number
    return joined


class Spread(NamedTuple):
    """How durations are spread, in seconds."""

    number: int
    median: int | None
    longest: int | None


class Durations:
    """Durations, rounded to two digits."""

    __slots__ = ("_counted", "_longest")

    def __init__(self) -> None:
        self._counted: Counter[int] = Counter()
        self._longest = 0

    def add(self, seconds: float) -> None:
        """Count a duration; a clock that ran backwards gives 0."""
        whole = max(int(seconds), 0)
        self._longest = max(self._longest, whole)
        scale = 1
        while whole >= 100 * scale:
            scale *= 10
        self._counted[(whole + scale // 2) // scale * scale] += 1

    def merge(self, other: Durations) -> None:
        """Count what another has counted too."""
        self._counted.update(other._counted)
        self._longest = max(self._longest, other._longest)

    def up_to(self, seconds: float) -> int:
        """How many were no longer than that."""
        return sum(number for duration, number in self._counted.items() if duration <= seconds)

    def spread(self) -> Spread:
        """Their number, median and maximum."""
        number = self._counted.total()
        if not number:
            return Spread(0, None, None)
        middle = (number + 1) // 2
        for duration in sorted(self._counted):
            middle -= self._counted[duration]
            if middle <= 0:
                break
        return Spread(number, min(duration, self._longest), self._longest)


class Peak:
    """The highest number of different things (connections) within one second."""

    __slots__ = ("_first", "_highest", "_last")

    def __init__(self) -> None:
        self._first: tuple[int, set[str]] | None = None
        self._last: tuple[int, set[str]] | None = None
        self._highest = 0

    @property
    def highest(self) -> int:
        """The highest number so far."""
        return self._highest

    def add(self, second: int, name: str) -> None:
        """Count a thing at a second; seconds come in order."""
        if self._last is None or self._last[0] != second:
            self._last = (second, set())
            self._first = self._first or self._last
        self._last[1].add(name)
        self._highest = max(self._highest, len(self._last[1]))

    def merge(self, later: Peak) -> None:
        """Count what was counted later too."""
        for second, names in later._ends():
            for name in names:
                self.add(second, name)
        self._highest = max(self._highest, later._highest)

    def _ends(self) -> Iterator[tuple[int, Iterable[str]]]:
        if self._first is not None and self._last is not None:
            yield self._first
            if self._last is not self._first:
                yield self._last
