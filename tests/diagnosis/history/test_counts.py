from __future__ import annotations

import random
from array import array
from collections import Counter
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.diagnosis.history.counts import (
    BINS,
    SKETCH,
    STEPS,
    Count,
    Distinct,
    Durations,
    Peak,
    Spread,
    Timeline,
    busiest,
)
from smtp421.diagnosis.history.values import Numbers


def distinct(texts: list[str]) -> Distinct:
    counter = Distinct()
    for start in range(0, len(texts), 100):
        counter.add(texts[start : start + 100])
    return counter


def test_a_few_are_counted_one_by_one() -> None:
    assert distinct(["a", "b", "a"]).count() == Count(2)
    assert Distinct().count() == Count(0)


@pytest.mark.parametrize("number", [SKETCH + 1, 3 * SKETCH, 200_000])
def test_many_are_estimated(number: int) -> None:
    count = distinct([f"{each:011X}" for each in range(number)]).count()
    assert not count.exact
    assert abs(count.number - number) < 0.06 * number


def test_halves_give_what_the_whole_gives() -> None:
    texts = [f"user{random.Random(number).randrange(30_000)}@example.com" for number in range(40_000)]
    whole, first, second = distinct(texts), distinct(texts[:15_000]), distinct(texts[15_000:])
    first.merge(second)
    assert first.count() == whole.count()
    small = distinct(["a"])
    small.merge(distinct(["b"]))
    assert small.count() == Count(2)


def test_merging_many_shortens() -> None:
    first, second = (distinct([f"{name}{number}" for number in range(2 * SKETCH)]) for name in "ab")
    first.merge(second)
    assert abs(first.count().number - 4 * SKETCH) < 0.06 * 4 * SKETCH


def timeline(seconds: list[int]) -> Timeline:
    line = Timeline()
    for second in seconds:
        line.add({second: 1})
    return line


def test_numbers_of_bins_are_pairs() -> None:
    one = Numbers(array("q", [60, 120]), array("Q", [3, 5]))
    assert one == ((60, 3), (120, 5))
    assert one == Numbers(array("q", [60, 120]), array("Q", [3, 5]))
    assert one != [(60, 3), (120, 5)]
    assert hash(one) == hash(tuple(one))
    assert repr(one) == "((60, 3), (120, 5))"
    assert (len(one), one[-1], one[1:]) == (2, (120, 5), ((120, 5),))


TIMES = st.lists(st.one_of(st.integers(0, 3000), st.integers(0, 10**7), st.integers(-(10**9), 4 * 10**9)), max_size=40)


@given(TIMES, TIMES)
def test_timelines_merge_whatever_the_order(one: list[int], other: list[int]) -> None:
    whole, first = timeline(sorted(one + other)), timeline(one)
    first.merge(timeline(other))
    assert first.bins() == whole.bins()
    assert sum(whole.bins()[1].values()) == len(one) + len(other)
    assert bool(whole) == bool(one + other)
    later = timeline(other)
    later.merge(timeline(one))
    assert later.bins() == whole.bins()


@given(TIMES)
def test_bins_are_as_wide_as_needed(seconds: list[int]) -> None:
    step, numbers = timeline(seconds).bins()
    assert len(numbers) <= BINS
    assert list(numbers) == sorted(numbers)
    assert numbers.keys() == {second // step for second in seconds}
    if seconds and step > 1:
        narrower = STEPS[STEPS.index(step) - 1]
        assert max(seconds) // narrower - min(seconds) // narrower >= BINS


@given(TIMES)
def test_many_at_once_are_counted_as_one_by_one(seconds: list[int]) -> None:
    line = Timeline()
    for start in range(0, len(seconds), 7):
        line.add(Counter(seconds[start : start + 7]))
    line.add({})
    assert line.bins() == timeline(seconds).bins()


@given(TIMES)
def test_looking_changes_nothing(seconds: list[int]) -> None:
    line = Timeline()
    for second in seconds:
        line.add({second: 1})
        line.bins()
    assert line.bins() == timeline(seconds).bins()


def test_each_width_divides_the_next() -> None:
    assert all(wide % narrow == 0 for narrow, wide in pairwise(STEPS))


def test_the_busiest_span() -> None:
    line = timeline([0, 30, 61, 62, 63, 200])
    step, numbers = line.bins()
    assert busiest(numbers, step, 60) == (60, 3)
    assert busiest(numbers, step, 3600) == (0, 6)
    assert busiest({}, 1, 60) is None
    line.add({10**7: 1})
    step, numbers = line.bins()
    assert busiest(numbers, step, 60) is None


@given(st.lists(st.integers(0, 2000), max_size=400), st.lists(st.integers(0, 2000), max_size=400))
def test_what_is_counted_one_by_one_is_exact(one: list[int], other: list[int]) -> None:
    first = distinct([str(number) for number in one])
    first.count()
    first.merge(distinct([str(number) for number in other]))
    assert first.count() == Count(len({*one, *other}))


def durations(seconds: list[int]) -> Durations:
    counter = Durations()
    for each in seconds:
        counter.add(each)
    return counter


def test_durations() -> None:
    counter = durations([15, 15, 332, -1])
    assert counter.spread() == Spread(4, 15, 332)
    assert counter.up_to(60) == 3
    assert durations([]).spread() == Spread(0, None, None)
    assert durations([4123]).spread() == Spread(1, 4100, 4123)
    assert durations([4199]).spread() == Spread(1, 4199, 4199)


@given(st.lists(st.integers(0, 10**6), max_size=30), st.lists(st.integers(0, 10**6), max_size=30))
def test_durations_merge(one: list[int], other: list[int]) -> None:
    first = durations(list(one))
    first.merge(durations(list(other)))
    assert first.spread() == durations([*other, *one]).spread()


def test_many_durations_are_kept_rounded() -> None:
    seconds = [number * 7 % 20_000 for number in range(1, 20_000)]
    whole, first = durations(seconds), durations(seconds[:9000])
    first.merge(durations(seconds[9000:]))
    assert first.spread() == whole.spread()
    assert whole.spread().longest == 19_999
    assert first.up_to(500) == whole.up_to(500) == sum(1 for each in seconds if each < 505)
    assert len(whole.counted) < 5000


def test_a_median_is_near() -> None:
    seconds = list(range(1, 100_000, 7))
    median = durations(list(seconds)).spread().median
    assert median is not None
    assert abs(median - 50_000) < 2500


def peak(events: list[tuple[int, str]], at_once: int = 30) -> Peak:
    counter = Peak()
    for start in range(0, len(events), at_once):
        some = events[start : start + at_once]
        counter.add(Counter(second for second, _ in some), some)
    return counter


def test_the_peak_within_a_second() -> None:
    assert peak([]).highest == 0
    assert peak([(1, "a"), (1, "b"), (1, "a"), (2, "c")]).highest == 2
    for order in permutations([(1, "a"), (1, "b"), (1, "c")]):
        assert peak(list(order)).highest == 3


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abcd")), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_peaks_merge(events: list[tuple[int, str]], cut: int, other: int) -> None:
    events.sort()
    highest = max((len({name for at, name in events if at == second}) for second, _ in events), default=0)
    assert peak(events).highest == peak(events, 1).highest == peak(events, 3).highest == highest
    cut, other = sorted((cut, other))
    first, second, third = peak(events[:cut]), peak(events[cut:other]), peak(events[other:])
    second.merge(third)
    first.merge(second)
    assert first.highest == peak(events).highest
