"""What a check finds: a value with its place, what to do, and perhaps the edits that do it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from smtp421.rulebook.validation import LONGEST_SHOWN


class Level(StrEnum):
    """``error`` it does not work; ``warning`` it works otherwise than meant, or harms others; ``info`` it could be better."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info."""
        return list(Level).index(self)


class Span(NamedTuple):
    """A part of a file. Lines and columns are counted from 1 in characters; line 0 stands for the whole file."""

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    """The column behind the last character."""


class Related(NamedTuple):
    """Another place that takes part, and how."""

    span: Span
    message: str


class Edit(NamedTuple):
    """Text to put in the place of a span, which may be empty."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits that mend a finding, all or none of them."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool
    """Whether the rule means the same afterwards, for certain."""


class Finding(NamedTuple):
    """Something that a check has to say about a place."""

    code: str
    """The check's code: ``Y102``."""
    slug: str
    """The check's name: ``duplicate-key``."""
    level: Level
    span: Span
    message: str
    """What was found and what to do about it."""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    subject: str = ""
    """Id of the rule, cause, fix, provider or node that it is about; empty where there is none."""

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: by place, then check."""
        return (self.span.path, self.span.line, self.span.column, self.code, self.message)


class Found(NamedTuple):
    """A finding as a check gives it, before it bears the check's name."""

    span: Span
    message: str
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    subject: str = ""


def quoted(text: str) -> str:
    """A part of a pattern in quotes, its backslashes as they are; cut where it is long."""
    return f"'{text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + '...'}'"
