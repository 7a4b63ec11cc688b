"""Text for a terminal or a pipe: light rules, hanging indents, colours only where the view asks for them.

The painter writes its few terminal codes itself: a cold start with rich costs twice as much as all other work together.
Nothing is told by colour alone.
"""

from __future__ import annotations

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
    Items,
    Paragraph,
    Span,
    Style,
    Table,
    Words,
)
from smtp421.render.interface import Renderer
from smtp421.render.panel import panel
from smtp421.render.safe import link_target, visible
from smtp421.render.wrap import cells, wrap

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page

_CODES: dict[Style, str] = {
    "strong": "1",
    "dim": "2",
    "code": "36",
    "command": "36",
    "info": "1;32",
    "warning": "1;33",
    "critical": "1;31",
    "url": "4;34",
}
_INDENT = 2
_NOTE = 4
"""Indent of what stands below a row of a table."""
_RULE = "\u2500"
_ASCII = str.maketrans(
    {
        "\u2500": "-",
        "\u2502": "|",
        "\u251c": "|",
        "\u2514": "`",
        "\u2192": ">",
        "\u2022": "*",
        "\u25cf": "*",
        "\u25c6": "#",
        "\u25cb": "o",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
    }
)


class Format(Renderer):
    """Panels and pages."""

    def diagnosis(self, diagnosis: Diagnosis) -> str:
        """One panel."""
        return self.paint(panel(diagnosis, self.view))

    def diagnoses(self, diagnoses: Iterable[Diagnosis]) -> Iterator[str]:
        """Panels with an empty line between them."""
        for number, diagnosis in enumerate(diagnoses):
            yield ("\n" if number else "") + self.diagnosis(diagnosis)

    def page(self, page: Page) -> str:
        """The page's document."""
        return self.paint(page.document)

    def line(self, content: Words) -> str:
        """Words on one line, however long."""
        text = "".join(map(self._style, map(self._clean, content))).rstrip() + "\n"
        return text.translate(_ASCII) if self.view.ascii else text

    def paint(self, document: Document) -> str:
        """A document as lines of text."""
        lines: list[str] = []
        before: Block | None = None
        for block in document:
            if (
                before is not None
                and not isinstance(before, Headline | Heading)
                and not isinstance(block, Items | Code | Table | Fields)
            ):
                lines.append("")
            lines.extend(self._block(block))
            before = block
        text = "".join(line.rstrip() + "\n" for line in lines)
        return text.translate(_ASCII) if self.view.ascii else text

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Headline():
                yield from self._headline(block)
            case Heading(title):
                yield self._style(self._clean(Span(title, "strong")))
            case Paragraph(content) | Footer(content):
                yield from self._lines(content, "", "")
            case Fields():
                yield from self._fields(block)
            case Items():
                yield from self._items(block)
            case Code(code):
                yield from (" " * _INDENT + visible(line) for line in code)
            case Table():
                yield from self._table(block)

    def _headline(self, block: Headline) -> Iterator[str]:
        label = self._style(Span(block.label, block.style))
        yield from self._lines(
            block.title, label + "  ", " " * (cells(block.label) + 2), first=cells(block.label) + 2, style="strong"
        )
        note = f"{_RULE * 2} {visible(block.note)} " if block.note else ""
        yield self._style(Span(note + _RULE * (self.view.width - cells(note)), "dim"))

    def _fields(self, block: Fields) -> Iterator[str]:
        size = max((cells(name) for name, _ in block.rows), default=0) + 2
        for name, content in block.rows:
            label = self._style(self._clean(Span(name, "dim"))) + " " * (size - cells(name))
            yield from self._lines(content, label, " " * size, first=size)

    def _items(self, block: Items) -> Iterator[str]:
        digits = len(str(len(block.items)))
        for number, item in enumerate(block.items, 1):
            mark = f"{number:>{digits}}. " if block.ordered else "\u2022 "
            indent = " " * (_INDENT + len(mark))
            yield from self._lines(item.words, " " * _INDENT + mark, indent)
            for name, code in item.code:
                label = [f"# {name}"] if name and len(item.code) > 1 else []
                for line in (*label, *code.splitlines()):
                    yield indent + "  " + self._style(Span(visible(line), "code"))

    def _table(self, block: Table) -> Iterator[str]:
        """Columns as wide as their widest cell; the last one is broken into lines on a terminal, a row is one line in a pipe."""
        head: tuple[Words, ...] = tuple((Span(name, "dim"),) for name in block.heads)
        rows = [tuple(tuple(map(self._clean, cell)) for cell in row) for row in (head, *block.rows)]
        sizes = [max(map(_cells, column)) for column in zip(*rows, strict=True)]
        start = sum(sizes[:-1]) + 2 * (len(sizes) - 1)
        below = iter(((), *block.notes))
        for row in rows:
            label = "".join(self._cell(cell, sizes[index], index in block.numbers) + "  " for index, cell in enumerate(row[:-1]))
            last = wrap(row[-1], max(self.view.width - start, 20)) if self.view.terminal else [row[-1]]
            for number, line in enumerate(last):
                yield (" " * start if number else label) + self._cell(line, sizes[-1], len(row) - 1 in block.numbers)
            for note in next(below, ()):
                yield from self._lines(note, " " * _NOTE, " " * _NOTE)

    def _cell(self, cell: Words, size: int, flush_right: bool) -> str:
        gap = " " * (size - _cells(cell))
        painted = "".join(map(self._style, cell))
        return gap + painted if flush_right else painted + gap

    def _lines(self, content: Words, label: str, indent: str, *, first: int | None = None, style: Style = "") -> Iterator[str]:
        """``content`` in lines: ``label`` before the first one, ``indent`` before the others."""
        size = len(label) if first is None else first
        cleaned = tuple(self._clean(span if span.style else Span(span.text, style)) for span in content)
        for number, line in enumerate(wrap(cleaned, max(self.view.width - size, 20))):
            yield (indent if number else label) + "".join(map(self._style, line))

    def _style(self, span: Span) -> str:
        text, style = span
        if style == "url" and self.view.links and link_target(text) is not None:
            text = f"\x1b]8;;{text}\x1b\\{text}\x1b]8;;\x1b\\"
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.view.color and style else text

    def _clean(self, span: Span) -> Span:
        """Harmless, on one line, and with marks where only a colour would tell a command from a sentence."""
        text = visible(" ".join(span.text.split("\n")))
        return Span(f"`{text}`" if span.style == "command" and not self.view.color else text, span.style)


def _cells(words: Words) -> int:
    return sum(cells(span.text) for span in words)
