"""The page of a provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtp421.render import phrases
from smtp421.render.blocks import Block, Fields, Footer, Heading, Headline, Item, Items, Paragraph, Span, Words, prose, words
from smtp421.render.page import Page
from smtp421.rulebook.pages import Provider

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook

HOSTS = 6
"""Host names that are shown."""


def provider_page(book: RuleBook, provider: Provider) -> Page:
    """Who it is, the limits that are known of it, and where to ask."""
    rules = [rule.id for rule in book.rules.values() if rule.provider == provider.id]
    return Page("provider", {**provider._asdict(), "rules": rules}, tuple(_blocks(provider, len(rules))))


def _blocks(provider: Provider, rules: int) -> Iterator[Block]:
    yield Headline("PROVIDER", "strong", words(provider.name))
    yield Fields(tuple(_facts(provider)))
    if provider.notes:
        yield Paragraph(prose(provider.notes))
    if provider.limits:
        yield Heading("Known limits")
        yield Items(
            tuple(
                Item(
                    words(
                        f"{phrases.LIMITS.get(limit.what, phrases.plain(limit.what))}: ",
                        Span(str(limit.value), "strong"),
                        f". {limit.note}" if limit.note else "",
                        Span(f" ({limit.kind}: {limit.source}, {limit.checked})", "dim"),
                    )
                )
                for limit in provider.limits
            )
        )
    if rules:
        yield Footer(words(f"Rules for it: {rules}. ", Span(f"smtp421 rules list --provider {provider.id}", "command")))


def _facts(provider: Provider) -> Iterator[tuple[str, Words]]:
    yield "Provider", words(Span(provider.id, "strong"), f" ({phrases.plain(provider.kind)})")
    if provider.family != provider.id:
        yield "Family", words(provider.family)
    if provider.mx:
        yield "Hosts", words(Span(", ".join(provider.mx[:HOSTS]), "code"), ", ..." if len(provider.mx) > HOSTS else "")
    for name, page in (
        ("Postmaster", provider.postmaster),
        ("Form", provider.sender_form),
        ("Reputation", provider.reputation_tool),
        ("Complaints", provider.feedback_loop),
    ):
        if page is not None:
            yield name, words(f"{page.title} ", Span(page.url, "url"))
    if provider.contact:
        yield "Contact", words(provider.contact)
