"""The typer program: its commands and its version."""

from __future__ import annotations

from typing import Annotated, ClassVar

import typer

from smtp421.cli.lazy import Entry, LazyGroup
from smtp421.cli.options import Color

EPILOG = "Exit codes: 0 done, 1 nothing found to explain, 2 wrong usage, 3 input or rules could not be read, 130 interrupted."


class Commands(LazyGroup):
    """All commands, in the order in which the help shows them."""

    entries: ClassVar = {
        "explain": Entry("smtp421.cli.explain", "explain"),
        "diagnose": Entry("smtp421.cli.diagnose", "diagnose"),
        "scan": Entry("smtp421.cli.scan", "scan"),
        "formats": Entry("smtp421.cli.formats", "formats"),
        "tree": Entry("smtp421.cli.tree", "tree"),
        "lint": Entry("smtp421.cli.lint", "lint"),
        "test": Entry("smtp421.cli.test", "test"),
        "rules": Entry("smtp421.cli.rules", "app"),
        "schema": Entry("smtp421.cli.schema", "schema"),
        "sender": Entry("smtp421.cli.sender", "app"),
        "mta": Entry("smtp421.cli.mta", "app"),
    }


app = typer.Typer(
    cls=Commands, name="smtp421", epilog=EPILOG, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}
)


def _version(wanted: bool) -> None:
    if wanted:
        from smtp421.cli.version import version_line

        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def smtp421(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and the age of the rules.")
    ] = False,
    color: Color = None,
) -> None:
    """Tell what an SMTP deferral means and what to do about it.

    $ smtp421 explain '450 4.2.0 <user@example.com>: Greylisted'

    $ smtp421 scan mail.log
    """
