"""``smtp421 scan``: what mail logs tell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

import smtp421
from smtp421.cli.complete import complete_cause, complete_provider
from smtp421.cli.evidence_options import (
    Answers,
    Files,
    MtaConfig,
    Postmaster,
    SenderDomain,
    SenderIp,
    SenderReport,
    Snds,
    dossier,
)
from smtp421.cli.input import piped
from smtp421.cli.moment import moment
from smtp421.cli.names import check_name
from smtp421.cli.options import Color, Mta, Rules, Verbose, chosen_color
from smtp421.cli.output import view

STDIN = "-"
MOST_JOBS = 256
WHICH, SHOW, MORE = "Which deferrals", "How to show them", "Logs that grow, cron and sharing"

Logs = Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Mail logs, packed ones too. - is standard input.")]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        rich_help_panel=WHICH,
        help="From then on: 2026-11-20, '2026-11-20 14:00', 14:00, today, yesterday, 2h (ago).",
    ),
]
Until = Annotated[str | None, typer.Option(metavar="TIME", rich_help_panel=WHICH, help="Up to then.")]
Provider = Annotated[
    str | None,
    typer.Option(metavar="ID", autocompletion=complete_provider, rich_help_panel=WHICH, help="Only this provider's."),
]
Cause = Annotated[
    str | None, typer.Option(metavar="ID", autocompletion=complete_cause, rich_help_panel=WHICH, help="Only this cause.")
]
Least = Annotated[
    Literal["info", "warning", "critical"] | None, typer.Option(rich_help_panel=WHICH, help="Only what is this severe or more.")
]
By = Annotated[
    Literal["provider", "domain", "cause", "relay", "rule", "source"] | None,
    typer.Option(rich_help_panel=SHOW, help="A row for each of these; without it, for each provider and cause."),
]
Top = Annotated[int, typer.Option(min=0, metavar="N", rich_help_panel=SHOW, help="Rows of the report; 0 shows all.")]
ShowLines = Annotated[bool, typer.Option("--show-lines", rich_help_panel=SHOW, help="Show log lines behind each row.")]
Form = Annotated[
    Literal["text", "json", "jsonl", "csv", "markdown", "log"],
    typer.Option(
        "--format",
        "-f",
        rich_help_panel=SHOW,
        help="text, json, csv and markdown: the report. jsonl: an object for each deferral. log: the log, with --anonymize.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", rich_help_panel=SHOW, help="Write there, whole or not at all."),
]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow", rich_help_panel=MORE, help="Read on as the files grow: a line for each incident, the report on Ctrl-C."
    ),
]
FailLevel = Annotated[
    Literal["warning", "critical"] | None,
    typer.Option(rich_help_panel=MORE, help="Exit code 1 where something this severe is not over."),
]
TextFile = Annotated[
    Path | None,
    typer.Option("--textfile", metavar="FILE", rich_help_panel=MORE, help="Write metrics for node_exporter, too."),
]
Anonymize = Annotated[
    bool, typer.Option("--anonymize", rich_help_panel=MORE, help="Stand-ins for people, domains and addresses.")
]
Jobs = Annotated[
    str,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        rich_help_panel=MORE,
        help="Processes for large Postfix or Exim logs; auto: one below 100 MB.",
    ),
]
InputFormat = Annotated[
    str | None,
    typer.Option(metavar="NAME", rich_help_panel=MORE, help="Read all lines in this format, see `smtp421 formats`."),
]


def scan(
    ctx: typer.Context,
    files: Logs = None,
    since: Since = None,
    until: Until = None,
    provider: Provider = None,
    cause: Cause = None,
    min_severity: Least = None,
    by: By = None,
    top: Top = 12,
    show_lines: ShowLines = False,
    form: Form = "text",
    output: Output = None,
    follow: Follow = False,
    fail_level: FailLevel = None,
    textfile: TextFile = None,
    anonymize: Anonymize = False,
    jobs: Jobs = "auto",
    input_format: InputFormat = None,
    answer: Answers = None,
    mta_config: MtaConfig = None,
    snds: Snds = None,
    postmaster: Postmaster = None,
    sender_report: SenderReport = None,
    sender_ip: SenderIp = None,
    sender_domain: SenderDomain = None,
    mta: Mta = None,
    rules: Rules = None,
    verbose: Verbose = False,
    color: Color = None,
) -> None:
    """Report on mail logs: is something wrong, what, since when, and what to do first.

    $ smtp421 scan mail.log

    $ smtp421 scan --since yesterday --by domain mail.log mail.log.1

    $ smtp421 scan --provider gmail --show-lines mail.log

    $ smtp421 scan --fail-level critical -o report.txt --textfile smtp421.prom mail.log

    $ smtp421 scan --format jsonl mail.log

    $ smtp421 scan --anonymize --format log mail.log

    $ journalctl -u postfix -o json | smtp421 scan -

    Exit codes: 0 done, 1 --fail-level reached, 2 wrong usage, 3 could not be read or written, 130 interrupted.
    """
    if not files and not piped():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    if (form == "log") > anonymize:
        raise typer.BadParameter("the log itself is only written with --anonymize", param_hint="--format")
    if follow and (not files or STDIN in files or form not in ("text", "jsonl") or output is not None):
        raise typer.BadParameter("it needs files, no --output, and --format text or jsonl", param_hint="--follow")
    if jobs != "auto" and not (jobs.isascii() and jobs.isdigit() and 0 < int(jobs) <= MOST_JOBS):
        raise typer.BadParameter(f"{jobs!r} is neither auto nor a number from 1 to {MOST_JOBS}", param_hint="--jobs")
    from smtp421.cli.intake import Sieve
    from smtp421.cli.scan_run import Wish, run
    from smtp421.model import Severity

    book = smtp421.load_rulebook(rules or ())
    check_name("provider", provider, book.providers)
    check_name("cause", cause, book.causes)
    now = datetime.now().astimezone()
    hidden = None
    if anonymize:
        from smtp421.anonymize import anonymizer

        hidden = anonymizer(book)
    wish = Wish(
        tuple(files or [STDIN]),
        form,
        view(chosen_color(ctx, color), verbose=verbose, mta=mta),
        Sieve(
            moment(since, now) if since else None,
            moment(until, now) if until else None,
            provider,
            cause,
            Severity(min_severity) if min_severity else None,
        ),
        by,
        top,
        show_lines,
        output,
        Severity(fail_level) if fail_level else None,
        textfile,
        follow,
        input_format,
        dossier(
            book, now, Files.of(mta_config, snds, postmaster, sender_report, sender_ip, sender_domain), answer or (), mta=mta
        ),
        jobs,
        tuple(rules or ()),
    )
    code = run(wish, book, hidden)
    if code:
        raise typer.Exit(code)
