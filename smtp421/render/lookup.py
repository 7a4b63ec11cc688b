"""Finding the page of what the rule book knows, by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp421.errors import NoSuchPage
from smtp421.render import code_pages, knowledge_pages, provider_pages, rule_pages

if TYPE_CHECKING:
    from smtp421.render.page import Page
    from smtp421.rulebook import RuleBook


def find_page(book: RuleBook, name: str, mta: str | None = None) -> Page:
    """The page of a rule, cause, fix or provider id or of a code. Raises :class:`smtp421.errors.NoSuchPage` with a near name."""
    code = code_pages.code_page(book, name)
    if code is not None:
        return code
    wanted = name.lower()
    for each in (wanted, wanted.replace("_", "-"), wanted.replace("-", "_")):
        if each in book.rules:
            return rule_pages.rule_page(book, book.rules[each])
        if each in book.causes:
            return knowledge_pages.cause_page(book, book.causes[each])
        if each in book.fixes:
            return knowledge_pages.fix_page(book, book.fixes[each], mta)
        if each in book.providers:
            return provider_pages.provider_page(book, book.providers[each])
    raise NoSuchPage(name=name, suggestion=_suggestion(book, wanted))


def names(book: RuleBook) -> list[str]:
    """All ids that have a page."""
    return [*book.causes, *book.rules, *book.providers, *book.fixes]


def _suggestion(book: RuleBook, name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names(book), n=3)
    return f"; did you mean {' or '.join(near)}?" if near else ""
