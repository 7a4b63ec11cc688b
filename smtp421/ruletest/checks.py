"""What is checked, and what came of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from smtp421.rulebook.yaml_places import Path

Kind = StrEnum("Kind", {"EXAMPLE": "example", "COUNTEREXAMPLE": "counterexample", "CASE": "case"})


class Check(NamedTuple):
    """A text and what has to be answered to it."""

    kind: Kind
    name: str
    """What the report calls it: ``example 2``, or a case's name."""
    rule: str | None
    """The rule that it belongs to; None for a case that names none."""
    text: str
    wanted: tuple[tuple[str, Any], ...]
    """What must hold: (one of :data:`smtp421.ruletest.answers.ASKED`, value)."""
    path: str
    at: Path
    """Where the text stands in the file, for an example below its rule."""
    todo: str | None = None
    """Why it is known not to hold; None where it has to."""


class Outcome(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    TODO = "todo"
    """It does not hold, as its author knows."""
    TODO_PASSED = "todo_passed"
    """It holds although its author says that it does not: the ``todo`` can go."""


class Difference(NamedTuple):
    """Something that was to hold and does not."""

    what: str
    wanted: Any
    got: Any


class Result(NamedTuple):
    """A check and what came of it."""

    check: Check
    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    winner: str | None = None
    """The rule that won."""
    matched: str = ""
    """The words that it was found by."""
    note: str = ""
    """Why something does not hold, where that can be told."""
