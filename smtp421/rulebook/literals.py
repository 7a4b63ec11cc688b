"""Literals that every match of a pattern contains, read from the syntax tree of the standard library's ``re`` parser.

A rule is worth trying only on texts that hold one of its literals. Patterns that ``re`` cannot read, or reads otherwise than
``regex`` does, have none: such a rule is tried on every text. Literals are folded (:func:`smtp421.rulebook.texts.fold`), and
texts are taken to be white-space collapsed: then ``\\s+`` is one blank.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from re import _constants as ast  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from smtp421.rulebook.texts import fold

MAX_PRODUCT = 24
"""Most literals that a sequence of choices is multiplied out to."""
MAX_UNION = 64
"""Most literals that one pattern may need."""
MAX_DEPTH = 60
MAX_LENGTH = 200
OTHER_MEANING = re.compile(r"(?<!\\)(?:\\\\)*(?:\{(?!\d+(?:,\d*)?\}|,\d+\})|\[:\^?\w+:\])")
"""What ``regex`` reads otherwise than ``re`` without a complaint of ``re``: fuzzy counts and POSIX classes."""


class Needed(NamedTuple):
    """What is known of a pattern's matches."""

    literals: tuple[str, ...] | None
    """Each match holds one of them; None where nothing is known."""
    exact: bool
    """The pattern matches these literals and nothing else; they stand in the order in which it prefers them."""
    plain: bool
    """``re`` reads the pattern as ``regex`` does."""


class _Part(NamedTuple):
    """What is known of a part of a pattern."""

    words: tuple[str, ...] | None
    """All that it can match, in its order of preference; None for "too much"."""
    needed: tuple[str, ...] | None
    pure: bool = True
    """No assertions, flags or references: ``words`` tell all."""


UNKNOWN = _Part(None, None, pure=False)
EMPTY = _Part(("",), None)


def needed_literals(pattern: str) -> Needed:
    """Find the literals of a pattern."""
    if OTHER_MEANING.search(pattern):
        return Needed(None, exact=False, plain=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parser.parse(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError, Warning):
        return Needed(None, exact=False, plain=False)
    part = _sequence(tree, 0)
    best = _best((part.words, part.needed))
    exact = best is not None and part.pure and best == part.words and not tree.state.flags & ~(re.IGNORECASE | re.UNICODE)
    return Needed(best, exact, plain=True)


def _usable(literals: tuple[str, ...] | None) -> bool:
    return literals is not None and 0 < len(literals) <= MAX_UNION and all(literals) and max(map(len, literals)) <= MAX_LENGTH


def _best(choices: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """The set whose shortest literal is longest; of two such the smaller."""
    usable = [choice for choice in choices if choice is not None and _usable(choice)]
    return max(usable, key=lambda choice: (min(map(len, choice)), -len(choice)), default=None)


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _sequence(items: Sequence[Any], depth: int) -> _Part:
    """Parts one after another: multiply out what is finite, and keep the best of what must be there."""
    if depth > MAX_DEPTH:
        return UNKNOWN
    found: list[tuple[str, ...] | None] = []
    run: tuple[str, ...] = ("",)
    whole = pure = True
    for item in items:
        part = _item(item, depth)
        pure = pure and part.pure
        found.append(part.needed)
        if part.words is not None and len(run) * len(part.words) <= MAX_PRODUCT:
            run = _unique(left + right for left in run for right in part.words)
            continue
        found.append(run)
        whole = False
        run = part.words if part.words is not None else ("",)
    words = run if whole else None
    return _Part(words, _best([*found, run]), pure and whole)


def _item(item: tuple[Any, Any], depth: int) -> _Part:
    operation, value = item
    if operation is ast.LITERAL:
        return _character(value)
    if operation is ast.IN:
        return _class(value)
    if operation is ast.BRANCH:
        return _branch([_sequence(branch, depth + 1) for branch in value[1]])
    if operation is ast.SUBPATTERN:
        _group, added, removed, inner = value
        part = _sequence(inner, depth + 1)
        return part._replace(pure=False) if added or removed else part
    if operation is ast.ATOMIC_GROUP:
        return _sequence(value, depth + 1)._replace(pure=False)
    if operation in (ast.MAX_REPEAT, ast.MIN_REPEAT, ast.POSSESSIVE_REPEAT):
        return _repeat(operation, value, depth)
    if operation in (ast.AT, ast.ASSERT, ast.ASSERT_NOT):
        return EMPTY._replace(pure=False)
    return UNKNOWN


def _character(code: int) -> _Part:
    character = chr(code)
    if not character.isprintable() and not character.isascii():  # perhaps a letter of a newer Unicode, whose case `regex` knows
        return UNKNOWN
    return _Part((fold(character),), None)


def _class(members: Sequence[tuple[Any, Any]]) -> _Part:
    words: list[str] = []
    for operation, value in members:
        if operation is ast.LITERAL:
            words.append(fold(chr(value)))
        elif operation is ast.CATEGORY and value is ast.CATEGORY_SPACE:
            words.append(" ")
        elif operation is ast.RANGE and value[1] - value[0] < 8:
            words += (fold(chr(code)) for code in range(value[0], value[1] + 1))
        else:
            return UNKNOWN
    return _Part(_unique(words), None) if len(words) <= MAX_PRODUCT else UNKNOWN


def _branch(parts: list[_Part]) -> _Part:
    pure = all(part.pure for part in parts)
    words: tuple[str, ...] | None = None
    if all(part.words is not None for part in parts):
        words = _unique(word for part in parts for word in part.words or ())
        if len(words) > MAX_PRODUCT:
            words = None
    needs = [_best((part.words, part.needed)) for part in parts]
    needed = _unique(word for need in needs for word in need or ()) if all(needs) else None
    return _Part(words, needed if _usable(needed) else None, pure and words is not None)


def _repeat(operation: Any, value: tuple[int, int, Sequence[Any]], depth: int) -> _Part:
    least, most, inner = value
    part = _sequence(inner, depth + 1)
    pure = part.pure and operation is not ast.POSSESSIVE_REPEAT
    if part.words == (" ",) and most >= 1:  # there are no two blanks in a row
        least, most = min(least, 2), 1
        if least > 1:
            return UNKNOWN
    if part.words is not None and most == 1:
        if least == 1:
            return part._replace(pure=pure)
        words = (*part.words, "") if operation is not ast.MIN_REPEAT else ("", *part.words)
        return _Part(_unique(words), None, pure)
    if part.words is not None and least == most and len(part.words) ** most <= MAX_PRODUCT and most <= 8:
        words = ("",)
        for _ in range(most):
            words = _unique(left + right for left in words for right in part.words)
        return _Part(words, None, pure)
    return _Part(None, _best((part.words, part.needed)) if least else None, pure=False)
