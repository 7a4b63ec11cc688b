"""``smtp421 mta``: the settings of the sending mail server - judged, laid out in time, and proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

import smtp421
from smtp421.cli.complete import complete_provider
from smtp421.cli.mta_input import read_settings
from smtp421.cli.names import check_name
from smtp421.cli.options import Color, PageForm, Rules, chosen_color
from smtp421.cli.output import view, write
from smtp421.render.interface import renderer

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook
    from smtp421.rulebook.pages import Provider

File = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE]", help="Settings: postconf -n, main.cf, exim4.conf, ... - is standard input.", show_default=False
    ),
]
Name = Annotated[
    Literal["postfix", "exim", "sendmail", "opensmtpd", "powermta", "kumomta", "haraka", "postal"] | None,
    typer.Option(
        "--mta",
        metavar="NAME",
        help="Whose they are: postfix, exim, sendmail, opensmtpd, powermta, kumomta, haraka, postal. Default: the text tells.",
    ),
]
Providers = Annotated[
    list[str] | None,
    typer.Option(
        "--provider", metavar="ID", autocompletion=complete_provider, help="Hold against this provider's limits. May be repeated."
    ),
]
QueueRun = Annotated[
    str | None,
    typer.Option("--queue-run", metavar="TIME", help="Time between queue runs (Exim and sendmail -q30m), which no file tells."),
]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def mta_command() -> None:
    """Check a mail server's settings: retries, limits, TLS.

    $ postconf -n | smtp421 mta check

    $ postconf -n | smtp421 mta schedule

    $ smtp421 mta limits --for postfix --provider gmail
    """


@app.command("check")
def check_settings(
    ctx: typer.Context,
    file: File = None,
    provider: Providers = None,
    mta: Name = None,
    queue_run: QueueRun = None,
    form: PageForm = "text",
    rules: Rules = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what is as it should be, too.")] = False,
    color: Color = None,
) -> None:
    """Judge a mail server's settings: backoff, queue lifetime, connections and rate, IPv6, TLS.

    $ postconf -n | smtp421 mta check

    $ smtp421 mta check --provider gmail --provider yahoo main.cf

    $ exim -bP config | smtp421 mta check --queue-run 30m -

    Without a file, on a terminal, it asks the Postfix of this machine.

    Exit codes: 0 done, 1 warnings, 2 wrong usage, 3 could not be read, 130 interrupted.
    """
    from smtp421.mta.judge import check
    from smtp421.mta.model import Level
    from smtp421.mta.servers import server
    from smtp421.render.mta_check import check_page

    book = smtp421.load_rulebook(rules or ())
    chosen = _providers(provider, book)
    settings = read_settings(ctx, file, mta, queue_run)
    asked = server(settings.mta)
    relay = asked.relay(settings)
    if relay is not None and not provider:
        known = book.identify(relay.value)
        chosen = [book.providers[known]] if known else []
    findings = check(settings, book.tree.thresholds, chosen)
    page = check_page(settings, asked.title, findings, verbose=verbose)
    write([renderer(form, view(chosen_color(ctx, color))).page(page)])
    if any(finding.level.rank >= Level.WARNING.rank for finding in findings):
        raise typer.Exit(1)


@app.command("schedule")
def show_schedule(
    ctx: typer.Context,
    file: File = None,
    age: Annotated[
        str | None, typer.Option(metavar="TIME", help="Age of a message now (2h): when it is tried from then on.")
    ] = None,
    mta: Name = None,
    queue_run: QueueRun = None,
    form: PageForm = "text",
    rules: Rules = None,
    color: Color = None,
) -> None:
    """Show when a deferred message is tried with these settings, against greylisting and what receivers expect.

    $ postconf -n | smtp421 mta schedule

    $ smtp421 mta schedule --age 2h main.cf

    $ exim -bP config | smtp421 mta schedule --queue-run 30m -
    """
    from smtp421.cli.mta_input import duration
    from smtp421.mta.schedule import schedule
    from smtp421.mta.servers import server
    from smtp421.render.mta_schedule import schedule_page

    book = smtp421.load_rulebook(rules or ())
    waited = duration(age, "--age") if age else 0.0
    settings = read_settings(ctx, file, mta, queue_run)
    asked = server(settings.mta)
    assumed = asked.queue_run[1] if asked.queue_run and settings.queue_run is None else ""
    seen = view(chosen_color(ctx, color))
    planned = schedule(asked, settings)
    page = schedule_page(settings, asked.title, planned, book.tree.thresholds, seen, age=waited, assumed=assumed)
    write([renderer(form, seen).page(page)])


@app.command("limits")
def propose_limits(
    mta: Annotated[
        Literal["postfix", "exim", "powermta", "kumomta", "haraka", "opensmtpd"],
        typer.Option(
            "--for", metavar="NAME", help="Write it for this server: postfix, exim, powermta, kumomta, haraka, opensmtpd."
        ),
    ],
    provider: Annotated[
        list[str],
        typer.Option("--provider", metavar="ID", autocompletion=complete_provider, help="Whose limits to keep. May be repeated."),
    ],
    domain: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A further domain that this provider takes mail for. May be repeated."),
    ] = None,
    part: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this part: main.cf, master.cf, transport, routers, ...")
    ] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", "-f", help="How to show it.")] = "text",
    rules: Rules = None,
) -> None:
    """Write configuration for the limits of providers, with the source and date of each figure.

    $ smtp421 mta limits --for postfix --provider gmail --provider yahoo

    $ smtp421 mta limits --for postfix --provider gmail --part main.cf

    $ smtp421 mta limits --for kumomta --provider microsoft_consumer

    $ smtp421 mta limits --for exim --provider google_workspace --domain example.com
    """
    from smtp421.cli.mta_input import mail_domain
    from smtp421.mta.propose import propose, want
    from smtp421.render.mta_limits import limits_json, limits_text

    book = smtp421.load_rulebook(rules or ())
    if domain and len(set(provider)) > 1:
        raise typer.BadParameter("it belongs to one provider; give one --provider at a time with it", param_hint="--domain")
    more = [mail_domain(name) for name in domain or ()]
    wanted = [want(one, book.defaults, more) for one in _providers(provider, book)]
    pieces = propose(mta, wanted)
    if part is not None:
        pieces = tuple(piece for piece in pieces if piece.part == part)
        if not pieces:
            known = ", ".join(piece.part for piece in propose(mta, wanted))
            raise typer.BadParameter(f"there is no part {part!r} for {mta}; it has {known}", param_hint="--part")
    write([limits_json(mta, pieces) if form == "json" else limits_text(mta, pieces, alone=part is not None)])


def _providers(names: list[str] | None, book: RuleBook) -> list[Provider]:
    """The providers named; without names, the large mailbox providers."""
    for name in names or ():
        check_name("provider", name, book.providers)
    if names:
        return [book.providers[name] for name in dict.fromkeys(names)]
    return [provider for provider in book.providers.values() if provider.kind == "mailbox" and provider.large]
