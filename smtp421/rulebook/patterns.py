"""Patterns of the rule files: the ``regex`` module, ignoring case."""

from __future__ import annotations

import re
import warnings
from typing import Any, NamedTuple

import regex

from smtp421.rulebook.literals import needed_literals

_PIECES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)
"""Escapes, classes and brackets of groups."""
FLAGS = regex.IGNORECASE | regex.V0


def compile_pattern(pattern: str) -> Any:
    """Compile a pattern as rules mean it. Raises what :mod:`regex` raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return regex.compile(pattern, FLAGS)


class PatternError(NamedTuple):
    """What is wrong with a pattern."""

    message: str
    offset: int | None = None
    """Where in it; None where no place can be named."""


def unclosed(pattern: str) -> int | None:
    """Where the last group begins that does not end; None where there is none."""
    opened: list[int] = []
    for piece in _PIECES.finditer(pattern):
        if piece[0] == "(":
            opened.append(piece.start())
        elif piece[0] == ")" and opened:
            opened.pop()
    return opened[-1] if opened else None


def pattern_error(pattern: str, *, trusted: bool = False) -> PatternError | None:
    """What is wrong with a pattern, and where in it; None where nothing is.

    A trusted pattern that ``re`` reads alike is not compiled, which takes its time: it is ``re`` that will be used.
    """
    if trusted and needed_literals(pattern).plain:
        return None
    try:
        compile_pattern(pattern)
    except regex.error as error:
        known: Any = error  # the stubs leave its attributes out
        position = "" if known.pos is None else f" at position {known.pos} (before {pattern[known.pos : known.pos + 20]!r})"
        offset = unclosed(pattern) if known.msg.startswith("missing )") else known.pos
        return PatternError(f"{known.msg}{position}; mend it, and escape signs that are meant as they are", offset)
    except (RecursionError, OverflowError, ValueError, KeyError, MemoryError) as error:
        return PatternError(f"{type(error).__name__}; write it more simply")
    return None
