"""Many patterns searched at once: the literals of a text tell which are worth trying, then each is searched by itself.

Patterns are numbered through; those of one rule (or the marks of one provider), its *owner*, stand together.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from smtp421.rulebook.decode import Lines
from smtp421.rulebook.finders import TIMED, Finder, Span, finder
from smtp421.rulebook.texts import TEXT_CAP, fold

STRIKES = 3
"""Time-outs after which a pattern is left out for good."""
FEW_TEXTS = 4
"""Texts that are searched literal by literal before an automaton is worth building."""
MAX_REMEMBERED = 12_000
"""Combinations of literals, and of literals and conditions, of which it is remembered what is worth trying."""
MAX_TEXTS = 2_000
"""Texts that are kept ready to be searched."""
LONG = 1_000
"""Characters from which on a text is not kept beside others."""

_literal_of = itemgetter(1)


class Hits(NamedTuple):
    """What is worth trying on all texts with the same literals, as far as their literals tell."""

    rules: tuple[tuple[int, int, int], ...]
    """Patterns of rules, without those for all texts, each with the place of its bit in a mask of bytes: (number, byte, bit)."""
    marks: tuple[int, ...]
    """Patterns of marks."""
    tries: dict[tuple[Any, ...], Sequence[int]]
    """The patterns of all rules that are worth trying under some conditions, in the order of rank, filled by the matcher."""
    literals: tuple[int, ...]
    vetoes: dict[int, tuple[int, ...]]
    """The patterns of an owner of vetoes, filled by :meth:`WordIndex.vetoes`."""


Reading = tuple[str, str, Hits]
"""A text ready to be searched: itself up to the cap, folded, and what is worth trying on it."""


class WordIndex:
    """Patterns of many owners, as :mod:`smtp421.rulebook.index` lays them out.

    The owners are rules, then the ``vetoed`` ones with their vetoes, then the providers that are ``marked``. ``starts``: the
    first pattern of each owner; ``always``: patterns without literals. Of ``lines`` that with number ``line`` holds all
    literals, the next the patterns that each speaks for, then comes one for each owner: how its patterns are searched.
    """

    def __init__(self, index: Mapping[str, Any], lines: Lines, line: int) -> None:
        self._starts: Sequence[int] = index["starts"]
        self.count: int = index["count"]
        """How many patterns there are."""
        self.first_mark = len(self._starts) - len(index["marked"])
        """The first owner of marks."""
        self.first_veto = self.first_mark - len(index["vetoed"])
        """The first owner of vetoes."""
        self.always = tuple(numbers_of(index["always"]))
        """The patterns that are worth trying on every text."""
        self._always_marks = [number for number in self.always if number >= self.start(self.first_mark)]
        self._literals = lines[line].split("\t") if lines[line] else []
        self._numbers: list[Any] = lines[line + 1].split("\t")
        self._lines = lines
        self._line = line + 2
        self._automaton: Any = None
        self._seen = 0
        self._places: list[tuple[tuple[int, int, int], list[list[str]]] | None] = [None] * self.count
        self._steps: dict[int, list[Any]] = {}
        self._known: dict[tuple[int, ...], Hits] = {}
        self._remembered = 0
        self._readings: dict[str, Reading] = {}
        self.finders: list[Finder | None] = [None] * self.count
        """The search of each pattern, where it was needed before; else :meth:`finder` makes it."""
        self.slow: dict[int, int] = {}
        """The owners of patterns that took too long, and how often."""

    def owner(self, number: int) -> int:
        """Whose pattern it is."""
        return bisect_right(self._starts, number) - 1

    def start(self, owner: int) -> int:
        """An owner's first pattern; behind the last owner, that behind its last."""
        return self._starts[owner] if owner < len(self._starts) else self.count

    def read(self, text: str) -> Reading:
        """Look which literals a text holds; of one that is too long only the beginning counts.

        The last texts are kept: who answered and what it means are asked in turn, and logs repeat themselves.
        """
        reading = self._readings.get(text)
        if reading is not None:
            return reading
        cut = text if len(text) <= TEXT_CAP else text[:TEXT_CAP]
        folded = cut.lower() if cut.isascii() else fold(cut)
        literals = tuple(self._found(folded) if self._automaton is None else map(_literal_of, self._automaton.iter(folded)))
        hits = self._known.get(literals)
        if hits is None:
            self.make_room()
            hits = self._known[literals] = self._hits(literals)
        if len(self._readings) >= MAX_TEXTS or len(text) > LONG:
            self._readings.clear()
        reading = self._readings[text] = cut, folded, hits
        return reading

    def _found(self, folded: str) -> list[int]:
        """The literals of one of the first texts: an automaton is built only where more come."""
        self._seen += 1
        if self._seen > FEW_TEXTS and self._literals:
            self._automaton = automaton_of(self._literals, range(len(self._literals)))
        return [number for number, literal in enumerate(self._literals) if literal in folded]

    def make_room(self) -> None:
        """Called before something is remembered of texts: forgets all where it has become too much."""
        self._remembered += 1
        if self._remembered > MAX_REMEMBERED:
            self._known.clear()
            self._remembered = 1

    def _hits(self, literals: tuple[int, ...]) -> Hits:
        """What some literals speak for."""
        numbers = self._numbers
        found: set[int] = set()
        for literal in literals:
            told = numbers[literal]
            if isinstance(told, str):
                told = numbers[literal] = array("I", numbers_of(told))
            found.update(told)
        present = {self._literals[literal] for literal in literals}
        first_mark = self.start(self.first_mark)
        rules: list[tuple[int, int, int]] = []
        marks = list(self._always_marks)
        for number in sorted(found):
            place, sets = self._places[number] or self._place(number)
            for needed in sets:
                if present.isdisjoint(needed):
                    break
            else:
                if number < first_mark:
                    rules.append(place)
                else:
                    marks.append(number)
        return Hits(tuple(rules), tuple(sorted(marks)), {}, literals, {})

    def vetoes(self, owner: int, hits: Hits) -> tuple[int, ...]:
        """An owner's patterns that are worth trying; it is one of vetoes."""
        vetoes = hits.vetoes.get(owner)
        if vetoes is None:
            present = {self._literals[literal] for literal in hits.literals}
            numbers = range(self.start(owner), self.start(owner + 1))
            vetoes = tuple(number for number in numbers if not any(map(present.isdisjoint, self._step(number)[0])))
            hits.vetoes[owner] = vetoes
        return vetoes

    def _place(self, number: int) -> tuple[tuple[int, int, int], list[list[str]]]:
        """A pattern with the place of its bit, and the sets that its literals in the index do not tell of."""
        place = self._places[number] = (number, number >> 3, 1 << (number & 7)), self._step(number)[0]
        return place

    def _step(self, number: int) -> list[Any]:
        """How a pattern is searched."""
        owner = self.owner(number)
        steps = self._steps.get(owner)
        if steps is None:
            steps = self._steps[owner] = json.loads(self._lines[self._line + owner])
        step: list[Any] = steps[number - self._starts[owner]]
        return step

    def finder(self, number: int, late: Span | None = None) -> Finder:
        """Make the search for a pattern. One that takes too long gives ``late``, and after three times always does."""
        owner = self.owner(number)
        _sets, *step = self._step(number)
        find = self.finders[number] = finder(step)
        if step[0] != TIMED:
            return find

        def timed(text: str, folded: str) -> Span | None:
            try:
                return find(text, folded)
            except TimeoutError:
                strikes = self.slow[owner] = self.slow.get(owner, 0) + 1
                if strikes >= STRIKES:
                    self.finders[number] = lambda _text, _folded: late
                return late

        self.finders[number] = timed
        return timed


def automaton_of(literals: Iterable[str], values: Iterable[object] | None = None) -> Any:
    """An automaton whose ``iter(text)`` gives (end, value) for every literal in a text; the value is the literal by default."""
    import ahocorasick  # here, since a single text does not need it

    automaton = ahocorasick.Automaton()
    literals = list(literals)
    for literal, value in zip(literals, literals if values is None else values, strict=True):
        automaton.add_word(literal, value)
    automaton.make_automaton()
    return automaton


def mask_of(numbers: str) -> int:
    """A mask with these bits set: ``0-4 7 9-12``."""
    mask = 0
    for part in numbers.split():
        first, _to, last = part.partition("-")
        start = int(first)
        mask |= ((1 << int(last) - start + 1) - 1 if last else 1) << start
    return mask


def bits_of(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, the lowest first."""
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1


def numbers_of(numbers: str) -> Iterator[int]:
    """The single numbers: ``0-4 7 9-12``."""
    for part in numbers.split():
        first, _to, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
