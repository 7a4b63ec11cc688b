"""The page of a reply code or an enhanced status code: what the standards say, and what servers mean by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtp421.model import EnhancedCode
from smtp421.render import codes
from smtp421.render.blocks import Block, Fields, Footer, Heading, Headline, Paragraph, Span, Table, Words, words
from smtp421.render.page import Page
from smtp421.render.rule_pages import rule_items
from smtp421.rulebook.pages import Rule

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook

_NAME = re.compile(r"(?:([245]\d\d)(?:[ -]|$))?(?:([245]\.\d{1,3}\.\d{1,3}))?")
SHOWN = 8
"""Rules that are shown by name."""


def code_page(book: RuleBook, name: str) -> Page | None:
    """The page of ``421``, ``4.7.28`` or ``421 4.7.28``; None for anything else."""
    found = _NAME.fullmatch(name)
    if not found or not name:
        return None
    code = int(found[1]) if found[1] else None
    enhanced = EnhancedCode.parse(found[2]) if found[2] else None
    rules = list(_rules_with(book, code, enhanced))
    data = {
        "code": code,
        "enhanced_code": str(enhanced) if enhanced else None,
        "meaning": _meaning(code, enhanced),
        "rules": [rule.id for rule in rules],
    }
    return Page("code", {**data, "causes": dict(_causes(rules))}, tuple(_blocks(name, code, enhanced, rules)))


def _meaning(code: int | None, enhanced: EnhancedCode | None) -> str:
    return codes.enhanced_code_meaning(enhanced) if enhanced is not None else codes.reply_code_meaning(code or 0)


def _rules_with(book: RuleBook, code: int | None, enhanced: EnhancedCode | None) -> Iterator[Rule]:
    """Rules of which an example carries the codes, or that ask for the enhanced code."""
    parts = [] if code is None else [rf"{code}[ -]?"]
    parts += [] if enhanced is None else [rf"#?{re.escape(str(enhanced))}(?![.\d])"]
    pattern = re.compile(r"(?<![\d.])" + "".join(parts))
    for rule in book.rules.values():
        if any(map(pattern.search, rule.examples)) or (code is None and str(enhanced) in rule.match.enhanced_code):
            yield rule


def _causes(rules: list[Rule]) -> list[tuple[str, int]]:
    return Counter(rule.cause for rule in rules).most_common()


def _blocks(name: str, code: int | None, enhanced: EnhancedCode | None, rules: list[Rule]) -> Iterator[Block]:
    yield Headline("CODE", "strong", words(f"{name}: {_meaning(code, enhanced)}"))
    yield Fields(tuple(_facts(code, enhanced)))
    if rules:
        causes = _causes(rules)
        if len(causes) > 1:
            yield Paragraph(
                words(f"The number alone does not tell: servers use it for {len(causes)} causes. Explain the whole reply.")
            )
        yield Heading("What servers mean by it")
        yield Table(("cause", "rules"), tuple((words(cause), words(str(number))) for cause, number in causes), frozenset({1}))
        yield Heading("Rules that know it")
        yield rule_items(rules[:SHOWN])
        if len(rules) > SHOWN:
            yield Footer(words(f"and {len(rules) - SHOWN} more: ", Span(f"smtp421 rules search {enhanced or code}", "command")))
    else:
        yield Paragraph(words("No rule knows a reply with it."))


def _facts(code: int | None, enhanced: EnhancedCode | None) -> Iterator[tuple[str, Words]]:
    if code is not None and enhanced is not None:
        yield str(code), words(codes.reply_code_meaning(code))
    if enhanced is not None:
        yield "Subject", words(f"{enhanced.subject}: {codes.SUBJECTS.get(enhanced.subject, 'not defined')}")
    klass = enhanced.klass if enhanced is not None else (code or 0) // 100
    yield "Class", words(f"{klass}: {codes.CLASSES[klass]}")
    yield "Source", words(Span(codes.REGISTRY if enhanced is not None else codes.RFC5321, "url"))
