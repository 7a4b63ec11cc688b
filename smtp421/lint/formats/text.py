"""For people: each finding with its line, a mark below the place, and what else belongs to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smtp421.lint.finding import Finding, Level, Span
from smtp421.lint.formats import Output
from smtp421.lint.source import SourceFile
from smtp421.render.blocks import Span as Words
from smtp421.render.blocks import Style
from smtp421.render.phrases import count
from smtp421.render.safe import visible
from smtp421.render.text import Format
from smtp421.render.wrap import cells, wrap

_STYLES: dict[Level, Style] = {Level.ERROR: "critical", Level.WARNING: "warning", Level.INFO: "info"}
_LEAST = 20
"""Columns of a source line that are shown at least."""


def render(output: Output) -> Iterator[str]:
    """The findings and a last line that counts them."""
    painter = Format(output.view)
    for finding in output.report.findings:
        yield from _finding(finding, output, painter)
        yield "\n"
    for line in wrap(_summary(output), output.view.width) if output.view.terminal else [_summary(output)]:
        yield painter.line(line)


def _finding(finding: Finding, output: Output, painter: Format) -> Iterator[str]:
    label = f"{finding.level}[{finding.slug}]"
    lines = wrap(
        (Words(f"{label}:", _STYLES[finding.level]), Words(" "), Words(visible(finding.message), "strong")), output.view.width
    )
    for line in lines:
        yield painter.line(line)
    numbers = [finding.span.line, *(related.span.line for related in finding.related)]
    gutter = len(str(max(numbers)))
    yield painter.line((Words(" " * gutter + "--> ", "dim"), Words(_place(finding.span))))
    yield from _source(finding.span, _STYLES[finding.level], gutter, output, painter)
    for related in finding.related:
        yield painter.line((Words(" " * gutter + "::: ", "dim"), Words(f"{_place(related.span)}: {related.message}")))
        yield from _source(related.span, "dim", gutter, output, painter)
    if finding.fix is not None:
        option = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        yield painter.line((Words(" " * gutter + "  = ", "dim"), Words(f"{finding.fix.title} ({option} does it)")))


def _place(span: Span) -> str:
    return f"{span.path}:{span.line}:{span.column}" if span.line else span.path


def _source(span: Span, style: Style, gutter: int, output: Output, painter: Format) -> Iterator[str]:
    """The line of a span and a mark below it; nothing where the file is not at hand."""
    file = output.files.get(span.path)
    if file is None or not 1 <= span.line <= file.lines:
        return
    before, marked, after = _cut(file, span, max(output.view.width - gutter - 4, _LEAST))
    bar = " " * (gutter + 1) + "| "
    yield painter.line((Words(f"{span.line:>{gutter}} | ", "dim"), Words(before + marked + after)))
    yield painter.line((Words(bar, "dim"), Words(" " * cells(before)), Words("^" * max(cells(marked), 1), style)))


def _cut(file: SourceFile, span: Span, width: int) -> tuple[str, str, str]:
    """What stands before the span in its first line, the span and what follows, cut so that the span's beginning is seen."""
    line = file.line(span.line)
    first = span.column - 1
    last = span.end_column - 1 if span.end_line == span.line else len(line)
    before, marked, after = visible(line[:first]), visible(line[first:last]), visible(line[last:])
    if cells(before) + min(cells(marked), width // 2) > width:
        before = "..." + before[len(before) - width // 3 :]
    room = width - cells(before)
    if cells(marked) > room:
        return before, marked[: max(room - 3, 1)] + "...", ""
    room -= cells(marked)
    return before, marked, after if cells(after) <= room else after[: max(room - 3, 0)] + "..."


def _summary(output: Output) -> tuple[Words, ...]:
    report = output.report
    levels = Counter(finding.level for finding in report.findings)
    told = [count(levels[level], name) for level, name in ((Level.ERROR, "error"), (Level.WARNING, "warning")) if levels[level]]
    told += [f"{levels[Level.INFO]} info"] if levels[Level.INFO] else []
    files = count(report.files, "file")
    head = f"{' and '.join(told) if len(told) < 3 else ', '.join(told)} in {files}." if told else f"No findings in {files}."
    more = [
        f"{count(report.suppressed, 'finding')} held back." if report.suppressed else "",
        f"{count(report.known, 'finding')} known to the baseline." if report.known else "",
        f"{count(report.left_out, 'more finding')} of the same kinds left out." if report.left_out else "",
        _fixable(report.findings),
        "`smtp421 lint --explain CHECK` tells more." if told else "",
    ]
    return Words(head, "strong"), Words("".join(f" {each}" for each in more if each))


def _fixable(findings: tuple[Finding, ...]) -> str:
    safe = sum(finding.fix is not None and finding.fix.safe for finding in findings)
    unsafe = sum(finding.fix is not None and not finding.fix.safe for finding in findings)
    told = [f"{safe} by --fix" if safe else "", f"{unsafe} by --fix --unsafe-fixes" if unsafe else ""]
    return f"Can be mended: {', '.join(each for each in told if each)}." if safe or unsafe else ""
