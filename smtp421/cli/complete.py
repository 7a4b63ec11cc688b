"""Completion of words that the rule book knows. Nothing is loaded before a shell asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from smtp421.render.phrases import MTAS

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook


def complete_mta(incomplete: str) -> list[str]:
    """Names of mail servers."""
    return [name for name in MTAS if name.startswith(incomplete)]


def complete_cause(incomplete: str) -> list[tuple[str, str]]:
    """Ids of causes."""
    return list(_starting(incomplete, ((cause.id, cause.title) for cause in _book().causes.values())))


def complete_provider(incomplete: str) -> list[tuple[str, str]]:
    """Ids of providers."""
    return list(_starting(incomplete, ((provider.id, provider.name) for provider in _book().providers.values())))


def complete_answer(incomplete: str) -> list[tuple[str, str]]:
    """Answers to questions of the diagnosis tree: ``NODE=VALUE``."""
    nodes = _book().tree.nodes.values()
    answers = ((f"{node.id}={answer}", edge.says) for node in nodes for answer, edge in node.answers.items())
    return list(_starting(incomplete, answers))


def complete_page(incomplete: str) -> list[tuple[str, str]]:
    """Ids of causes, rules, providers and fixes."""
    book = _book()
    rules = _starting(incomplete, ((rule.id, rule.title) for rule in book.rules.values()))
    fixes = _starting(incomplete, ((fix.id, fix.action) for fix in book.fixes.values()))
    return [*complete_cause(incomplete), *rules, *complete_provider(incomplete), *fixes]


def _starting(incomplete: str, words: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return (word for word in words if word[0].startswith(incomplete))


def _book() -> RuleBook:
    import smtp421

    return smtp421.load_rulebook()
