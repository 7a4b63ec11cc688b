"""``smtp421 tree``: the questions that every diagnosis walks through."""

from __future__ import annotations

import typer

import smtp421
from smtp421.cli.options import Color, PageForm, Rules, chosen_color
from smtp421.cli.output import view, write
from smtp421.render.interface import renderer


def tree(ctx: typer.Context, form: PageForm = "text", rules: Rules = None, color: Color = None) -> None:
    """Show the diagnosis tree.

    $ smtp421 tree

    $ smtp421 tree --format json

    Every diagnosis walks it; `smtp421 explain --verbose` shows the walk.
    """
    from smtp421.render.tree import tree_page

    book = smtp421.load_rulebook(rules or ())
    write([renderer(form, view(chosen_color(ctx, color))).page(tree_page(book.tree))])
