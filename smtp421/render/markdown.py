"""Markdown for tickets and mail: no HTML, and nothing of a reply can turn into markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from smtp421.render.blocks import (
    Block,
    Code,
    Document,
    Fields,
    Footer,
    Heading,
    Headline,
    Item,
    Items,
    Paragraph,
    Span,
    Table,
    Words,
    join,
)
from smtp421.render.interface import Renderer
from smtp421.render.panel import panel
from smtp421.render.safe import link_target, visible

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page

_MARKUP = re.compile(r"[\\`*\[\]<>&~|#$]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.")
_LIST = re.compile(r"^(\d*)([-+=.)])")
_TICKS = re.compile(r"`+")


class Format(Renderer):
    """Headings, lists, tables and code."""

    def diagnosis(self, diagnosis: Diagnosis) -> str:
        """A section for one diagnosis."""
        return self.paint(panel(diagnosis, self.view))

    def diagnoses(self, diagnoses: Iterable[Diagnosis]) -> Iterator[str]:
        """Sections with an empty line between them."""
        for number, diagnosis in enumerate(diagnoses):
            yield ("\n" if number else "") + self.diagnosis(diagnosis)

    def page(self, page: Page) -> str:
        """The page's document."""
        return self.paint(page.document)

    def paint(self, document: Document) -> str:
        """A document as Markdown, blocks with an empty line between them."""
        return "\n\n".join("\n".join(_block(block)) for block in document) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Headline():
            note = f" ({escape(block.note)})" if block.note else ""
            yield from (f"## {inline(block.title)}", "", f"**{escape(block.label)}**{note}")
        case Heading(title):
            yield f"### {escape(title)}"
        case Paragraph(words) | Footer(words):
            yield inline(words)
        case Fields(rows):
            yield from (f"- **{escape(name)}:** {inline(words)}" for name, words in rows)
        case Items(items, ordered):
            for number, item in enumerate(items, 1):
                yield from _item(item, f"{number}. " if ordered else "- ")
        case Code(lines):
            yield from _fenced(lines)
        case Table():
            yield from _table(block)


def _item(item: Item, mark: str) -> Iterator[str]:
    yield mark + inline(item.words)
    indent = " " * len(mark)
    for name, code in item.code:
        yield ""
        if len(item.code) > 1:
            yield from (f"{indent}{escape(name)}:", "")
        yield from (indent + line for line in _fenced(code.splitlines()))


def _fenced(lines: Iterable[str]) -> list[str]:
    shown = [visible(line) for line in lines]
    longest = max((len(run) for line in shown for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *shown, fence]


def _table(block: Table) -> Iterator[str]:
    more = ("",) if block.notes else ()
    yield _row((*(escape(name) for name in block.heads), *more))
    yield _row((*("---:" if index in block.numbers else "---" for index in range(len(block.heads))), *("---" for _ in more)))
    below = iter(block.notes)
    for row in block.rows:
        beside = (inline(join(next(below, ()), " - ")),) if more else ()
        yield _row((*(inline(cell) for cell in row), *beside))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def inline(words: Words) -> str:
    """Spans as Markdown on one line."""
    return _LIST.sub(r"\1\\\2", "".join(map(_span, words)).strip())


def _span(span: Span) -> str:
    text = visible(" ".join(span.text.split("\n")))
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if span.style in ("code", "command"):
        painted = code_span(core)
    elif span.style == "url":
        painted = f"<{core}>" if link_target(core) else code_span(core)
    elif span.style in ("", "dim"):
        painted = escape(core)
    else:
        painted = f"**{escape(core)}**"
    return before + painted + after


def code_span(text: str) -> str:
    """``text`` between another number of backticks than it holds in a row."""
    runs = {len(run) for run in _TICKS.findall(text)}
    ticks = "`" * next(size for size in range(1, len(runs) + 2) if size not in runs)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def escape(text: str) -> str:
    """``text`` with every character escaped that could be markup or make a link."""
    return _MARKUP.sub(r"\\\g<0>", visible(text))
