"""The search for one pattern in one text: by its literals, by ``re``, by ``regex``, or by ``regex`` in limited time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from smtp421.rulebook.texts import counts

EXACT, FOLDED, PLAIN, OTHER, TIMED = range(5)
"""How a pattern is searched: the literals tell all; ``re`` in the folded text; ``re``; ``regex``; ``regex`` in limited time."""
TIMEOUT = 0.05
"""Seconds that a pattern of a rule that is not bundled may take on one text."""
FEW_CALLS = 5
"""Searches for several literals, one by one, after which a pattern for all of them is compiled."""

Span = tuple[int, int]
Finder = Callable[[str, str], Span | None]
"""(text, folded text) -> the first match that counts. Raises TimeoutError where the time is limited."""


def finder(step: Sequence[Any]) -> Finder:
    """The search that a step of :mod:`smtp421.rulebook.index` stands for, its sets left out."""
    kind, first, *rest = step
    if kind == EXACT:
        return _literals((first, *rest)) if rest else _literal(first)
    return _compiled(kind, first)


def _compiled(kind: int, source: str) -> Finder:
    if kind == FOLDED:
        return _folded(re.compile(source))
    if kind == PLAIN:
        return _pattern(re.compile(source, re.IGNORECASE))
    from smtp421.rulebook.patterns import compile_pattern  # here, since most texts need no more than `re`

    return _timed(compile_pattern(source)) if kind == TIMED else _pattern(compile_pattern(source))


def _literal(literal: str) -> Finder:
    length = len(literal)
    if " " in literal.strip(" "):  # then a match counts wherever it stands

        def find_words(_text: str, folded: str) -> Span | None:
            start = folded.find(literal)
            return None if start < 0 else (start, start + length)

        return find_words

    def find(text: str, folded: str) -> Span | None:
        start = folded.find(literal)
        while start >= 0:
            if counts(text, start, start + length):
                return start, start + length
            start = folded.find(literal, start + length)
        return None

    return find


def _literals(literals: tuple[str, ...]) -> Finder:
    calls = 0
    search: Finder | None = None

    def find(text: str, folded: str) -> Span | None:
        nonlocal calls, search
        if search is not None:
            return search(text, folded)
        calls += 1
        if calls == FEW_CALLS:  # from now on it is worth it to compile a pattern
            search = _folded(re.compile("|".join(map(re.escape, literals))))
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
