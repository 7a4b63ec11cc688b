"""The detail of a report: the worst group as a panel with what the log adds, and log lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smtp421.diagnosis.history.judgement import Judged
from smtp421.diagnosis.history.rows import Row
from smtp421.diagnosis.history.values import Example, History
from smtp421.render import phrases
from smtp421.render.blocks import Block, Code, Fields, Footer, Heading, Span, Words, words
from smtp421.render.interface import View
from smtp421.render.panel import panel
from smtp421.render.report_words import full_moment, place, row_names, signs_words
from smtp421.rulebook import RuleBook

PAUSES = 4
"""Pauses that are named."""
RULES = 3
"""Rules of a row of which a line is shown."""


def detail(judged: Judged, history: History, view: View) -> Iterator[Block]:
    """All about one group: the panel of its first reply, and what the log tells of the group."""
    yield Heading("The first of these in detail")
    raised = judged.diagnosis._replace(severity=judged.severity)
    added = False
    for block in panel(raised, view):
        if isinstance(block, Footer):
            continue
        if isinstance(block, Fields) and not added:
            added = True
            yield Fields((*block.rows, *_facts(judged, history)))
        else:
            yield block


def log_lines(rows: Sequence[Row], book: RuleBook, by: str | None) -> Iterator[Block]:
    """Lines behind each row: the first of each rule, and the last."""
    for row in rows:
        yield Heading(f"Lines: {', '.join(row_names(row, book, by))}")
        examples = [rule.example for part in row.parts for rule in part.group.rules[:RULES]]
        examples += [part.group.latest for part in row.parts[:1] if part.group.latest is not None]
        yield Code(tuple(dict.fromkeys(f"{place(example)}: {_text(example)}" for example in examples)))


def _text(example: Example) -> str:
    return " ".join((example.where.text or example.attempt.reply.text).split("\n"))


def _facts(judged: Judged, history: History) -> Iterator[tuple[str, Words]]:
    group, onset = judged.group, judged.onset
    if onset is not None:
        how = ", at once" if onset.sudden else ""
        before = f", after {phrases.count(onset.before, 'attempt')} without it" if onset.before else ""
        line = place(group.rules[0].example)
        yield "Began", words(f"{full_moment(onset.at)}{how}{before}; ", Span(f"first line {line}", "dim"))
    if judged.signs:
        yield "History", words(Span(signs_words(judged), "strong"))
    after = group.delivered_after
    if after.median is not None and after.longest is not None:
        spread = f"after {phrases.duration(after.median)} as a rule, {phrases.duration(after.longest)} at most"
        yield "Delivered", words(f"{phrases.count(after.number, 'message')}, {spread}")
    if group.longest_wait:
        yield (
            "Waiting",
            words(f"{phrases.count(group.fates.waiting, 'message')}, the oldest for {phrases.duration(group.longest_wait)}"),
        )
    oldest = next((message for message in history.listed if message.key == group.key), None)
    if oldest is not None and oldest.attempts > 1:
        pauses = ", ".join(phrases.duration(gap) for gap in oldest.gaps[:PAUSES])
        more = ", ..." if len(oldest.gaps) > PAUSES else ""
        told = f"{oldest.attempts} deferrals, with pauses of {pauses}{more}; {oldest.fate}"
        yield "Longest", words(Span(f"{oldest.queue_id} to {oldest.recipient}", "code"), f": {told}")
    load = next((load for load in history.loads if load.provider is not None and load.provider == group.key.provider), None)
    if load is not None and load.busiest_hour is not None:
        at_once = f", {phrases.count(load.connections, 'connection')} at once" if load.connections else ""
        yield "Speed", words(f"{phrases.count(load.busiest_hour[1], 'attempt')} in the busiest hour{at_once}")
