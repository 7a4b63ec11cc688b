"""Literals that every match of a pattern contains, read from the syntax tree of the standard library's ``re`` parser.

A rule is worth trying only on texts that hold one of its literals. Patterns that ``re`` cannot read, or reads otherwise than
``regex`` does, have none: such a rule is tried on every text. Literals are folded (:func:`smtp421.rulebook.texts.fold`), and
texts are taken to be white-space collapsed: then ``\\s+`` is one blank.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from re import _constants as ast  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from smtp421.rulebook.texts import fold

MAX_PRODUCT = 24
"""Most literals that a sequence of choices is multiplied out to."""
MAX_UNION = 64
"""Most literals that one pattern may need."""
MAX_SETS = 3
"""Most sets that are kept of one pattern."""
COMMON = (
    " temporarily deferred try again later please connection message messages mail emails recipient sender address mailbox "
    "server service host domain client error failure failed limit exceeded rejected blocked listed list policy reputation "
    "greylisted unavailable refused timeout system local not available temporary unable too many lookup dns command spam "
    "content from for you your the this has been was with and to of in on at by is not have are rate quota ip user account "
    "reached maximum connections per hour minute "
)
"""What many replies hold: a literal that is a part of it tells little."""
MAX_DEPTH = 60
MAX_LENGTH = 200
OTHER_MEANING = re.compile(r"(?<!\\)(?:\\\\)*(?:\{(?!\d+(?:,\d*)?\}|,\d+\})|\[:\^?\w+:\])")
"""What ``regex`` reads otherwise than ``re`` without a complaint of ``re``: fuzzy counts and POSIX classes."""


PIECES = re.compile(r"(\\.)|(\(\?(?:[:=!]|<[=!]))|(\(\?)|(.)", re.DOTALL)
"""Escapes, groups that leave all as it is, other groups with a question mark, and the rest."""

Literals = tuple[str, ...]
"""Alternatives: a text must hold one of them."""


class Needed(NamedTuple):
    """What is known of a pattern's matches."""

    sets: tuple[Literals, ...]
    """A match holds a literal of each set, the most telling set first; empty where nothing is known."""
    exact: bool
    """The pattern matches the literals of the one set and nothing else; they stand in the order in which it prefers them."""
    plain: bool
    """``re`` reads the pattern as ``regex`` does."""
    lowered: str = ""
    """A pattern that finds in folded texts, minding case, what the pattern finds in all; empty where there is none."""


class _Part(NamedTuple):
    """What is known of a part of a pattern."""

    words: Literals | None
    """All that it can match, in its order of preference; None for "too much"."""
    needed: tuple[Literals, ...]
    """Sets of which a match holds one literal each, beside ``words``."""
    pure: bool = True
    """No assertions, flags or references: ``words`` tell all."""

    @property
    def sets(self) -> tuple[Literals, ...]:
        """All sets that are needed."""
        return self.needed if self.words is None else (self.words, *self.needed)


UNKNOWN = _Part(None, (), pure=False)
EMPTY = _Part(("",), ())


@lru_cache(maxsize=8192)
def needed_literals(pattern: str) -> Needed:
    """Find the literals of a pattern."""
    if OTHER_MEANING.search(pattern):
        return Needed((), exact=False, plain=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parser.parse(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError, Warning):
        return Needed((), exact=False, plain=False)
    part = _sequence(tree, 0)
    ranked = _ranked(part.sets)
    exact = part.pure and ranked == (part.words,) and not tree.state.flags & ~(re.IGNORECASE | re.UNICODE)
    return Needed(ranked, exact, plain=True, lowered=_lowered(pattern, tree))


def _lowered(pattern: str, tree: Any) -> str:
    """The pattern in lower case, where nothing but letters has to change; searching with it is several times faster."""
    if not pattern.isascii() or not all(_same_kind(*bounds) for bounds in _ranges_in(tree)):
        return ""
    parts = []
    for escape, group, odd_group, character in PIECES.findall(pattern):
        if odd_group or (escape[1:].isalnum() and escape[1:] not in "sSdDwWbBAZ"):
            return ""
        parts.append(escape or group or character.lower())
    return "".join(parts)


def _same_kind(first: int, last: int) -> bool:
    """Whether the bounds of a range are two digits, two small or two capital letters."""
    both = chr(first) + chr(last)
    return both.isdigit() or both.islower() or both.isupper()


def _ranges_in(tree: Any) -> Iterator[tuple[int, int]]:
    for operation, value in tree:
        if operation is ast.IN:
            yield from (bounds for kind, bounds in value if kind is ast.RANGE)
        elif operation is ast.BRANCH:
            for branch in value[1]:
                yield from _ranges_in(branch)
        elif operation in (ast.SUBPATTERN, ast.MAX_REPEAT, ast.MIN_REPEAT, ast.POSSESSIVE_REPEAT, ast.ASSERT, ast.ASSERT_NOT):
            yield from _ranges_in(value[-1])
        elif operation is ast.ATOMIC_GROUP:
            yield from _ranges_in(value)


def _worth(literals: Literals) -> tuple[int, int]:
    """How telling a set is: that whose shortest literal is longest, and of two such the smaller."""
    return min(map(_telling, literals)), -len(literals)


def _telling(literal: str) -> int:
    """How many letters a literal is worth."""
    return len(literal) // 3 if literal.strip() in COMMON else len(literal)


def _ranked(sets: Iterable[Literals]) -> tuple[Literals, ...]:
    """The sets that tell something, the most telling first."""
    usable = {literals for literals in sets if len(literals) <= MAX_UNION and all(map(_usable, literals))}
    ranked = sorted(usable, key=lambda literals: (_worth(literals), literals), reverse=True)
    return tuple(ranked[:MAX_SETS])


def _usable(literal: str) -> bool:
    return 0 < len(literal) <= MAX_LENGTH and literal.isprintable()


def _unique(words: Iterable[str]) -> Literals:
    return tuple(dict.fromkeys(words))


def _sequence(items: Sequence[Any], depth: int) -> _Part:
    """Parts one after another: multiply out what is finite, and keep the best of what must be there."""
    if depth > MAX_DEPTH:
        return UNKNOWN
    found: list[Literals] = []
    run: Literals = ("",)
    whole = pure = True
    for item in items:
        if item[0] is ast.LITERAL and (character := _character(item[1])):
            run = tuple([left + character for left in run])
            continue
        part = _item(item, depth)
        pure = pure and part.pure
        found += part.needed
        if part.words is not None and len(run) * len(part.words) <= MAX_PRODUCT:
            run = _unique(left + right for left in run for right in part.words)
            continue
        found.append(run)
        whole = False
        run = part.words if part.words is not None else ("",)
    if whole:
        return _Part(run, tuple(found), pure)
    return _Part(None, _ranked([*found, run]), pure=False)


def _item(item: tuple[Any, Any], depth: int) -> _Part:
    operation, value = item
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


def _character(code: int) -> str:
    """A character folded; empty for what may be a letter of a newer Unicode, whose case `regex` knows."""
    character = chr(code)
    return fold(character) if character.isascii() or character.isprintable() else ""


def _class(members: Sequence[tuple[Any, Any]]) -> _Part:
    words: list[str] = []
    for operation, value in members:
        if operation is ast.LITERAL:
            words.append(_character(value))
        elif operation is ast.CATEGORY and value is ast.CATEGORY_SPACE:
            words.append(" ")
        elif operation is ast.RANGE and value[1] - value[0] < 8:
            words += map(_character, range(value[0], value[1] + 1))
        else:
            return UNKNOWN
    return _Part(_unique(words), ()) if all(words) and len(words) <= MAX_PRODUCT else UNKNOWN


def _branch(parts: list[_Part]) -> _Part:
    """One of some parts: all that any of them matches, and the union of what each needs most."""
    needs = [_ranked(part.sets) for part in parts]
    needed = _ranked([_unique(word for need in needs for word in need[0])]) if all(needs) else ()
    if all(part.words is not None for part in parts):
        words = _unique(word for part in parts for word in part.words or ())
        if len(words) <= MAX_PRODUCT:
            return _Part(words, (), all(part.pure for part in parts))
    return _Part(None, needed, pure=False)


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
        return _Part(_unique(words), (), pure)
    if part.words is not None and least == most and len(part.words) ** most <= MAX_PRODUCT and most <= 8:
        words = ("",)
        for _ in range(most):
            words = _unique(left + right for left in words for right in part.words)
        return _Part(words, (), pure)
    return _Part(None, _ranked(part.sets) if least else (), pure=False)
