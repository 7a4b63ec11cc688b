"""Workflow commands of GitHub Actions, which show findings beside the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions; what must be escaped is in the runner's
``ActionCommand.cs``: ``%``, CR and LF everywhere, ``:`` and ``,`` in properties too.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.lint.finding import Finding, Level
from smtp421.lint.formats import Output
from smtp421.render.safe import visible

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def render(output: Output) -> Iterator[str]:
    """A command for each finding; GitHub shows ten of a step."""
    return map(_command, output.report.findings)


def _command(finding: Finding) -> str:
    span = finding.span
    line = max(span.line, 1)
    properties = {"file": span.path, "line": str(line), "col": str(max(span.column, 1)), "title": f"smtp421 {finding.slug}"}
    if span.end_line == line and span.end_column > span.column:
        properties["endColumn"] = str(span.end_column - 1)
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.level]} {told}::{_data(finding.message)}\n"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
