"""Counters of a history: small, bounded, and mergeable. Two halves of a log merged count what one pass over the whole counts.

None depends on the order in which things come, but :class:`Peak`, which takes them in the order of time. All take many things at
once: a log has millions of them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from zlib import crc32

SKETCH = 4096
"""Different things that :class:`Distinct` counts one by one; beyond that it is off by 1.6 % as a rule."""
_NEW = 128
"""Hashes that are gathered, as a set, before they are sorted in; a quarter of those sorted in, where these are many."""
STEPS = (1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800, 2_419_200, 31_449_600, 3_144_960_000)
"""Widths of a timeline's bins in seconds; each divides the next, so that bins can be joined."""
BINS = 1500
"""Bins that a timeline spans at most: a day in minutes, two months in hours."""

_SPACE = 1 << 64
_MASK = _SPACE - 1
_NOTHING = array("Q")
"""Never changed."""


class Count(NamedTuple):
    """How many there are."""

    number: int
    exact: bool = True
    """Else it is an estimate."""


class Distinct:
    """How many different texts there were: the k smallest of their hashes tell (Bar-Yossef et al. 2002, "k minimum values").

    A log has hundreds of them, so they are kept small: sorted in an array, but for those that came lately.
    """

    __slots__ = ("_kept", "_limit", "_most", "_new")

    def __init__(self) -> None:
        self._kept: array[int] = _NOTHING
        self._new: set[int] = set()
        self._most = _NEW
        """New ones that are gathered."""
        self._limit = _SPACE
        """All hashes below it are kept."""

    def add(self, texts: Iterable[str]) -> None:
        """Count texts."""
        limit = self._limit
        self._new.update([number for number in map(mixed, texts) if number < limit])
        if len(self._new) > self._most:
            self._sort_in()

    def merge(self, *others: Distinct) -> None:
        """Count what others have counted too."""
        self._limit = min([self._limit, *(other._limit for other in others)])
        for other in others:
            other._sort_in()
            self._new.update(other._kept[: bisect_left(other._kept, self._limit)])
        self._sort_in()

    def count(self) -> Count:
        """The number of different texts."""
        self._sort_in()
        if self._limit == _SPACE:
            return Count(len(self._kept))
        return Count(round((SKETCH - 1) * _SPACE / self._kept[SKETCH - 1]), exact=False)

    def _sort_in(self) -> None:
        if not self._new:
            return
        limit = self._limit
        sorted_in = self._kept.tolist()
        sorted_in += sorted(self._new.difference(sorted_in))
        sorted_in.sort()  # two runs: quick
        if limit < _SPACE:
            del sorted_in[bisect_left(sorted_in, limit) :]
        if len(sorted_in) > SKETCH:
            del sorted_in[SKETCH:]
            self._limit = sorted_in[-1] + 1
        self._kept = array("Q", sorted_in)
        self._most = max(_NEW, len(sorted_in) // 4)
        self._new = set()


def united(counters: Iterable[Distinct]) -> Count:
    """How many different texts several have counted together."""
    whole = Distinct()
    whole.merge(*counters)
    return whole.count()


def mixed(text: str) -> int:
    """A hash of 64 bits that is the same in every process. CRC-32 alone would keep the order in numbered ids."""
    number = crc32(text.encode("utf-8", "surrogateescape")) * 0x9E3779B97F4A7C15 & _MASK
    return (number ^ number >> 32) * 0xC2B2AE3D27D4EB4F & _MASK


class Timeline:
    """Numbers over time, in bins that grow wider with the time spanned: as wide as they must be and no wider.

    Each has its own width, so that one wrong time stamp coarsens nothing but what it is counted with.
    """

    __slots__ = ("_numbers", "_places", "_step")

    def __init__(self) -> None:
        self._step = 1
        """The width of a bin in seconds."""
        self._places: array[int] = array("q")
        """The bins that something was counted in, in order: first second divided by width."""
        self._numbers: array[int] = array("Q")

    def __bool__(self) -> bool:
        return bool(self._places)

    def add(self, numbers: Mapping[int, int]) -> None:
        """Count how often something happened in each of some seconds."""
        if not numbers:
            return
        places, step = self._places, self._step
        first, last = min(numbers), max(numbers)
        if places:
            first, last = min(first, places[0] * step), max(last, places[-1] * step)
        self._widen(first // step, last // step)
        places, step = self._places, self._step
        counted: dict[int, int] = {}
        for second, number in numbers.items():
            place = second // step
            counted[place] = counted.get(place, 0) + number
        for place, number in sorted(counted.items()):
            if not places or place > places[-1]:
                places.append(place)
                self._numbers.append(number)
            else:
                self._add(place, number)

    def merge(self, other: Timeline) -> None:
        """Count what another has counted too."""
        self._join(other._step)
        other._join(self._step)
        places = other._places
        if not places:
            return
        if self._places and places[0] <= self._places[-1]:
            for place, number in zip(places, other._numbers, strict=True):
                self._add(place, number)
        else:
            self._places += places
            self._numbers += other._numbers
        self._widen(self._places[0], self._places[-1])

    def bins(self) -> tuple[int, dict[int, int]]:
        """The width, and the numbers by place: the bin's first second divided by its width. In order."""
        return self._step, dict(zip(self._places, self._numbers, strict=True))

    def _add(self, place: int, number: int) -> None:
        """Add to a bin."""
        places, numbers = self._places, self._numbers
        at = bisect_left(places, place)
        if at < len(places) and places[at] == place:
            numbers[at] += number
        else:
            places.insert(at, place)
            numbers.insert(at, number)

    def _widen(self, first: int, last: int) -> None:
        """Widen bins so that they span from one to another."""
        now = self._step
        if last - first >= BINS:
            self._join(next(step for step in STEPS if step >= now and last * now // step - first * now // step < BINS))

    def _join(self, step: int) -> None:
        """Widen bins to a width."""
        if step > self._step:
            wider = joined(dict(zip(self._places, self._numbers, strict=True)), step // self._step)
            self._step, self._places, self._numbers = step, array("q", wider), array("Q", wider.values())


def joined(bins: dict[int, int], factor: int) -> dict[int, int]:
    """Bins of which ``factor`` are joined to one."""
    if factor == 1:
        return bins
    wider: dict[int, int] = {}
    for place, number in bins.items():
        wider[place // factor] = wider.get(place // factor, 0) + number
    return wider


def added(numbers: dict[int, int], more: dict[int, int]) -> None:
    """Add numbers to those of ``numbers``."""
    for place, number in more.items():
        numbers[place] = numbers.get(place, 0) + number


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
    """The highest number of different things (connections) within one second; seconds come in order, but for few."""

    __slots__ = ("_first", "_highest", "_names", "_second")

    def __init__(self) -> None:
        self._second: int | None = None
        """The second at hand, and the things at that second."""
        self._names: set[str] = set()
        self._first: tuple[int, set[str]] | None = None
        self._highest = 0

    @property
    def highest(self) -> int:
        """The highest number so far."""
        return max(self._highest, len(self._names))

    def add(self, numbers: Mapping[int, int], named: Iterable[tuple[int | None, str | None]]) -> None:
        """Take seconds in which something happened, each with what it happened to; and how many there are of each second.

        Who shares a second with no more others than were there before cannot be the most, so that most are not looked at.
        """
        highest, ends = self.highest, (min(numbers), max(numbers))
        found: dict[int, set[str]] = {second: set() for second, number in numbers.items() if number > highest or second in ends}
        for second, name in named:
            if second in found and name is not None and second is not None:
                found[second].add(name)
        for second in sorted(found):
            self._at(second, found[second])

    def merge(self, later: Peak) -> None:
        """Count what was counted later too."""
        for second, names in later._ends():
            self._at(second, names)
        self._highest = max(self._highest, later.highest)

    def _at(self, second: int, names: set[str]) -> None:
        if self._second == second:
            self._names |= names
            return
        self._highest = self.highest
        self._second, self._names = second, set(names)
        self._first = self._first or (second, self._names)

    def _ends(self) -> Iterator[tuple[int, set[str]]]:
        if self._first is not None and self._second is not None:
            yield self._first
            if self._first[1] is not self._names:
                yield self._second, self._names
