"""The tables of a report: who defers, why, how many, how it ends, and what to do first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smtp421.diagnosis.history.judgement import Judged
from smtp421.diagnosis.history.rows import Row
from smtp421.diagnosis.history.values import History
from smtp421.model import Severity
from smtp421.render import phrases
from smtp421.render.blocks import Block, Heading, Span, Table, Words, prose, words
from smtp421.render.interface import View
from smtp421.render.panel import SEVERITY_STYLE
from smtp421.render.report_words import number, percent, row_names, short, signs_words, span, where
from smtp421.render.spark import spark
from smtp421.render.wrap import cells
from smtp421.rulebook import RuleBook

HEADS = ("msgs", "rcpts", "tries", "resolved")
_NUMBERS = frozenset({2, 3, 4, 5})


def tables(rows: Sequence[Row], history: History, book: RuleBook, view: View, by: str | None) -> Iterator[Block]:
    """A table for each severity, the highest first, and one for what is over; all with columns of the same width."""
    names = [row_names(row, book, by) for row in rows]
    sizes = [max((cells(short(name[column])) for name in names), default=0) for column in (0, 1)]
    heads = tuple(head.ljust(size) for head, size in zip((*_heads(by), *HEADS), (*sizes, 0, 0, 0, 0), strict=True))

    def table(chosen: Sequence[Row]) -> Table:
        notes = tuple(tuple(note for note in _notes(row, history, view) if note) for row in chosen)
        return Table(heads, tuple(_cells(row, book, by) for row in chosen), _NUMBERS, notes)

    for severity in reversed(Severity):
        chosen = [row for row in rows if row.severity is severity and not row.cleared]
        if chosen:
            yield Heading(f"{severity.capitalize()}: {phrases.SEVERITY[severity]}")
            yield table(chosen)
    over = [row for row in rows if row.cleared]
    if over:
        yield Heading("Cleared: all of it came through within minutes")
        yield table(over)


def inbound_table(inbound: Sequence[Judged], history: History) -> Iterator[Block]:
    """What our own server told others."""
    if not inbound:
        return
    yield Heading("Inbound: your own server put others off")
    rows, notes = [], []
    for judged in inbound:
        group = judged.group
        rows.append((words(phrases.plain(judged.cause)), words(number(group.recipients)), words(f"{group.attempts:,}")))
        notes.append((_times(span(group.first, group.last, history), "", judged.diagnosis.title), _first(judged)))
    yield Table(("why", "rcpts", "tries"), tuple(rows), frozenset({1, 2}), tuple(notes))


def _heads(by: str | None) -> tuple[str, str]:
    return ("cause", "who defers") if by == "cause" else (by or "who defers", "why")


def _cells(row: Row, book: RuleBook, by: str | None) -> tuple[Words, ...]:
    name, why = row_names(row, book, by)
    figures = (number(row.messages), number(row.recipients), f"{row.attempts:,}", percent(row.fates.resolved))
    style = SEVERITY_STYLE[row.severity] if not row.cleared else ""
    return (words(Span(short(name), style)), words(short(why)), *(words(figure) for figure in figures))


def _notes(row: Row, history: History, view: View) -> Iterator[Words]:
    first, last = history.first, history.last
    line = ""
    if first is not None and last is not None:
        line = spark(row.bins, first.timestamp(), last.timestamp(), ascii_only=view.ascii)
    yield _times(span(row.first, row.last, history), line, where(row))
    if not row.cleared:
        signs = signs_words(row.worst)
        if signs:
            yield words(Span(signs, "strong"))
        yield _first(row.worst, phrases.plain(row.worst.cause) if len({part.cause for part in row.parts}) > 1 else "")


def _times(when: str, line: str, more: str) -> Words:
    parts = [part for part in (when, line, more) if part]
    return words(Span("  ".join(parts), "dim")) if parts else ()


def _first(judged: Judged, about: str = "") -> Words:
    """The one thing to do first, and for what where a row holds several causes."""
    fixes = judged.diagnosis.fixes
    label = f"First, for {about}: " if about else "First: "
    return words(Span(label, "strong")) + prose(fixes[0].action) if fixes else ()
