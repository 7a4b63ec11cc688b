"""``smtp421 diagnose``: walk the diagnosis tree with somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import smtp421
from smtp421.cli.complete import complete_cause, complete_provider
from smtp421.cli.evidence_options import Answers, Files, MtaConfig, Postmaster, SenderDomain, SenderIp, SenderReport, Snds
from smtp421.cli.input import piped, read_stdin
from smtp421.cli.names import check_name
from smtp421.cli.options import Color, Mta, PageForm, Rules, Verbose, chosen_color
from smtp421.cli.output import remark

STDIN = "-"
WHICH, LATER = "Which deferral", "Asking, and going on later"

Logs = Annotated[
    list[str] | None,
    typer.Option(
        "--log", metavar="FILE", rich_help_panel=WHICH, help="Take the most pressing deferrals of a log; may be repeated."
    ),
]
ProviderId = Annotated[
    str | None,
    typer.Option(
        "--provider", metavar="ID", autocompletion=complete_provider, rich_help_panel=WHICH, help="Take those of this provider."
    ),
]
CauseId = Annotated[
    str | None,
    typer.Option("--cause", metavar="ID", autocompletion=complete_cause, rich_help_panel=WHICH, help="Take those of this cause."),
]
Ask = Annotated[
    bool, typer.Option("--ask/--no-ask", rich_help_panel=LATER, help="Ask what is open; without a terminal, nothing is asked.")
]
Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", rich_help_panel=LATER, help="Keep what is known and answered there.")
]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", metavar="FILE", rich_help_panel=LATER, help="Go on with a walk that was saved; it is saved again."),
]


def diagnose(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]...", help="A reply, log line, DSN or exception. - is standard input.")
    ] = None,
    log: Logs = None,
    provider: ProviderId = None,
    cause: CauseId = None,
    answer: Answers = None,
    mta_config: MtaConfig = None,
    snds: Snds = None,
    postmaster: Postmaster = None,
    sender_report: SenderReport = None,
    sender_ip: SenderIp = None,
    sender_domain: SenderDomain = None,
    ask: Ask = True,
    save: Save = None,
    resume: Resume = None,
    form: PageForm = "text",
    mta: Mta = None,
    rules: Rules = None,
    verbose: Verbose = False,
    color: Color = None,
) -> None:
    """Walk the diagnosis tree: what the evidence answers, what is still open, and what to do in which order.

    $ smtp421 diagnose '421 4.7.0 Try again later, closing connection'

    $ smtp421 diagnose --log mail.log --save walk.json

    $ smtp421 diagnose --answer first-contact=no --answer reputation-tools=clean '451 Try again later'

    $ smtp421 diagnose --format markdown - < bounce.txt

    $ postconf -n | smtp421 diagnose --mta-config - '421 4.7.0 Try again later, closing connection'

    On a terminal it asks what is open; "don't know" is an answer. `smtp421 tree` shows all questions.

    Exit codes: 0 done, 1 no deferral found, 2 wrong usage, 3 could not be read or written, 130 interrupted.
    """
    if sum(map(bool, (text, log, resume))) > 1:
        raise typer.BadParameter("give a text, --log or --resume, not several of them")
    if not (text or log or resume) and not piped():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    from smtp421.cli.diagnose_run import Wish, check_save, run

    if save is not None and (why := check_save(save)):
        raise typer.BadParameter(why, param_hint="--save")
    book = smtp421.load_rulebook(rules or ())
    check_name("provider", provider, book.providers)
    check_name("cause", cause, book.causes)
    wish = Wish(
        text=_text(text) if not (log or resume) else "",
        logs=tuple(log or ()),
        resume=resume,
        save=save,
        answers=tuple(answer or ()),
        files=Files.of(mta_config, snds, postmaster, sender_report, sender_ip, sender_domain),
        provider=provider,
        cause=cause,
        form=form,
        ask=ask,
        mta=mta,
        verbose=verbose,
        color=chosen_color(ctx, color),
    )
    code = run(wish, book)
    if code:
        raise typer.Exit(code)


def _text(words: list[str] | None) -> str:
    """The words as one text; ``-`` and no words at all are what is piped in."""
    if words and words != [STDIN]:
        return " ".join(words)
    text, cut = read_stdin()
    if cut:
        remark("only the first 4 MiB are read; --log reads whole logs")
    return text
