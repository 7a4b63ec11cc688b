"""The page of a rule, and lists of rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from smtp421.diagnosis.figures import fill
from smtp421.render import phrases
from smtp421.render.blocks import (
    Block,
    Code,
    Document,
    Fields,
    Footer,
    Heading,
    Headline,
    Item,
    Items,
    Paragraph,
    Span,
    Table,
    Words,
    prose,
    words,
)
from smtp421.render.page import Page
from smtp421.render.panel import SEVERITY_STYLE
from smtp421.rulebook.pages import Citation, Conditions, Rule

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook


def rule_page(book: RuleBook, rule: Rule) -> Page:
    """All about one rule: what it means, when it fits, and examples of what does and does not."""
    return Page("rule", rule._asdict(), tuple(_rule_blocks(book, rule)))


def rules_page(rules: Sequence[Rule]) -> Page:
    """A table of rules, each with its cause and the pack that it comes from."""
    origin = ("from",) if any(rule.label != "bundled" for rule in rules) else ()
    table = Table(
        ("rule", "cause", *origin, "what it means"),
        tuple(
            (words(Span(rule.id, "strong")), words(rule.cause), *((words(rule.label),) if origin else ()), words(rule.title))
            for rule in rules
        ),
    )
    told = phrases.count(len(rules), "rule") + ("" if origin else ", all of them bundled")
    footer = Footer(words(f"{told}. More of one: ", Span("smtp421 rules show RULE", "command")))
    document: Document = (table, footer) if rules else (Paragraph(words("No rule fits that.")),)
    return Page("rules", {"rules": [_summary(rule) for rule in rules]}, document)


def citations(references: Iterable[Citation]) -> Iterator[Block]:
    """Pages that back what was said, with the day somebody read them."""
    items = tuple(
        Item(words(f"{page.title} ", Span(page.url, "url"), Span(f" (read {page.checked})", "dim"))) for page in references
    )
    if items:
        yield Heading("Read")
        yield Items(items)


def rule_items(rules: Iterable[Rule]) -> Items:
    """A list of rules by id and title."""
    return Items(tuple(Item(words(f"{rule.title} ", Span(f"({rule.id})", "dim"))) for rule in rules))


def fix_items(book: RuleBook, fixes: Iterable[str]) -> Iterator[Block]:
    """What to do, in order, with the figures for a provider of which nothing is known."""
    filled = [fill(book.fixes[name], None, None, book.defaults) for name in fixes if name in book.fixes]
    if filled:
        yield Heading("What to do")
        yield Items(tuple(Item(prose(f"{fix.action} ") + words(Span(f"({fix.id})", "dim"))) for fix in filled), ordered=True)


def _summary(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "provider": rule.provider,
        "cause": rule.cause,
        "also": rule.also,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "decided_by": rule.decided_by,
        "source": rule.label,
        "path": rule.path,
        "line": rule.line,
    }


def _rule_blocks(book: RuleBook, rule: Rule) -> Iterator[Block]:
    yield Headline("RULE", "strong", words(rule.title))
    yield Fields(tuple(_facts(book, rule)))
    yield Paragraph(prose(rule.summary))
    cause = book.causes.get(rule.cause)
    yield from fix_items(book, rule.fixes or (cause.fixes if cause else ()))
    yield Heading("When it fits")
    yield Code(tuple(_conditions(rule.match)))
    for title, examples in (("It explains", rule.examples), ("It does not explain", rule.counterexamples)):
        if examples:
            yield Heading(title)
            yield Code(tuple(line for example in examples for line in example.replace("\\n", "\n").splitlines()))
    yield from citations(rule.references)


def _facts(book: RuleBook, rule: Rule) -> Iterator[tuple[str, Words]]:
    cause = book.causes.get(rule.cause)
    provider = book.providers.get(rule.provider) if rule.provider else None
    severity = rule.severity or (cause.severity if cause else None)
    helps, wait, advice = (
        (rule.helps, rule.wait_seconds, rule.advice)
        if rule.helps or not cause
        else (cause.helps, cause.wait_seconds, cause.advice)
    )
    yield "Rule", words(Span(rule.id, "strong"))
    yield "Said by", words(provider.name if provider else "anybody")
    yield "Cause", words(Span(rule.cause, "strong"), f", perhaps {', '.join(rule.also)}" if rule.also else "")
    if severity is not None:
        yield "Severity", words(Span(severity, SEVERITY_STYLE[severity]), f": {phrases.SEVERITY[severity]}")
    if helps is not None:
        yield (
            "Retry",
            words(phrases.HELPS[helps], f", after {phrases.duration(wait)}" if wait else "", f". {advice}" if advice else ""),
        )
    yield "Sure", words(f"{rule.confidence} confidence, decided by {phrases.DECIDED_BY[rule.decided_by]}")
    yield "From", words(Span(f"{rule.path}:{rule.line}", "code"), Span(f" ({rule.label})", "dim"))


def _conditions(match: Conditions) -> Iterator[str]:
    """Every condition by name; several values of one are alternatives."""
    for name, values in match._asdict().items():
        if name == "provider_known":
            if values:
                yield f"{'provider':<15}known by its relay or by a mark in the reply"
            continue
        for number, value in enumerate(values):
            yield f"{'or' if number else phrases.plain(name):<15}{value}"
