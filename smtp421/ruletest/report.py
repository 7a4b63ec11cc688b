"""A run as a whole, and as the object of ``--format json`` (``smtp421.test/1``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from smtp421.model import Fault
from smtp421.render.page import plain
from smtp421.ruletest.checks import Outcome, Result
from smtp421.ruletest.coverage import Coverage
from smtp421.ruletest.places import Places

SCHEMA = "smtp421.test/1"


class Report(NamedTuple):
    """What came of a run."""

    results: tuple[Result, ...]
    faults: tuple[Fault, ...]
    coverage: Coverage | None = None
    strict: bool = False
    """Whether a case that holds although it is ``todo`` is a failure."""
    stopped: bool = False
    """Whether the run ended at its first failure."""
    shown: Callable[[str], str] = str
    """A file's name as the reader knows it."""

    @property
    def counts(self) -> Counter[Outcome]:
        """How many checks came to what."""
        return Counter(result.outcome for result in self.results)

    @property
    def failures(self) -> tuple[Result, ...]:
        """The checks that fail the run."""
        return tuple(result for result in self.results if fails(result, strict=self.strict))

    @property
    def failed(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.faults or self.failures)


def fails(result: Result, *, strict: bool) -> bool:
    """Whether a result fails the run."""
    return result.outcome is Outcome.FAILED or (strict and result.outcome is Outcome.TODO_PASSED)


def to_dict(report: Report) -> dict[str, Any]:
    """The object ``smtp421.test/1``: counts, and every check that did not simply pass."""
    places = Places()
    counts = report.counts
    kinds = Counter(result.check.kind for result in report.results)
    return {
        "schema": SCHEMA,
        "failed": report.failed,
        "stopped": report.stopped,
        "counts": {
            "checks": len(report.results),
            **{str(outcome): counts[outcome] for outcome in Outcome},
            "faults": len(report.faults),
        },
        "kinds": {str(kind): kinds[kind] for kind in sorted(kinds)},
        "failures": _rows(report.failures, report, places),
        "todo": _rows((each for each in report.results if each.check.todo is not None), report, places),
        "faults": [{**fault._asdict(), "path": report.shown(fault.path)} for fault in report.faults],
        "coverage": None if report.coverage is None else plain(report.coverage),
    }


def _rows(results: Iterable[Result], report: Report, places: Places) -> list[dict[str, Any]]:
    return [_row(result, report, places) for result in results]


def _row(result: Result, report: Report, places: Places) -> dict[str, Any]:
    check = result.check
    line, column = places.of(check)
    return {
        "kind": check.kind,
        "name": check.name,
        "rule": check.rule,
        "path": report.shown(check.path),
        "line": line,
        "column": column,
        "text": check.text,
        "outcome": result.outcome,
        "todo": check.todo,
        "winner": result.winner,
        "matched": result.matched,
        "note": result.note,
        "differences": [
            {"what": each.what, "expected": plain(each.wanted), "got": plain(each.got)} for each in result.differences
        ],
    }
