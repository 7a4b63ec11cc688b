"""The pages of causes and of fixes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from smtp421.diagnosis.figures import fill
from smtp421.render import phrases
from smtp421.render.blocks import Block, Code, Fields, Footer, Heading, Headline, Item, Items, Paragraph, Span, prose, words
from smtp421.render.page import Page
from smtp421.render.panel import SEVERITY_STYLE
from smtp421.render.rule_pages import citations, fix_items
from smtp421.rulebook.pages import Cause, FixPage

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook

AT_MOST = 12
"""Ids of a list that are shown."""


def cause_page(book: RuleBook, cause: Cause) -> Page:
    """What a cause means, how to tell it from others and what to do."""
    return Page("cause", {**cause._asdict(), "rules": _rules_of(book, cause.id)}, tuple(_cause_blocks(book, cause)))


def fix_page(book: RuleBook, fix: FixPage, mta: str | None = None) -> Page:
    """What to do, why, and the setting of each MTA; figures are those for a provider of which nothing is known."""
    return Page("fix", {**fix._asdict(), "settings": dict(fix.settings)}, tuple(_fix_blocks(book, fix, mta)))


def _rules_of(book: RuleBook, cause: str) -> list[str]:
    return [rule for rule in book.rules if book.cause_of(rule) == cause]


def _cause_blocks(book: RuleBook, cause: Cause) -> Iterator[Block]:
    wait = f", after {phrases.duration(cause.wait_seconds)}" if cause.wait_seconds else ""
    yield Headline("CAUSE", "strong", words(cause.title))
    yield Fields(
        (
            ("Cause", words(Span(cause.id, "strong"))),
            ("Severity", words(Span(cause.severity, SEVERITY_STYLE[cause.severity]), f": {phrases.SEVERITY[cause.severity]}")),
            ("Retry", words(phrases.HELPS[cause.helps], wait, f". {cause.advice}" if cause.advice else "")),
            ("Who acts", words(phrases.WHO[cause.who_acts])),
            ("You know", prose(cause.decides)),
        )
    )
    yield Paragraph(prose(cause.meaning))
    yield Heading("Signs")
    yield Items(tuple(Item(prose(sign)) for sign in cause.signs))
    yield from fix_items(book, cause.fixes)
    if cause.next_checks:
        yield Heading("Check")
        yield Items(tuple(Item(prose(check)) for check in cause.next_checks))
    rules = _rules_of(book, cause.id)
    yield Footer(words(f"Rules for it: {len(rules)}. ", Span(f"smtp421 rules list --cause {cause.id}", "command")))


def _fix_blocks(book: RuleBook, fix: FixPage, mta: str | None) -> Iterator[Block]:
    filled = fill(fix, None, None, book.defaults)
    yield Headline("FIX", "strong", words(filled.action))
    yield Fields(
        (
            ("Fix", words(Span(fix.id, "strong"))),
            ("Who", words(phrases.WHO[fix.who])),
            ("For", words(", ".join(_causes_with(book, fix.id)) or "no cause by itself")),
        )
    )
    if fix.why:
        yield Paragraph(prose(fix.why))
    for name, lines in filled.settings:
        if mta in (None, name):
            yield Heading(name)
            yield Code(tuple(lines.splitlines()))
    yield from citations(fix.references)


def _causes_with(book: RuleBook, fix: str) -> list[str]:
    return list(islice((cause.id for cause in book.causes.values() if fix in cause.fixes), AT_MOST))
