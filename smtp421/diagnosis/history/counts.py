"""Counters of a history: small, bounded, and mergeable. Two halves of a log merged count what one pass over the whole counts.

None depends on the order in which things come, but :class:`Peak`, which takes them in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

SKETCH = 4096
"""Different things that :class:`Distinct` counts one by one; beyond that it is off by 1.6 % as a rule."""
_KEPT = 4900
"""Of these so many are kept at most: one more, and a set takes four times the memory."""
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
            if len(self._hashes) > _KEPT:
                self._shorten()

    def merge(self, other: Distinct) -> None:
        """Count what another has counted too."""
        self._limit = min(self._limit, other._limit)
        both = self._hashes | other._hashes
        self._hashes = {number for number in both if number < self._limit} if self._limit < _SPACE else both
        if len(self._hashes) > _KEPT:
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


class Axis:
    """How time is cut into bins: they grow wider with the time spanned, as wide as they must be and no wider.

    All that a ledger counts over time shares one; the counts themselves are dictionaries of numbers by the bin's place.
    """

    __slots__ = ("_end", "first", "last", "step")

    def __init__(self) -> None:
        self.step = 1
        """The width of a bin in seconds."""
        self.first: int | None = None
        """The first second that was seen."""
        self.last = 0
        """The last second that was seen."""
        self._end = 0
        """The first second that wider bins would be needed for."""

    def cover(self, second: int) -> int:
        """Reach to a second; so many bins have to be joined to one for that, 1 as a rule."""
        if self.first is None:
            self.first = self.last = second
            return self._widen()
        if second > self.last:
            self.last = second
            return self._widen() if second >= self._end else 1
        if second < self.first:
            self.first = second
            return self._widen()
        return 1

    def merge(self, other: Axis) -> tuple[int, int]:
        """Reach as far as another does too; so many bins of this one, and of the other, have to be joined to one for that."""
        before = self.step
        if other.first is not None:
            self.step = max(self.step, other.step)
            if self.first is None:
                self.first, self.last = other.first, other.last
            self.first, self.last = min(self.first, other.first), max(self.last, other.last)
            self._widen()
        return self.step // before, self.step // other.step

    def _widen(self) -> int:
        first, before = self.first or 0, self.step
        self.step = next(step for step in STEPS if step >= before and self.last // step - first // step < BINS)
        self._end = (first // self.step + BINS) * self.step
        return self.step // before


def joined(bins: dict[int, int], factor: int) -> dict[int, int]:
    """Bins of which ``factor`` are joined to one."""
    if factor == 1:
        return bins
    wider: dict[int, int] = {}
    for place, number in bins.items():
        wider[place // factor] = wider.get(place // factor, 0) + number
    return wider


def added(bins: dict[int, int], more: dict[int, int]) -> None:
    """Add numbers to the bins of ``bins``."""
    for place, number in more.items():
        bins[place] = bins.get(place, 0) + number


def busiest(bins: dict[int, int], step: int, width: int) -> tuple[int, int] | None:
    """The span of ``width`` seconds (one of ``STEPS``) with the highest number: (its first second, number).

    None where nothing was counted, or where the bins are wider than that.
    """
    if not bins or step > width:
        return None
    spans = joined(bins, width // step)
    place = min(spans, key=lambda at: (-spans[at], at))
    return place * width, spans[place]


class Spread(NamedTuple):
    """How durations are spread, in seconds."""

    number: int
    median: int | None
    longest: int | None


class Durations:
    """Durations in seconds, rounded to two digits."""

    __slots__ = ("_longest", "_rounded", "counted")

    _MOST = 5000
    """Durations that are kept as they are until they are rounded."""

    def __init__(self) -> None:
        self.counted: dict[int, int] = {}
        """How many there are of each: what is added here, counts; :meth:`shorten` is to be called now and then."""
        self._rounded: dict[int, int] = {}
        self._longest = 0

    def add(self, seconds: int) -> None:
        """Count a duration; a clock that ran backwards gives 0."""
        self.counted[seconds] = self.counted.get(seconds, 0) + 1
        self.shorten(self._MOST)

    def shorten(self, most: int = 0) -> None:
        """Round what is kept as it is, where that is more than ``most``."""
        if len(self.counted) > most:
            self._longest = max(self._longest, *self.counted, 0)
            for duration, number in self.counted.items():
                short = _in_two_digits(max(duration, 0))
                self._rounded[short] = self._rounded.get(short, 0) + number
            self.counted = {}

    def merge(self, other: Durations) -> None:
        """Count what another has counted too."""
        self._longest = max(self._longest, other._longest)
        added(self._rounded, other._rounded)
        added(self.counted, other.counted)
        self.shorten(self._MOST)

    def up_to(self, seconds: float) -> int:
        """How many were no longer than that."""
        self.shorten()
        return sum(number for duration, number in self._rounded.items() if duration <= seconds)

    def spread(self) -> Spread:
        """Their number, median and maximum."""
        self.shorten()
        number = sum(self._rounded.values())
        if not number:
            return Spread(0, None, None)
        middle = (number + 1) // 2
        for duration in sorted(self._rounded):
            middle -= self._rounded[duration]
            if middle <= 0:
                break
        return Spread(number, min(duration, self._longest), self._longest)


def _in_two_digits(seconds: int) -> int:
    scale = 1
    while seconds >= 100 * scale:
        scale *= 10
    return (seconds + scale // 2) // scale * scale


class Peak:
    """The highest number of different things (connections) within one second; seconds come in order."""

    __slots__ = ("_first", "_highest", "names", "second")

    def __init__(self) -> None:
        self.second: int | None = None
        """The second at hand."""
        self.names: set[str] = set()
        """The things at that second: what is added here, counts."""
        self._first: tuple[int, set[str]] | None = None
        self._highest = 0

    @property
    def highest(self) -> int:
        """The highest number so far."""
        return max(self._highest, len(self.names))

    def turn(self, second: int) -> None:
        """Go on to another second."""
        self._highest = self.highest
        self.second, self.names = second, set()
        self._first = self._first or (second, self.names)

    def merge(self, later: Peak) -> None:
        """Count what was counted later too."""
        for second, names in later._ends():
            if self.second != second:
                self.turn(second)
            self.names |= names
        self._highest = max(self._highest, later.highest)

    def _ends(self) -> Iterator[tuple[int, set[str]]]:
        if self._first is not None and self.second is not None:
            yield self._first
            if self._first[1] is not self.names:
                yield self.second, self.names
