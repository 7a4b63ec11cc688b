"""What ``--explain`` and ``--list`` show: a check's docstring, and the table of all checks."""

from __future__ import annotations

from collections.abc import Iterable

from smtp421.lint.check import Check
from smtp421.lint.finding import Level
from smtp421.render.blocks import Block, Code, Footer, Heading, Headline, Paragraph, Span, Style, Table

_STYLES: dict[Level, Style] = {Level.ERROR: "critical", Level.WARNING: "warning", Level.INFO: "info"}


def check_page(check: Check) -> tuple[Block, ...]:
    """The page of a check."""
    title, _break, rest = check.page.partition("\n")
    label = f"{check.code} {check.slug}"
    blocks: list[Block] = [Headline(label, _STYLES[check.level], (Span(title),), check.level)]
    for part in rest.strip("\n").split("\n\n"):
        if part.startswith("    "):
            blocks.append(Code(tuple(line[4:] for line in part.split("\n"))))
        elif part.strip() in ("Bad:", "Good:"):
            blocks.append(Heading(part.strip()))
        elif part.strip():
            blocks.append(Paragraph((Span(" ".join(part.split())),)))
    return tuple(blocks)


def list_page(checks: Iterable[Check]) -> tuple[Block, ...]:
    """All checks, a row each."""
    heads = ("CODE", "CHECK", "LEVEL", "FINDS")
    rows = tuple(
        ((Span(each.code),), (Span(each.slug, "code"),), (Span(each.level, _STYLES[each.level]),), (Span(each.title),))
        for each in checks
    )
    return (Table(heads, rows), Footer((Span("smtp421 lint --explain CHECK", "command"),)))
