"""``smtp421 lint``: what is wrong in rule files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from smtp421.cli.options import Color, chosen_color
from smtp421.cli.output import view

WHICH, SHOW, MEND = "Which findings", "How to show them", "Mend"

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...", help="Rule files and folders of them, - for standard input. Default: bundled and your own."
    ),
]
ListThem = Annotated[bool, typer.Option("--list", help="List all checks.")]
Explain = Annotated[str | None, typer.Option(metavar="CHECK", help="Tell what a check finds, and why, with examples.")]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CHECK", rich_help_panel=WHICH, help="Only these: names, codes or beginnings of codes (P, P3), with commas."
    ),
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="CHECK", rich_help_panel=WHICH, help="All but these.")]
MaxAge = Annotated[
    int | None,
    typer.Option(
        min=0, metavar="DAYS", rich_help_panel=WHICH, help="Days after which a page should be read again.", show_default="365"
    ),
]
Baseline = Annotated[
    Path | None, typer.Option(metavar="FILE", rich_help_panel=WHICH, help="Leave out the findings that stand in this file.")
]
WriteBaseline = Annotated[
    bool, typer.Option("--write-baseline", rich_help_panel=WHICH, help="Write all findings into the --baseline file.")
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", rich_help_panel=WHICH, help="Default: smtp421.toml, or tool.smtp421 in pyproject.toml, found upwards."
    ),
]
Form = Annotated[
    Literal["auto", "text", "concise", "json", "sarif", "github", "gitlab", "junit"],
    typer.Option("--format", "-f", rich_help_panel=SHOW, help="auto: text, in GitHub Actions with annotations too."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", rich_help_panel=SHOW, help="Write there, whole or not at all.")
]
FailLevel = Annotated[
    Literal["error", "warning", "info"] | None,
    typer.Option(rich_help_panel=SHOW, help="Exit code 1 from this level on.", show_default="info"),
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", rich_help_panel=SHOW, help="Exit code 0 whatever is found.")]
Fix = Annotated[
    bool, typer.Option("--fix", rich_help_panel=MEND, help="Mend what can be mended without changing what a rule means.")
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe-fixes", rich_help_panel=MEND, help="With --fix or --diff: mend what has to be looked at, too.")
]
Diff = Annotated[bool, typer.Option("--diff", rich_help_panel=MEND, help="Show what --fix would change, and change nothing.")]


def lint(
    ctx: typer.Context,
    paths: Paths = None,
    list_checks: ListThem = False,
    explain: Explain = None,
    select: Select = None,
    ignore: Ignore = None,
    max_age_days: MaxAge = None,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = False,
    config: Config = None,
    form: Form = "auto",
    output: Output = None,
    fail_level: FailLevel = None,
    exit_zero: ExitZero = False,
    fix: Fix = False,
    unsafe_fixes: Unsafe = False,
    diff: Diff = False,
    color: Color = None,
) -> None:
    """Check rule files: form, names, patterns, codes, examples, rules against each other, the tree.

    $ smtp421 lint my-rules/

    $ smtp421 lint --fix my-rules/

    $ smtp421 lint --select P,example-fails my-rules/acme.yaml

    $ smtp421 lint --format sarif -o lint.sarif my-rules/

    $ smtp421 lint --explain unescaped-dot

    A comment holds a finding back: `# smtp421: ignore[CHECK] reason` on its line or above it, `ignore-file` for the whole file.

    Exit codes: 0 no findings, 1 findings, 2 wrong usage or configuration, 3 could not be read or written, 130 interrupted.
    """
    from smtp421.cli import lint_run
    from smtp421.lint.finding import Level

    seen = view(chosen_color(ctx, color))
    if list_checks or explain is not None:
        lint_run.explain(explain, seen)
        return
    if unsafe_fixes and not (fix or diff):
        raise typer.BadParameter("it goes with --fix or --diff", param_hint="--unsafe-fixes")
    if fix and not paths:
        raise typer.BadParameter("name the files that may be changed", param_hint="--fix")
    wish = lint_run.Wish(
        tuple(paths or ()),
        _names(select),
        _names(ignore),
        max_age_days,
        baseline,
        write_baseline,
        config,
        form,
        seen,
        output,
        Level(fail_level) if fail_level else None,
        fix and not diff,
        unsafe_fixes,
        diff,
    )
    code = lint_run.lint(wish, date.today())
    if code and not exit_zero:
        raise typer.Exit(code)


def _names(given: list[str] | None) -> tuple[str, ...]:
    return tuple(name.strip() for each in given or () for name in each.split(",") if name.strip())
