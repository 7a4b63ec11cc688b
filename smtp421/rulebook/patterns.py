"""Patterns of the rule files: the ``regex`` module, ignoring case."""

from __future__ import annotations

import warnings
from typing import Any

import regex

from smtp421.rulebook.literals import needed_literals

FLAGS = regex.IGNORECASE | regex.V0


def compile_pattern(pattern: str) -> Any:
    """Compile a pattern as rules mean it. Raises what :mod:`regex` raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return regex.compile(pattern, FLAGS)


def pattern_error(pattern: str, *, trusted: bool = False) -> str:
    """What is wrong with a pattern, and where in it; empty where nothing is.

    A trusted pattern that ``re`` reads alike is not compiled, which takes its time: it is ``re`` that will be used.
    """
    if trusted and needed_literals(pattern).plain:
        return ""
    try:
        compile_pattern(pattern)
    except regex.error as error:
        known: Any = error  # the stubs leave its attributes out
        position = "" if known.pos is None else f" at position {known.pos} (before {pattern[known.pos : known.pos + 20]!r})"
        return f"{known.msg}{position}; mend it, and escape signs that are meant as they are"
    except (RecursionError, OverflowError, ValueError, KeyError, MemoryError) as error:
        return f"{type(error).__name__}; write it more simply"
    return ""
