"""The report on logs: is something wrong, what, since when, and what to do first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from smtp421.diagnosis.history.judgement import Judged, Judgement
from smtp421.diagnosis.history.rows import Row
from smtp421.diagnosis.history.values import History, Template
from smtp421.model import Severity
from smtp421.render import phrases
from smtp421.render.blocks import Block, Fields, Footer, Heading, Headline, Item, Items, Paragraph, Span, Words, words
from smtp421.render.interface import View
from smtp421.render.page import Later, Page
from smtp421.render.panel import SEVERITY_STYLE
from smtp421.render.report_data import report_data
from smtp421.render.report_detail import detail, log_lines
from smtp421.render.report_table import inbound_table, tables
from smtp421.render.report_words import full_span, moment, number, percent, place, row_names, worst_of
from smtp421.rulebook import RuleBook

TOP = 12
"""Rows that are shown unless the reader asks for more."""
BUSIEST = 3
"""Providers whose speed is told."""
UNKNOWN = 8
"""Templates of unknown replies that are shown."""


class Wanted(NamedTuple):
    """What the reader asked for."""

    by: str | None = None
    top: int = TOP
    """0 shows all."""
    lines: bool = False
    """Whether the log lines behind each row are shown."""
    inputs: str = ""
    """What was read, in words: "mail.log, 1,580 lines"."""
    filtered: bool = False
    """Whether rows were left out at the reader's wish."""


def report_page(judgement: Judgement, rows: Sequence[Row], book: RuleBook, view: View, wanted: Wanted | None = None) -> Page:
    """The page about what logs tell; ``rows`` are those that the reader wants to see, in order."""
    wanted = wanted or Wanted()
    document = tuple(_blocks(judgement, tuple(rows), book, view, wanted))
    return Page("report", Later(partial(report_data, judgement, rows, book, wanted.by)), document)


def _blocks(judgement: Judgement, rows: tuple[Row, ...], book: RuleBook, view: View, wanted: Wanted) -> Iterator[Block]:
    history = judgement.history
    yield from _head(history, rows, book, wanted)
    yield Fields(tuple(_figures(judgement, rows, book.tree.thresholds.get("lifetime_least", 0), wanted)))
    shown = rows[: wanted.top] if wanted.top else rows
    yield from tables(shown, history, book, view, wanted.by)
    if len(shown) < len(rows):
        left = phrases.count(len(rows) - len(shown), "more row")
        yield Paragraph(words(f"{left}, less pressing: ", Span("--top 0", "command"), " shows all."))
    if rows and rows[0].pressing:
        yield from detail(rows[0].worst, history, view)
    if wanted.lines:
        yield from log_lines(shown, book, wanted.by)
    yield from _unknown(history)
    yield from inbound_table(judgement.inbound, history)
    yield from _hints(judgement.hints)
    yield from _dropped(history)
    if rows:
        yield Footer(_footer(rows[0]))


def _head(history: History, rows: tuple[Row, ...], book: RuleBook, wanted: Wanted) -> Iterator[Block]:
    worst, some = worst_of(rows), " that fits" if wanted.filtered else ""
    if not rows:
        yield Headline("OK", "info", words(f"No deferral{some}"))
        return
    if worst is None or worst is Severity.INFO:
        told = "all of them cleared within minutes" if worst is None else "all of them normal"
        yield Headline("OK", "info", words(f"Nothing to do: {phrases.count(_attempts(rows), 'deferral')}, {told}"))
        return
    row = next(row for row in rows if row.severity is worst and not row.cleared)
    name, _ = row_names(row, book, wanted.by)
    since = f", since {moment(row.first, history)}" if row.first is not None else ""
    title = f"{name}: {row.worst.diagnosis.title}{since}"
    yield Headline(worst.upper(), SEVERITY_STYLE[worst], words(title), phrases.SEVERITY[worst])


def _attempts(rows: Sequence[Row]) -> int:
    return sum(row.attempts for row in rows)


def _figures(judgement: Judgement, rows: tuple[Row, ...], lifetime: float, wanted: Wanted) -> Iterator[tuple[str, Words]]:
    history = judgement.history
    if history.first is not None and history.last is not None:
        lasted = phrases.duration((history.last - history.first).total_seconds())
        read = f"{wanted.inputs}; " if wanted.inputs else ""
        yield "Log", words(f"{read}{full_span(history.first, history.last)} ({lasted})")
    elif wanted.inputs:
        yield "Log", words(wanted.inputs)
    attempts = history.sent + history.deferred + history.bounced
    if attempts:
        share = percent(history.deferred / attempts)
        told = f"{history.sent:,} sent, {history.deferred:,} deferred ({share}), {history.bounced:,} refused for good"
        yield "Attempts", words(f"{attempts:,}: {told}")
    if history.deferred:
        fates = history.fates
        yield (
            "Deferred",
            words(f"{_people(history)}: {_fates(fates, history)}"),
        )
    if any(not row.cleared for row in rows):
        levels = [row.severity for row in rows if not row.cleared]
        told = ", ".join(f"{levels.count(level)} {level}" for level in reversed(Severity) if level in levels)
        over = sum(row.cleared for row in rows)
        yield "Reasons", words(told + (f", {over} cleared within minutes" if over else ""))
    if history.schedule:
        yield "Retries", words(_schedule(judgement))
    given_up = history.given_up_after
    if given_up.median is not None and given_up.median < lifetime:
        told = f"after {phrases.duration(given_up.median)} (median): an incident that lasts longer loses mail"
        yield "Given up", words(f"{phrases.count(given_up.number, 'message')} {told}")
    if busiest := _busiest(history):
        yield "Speed", words(busiest)
    greylisted = sum(judged.group.greylisted for judged in judgement.groups if judged.cause == "greylisting")
    if greylisted:
        yield "Greylisting", words(f"confirmed for {phrases.count(greylisted, 'first contact')}: a later try was taken")
    if len(history.sources) > 1:
        yield "Sent from", words(_sources(history))


def _people(history: History) -> str:
    messages, recipients = (
        f"{number(count)} {what}{'' if count.number == 1 else 's'}"
        for count, what in ((history.messages, "message"), (history.recipients, "recipient"))
    )
    return f"{messages} to {recipients}"


def _fates(fates: Sequence[int], history: History) -> str:
    told = [
        f"{number:,} {what}"
        for number, what in zip(fates, ("delivered later", "refused later", "given up", "waiting"), strict=True)
        if number
    ]
    wait = f" (the oldest for {phrases.duration(history.waiting_for)})" if fates[-1] else ""
    return (", ".join(told) or "their ends are not in this log") + wait


def _schedule(judgement: Judgement) -> str:
    """The observed retry schedule, and what to think of it."""
    history = judgement.history
    pauses = [spread.median or 0 for spread in history.schedule]
    told = ", ".join(phrases.duration(pause) for pause in pauses[:4])
    backoff = next((item for judged in judgement.groups for item in judged.evidence if item.key == "backoff"), None)
    verdicts = {"sound": "as receivers expect", "too_eager": "too soon: receivers take it for abuse", "too_slow": "late"}
    verdict = f" - {verdicts[backoff.answer]}" if backoff is not None else ""
    return f"after {told}{', ...' if len(pauses) > 4 else ''} (medians){verdict}"


def _busiest(history: History) -> str:
    """Attempts an hour and connections at once, for the receivers that got most."""
    loads = sorted((load for load in history.loads if load.busiest_hour is not None), key=lambda load: -load.attempts)
    told = []
    for load in loads[:BUSIEST]:
        at_once = f" over {phrases.count(load.connections, 'connection')} at once" if load.connections else ""
        told.append(f"{load.provider or 'all others'} {load.busiest_hour[1] if load.busiest_hour else 0:,}{at_once}")
    return f"attempts in the busiest hour: {', '.join(told)}" if told else ""


def _sources(history: History) -> str:
    shown = sorted(history.sources, key=lambda source: -source.deferred)[:4]
    told = [f"{source.address} ({source.deferred:,} of {source.attempts:,} deferred)" for source in shown]
    return ", ".join(told) + (", ..." if len(history.sources) > len(shown) else "")


def _unknown(history: History) -> Iterator[Block]:
    if not history.unknown:
        return
    yield Heading("Replies that no rule explains")
    yield Items(
        tuple(
            Item(words(f"{template.number:,} \u00d7 ", Span(template.text, "code"), Span(_line(template), "dim")))
            for template in history.unknown[:UNKNOWN]
        )
    )
    if len(history.unknown) > UNKNOWN:
        yield Paragraph(words(f"{phrases.count(len(history.unknown) - UNKNOWN, 'more template')}; --format json holds all."))


def _line(template: Template) -> str:
    return f" (first: line {template.example.line})" if template.example.line else ""


def _hints(hints: Sequence[Judged]) -> Iterator[Block]:
    """What lines without a message tell, where no message tells it."""
    if hints:
        yield Heading("Also in the log, without a message")
        yield Items(tuple(Item(_hint(hint)) for hint in hints[:UNKNOWN]))


def _hint(hint: Judged) -> Words:
    lines = f" ({phrases.count(hint.group.attempts, 'line')}, first {place(hint.group.rules[0].example)})"
    severity = Span(hint.severity, SEVERITY_STYLE[hint.severity])
    return words(
        severity, f" {hint.diagnosis.title}: ", Span(hint.diagnosis.attempt.reply.text[:160], "code"), Span(lines, "dim")
    )


def _dropped(history: History) -> Iterator[Block]:
    dropped = history.dropped
    told = [
        f"{phrases.count(count, one, many)} {what}"
        for count, one, many, what in (
            (dropped.waiting, "message", "messages", "could not be followed to the end"),
            (dropped.domains, "domain", "domains", "without deferrals forgotten"),
            (dropped.groups, "group", "groups", 'counted under "(others)"'),
        )
        if count
    ]
    if told:
        yield Paragraph(words(Span("Too much to be kept: ", "strong"), f"{', '.join(told)}."))


def _footer(row: Row) -> Words:
    rule = row.worst.diagnosis.rule or row.worst.cause
    return words(
        "More on the first: ", Span(f"smtp421 explain {rule}", "command"), "; every deferral: ", Span("--format jsonl", "command")
    )
