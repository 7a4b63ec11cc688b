"""How findings are shown: one format a file, each a module with a function ``render(output) -> Iterator[str]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import NamedTuple

from smtp421.errors import UnknownFormat
from smtp421.lint.check import Check
from smtp421.lint.run import Report
from smtp421.lint.source import SourceFile
from smtp421.render.interface import View

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")
"""Each is a module of this package."""


class Output(NamedTuple):
    """All that a format may show."""

    report: Report
    files: Mapping[str, SourceFile]
    """The linted files by the names that spans call them."""
    checks: tuple[Check, ...]
    """Those that ran."""
    view: View
    version: str
    """Of smtp421."""


def render(name: str, output: Output) -> Iterator[str]:
    """The pieces of a report in the format of that name. Raises :class:`smtp421.errors.UnknownFormat`."""
    if name not in FORMATS:
        raise UnknownFormat(name=name, known=", ".join(FORMATS))
    pieces: Iterator[str] = import_module(f"{__name__}.{name}").render(output)
    return pieces
