"""What ``lint`` does, once it is known what is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import typer

import smtp421
from smtp421.cli.actions import in_actions, no_commands
from smtp421.cli.collector import uncollected
from smtp421.cli.output import PIPE_WIDTH, remark, write
from smtp421.cli.whole import write_whole
from smtp421.lint.baseline import baseline_text, read_baseline, without_known
from smtp421.lint.check import all_checks, find_check
from smtp421.lint.config import LintConfig, find_config, read_config
from smtp421.lint.finding import Level
from smtp421.lint.fixing import apply_fixes, diff, fixable
from smtp421.lint.formats import Output, render
from smtp421.lint.gather import STDIN, Gathered, gather
from smtp421.lint.pack import Pack, Settings
from smtp421.lint.page import check_page, list_page
from smtp421.lint.run import Choice, Report, chosen, run
from smtp421.render.interface import View
from smtp421.render.phrases import count
from smtp421.render.text import Format

FOR_PEOPLE = ("text", "concise")
ROUNDS = 5
"""How often files are mended and linted again: a fix may bring another fault to light."""


class Wish(NamedTuple):
    """What the user wants."""

    paths: tuple[Path, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    max_age_days: int | None
    baseline: Path | None
    write_baseline: bool
    config: Path | None
    form: str
    view: View
    output: Path | None
    fail_level: Level | None
    fix: bool
    unsafe: bool
    diff: bool


def explain(name: str | None, view: View) -> None:
    """Show a check's page, or the list of all."""
    page = list_page(all_checks()) if name is None else check_page(find_check(name))
    write([Format(view).paint(page)])


def lint(wish: Wish, today: date) -> int:
    """Lint, mend, show; the exit code. Raises :class:`smtp421.errors.Smtp421Error`."""
    folder = Path.cwd()
    found = wish.config or find_config(folder)
    config = read_config(found) if found else LintConfig()
    choice = Choice(wish.select or config.select, (*wish.ignore, *config.ignore), config.held)
    days = next((days for days in (wish.max_age_days, config.max_age_days) if days is not None), Settings(today).max_age_days)
    settings = Settings(today, days)
    baseline = wish.baseline or config.baseline
    if wish.write_baseline and baseline is None:
        raise typer.BadParameter("name the file by --baseline FILE", param_hint="--write-baseline")
    gathered = gather(wish.paths, os.environ, folder, sys.stdin.buffer if Path(STDIN) in wish.paths else None)
    if not gathered.texts:
        remark(f"no rule files (*.yaml, *.yml) in {', '.join(map(str, wish.paths))}")
        return 1
    pack, report = _lint(gathered, settings, choice)
    if wish.diff or wish.fix:
        pack, report, changed = _mend(wish, gathered, pack, report, settings, choice)
        if wish.diff:
            return 1 if changed else 0
    files = pack.files_by_name
    if wish.write_baseline and baseline is not None:
        write_whole(baseline, [baseline_text(report, files)])
        remark(f"{count(len(report.findings), 'finding')} written to {baseline}")
        return 0
    if baseline is not None:
        report = without_known(report, read_baseline(baseline), files)
    _give(Output(report, files, chosen(choice), wish.view, smtp421.__version__), wish)
    return 1 if report.reaches(wish.fail_level or config.fail_level or Level.INFO) else 0


def _lint(gathered: Gathered, settings: Settings, choice: Choice) -> tuple[Pack, Report]:
    with uncollected():
        pack = Pack(gathered.texts, gathered.base, gathered.names, settings)
        return pack, run(pack, choice)


def _mend(
    wish: Wish, gathered: Gathered, pack: Pack, report: Report, settings: Settings, choice: Choice
) -> tuple[Pack, Report, bool]:
    """Put in fixes until there are no more; write the files, or show the differences."""
    before = pack.files_by_name
    fixes = 0
    for _round in range(ROUNDS):
        files = pack.files_by_name
        done = apply_fixes(fixable(report.findings, unsafe=wish.unsafe), files)
        if not done:
            break
        fixes += sum(fixed.fixes for fixed in done.values())
        gathered = gathered.with_texts({files[name].path: fixed.text for name, fixed in done.items()})
        pack, report = _lint(gathered, settings, choice)
    changed = [file for file in pack.files.values() if file.text != before[file.name].text]
    if wish.diff:
        write(no_commands(diff(file.name, before[file.name].text, file.text) for file in changed))
        return pack, report, bool(changed)
    for file in changed:
        if file.path == STDIN:
            write([file.text])
        else:
            write_whole(Path(file.path), ["\ufeff" if before[file.name].bom else "", file.text])
    if changed:
        remark(f"{count(fixes, 'fix', 'fixes')} put into {count(len(changed), 'file')}")
    return pack, report, bool(changed)


def _give(output: Output, wish: Wish) -> None:
    """Show the report, on the screen or in a file; for GitHub the annotations too."""
    form = "text" if wish.form == "auto" else wish.form
    if wish.output is None:
        pieces: Iterable[str] = render(form, output)
        write(no_commands(pieces) if form in FOR_PEOPLE else pieces)
    else:
        plain = output.view._replace(width=PIPE_WIDTH, terminal=False, color=False, links=False, ascii=False)
        write_whole(wish.output, render(form, output._replace(view=plain)))
    if wish.form == "auto" and in_actions():
        write(render("github", output))
