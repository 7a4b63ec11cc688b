"""Checks out of rules: an example must be won by its rule, a counterexample must not be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smtp421.rulebook.pages import Rule
from smtp421.ruletest.checks import Check, Kind


def rule_checks(rules: Iterable[Rule]) -> Iterator[Check]:
    """All examples and counterexamples, in the order of files and lines."""
    for rule in sorted(rules, key=lambda rule: (rule.path, rule.line)):
        for number, text in enumerate(rule.examples):
            yield Check(
                Kind.EXAMPLE,
                f"example {number + 1}",
                rule.id,
                text,
                (("rule", rule.id),),
                rule.path,
                ("examples", number),
            )
        for number, text in enumerate(rule.counterexamples):
            yield Check(
                Kind.COUNTEREXAMPLE,
                f"counterexample {number + 1}",
                rule.id,
                text,
                (("not_rule", rule.id),),
                rule.path,
                ("counterexamples", number),
            )
