"""``smtp421 scan``: what mail logs tell."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

import smtp421
from smtp421.cli.complete import complete_cause, complete_provider
from smtp421.cli.input import piped
from smtp421.cli.options import Color, Mta, Rules, Verbose, chosen_color
from smtp421.cli.output import remark, view, write
from smtp421.render.interface import View, renderer

if TYPE_CHECKING:
    from smtp421.anonymize import Anonymizer
    from smtp421.cli.intake import Intake, Sieve
    from smtp421.rulebook import RuleBook
    from smtp421.scanning import Scan

STDIN = "-"
_CHOICE, _SHOW, _MORE = "Which deferrals", "How to show them", "Logs that grow, cron and sharing"


class Wish(NamedTuple):
    """What the user wants, once it is read from the options."""

    files: tuple[str, ...]
    form: str
    view: View
    sieve: Sieve
    by: str | None
    top: int
    lines: bool
    output: Path | None
    fail_level: str | None
    textfile: Path | None
    follow: bool
    input_format: str | None


def scan(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Mail logs, also packed ones. - is standard input.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only from then on: 2026-11-20, '2026-11-20 14:00', 14:00, yesterday, 2h (ago).", rich_help_panel=_CHOICE),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only up to then.", rich_help_panel=_CHOICE)] = None,
    provider: Annotated[
        str | None,
        typer.Option(metavar="ID", autocompletion=complete_provider, help="Only this provider's.", rich_help_panel=_CHOICE),
    ] = None,
    cause: Annotated[
        str | None, typer.Option(metavar="ID", autocompletion=complete_cause, help="Only this cause.", rich_help_panel=_CHOICE)
    ] = None,
    min_severity: Annotated[
        Literal["info", "warning", "critical"] | None, typer.Option(help="Only this severe or more.", rich_help_panel=_CHOICE)
    ] = None,
    by: Annotated[
        Literal["provider", "domain", "cause", "relay", "rule", "source"] | None,
        typer.Option(help="One row for each of these; without it, for each provider and cause.", rich_help_panel=_SHOW),
    ] = None,
    top: Annotated[int, typer.Option(min=0, metavar="N", help="Rows of the report; 0 shows all.", rich_help_panel=_SHOW)] = 12,
    show_lines: Annotated[bool, typer.Option("--show-lines", help="Show log lines behind each row.", rich_help_panel=_SHOW)] = False,
    form: Annotated[
        Literal["text", "json", "jsonl", "csv", "markdown", "log"],
        typer.Option(
            "--format", "-f", help="A report; jsonl: an object for each deferral; log: the log itself, with --anonymize.", rich_help_panel=_SHOW
        ),
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there, whole or not at all.", rich_help_panel=_SHOW)
    ] = None,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Go on as the files grow: a line for each incident, the report on Ctrl-C.", rich_help_panel=_MORE),
    ] = False,
    fail_level: Annotated[
        Literal["warning", "critical"] | None,
        typer.Option(help="Leave with exit code 1 where something this severe is not over.", rich_help_panel=_MORE),
    ] = None,
    textfile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write metrics for node_exporter's textfile collector, too.", rich_help_panel=_MORE)
    ] = None,
    anonymize: Annotated[
        bool, typer.Option("--anonymize", help="Stand-ins for people, domains and addresses.", rich_help_panel=_MORE)
    ] = False,
    input_format: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read all lines in this format; `smtp421 formats` lists them.", rich_help_panel=_MORE)
    ] = None,
    mta: Mta = None,
    rules: Rules = None,
    verbose: Verbose = False,
    color: Color = None,
) -> None:
    """Report on mail logs: what is wrong, since when, and what to do first.

    $ smtp421 scan mail.log

    $ smtp421 scan --since yesterday --by domain mail.log mail.log.1

    $ smtp421 scan --provider gmail --show-lines mail.log

    $ smtp421 scan --fail-level critical -o report.txt mail.log

    $ smtp421 scan --format jsonl mail.log

    $ smtp421 scan --anonymize --format log mail.log

    $ journalctl -u postfix -o json | smtp421 scan -

    Exit codes: 0 done, 1 --fail-level reached, 2 wrong usage, 3 something could not be read or written, 130 interrupted.
    """
    if not files and not piped():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    if form == "log" and not anonymize:
        raise typer.BadParameter("the log itself is only written with --anonymize", param_hint="--format")
    if follow and (not files or STDIN in files or form not in ("text", "jsonl") or output is not None):
        raise typer.BadParameter("give files, and no --output; --format text or jsonl", param_hint="--follow")
    from smtp421.cli.intake import Intake, Sieve
    from smtp421.cli.moment import moment
    from smtp421.cli.names import check_name
    from smtp421.model import Severity

    book = smtp421.load_rulebook(rules or ())
    check_name("provider", provider, book.providers)
    check_name("cause", cause, book.causes)
    now = datetime.now().astimezone()
    sieve = Sieve(
        moment(since, now) if since else None,
        moment(until, now) if until else None,
        provider,
        cause,
        None if min_severity is None else Severity(min_severity),
    )
    seen = view(chosen_color(ctx, color), verbose=verbose, mta=mta)
    wish = Wish(tuple(files or [STDIN]), form, seen, sieve, by, top, show_lines, output, fail_level, textfile, follow, input_format)
    hidden = _anonymizer(book) if anonymize else None
    if hidden is not None and form == "log":
        _give(_lines(wish, hidden), wish)
        return
    code = _run(Intake(book, sieve, by=by, lines=show_lines, anonymizer=hidden), book, wish)
    if code:
        raise typer.Exit(code)


def _anonymizer(book: RuleBook) -> Anonymizer:
    from smtp421.anonymize import anonymizer

    return anonymizer(book)


def _run(intake: Intake, book: RuleBook, wish: Wish) -> int:
    """Read, show, and the exit code."""
    from smtp421.cli.sources import scan_of
    from smtp421.cli.progress import progress

    raise NotImplementedError
