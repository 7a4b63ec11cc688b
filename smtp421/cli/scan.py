"""``smtp421 scan``: every deferral in mail logs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

import smtp421
from smtp421.cli.input import piped
from smtp421.cli.options import Color, Rules, chosen_color
from smtp421.cli.output import view, write
from smtp421.errors import InputUnreadable
from smtp421.render.interface import renderer

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.rulebook import RuleBook

STDIN = "-"


def scan(
    ctx: typer.Context,
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Mail logs. - is standard input.")] = None,
    form: Annotated[
        Literal["text", "json", "jsonl", "markdown"],
        typer.Option("--format", "-f", help="A table, or one object for each deferral."),
    ] = "text",
    rules: Rules = None,
    color: Color = None,
) -> None:
    """Explain every deferral in mail logs.

    $ smtp421 scan mail.log

    $ smtp421 scan --format jsonl mail.log mail.log.1

    $ journalctl -u postfix | smtp421 scan -
    """
    if not files and not piped():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    show = renderer(form, view(chosen_color(ctx, color)))
    found = _diagnoses(files or [STDIN], smtp421.load_rulebook(rules or ()))
    if form in ("json", "jsonl"):
        write(show.diagnoses(found))
    else:
        from smtp421.render.report import report_page

        write([show.page(report_page(found))])


def _diagnoses(files: Sequence[str], book: RuleBook) -> Iterator[Diagnosis]:
    for name in files:
        if name == STDIN:
            yield from smtp421.scan(sys.stdin.buffer, rulebook=book)
        else:
            with closing(_open(name)) as lines:
                yield from smtp421.scan(lines, rulebook=book)


def _open(name: str) -> BinaryIO:
    path = Path(name)
    try:
        return path.open("rb")
    except OSError as error:
        raise InputUnreadable(path=name, reason=error.strerror or error) from error
