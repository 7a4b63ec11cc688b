"""One line a finding: ``PATH:LINE:COLUMN: LEVEL CHECK message``, as editors and problem matchers read it."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.lint.formats import Output
from smtp421.render.safe import visible


def render(output: Output) -> Iterator[str]:
    """The lines; nothing where there is no finding. What is about a whole file stands at 1:1."""
    for finding in output.report.findings:
        span = finding.span
        dot = "./" if span.path.startswith(":") else ""  # CI servers take lines that begin with :: for commands
        place = f"{dot}{span.path}:{max(span.line, 1)}:{max(span.column, 1)}"
        yield visible(f"{place}: {finding.level} {finding.slug} {finding.message}") + "\n"
