"""Pages about the log formats that are read."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.logs.interface import LineFormat
from smtp421.render.blocks import Code, Footer, Headline, Span, Table, words
from smtp421.render.page import Page
from smtp421.render.phrases import count


def formats_page(formats: Sequence[LineFormat]) -> Page:
    """A table of formats, in the order in which a line is tried on them."""
    table = Table(("format", "what it is"), tuple((words(Span(form.name, "strong")), words(form.title)) for form in formats))
    told = f"{count(len(formats), 'format')}; each line tells its own. A sample: "
    footer = Footer(words(told, Span(f"smtp421 formats {formats[0].name}", "command")))
    data = {"formats": [{"name": form.name, "title": form.title, "sample": form.sample} for form in formats]}
    return Page("formats", data, (table, footer))


def format_page(form: LineFormat) -> Page:
    """One format with lines as its program writes them."""
    command = Span(f"smtp421 scan --input-format {form.name} FILE", "command")
    document = (
        Headline("FORMAT", "strong", words(form.title)),
        Code(tuple(form.sample.splitlines())),
        Footer(words("Where lines are not recognised: ", command)),
    )
    return Page("format", {"name": form.name, "title": form.title, "sample": form.sample}, document)
