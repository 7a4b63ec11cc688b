"""``smtp421 test``: whether the rules do what their examples and cases say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from smtp421.cli.options import Color, Rules, chosen_color
from smtp421.cli.output import view

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PATH]...", help="Rule files, case files and folders of them. Default: all rules that are in use."),
]
Select = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="Only this rule's, or the case of this name; * stands for anything. May be repeated."),
]
Form = Annotated[Literal["text", "json", "junit"], typer.Option("--format", "-f", help="How to show it.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there, whole or not at all.")]
CoverageWanted = Annotated[
    bool, typer.Option("--coverage", help="Tell which rules win no case of a case file, and which causes have none.")
]
Strict = Annotated[bool, typer.Option("--strict", help="A case that holds although it is `todo` fails.")]
First = Annotated[bool, typer.Option("-x", "--exit-first", help="Stop at the first failure.")]
Watch = Annotated[bool, typer.Option("--watch", help="Test again whenever a file changes; Ctrl-C ends.")]


def test(
    ctx: typer.Context,
    paths: Paths = None,
    select: Select = None,
    coverage: CoverageWanted = False,
    strict: Strict = False,
    exit_first: First = False,
    watch: Watch = False,
    form: Form = "text",
    output: Output = None,
    rules: Rules = None,
    color: Color = None,
) -> None:
    """Test rules: each example must be won by its rule in the full set, no counterexample may be, and cases must hold.

    $ smtp421 test

    $ smtp421 test my-rules/ cases.yaml

    $ smtp421 test --select 'yahoo-*' -x

    $ smtp421 test --format junit -o report.xml my-rules/

    $ smtp421 test --coverage cases.yaml

    A case file begins with `schema: smtp421.cases/1`; `smtp421 schema cases` prints its form.

    Exit codes: 0 all hold, 1 failures, 2 wrong usage, 3 rules could not be read, 130 interrupted.
    """
    from smtp421.cli import test_run

    wish = test_run.Wish(
        tuple(paths or ()),
        tuple(rules or ()),
        tuple(select or ()),
        form,
        view(chosen_color(ctx, color)),
        coverage,
        strict,
        exit_first,
        output,
    )
    if watch:
        test_run.watch(wish)
    code = test_run.test(wish, datetime.now().astimezone())
    if code:
        raise typer.Exit(code)
