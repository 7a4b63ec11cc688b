"""``smtp421 sender check``: the sender's side as receivers see it in the DNS."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from smtp421.addresses import Address, address_of
from smtp421.cli.options import Color, PageForm, Verbose, chosen_color
from smtp421.cli.output import view, write
from smtp421.render.interface import renderer

app = typer.Typer(no_args_is_help=True)
WHO, HOW = "Who sends, and to whom", "How to look"


@app.callback()
def sender_command() -> None:
    """Check the sender's side in the DNS.

    $ smtp421 sender check --ip 192.0.2.25 --domain example.com --helo mail.example.com --selector s1

    $ smtp421 sender check --to example.org
    """


@app.command("check")
def check_sender(
    ctx: typer.Context,
    ip: Annotated[str | None, typer.Option("--ip", metavar="ADDRESS", rich_help_panel=WHO, help="The sending address.")] = None,
    domain: Annotated[
        str | None, typer.Option(metavar="DOMAIN", rich_help_panel=WHO, help="Domain of the envelope sender (MAIL FROM).")
    ] = None,
    author: Annotated[
        str | None, typer.Option("--from", metavar="DOMAIN", rich_help_panel=WHO, help="Domain of the From header, if another.")
    ] = None,
    helo: Annotated[
        str | None, typer.Option(metavar="NAME", rich_help_panel=WHO, help="The name that the server greets with.")
    ] = None,
    selector: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", rich_help_panel=WHO, help="DKIM selector (s= of a signature). May be repeated."),
    ] = None,
    signer: Annotated[
        str | None, typer.Option(metavar="DOMAIN", rich_help_panel=WHO, help="Domain that signs (d=), if not the From domain.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="DOMAIN", rich_help_panel=WHO, help="A destination: its MX, DANE and MTA-STS.")
    ] = None,
    block_lists: Annotated[
        bool,
        typer.Option("--block-lists/--no-block-lists", rich_help_panel=HOW, help="Ask block lists; each has rules on its use."),
    ] = True,
    name_server: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS[:PORT]", rich_help_panel=HOW, help="Ask this one. Default: the system's. May be repeated."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=60, metavar="SECONDS", rich_help_panel=HOW, help="For each question.")
    ] = 4.0,
    form: PageForm = "text",
    json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    fail_level: Annotated[
        Literal["warning", "critical", "never"], typer.Option(help="Exit code 1 where something is this serious.")
    ] = "critical",
    verbose: Verbose = False,
    color: Color = None,
) -> None:
    """Look up PTR, HELO, MX, SPF, DKIM, DMARC and block lists for a sender, or a destination's MX, DANE and MTA-STS.

    $ smtp421 sender check --ip 192.0.2.25 --domain example.com --helo mail.example.com --selector s1

    $ smtp421 sender check --domain example.com --no-block-lists --json > sender.json

    Exit codes: 0 done, 1 --fail-level reached, 2 wrong usage, 3 an extra is missing.
    """
    from smtp421.render.sender_page import sender_page
    from smtp421.sender import Level, Subject
    from smtp421.sender.checks import CHECKS
    from smtp421.sender.dns import resolver
    from smtp421.sender.run import check

    if not any((ip, domain, author, helo, to)):
        raise typer.BadParameter("nothing to look up: give --ip, --domain, --from, --helo or --to")
    subject = Subject(_address(ip), domain, author, helo, signer, tuple(selector or ()), to)
    wanted = [name for name in CHECKS if block_lists or name != "block_lists"]
    report = check(subject, resolver(name_server or (), timeout), wanted)
    show = renderer("json" if json else form, view(chosen_color(ctx, color), verbose=verbose))
    write([show.page(sender_page(report, verbose=verbose))])
    if fail_level != "never" and report.level.rank >= Level(fail_level).rank:
        raise typer.Exit(1)


def _address(text: str | None) -> Address | None:
    address = address_of(text)
    if address is None and text is not None:
        raise typer.BadParameter(f"{text!r} is no address such as 192.0.2.25 or 2001:db8::25", param_hint="--ip")
    return address
