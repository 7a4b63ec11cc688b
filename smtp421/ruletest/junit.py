"""A run as JUnit cases: one for each check, one for each fault."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.render.junit import Case, junit
from smtp421.ruletest.checks import Outcome, Result
from smtp421.ruletest.places import Places
from smtp421.ruletest.report import Report, fails
from smtp421.ruletest.text import difference, title, winner


def junit_report(report: Report) -> str:
    """The XML."""
    return junit("smtp421 test", _cases(report))


def _cases(report: Report) -> Iterator[Case]:
    for fault in report.faults:
        yield Case("fault", "file", report.shown(fault.path), fault.line, fault.message, fault.message)
    places = Places()
    for result in report.results:
        check = result.check
        failed = fails(result, strict=report.strict)
        yield Case(
            title(result),
            check.rule or str(check.kind),
            report.shown(check.path),
            places.of(check)[0] if failed else 0,
            _message(result) if failed else None,
            _text(result) if failed else "",
            f"todo: {check.todo}" if result.outcome is Outcome.TODO else None,
        )


def _message(result: Result) -> str:
    if result.outcome is Outcome.TODO_PASSED:
        return "holds now; drop its `todo`"
    return "; ".join(f"{each.what}: {difference(each)}" for each in result.differences)


def _text(result: Result) -> str:
    note = f"\n{result.note}" if result.note else ""
    return f"{result.check.text}\nwinner: {winner(result)}{note}"
