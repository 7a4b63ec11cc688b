"""A run for people: failures with their text and what was expected, then what is left to do, then the count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from smtp421.render.blocks import Block, Code, Fields, Heading, Item, Items, Paragraph, Span, Words, words
from smtp421.render.interface import View
from smtp421.render.phrases import count
from smtp421.render.text import Format
from smtp421.ruletest.checks import Difference, Kind, Outcome, Result
from smtp421.ruletest.coverage import Coverage
from smtp421.ruletest.places import Places
from smtp421.ruletest.report import Report, fails

MOST_LISTED = 20
"""Rules without cases that are listed; all of them in JSON."""


def text_report(report: Report, view: View) -> Iterator[str]:
    """The report in pieces."""
    show = Format(view)
    places = Places()
    for fault in report.faults:
        yield show.line(
            words(Span("FAULT", "critical"), f"  {report.shown(fault.path)}:{fault.line}:{fault.column}: {fault.message}")
        )
    if report.faults:
        yield "\n"
    for result in report.results:
        failed = fails(result, strict=report.strict)
        if failed or result.check.todo is not None:
            yield show.line(_head(result, report, places, failed=failed))
        if failed:
            yield show.paint(tuple(_details(result))) + "\n"
    if report.coverage is not None:
        yield show.paint(tuple(_coverage(report.coverage))) + "\n"
    yield show.line(_summary(report))


def difference(each: Difference) -> str:
    """``expected rate_limit, got reputation``."""
    if each.what == "not_rule":
        return f"must not be {each.wanted}"
    if each.what == "explained":
        return "expected nothing to explain, got an answer"
    return f"expected {_shown(each.wanted)}, got {_shown(each.got)}"


def winner(result: Result) -> str:
    """``yahoo-tss04, by "unexpected volume"``."""
    if result.winner is None:
        return "no rule"
    return f'{result.winner}, by "{result.matched}"' if result.matched else result.winner


def title(result: Result) -> str:
    """``example 2 of yahoo-tss04``."""
    check = result.check
    return check.name if check.kind is Kind.CASE else f"{check.name} of {check.rule}"


def _head(result: Result, report: Report, places: Places, *, failed: bool) -> Words:
    line, column = places.of(result.check)
    label = Span("FAIL", "critical") if failed else Span("TODO", "warning")
    todo = result.check.todo
    if result.outcome is Outcome.TODO_PASSED:
        said = " holds now; drop its `todo`"
    else:
        said = f": {todo}" if todo not in (None, "todo") else ""
    return words(label, f"  {report.shown(result.check.path)}:{line}:{column}: {title(result)}{said}")


def _details(result: Result) -> Iterator[Block]:
    yield Code(tuple(result.check.text.splitlines()))
    rows = [(each.what.partition("captures.")[2] or each.what, words(difference(each))) for each in result.differences]
    if result.differences:
        rows.append(("winner", words(winner(result))))
    if result.note:
        rows.append(("why", words(result.note)))
    yield Fields(tuple((f"  {name}", said) for name, said in rows))


def _coverage(found: Coverage) -> Iterator[Block]:
    yield Heading("Coverage")
    yield Paragraph(words(f"{found.with_cases:,} of {count(found.rules, 'rule')} win a case of their own ({found.share:.1%})."))
    listed = (
        ("Rules without a case", found.rules_without_cases),
        ("Causes without a rule", found.causes_without_rules),
        ("Causes without a case", found.causes_without_cases),
    )
    for name, ids in listed:
        if ids:
            more = f" and {len(ids) - MOST_LISTED:,} more (--format json lists them)" if len(ids) > MOST_LISTED else ""
            yield Items((Item(words(f"{name}: {', '.join(ids[:MOST_LISTED])}{more}")),))


def _summary(report: Report) -> Words:
    counts = report.counts
    failures = len(report.failures)
    parts = [f"{counts[Outcome.PASSED]:,} passed"]
    if counts[Outcome.TODO]:
        parts.append(f"{counts[Outcome.TODO]:,} todo")
    if counts[Outcome.TODO_PASSED] and not report.strict:
        parts.append(f"{counts[Outcome.TODO_PASSED]:,} todo that hold by now")
    kinds = ", ".join(_kinds(report.results))
    end = Span(f"{failures:,} failed, ", "critical") if failures else Span("")
    faults = Span(f"{count(len(report.faults), 'fault')}, ", "critical") if report.faults else Span("")
    stopped = "; stopped at the first failure" if report.stopped else ""
    return words(faults, end, ", ".join(parts), f" ({kinds})" if kinds else "", stopped)


def _kinds(results: Iterable[Result]) -> Iterator[str]:
    kinds = [result.check.kind for result in results]
    for kind in Kind:
        number = kinds.count(kind)
        if number:
            yield count(number, str(kind))


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)
