"""Texts that a pattern matches, made from its syntax tree: witnesses for rules that have no example of their own."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from re import _constants as ast  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from smtp421.rulebook.finders import TIMEOUT
from smtp421.rulebook.literals import OTHER_MEANING
from smtp421.rulebook.patterns import compile_pattern
from smtp421.rulebook.texts import collapse, counts

MOST = 4
"""Samples of one pattern."""
LONGEST = 2000
MAX_DEPTH = 60
_OF_CATEGORY = {
    ast.CATEGORY_DIGIT: "7",
    ast.CATEGORY_SPACE: " ",
    ast.CATEGORY_WORD: "w",
    ast.CATEGORY_NOT_DIGIT: "w",
    ast.CATEGORY_NOT_SPACE: "w",
    ast.CATEGORY_NOT_WORD: "-",
}
_USUAL = "w7 -.:;,<>[]()/_#'\"=%&?!*+@"


class _NoSample(Exception):
    """A part of the pattern is beyond this."""


def syntax_tree(pattern: str) -> Any:
    """The syntax tree that ``re`` makes of a pattern; None where ``re`` cannot read it as ``regex`` does."""
    if OTHER_MEANING.search(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return parser.parse(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError, Warning):
        return None


def samples(pattern: str) -> list[str]:
    """Some texts that a pattern is found in; none where that is beyond this module, or where there is none."""
    tree = syntax_tree(pattern)
    if tree is None:
        return []
    made: dict[str, None] = {}
    for number in range(MOST):
        try:
            made[collapse(_sequence(tree, number, {}, 0))] = None
        except _NoSample:
            break
    return [text for text in made if found_in(pattern, text)]


def found_in(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, as rules mean it. A pattern that takes too long is not."""
    try:
        return any(counts(text, *found.span()) for found in compile_pattern(pattern).finditer(text, timeout=TIMEOUT))
    except TimeoutError:
        return False


def _sequence(items: Sequence[Any], number: int, groups: dict[int, str], depth: int) -> str:
    if depth > MAX_DEPTH:
        raise _NoSample
    text = ""
    for operation, value in items:
        text += _item(operation, value, number, groups, depth)
        if len(text) > LONGEST:
            raise _NoSample
    return text


def _item(operation: Any, value: Any, number: int, groups: dict[int, str], depth: int) -> str:
    if operation is ast.LITERAL:
        return chr(value)
    if operation is ast.NOT_LITERAL:
        return next(char for char in _USUAL if char.lower() != chr(value).lower())
    if operation is ast.ANY:
        return "w"
    if operation is ast.IN:
        return _class(value)
    if operation is ast.BRANCH:
        return _sequence(value[1][number % len(value[1])], number // len(value[1]), groups, depth + 1)
    if operation is ast.SUBPATTERN:
        text = _sequence(value[-1], number, groups, depth + 1)
        groups[value[0]] = text
        return text
    if operation is ast.ATOMIC_GROUP:
        return _sequence(value, number, groups, depth + 1)
    if operation in (ast.MAX_REPEAT, ast.MIN_REPEAT, ast.POSSESSIVE_REPEAT):
        least, most, inner = value
        return "".join(_sequence(inner, number, groups, depth + 1) for _ in range(min(least or min(most, number % 2), 50)))
    if operation is ast.GROUPREF:
        return groups.get(value, "")
    if operation in (ast.AT, ast.ASSERT_NOT):
        return ""
    raise _NoSample


def _class(members: Sequence[tuple[Any, Any]]) -> str:
    if members[0][0] is ast.NEGATE:
        char = next((char for char in _USUAL if not holds(members[1:], char)), "")
        if not char:
            raise _NoSample
        return char
    operation, value = members[0]
    if operation is ast.LITERAL:
        return chr(value)
    if operation is ast.RANGE:
        return chr(value[0])
    return _OF_CATEGORY.get(value, "w")


def holds(members: Sequence[tuple[Any, Any]], char: str) -> bool:
    """Whether a character is one of a class's members, upper and lower case being the same."""
    for operation, value in members:
        if operation is ast.LITERAL and chr(value).lower() == char.lower():
            return True
        if operation is ast.RANGE and any(
            value[0] <= ord(each) <= value[1] for each in {char, char.lower(), char.upper()} if len(each) == 1
        ):
            return True
        if operation is ast.CATEGORY and _in_category(value, char):
            return True
    return False


def _in_category(category: Any, char: str) -> bool:
    pattern = {
        ast.CATEGORY_DIGIT: r"\d",
        ast.CATEGORY_SPACE: r"\s",
        ast.CATEGORY_WORD: r"\w",
        ast.CATEGORY_NOT_DIGIT: r"\D",
        ast.CATEGORY_NOT_SPACE: r"\S",
        ast.CATEGORY_NOT_WORD: r"\W",
    }[category]
    return re.match(pattern, char) is not None
