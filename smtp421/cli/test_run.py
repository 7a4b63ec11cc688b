"""What ``test`` does, once it is known what is wanted."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import typer

from smtp421.cli.actions import no_commands
from smtp421.cli.collector import uncollected
from smtp421.cli.output import PIPE_WIDTH, remark, write
from smtp421.cli.whole import write_whole
from smtp421.render.interface import View
from smtp421.ruletest.checks import Check, Result
from smtp421.ruletest.coverage import coverage
from smtp421.ruletest.plan import Plan, make_plan, watched
from smtp421.ruletest.report import Report, fails, to_dict
from smtp421.ruletest.run import run
from smtp421.ruletest.watch import changes


class Wish(NamedTuple):
    """What the user wants."""

    paths: tuple[Path, ...]
    rules: tuple[Path, ...]
    select: tuple[str, ...]
    form: str
    view: View
    coverage: bool
    strict: bool
    first_only: bool
    output: Path | None


def test(wish: Wish, now: datetime) -> int:
    """Test, show, and the exit code. Raises :class:`smtp421.errors.Smtp421Error`."""
    with uncollected():
        plan = make_plan(wish.paths, wish.rules, os.environ)
        for told in (*plan.remarks, *(map(str, plan.faults) if wish.select else ())):
            remark(told)
        checks = _chosen(plan, wish.select)
        results = tuple(_until_failure(run(checks, plan.book, now), wish))
    for told in plan.book.remarks:
        remark(told)
    report = Report(
        results,
        () if wish.select else plan.faults,
        coverage(results, plan.rules, plan.book) if wish.coverage else None,
        wish.strict,
        wish.first_only and len(results) < len(checks),
        _relative,
    )
    pieces = _pieces(report, wish)
    if wish.output is None:
        write(no_commands(pieces) if wish.form == "text" else pieces)
    else:
        write_whole(wish.output, pieces)
    return 1 if report.failed else 0


def watch(wish: Wish, clock: type[datetime] = datetime) -> None:
    """Test, and again whenever a file changes, until the user interrupts."""
    from smtp421.errors import Smtp421Error

    def once() -> None:
        try:
            test(wish, clock.now().astimezone())
        except Smtp421Error as error:  # a file that is half written; the next change mends it
            remark(str(error))
        remark("waiting for changes; Ctrl-C ends")

    def files() -> list[str]:
        try:
            return list(watched(wish.paths, wish.rules, os.environ))
        except Smtp421Error:  # a folder that is being replaced
            return []

    once()
    for changed in changes(files, lambda: False):
        remark(f"changed: {', '.join(map(_relative, changed[:3]))}{' and others' if len(changed) > 3 else ''}")
        once()


def _chosen(plan: Plan, select: Sequence[str]) -> tuple[Check, ...]:
    """The checks that ``--select`` names, by rule or by a case's name; ``*`` stands for anything."""
    if not select:
        return plan.checks
    chosen = tuple(check for check in plan.checks if any(_named(check, name) for name in select))
    for name in select:
        if not any(_named(check, name) for check in chosen):
            known = {check.rule or check.name for check in plan.checks}
            near = get_close_matches(name, known, n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise typer.BadParameter(f"nothing here is tested of {name!r}{hint}", param_hint="--select")
    return chosen


def _named(check: Check, name: str) -> bool:
    return any(each is not None and fnmatchcase(each, name) for each in (check.rule, check.name))


def _until_failure(results: Iterable[Result], wish: Wish) -> Iterator[Result]:
    for result in results:
        yield result
        if wish.first_only and fails(result, strict=wish.strict):
            return


def _pieces(report: Report, wish: Wish) -> Iterator[str]:
    if wish.form == "json":
        yield json.dumps(to_dict(report), indent=2) + "\n"
    elif wish.form == "junit":
        from smtp421.ruletest.junit import junit_report

        yield junit_report(report)
    else:
        from smtp421.ruletest.text import text_report

        view = wish.view
        if wish.output is not None:
            view = view._replace(width=PIPE_WIDTH, terminal=False, color=False, links=False, ascii=False)
        yield from text_report(report, view)


def _relative(path: str) -> str:
    """A path as seen from the working directory, where it lies below it."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return path
