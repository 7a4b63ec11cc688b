"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from smtp421.cli.complete import complete_mta

Color: TypeAlias = Annotated[
    Literal["auto", "always", "never"] | None,
    typer.Option("--color", help="Colours; auto looks at the terminal, NO_COLOR and FORCE_COLOR.", show_default="auto"),
]
Rules: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules", metavar="DIR", help="Rules of your own, a folder or a file; they win over the bundled ones. May be repeated."
    ),
]
Mta: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--mta",
        metavar="NAME",
        autocompletion=complete_mta,
        help="Show the settings of this mail server. Default: the one whose log it is.",
    ),
]
PageForm: TypeAlias = Annotated[Literal["text", "json", "markdown"], typer.Option("--format", "-f", help="How to show it.")]
Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show everything: the whole reply, walk and list of references.")
]


def chosen_color(ctx: typer.Context, color: str | None) -> str | None:
    """``--color`` of the command, else the one given before the command."""
    return color or ctx.find_root().params.get("color")
