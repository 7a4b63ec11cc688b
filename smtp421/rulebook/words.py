"""Many sets of patterns searched at once: literals tell which sets are worth trying, then patterns confirm.

A *set* is the ``text`` of one rule or the ``marks`` of one provider; it is found where one of its patterns is. Sets are known
by number, and a lower number comes first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from smtp421.rulebook.texts import counts

EXACT, PLAIN, OTHER, TIMED = range(4)
"""How a pattern is confirmed: its literals tell all; with ``re``; with ``regex``; with ``regex`` and a time limit."""
TIMEOUT = 0.05
"""Seconds that a pattern of a rule that is not bundled may take on one text."""
STRIKES = 3
"""Time-outs after which a set is left out for good."""
FEW_TEXTS = 4
"""Texts that are searched literal by literal before an automaton is worth building."""

Span = tuple[int, int]
Finder = Callable[[str, str], Span | None]
"""(text, folded text) -> the first match that counts."""


class WordIndex:
    """The sets of patterns, as an index of :mod:`smtp421.rulebook.compile` has them.

    ``steps``: for each set its patterns; ``literals`` and, of equal length, the ``sets`` that each speaks for, as numbers with
    blanks between; ``anywhere``: the sets to be tried on every text.
    """

    def __init__(self, index: Mapping[str, Any]) -> None:
        self._steps: Sequence[str] = index["steps"]
        self._literals: Sequence[str] = index["literals"]
        self._sets: Sequence[str] = index["sets"]
        self._anywhere = bits(index["anywhere"])
        self._automaton: Any = None
        self._seen = 0
        self._finders: list[tuple[Finder, ...] | None] = [None] * len(self._steps)
        self._strikes: dict[int, int] = {}

    @property
    def slow(self) -> Mapping[int, int]:
        """The sets that took too long, and how often."""
        return self._strikes

    def candidates(self, folded: str) -> int:
        """The sets that may be found in a folded text, one bit each."""
        mask = self._anywhere
        if self._automaton is not None:
            for _end, sets in self._automaton.iter(folded):
                mask |= sets
            return mask
        self._seen += 1
        if self._seen > FEW_TEXTS and self._literals:
            self._build()
        for position, literal in enumerate(self._literals):
            if literal in folded:
                mask |= bits(map(int, self._sets[position].split()))
        return mask

    def _build(self) -> None:
        import ahocorasick  # here, since a single text does not need it

        automaton = ahocorasick.Automaton()
        for literal, sets in zip(self._literals, self._sets, strict=True):
            automaton.add_word(literal, bits(map(int, sets.split())))
        automaton.make_automaton()
        self._automaton = automaton

    def confirm(self, number: int, text: str, folded: str) -> Span | None:
        """Where a set is found in a text. A set that takes too long is not found, and after three times never again."""
        finders = self._finders[number]
        if finders is None:
            finders = self._finders[number] = finders_of(self._steps[number])
        try:
            for find in finders:
                span = find(text, folded)
                if span is not None:
                    return span
        except TimeoutError:
            self.strike(number)
        return None

    def strike(self, number: int) -> None:
        """Count a time-out."""
        strikes = self._strikes[number] = self._strikes.get(number, 0) + 1
        if strikes >= STRIKES:
            self._finders[number] = ()

    def found(self, text: str, folded: str) -> Iterator[int]:
        """The sets that are found in a text, in their order."""
        for number in numbers_of(self.candidates(folded)):
            if self.confirm(number, text, folded) is not None:
                yield number


def bits(numbers: Iterable[int]) -> int:
    """A mask with these bits set."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def numbers_of(mask: int) -> Iterator[int]:
    """The bits that are set, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def finders_of(steps: str) -> tuple[Finder, ...]:
    """The searches for the patterns of a set: a JSON list of steps."""
    return tuple(finder(step) for step in json.loads(steps))


def finder(step: Sequence[Any]) -> Finder:
    """The search that a step of an index (:mod:`smtp421.rulebook.compile`) stands for."""
    kind, first, *rest = step
    if kind == EXACT:
        return _literals((first, *rest)) if rest else _literal(first)
    return _guarded(kind, first, tuple(map(tuple, rest)))


def _guarded(kind: int, source: str, sets: tuple[tuple[str, ...], ...]) -> Finder:
    """Search for a pattern where the text holds its literals; it is compiled then, which costs more than many searches."""
    search: Finder | None = None

    def find(text: str, folded: str) -> Span | None:
        nonlocal search
        for literals in sets:
            for literal in literals:
                if literal in folded:
                    break
            else:
                return None
        if search is None:
            search = _compiled(kind, source)
        return search(text, folded)

    return find


def _compiled(kind: int, source: str) -> Finder:
    if kind == PLAIN:
        return _pattern(re.compile(source, re.IGNORECASE))
    from smtp421.rulebook.patterns import compile_pattern  # here, since most texts need no more than `re`

    return _timed(compile_pattern(source)) if kind == TIMED else _pattern(compile_pattern(source))


def _literal(literal: str) -> Finder:
    length = len(literal)

    def find(text: str, folded: str) -> Span | None:
        start = folded.find(literal)
        while start >= 0:
            if counts(text, start, start + length):
                return start, start + length
            start = folded.find(literal, start + length)
        return None

    return find


def _literals(literals: tuple[str, ...]) -> Finder:
    def find(text: str, folded: str) -> Span | None:
        position = 0
        while True:
            starts = [(start, order) for order, literal in enumerate(literals) if (start := folded.find(literal, position)) >= 0]
            if not starts:
                return None
            start, order = min(starts)
            position = start + len(literals[order])
            if counts(text, start, position):
                return start, position

    return find


def _pattern(pattern: Any) -> Finder:
    def find(text: str, _folded: str) -> Span | None:
        found = pattern.search(text)
        if found is None:
            return None
        start, end = found.span()
        return (start, end) if counts(text, start, end) else _first(pattern.finditer(text), text)

    return find


def _timed(pattern: Any) -> Finder:
    def find(text: str, _folded: str) -> Span | None:
        return _first(pattern.finditer(text, timeout=TIMEOUT), text)

    return find


def _first(matches: Iterable[Any], text: str) -> Span | None:
    for found in matches:
        start, end = found.span()
        if counts(text, start, end):
            return start, end
    return None
