"""Many patterns searched at once: the literals of a text tell which are worth trying, then each is confirmed.

Patterns are numbered through; those of one rule (or the marks of one provider), its *owner*, stand together.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from smtp421.rulebook.decode import Lines
from smtp421.rulebook.texts import counts

EXACT, FOLDED, PLAIN, OTHER, TIMED = range(5)
"""How a pattern is confirmed: the literals tell all; ``re`` in the folded text; ``re``; ``regex``; ``regex`` in limited time."""
TIMEOUT = 0.05
"""Seconds that a pattern of a rule that is not bundled may take on one text."""
STRIKES = 3
"""Time-outs after which a pattern is left out for good."""
FEW_TEXTS = 4
"""Texts that are searched literal by literal before an automaton is worth building."""

Span = tuple[int, int]
Finder = Callable[[str, str], Span | None]
"""(text, folded text) -> the first match that counts."""


class WordIndex:
    """Patterns of many owners, as :mod:`smtp421.rulebook.index` lays them out.

    ``count`` of patterns; ``starts``: the first pattern of each owner; ``always``: patterns without literals. Of ``lines`` that
    with number ``line`` holds all literals, the next the patterns that each speaks for, then comes one for each owner.
    """

    def __init__(self, index: Mapping[str, Any], lines: Lines, line: int) -> None:
        self._count: int = index["count"]
        self._starts: Sequence[int] = index["starts"]
        self._literals = lines[line].split("\t") if lines[line] else []
        self._patterns = lines[line + 1].split("\t")
        self._always = mask_of(index["always"])
        self._lines = lines
        self._line = line + 2
        self._automaton: Any = None
        self._seen = 0
        self._finders: list[Finder | None] = [None] * self._count
        self._strikes: dict[int, int] = {}

    @property
    def slow(self) -> Mapping[int, int]:
        """The owners of patterns that took too long, and how often."""
        return self._strikes

    @property
    def owners(self) -> int:
        """How many owners there are."""
        return len(self._starts)

    def start(self, owner: int) -> int:
        """An owner's first pattern."""
        return self._starts[owner]

    def owner(self, number: int) -> int:
        """Whose pattern it is."""
        return bisect_right(self._starts, number) - 1

    def end(self, owner: int) -> int:
        """The number after an owner's last pattern."""
        return self._starts[owner + 1] if owner + 1 < len(self._starts) else self._count

    def candidates(self, folded: str) -> int:
        """The patterns that may be found in a folded text, one bit each."""
        mask = self._always
        if self._automaton is not None:
            for _end, patterns in self._automaton.iter(folded):
                mask |= patterns
        else:
            for literal, patterns in zip(self._literals, self._patterns, strict=False):
                if literal in folded:
                    mask |= mask_of(patterns)
            self._seen += 1
            if self._seen > FEW_TEXTS and self._literals:
                self._build()
        return mask

    def _build(self) -> None:
        import ahocorasick  # here, since a single text does not need it

        automaton = ahocorasick.Automaton()
        for literal, patterns in zip(self._literals, self._patterns, strict=True):
            automaton.add_word(literal, mask_of(patterns))
        automaton.make_automaton()
        self._automaton = automaton

    def confirm(self, number: int, text: str, folded: str, late: Span | None = None) -> Span | None:
        """Where a pattern is found in a text. One that takes too long gives ``late``, and after three times always does."""
        find = self._finders[number]
        if find is None:
            owner = self.owner(number)
            find = self._finders[number] = finder(json.loads(self._lines[self._line + owner])[number - self._starts[owner]])
        try:
            return find(text, folded)
        except TimeoutError:
            owner = self.owner(number)
            strikes = self._strikes[owner] = self._strikes.get(owner, 0) + 1
            if strikes >= STRIKES:
                self._finders[number] = lambda _text, _folded: late
            return late

    def found(self, text: str, folded: str) -> Iterator[int]:
        """The owners whose patterns are found in a text, in their order."""
        mask = self.candidates(folded)
        while mask:
            number = (mask & -mask).bit_length() - 1
            if self.confirm(number, text, folded) is None:
                mask &= mask - 1
                continue
            owner = self.owner(number)
            mask = mask >> self.end(owner) << self.end(owner)
            yield owner


def mask_of(numbers: str) -> int:
    """A mask with these bits set: ``0-4 7 9-12``."""
    mask = 0
    for part in numbers.split():
        first, _to, last = part.partition("-")
        start = int(first)
        mask |= ((1 << int(last) - start + 1) - 1 if last else 1) << start
    return mask


def numbers_of(numbers: str) -> Iterator[int]:
    """The single numbers: ``0-4 7 9-12``."""
    for part in numbers.split():
        first, _to, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def finder(step: Sequence[Any]) -> Finder:
    """The search that a step of :mod:`smtp421.rulebook.index` stands for."""
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
    if kind == FOLDED:
        return _folded(re.compile(source))
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
            first, end = len(folded), -1
            for literal in literals:
                start = folded.find(literal, position, first + len(literal) - 1)  # only what begins before the first so far
                if start >= 0:
                    first, end = start, start + len(literal)
            if end < 0:
                return None
            if counts(text, first, end):
                return first, end
            position = end

    return find


def _pattern(pattern: Any) -> Finder:
    def find(text: str, _folded: str) -> Span | None:
        found = pattern.search(text)
        if found is None:
            return None
        start, end = found.span()
        return (start, end) if counts(text, start, end) else _first(pattern.finditer(text), text)

    return find


def _folded(pattern: re.Pattern[str]) -> Finder:
    def find(text: str, folded: str) -> Span | None:
        found = pattern.search(folded)
        if found is None:
            return None
        start, end = found.span()
        return (start, end) if counts(text, start, end) else _first(pattern.finditer(folded), text)

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
