"""``smtp421 formats``: the log formats that are read."""

from __future__ import annotations

from typing import Annotated

import typer

from smtp421.cli.options import Color, PageForm, chosen_color
from smtp421.cli.output import view, write
from smtp421.errors import UnknownFormat
from smtp421.render.interface import renderer


def formats(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A format, to see lines of it.")] = None,
    form: PageForm = "text",
    color: Color = None,
) -> None:
    """List the log formats that are read, or show lines of one.

    $ smtp421 formats

    $ smtp421 formats exim

    A line tells its format by itself; `smtp421 scan --input-format NAME` is for lines that do not.
    """
    from smtp421.logs import LINE_FORMATS
    from smtp421.render.format_pages import format_page, formats_page

    known = {each.name: each for each in LINE_FORMATS}
    if name is not None and name not in known:
        raise UnknownFormat(name=name, known=", ".join(known))
    page = formats_page(LINE_FORMATS) if name is None else format_page(known[name])
    write([renderer(form, view(chosen_color(ctx, color))).page(page)])
