"""Case files (``smtp421.cases/1``) -> checks. What is wrong in a file becomes a fault with its place; the other cases count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from smtp421.model import Fault
from smtp421.rulebook import RuleBook, schema
from smtp421.rulebook.load import Entry, load_cases, missing
from smtp421.rulebook.sources import RuleText
from smtp421.ruletest.answers import wanted_of
from smtp421.ruletest.checks import Check, Kind


class Cases(NamedTuple):
    """What case files hold."""

    checks: tuple[Check, ...]
    faults: tuple[Fault, ...]


def read_cases(texts: Iterable[RuleText], book: RuleBook) -> Cases:
    """Read case files. Expectations that name what ``book`` does not know are faults."""
    entries, faults = load_cases(texts)
    checks: list[Check] = []
    for entry in entries:
        wrong = list(_faults(entry, book))
        faults += wrong
        if not wrong:
            checks.append(_check(entry))
    return Cases(tuple(checks), tuple(faults))


def _faults(entry: Entry[schema.CaseForm], book: RuleBook) -> Iterator[Fault]:
    form = entry.form
    if not any(True for _ in wanted_of(form)):
        yield entry.fault("the case asserts nothing; give `rule`, `cause` or another expectation")
    tables: Mapping[str, Iterable[str]] = {
        "rule": book.rules,
        "cause": book.causes,
        "provider": book.providers,
        "fix": book.fixes,
    }
    for kind, table in tables.items():
        name = getattr(form, kind)
        if name is not None and name not in table:
            yield entry.fault(missing(kind, name, table), kind)
    for index, name in enumerate(form.not_rule):
        if name not in book.rules:
            yield entry.fault(missing("rule", name, book.rules), "not_rule", index)
    if not form.explained and any(what != "explained" for what, _ in wanted_of(form)):
        yield entry.fault("`explained: false` leaves nothing else to expect; drop it, or the other expectations", "explained")


def _check(entry: Entry[schema.CaseForm]) -> Check:
    form = entry.form
    todo = (form.todo if isinstance(form.todo, str) else "todo") if form.todo else None
    return Check(
        Kind.CASE,
        form.name or f"case {int(entry.base[1]) + 1}",
        form.rule,
        form.text,
        tuple(wanted_of(form)),
        entry.text.path,
        (*entry.base, "text"),
        todo,
    )
