"""Comments that hold findings back: ``# smtp421: ignore[check] reason`` on a line or above it, ``ignore-file`` for a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from smtp421.lint.finding import Finding, Span
from smtp421.lint.source import SourceFile

_COMMENT = re.compile(
    r"#[ \t]*smtp421:[ \t]*(?P<kind>ignore(?:-file)?)(?![\w-])[ \t]*(?:\[(?P<names>[^\]\n]*)\])?[ \t]*(?P<reason>[^\n]*)"
)


class Suppression(NamedTuple):
    """One such comment."""

    span: Span
    line: int
    """The line that it holds for; 0 for the whole file."""
    names: tuple[str, ...]
    """Slugs, codes or beginnings of codes, as written."""
    reason: str

    def holds(self, finding: Finding) -> bool:
        """Whether it holds back a finding at its place."""
        return any(name.lower() == finding.slug or (name and finding.code.startswith(name.upper())) for name in self.names)


def suppressions_in(file: SourceFile) -> Iterator[Suppression]:
    """The comments of a file. What stands inside a value is no comment."""
    if "smtp421:" not in file.text:
        return
    inside = sorted((scalar.start, scalar.end) for scalar in file.scalars.values())
    number = 0
    for found in _COMMENT.finditer(file.text):
        while number < len(inside) and inside[number][1] <= found.start():
            number += 1
        line, column = file.place(found.start())
        before = file.line(line)[: column - 1]
        if number < len(inside) and inside[number][0] <= found.start():
            continue
        if before and not before[-1].isspace():
            continue
        names = tuple(name.strip() for name in (found["names"] or "").split(",") if name.strip())
        target = 0 if found["kind"] == "ignore-file" else line if before.strip() else _next(file, line)
        yield Suppression(
            file.span(found.start(), found.start() + len(found[0].rstrip())), target, names, found["reason"].strip()
        )


def _next(file: SourceFile, line: int) -> int:
    """The first line below that holds more than a comment."""
    while line < file.lines:
        line += 1
        words = file.line(line).strip()
        if words and not words.startswith("#"):
            break
    return line
