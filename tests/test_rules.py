"""The bundled rules: sound, sourced, and each example won by its own rule in the full set."""

import re
from collections import Counter

import pytest

from smtp421 import explain
from smtp421.errors import NothingToExplain

DOCUMENTATION = re.compile(r"^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.|^(?:10|127|172\.(?:1[6-9]|2\d|3[01])|192\.168|0|255)\.")
YAHOO_CODE = re.compile(r"^4\.(?:16|25)\.")
"""Yahoo writes its own four-part codes: 4.16.55.1."""


def test_no_fault(book):
    assert [str(fault) for fault in book.faults] == []


def test_every_rule_is_sourced_and_has_examples(book):
    thin = [rule.id for rule in book.rules.values() if len(rule.examples) < 2 or not rule.counterexamples or not rule.references]
    assert thin == []


def test_every_example_is_won_by_its_rule(book, now):
    lost = []
    for rule in book.rules.values():
        for example in rule.examples:
            winner = explain(example, rulebook=book, now=now).rule
            if winner != rule.id:
                lost.append(f"{rule.id} loses to {winner}: {example[:100]!r}")
    assert lost == []


def test_no_counterexample_is_won(book, now):
    won = []
    for rule in book.rules.values():
        for example in rule.counterexamples:
            try:
                winner = explain(example, rulebook=book, now=now).rule
            except NothingToExplain:
                continue
            if winner == rule.id:
                won.append(f"{rule.id}: {example[:100]!r}")
    assert won == []


def test_ids_begin_with_the_provider(book):
    """With its own id, or that of another of the same family: one file serves them all."""
    families = {provider.id: provider.family for provider in book.providers.values()}

    def prefixes(rule):
        return [name for name, family in families.items() if rule.provider and family == families[rule.provider]] or ["generic"]

    strangers = [
        rule.id
        for rule in book.rules.values()
        if not any(rule.id.startswith(f"{name.replace('_', '-')}-") for name in prefixes(rule))
    ]
    assert strangers == []


def test_titles_are_not_used_twice(book):
    titles = Counter(rule.title for rule in book.rules.values())
    assert [title for title, times in titles.items() if times > 1] == []


def test_addresses_in_examples_are_for_documentation(book):
    public = []
    for rule in book.rules.values():
        for example in (*rule.examples, *rule.counterexamples):
            for address in re.findall(r"(?<![\d.\-])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", example):
                if (
                    not DOCUMENTATION.match(address)
                    and not YAHOO_CODE.match(address)
                    and all(int(part) < 256 for part in address.split("."))
                ):
                    public.append(f"{rule.id}: {address}")
    assert public == []


def test_greylisting_never_says_to_slow_down(book):
    slow = {"lower-rate", "cap-connections", "back-off", "spread-over-time", "separate-transport", "ramp-up"}
    wrong = [
        rule.id
        for rule in book.rules.values()
        if rule.cause == "greylisting" and slow & set(rule.fixes or book.causes["greylisting"].fixes)
    ]
    assert wrong == []


def test_a_sender_domain_fault_never_says_to_wait(book):
    """Except where the receiver could not look it up just now."""
    faults = [rule for rule in book.rules.values() if rule.cause == "sender_dns" and "could not look up" not in rule.title]
    wrong = [rule.id for rule in faults if (rule.helps or book.causes["sender_dns"].helps) == "yes"]
    assert wrong == []


@pytest.mark.parametrize(
    "cause",
    ["rate_limit", "greylisting", "reputation", "blocklist", "network", "dns", "tls", "misconfiguration", "mailbox", "content"],
)
def test_every_cause_has_rules(book, cause):
    assert sum(rule.cause == cause for rule in book.rules.values()) >= 5


def test_every_cause_and_fix_has_its_page(book):
    for cause in book.causes.values():
        assert cause.meaning
        assert cause.decides
        assert all(fix in book.fixes for fix in cause.fixes)
    for rule in book.rules.values():
        assert rule.cause in book.causes
        assert all(fix in book.fixes for fix in rule.fixes)
