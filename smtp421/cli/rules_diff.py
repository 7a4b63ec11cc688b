"""``smtp421 rules diff``: which answers change between two rule packs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from smtp421.cli.options import Color, PageForm, chosen_color
from smtp421.cli.output import remark, view, write
from smtp421.render.interface import renderer

Side = "A folder or file of rules, or `bundled`."


def diff_rules(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="A", help=Side)],
    new: Annotated[str, typer.Argument(metavar="B", help=Side)],
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="Logs or lists of replies to answer; - is standard input. Default: the examples of both."
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, metavar="N", help="Changes to show; 0 shows all. JSON has them all.")] = 50,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit code 1 where an answer changes.")] = False,
    form: PageForm = "text",
    color: Color = None,
) -> None:
    """Tell which answers change from rule pack A to rule pack B: old and new rule, cause, severity, provider, confidence.

    $ smtp421 rules diff bundled my-rules/

    $ smtp421 rules diff old/ new/ --corpus mail.log --exit-code

    $ smtp421 rules diff main/rules rules --format markdown > comment.md

    Each side is laid over the bundled rules; a pack with a file of causes of its own takes their place. Your own rules
    (SMTP421_RULES and the folder in your home) take no part.
    """
    import os

    from smtp421.render.diff_page import diff_page
    from smtp421.rulebook.sources import cache_dir
    from smtp421.rulediff import diff, open_side

    books = [open_side(name, cache_dir(os.environ)) for name in (old, new)]
    for told in dict.fromkeys(str(fault) for book in books for fault in book.faults):
        remark(told)
    found = diff(books[0], books[1], corpus or (), datetime.now().astimezone())
    page = diff_page(found, old, new, top, table=form == "markdown")
    write([renderer(form, view(chosen_color(ctx, color))).page(page)])
    if exit_code and found.changes:
        raise typer.Exit(1)
