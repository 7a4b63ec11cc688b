"""``smtp421 explain``: what a deferral means; the page of a rule, cause, fix, provider or code."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from smtp421.cli.answer import Wish, answer
from smtp421.cli.complete import complete_page
from smtp421.cli.evidence_options import Answers, Files, MtaConfig, Postmaster, SenderDomain, SenderIp, SenderReport, Snds
from smtp421.cli.input import piped
from smtp421.cli.options import Color, Mta, Rules, Verbose, chosen_color

Form = Annotated[Literal["text", "json", "jsonl", "markdown"], typer.Option("--format", "-f", help="How to show it.")]


def explain(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]...",
            autocompletion=complete_page,
            help="A reply, log line, DSN, exception, code or id. - is standard input.",
        ),
    ] = None,
    mta: Mta = None,
    form: Form = "text",
    json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Explain every reply in the text; as JSON, an array.")] = False,
    given: Answers = None,
    mta_config: MtaConfig = None,
    snds: Snds = None,
    postmaster: Postmaster = None,
    sender_report: SenderReport = None,
    sender_ip: SenderIp = None,
    sender_domain: SenderDomain = None,
    rules: Rules = None,
    verbose: Verbose = False,
    color: Color = None,
) -> None:
    """Explain a deferral, however it was pasted or logged.

    $ smtp421 explain '450 4.2.0 <user@example.com>: Greylisted'

    $ smtp421 explain - < bounce.txt

    $ smtp421 explain --mta postfix --json '421 4.7.0 Try again later'

    $ smtp421 explain 4.7.28

    A code, or the id of a rule, cause, fix or provider shows what is known of it.
    """
    if not text and not piped():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    answer(
        Wish(
            texts=tuple(text or ["-"]),
            form="json" if json else form,
            mta=mta,
            every=every,
            answers=tuple(given or ()),
            files=Files.of(mta_config, snds, postmaster, sender_report, sender_ip, sender_domain),
            rules=tuple(rules or ()),
            verbose=verbose,
            color=chosen_color(ctx, color),
        )
    )
