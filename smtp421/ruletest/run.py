"""Judging checks: each text is explained by the full rule set, and the answer compared with what was to hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from smtp421.api import explain
from smtp421.diagnosis.subject import identity_of, subject_of
from smtp421.errors import NothingToExplain
from smtp421.model import Diagnosis
from smtp421.rulebook import RuleBook
from smtp421.ruletest.answers import ASKED
from smtp421.ruletest.checks import Check, Difference, Outcome, Result


def run(checks: Iterable[Check], book: RuleBook, now: datetime) -> Iterator[Result]:
    """Judge checks one by one, in their order. ``now`` is the clock for stamps without a year."""
    checks = tuple(checks)
    times = Counter(check.text for check in checks)
    known: dict[str, Diagnosis | None] = {}  # a fifth of our texts is an example here and a counterexample there
    for check in checks:
        text = check.text
        diagnosis = known[text] if text in known else _explained(text, book, now)
        if times[text] > 1:
            known[text] = diagnosis
        yield _judged(check, diagnosis, book)


def judge(check: Check, book: RuleBook, now: datetime) -> Result:
    """Explain a text and compare."""
    return _judged(check, _explained(check.text, book, now), book)


def _explained(text: str, book: RuleBook, now: datetime) -> Diagnosis | None:
    try:
        return explain(text, rulebook=book, now=now)
    except NothingToExplain:
        return None


def _judged(check: Check, diagnosis: Diagnosis | None, book: RuleBook) -> Result:
    differences = tuple(_differences(check, diagnosis))
    if check.todo is not None:
        outcome = Outcome.TODO if differences else Outcome.TODO_PASSED
    else:
        outcome = Outcome.FAILED if differences else Outcome.PASSED
    winner, matched = (None, "") if diagnosis is None else (diagnosis.rule, diagnosis.matched)
    return Result(check, outcome, differences, winner, matched, _why(differences, diagnosis, book))


def _differences(check: Check, diagnosis: Diagnosis | None) -> Iterator[Difference]:
    for what, wanted in check.wanted:
        if what == "explained":
            if diagnosis is not None:
                yield Difference(what, wanted, True)
        elif what == "not_rule":
            if diagnosis is not None and diagnosis.rule == wanted:
                yield Difference(what, wanted, wanted)
        else:
            got = None if diagnosis is None else _plain(ASKED[what](diagnosis))
            if got != _plain(wanted) or (diagnosis is None and what == "rule"):
                yield Difference(what, _plain(wanted), got)


def _plain(value: Any) -> Any:
    """Members of enumerations as their words."""
    return str(value) if isinstance(value, str) else value


def _why(differences: tuple[Difference, ...], diagnosis: Diagnosis | None, book: RuleBook) -> str:
    """Why something does not hold, where that can be told."""
    if diagnosis is None:
        return "the text holds nothing to explain" if differences else ""
    rule = next((each.wanted for each in differences if each.what == "rule"), None)
    if rule is None:
        return ""
    attempt = diagnosis.attempt
    who = identity_of(attempt, book)
    replies = [attempt.reply] if attempt.inner is None else [attempt.inner, attempt.reply]
    fits = any(match.rule.id == rule for reply in replies for match in book.matches(subject_of(reply, attempt, who)))
    return f"{rule} fits too, and ranks lower" if fits else f"{rule} does not fit"
