"""JUnit XML, as CI servers read it: valid against the schema of Jenkins' xUnit plugin (junit-10.xsd).

That schema knows a file for a suite but not for a case, so the cases of each file are a suite of their own, and the line
stands at the head of a failure's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from smtp421.render.safe import visible


class Case(NamedTuple):
    """One thing that was checked, and what came of it: passed where there is neither a failure nor a reason to skip."""

    name: str
    classname: str
    """What it belongs to: a rule, a check."""
    file: str
    line: int = 0
    """Counted from 1; 0 where no line can be named."""
    message: str | None = None
    """One line on what failed; None where nothing did."""
    text: str = ""
    """All about the failure, in lines."""
    skipped: str | None = None
    """Why it does not count; None where it does."""


def junit(suite: str, cases: Iterable[Case]) -> str:
    """The report of a run called ``suite``. Characters that XML forbids, and those that nobody sees, become visible."""
    files: dict[str, list[Case]] = {}
    for case in cases:
        files.setdefault(case.file, []).append(case)
    every = [case for each in files.values() for case in each]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="{_flat(suite)}" tests="{len(every)}" failures="{_failures(every)}" errors="0">',
    ]
    for file, found in files.items():
        lines += _suite(suite, file, found)
    lines.append("</testsuites>\n")
    return "\n".join(lines)


def _suite(suite: str, file: str, cases: list[Case]) -> Iterator[str]:
    name = _flat(file or suite)
    where = f' file="{name}"' if file else ""
    skipped = sum(case.skipped is not None for case in cases)
    yield f'  <testsuite name="{name}"{where} tests="{len(cases)}" failures="{_failures(cases)}" errors="0" skipped="{skipped}">'
    for case in cases:
        head = f'    <testcase name="{_flat(case.name)}" classname="{_flat(case.classname)}"'
        inside = "".join(_outcome(case))
        yield f"{head}>{inside}</testcase>" if inside else f"{head}/>"
    yield "  </testsuite>"


def _outcome(case: Case) -> Iterator[str]:
    if case.skipped is not None:
        yield f'<skipped message="{_flat(case.skipped)}"/>'
    elif case.message is not None:
        place = f"{case.file}:{case.line}\n" if case.file and case.line else ""
        text = "\n".join(_flat(line) for line in f"{place}{case.text}".split("\n"))
        yield f'<failure message="{_flat(case.message)}">{text}</failure>'


def _failures(cases: Iterable[Case]) -> int:
    return sum(case.message is not None and case.skipped is None for case in cases)


def _flat(text: str) -> str:
    """``text`` on one line, for an attribute or a line of an element."""
    return escape(visible(text))
