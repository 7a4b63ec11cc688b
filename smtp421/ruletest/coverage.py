"""How much of the rules the cases reach: rules that win no case, causes without a rule or a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from smtp421.rulebook import RuleBook
from smtp421.ruletest.checks import Kind, Outcome, Result


class Coverage(NamedTuple):
    """What the cases of a run reach."""

    rules: int
    """Rules that were tested."""
    with_cases: int
    """Those of them that win a case which holds."""
    share: float
    """Of the rules, from 0 to 1."""
    rules_without_cases: tuple[str, ...]
    causes_without_rules: tuple[str, ...]
    """No rule of the full set names them."""
    causes_without_cases: tuple[str, ...]
    """Of those that the tested rules name."""


def coverage(results: Iterable[Result], rules: Iterable[str], book: RuleBook) -> Coverage:
    """Count what the cases in ``results`` reach of ``rules``. A case that does not hold reaches nothing."""
    holding = (Outcome.PASSED, Outcome.TODO_PASSED)
    won = {result.winner for result in results if result.check.kind is Kind.CASE and result.outcome in holding}
    every = list(rules)
    without = tuple(sorted(rule for rule in every if rule not in won))
    named = {book.cause_of(rule) for rule in book.rules}
    tested = {book.cause_of(rule) for rule in every}
    reached = {book.cause_of(rule) for rule in won if rule is not None}
    number = len(every) - len(without)
    return Coverage(
        len(every),
        number,
        number / len(every) if every else 1.0,
        without,
        tuple(cause for cause in book.causes if cause not in named),
        tuple(cause for cause in book.causes if cause in tested and cause not in reached),
    )
