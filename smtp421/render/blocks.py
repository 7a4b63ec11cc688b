"""A document as the painters take it: blocks of spans, without a word about colours, widths or markup.

What is said (:mod:`smtp421.render.panel`, :mod:`smtp421.render.page`) and how it looks (:mod:`smtp421.render.text`,
:mod:`smtp421.render.markdown`) meet here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

Style = Literal["", "strong", "dim", "code", "command", "info", "warning", "critical", "url"]
"""``code`` is for what others wrote (replies, host names), ``command`` for what is typed; the severities speak for themselves."""


class Span(NamedTuple):
    """Words in one style. Line breaks in it count as blanks."""

    text: str
    style: Style = ""


Words: TypeAlias = tuple[Span, ...]


class Headline(NamedTuple):
    """What the document is about; ``label`` is a severity or a kind of page, ``note`` what the label means."""

    label: str
    style: Style
    title: Words
    note: str = ""


class Heading(NamedTuple):
    """The title of a part."""

    title: str


class Paragraph(NamedTuple):
    """Running text."""

    words: Words


class Fields(NamedTuple):
    """Names and what there is to say of each, one below the other."""

    rows: tuple[tuple[str, Words], ...]


class Item(NamedTuple):
    """One of a list, with what belongs to it."""

    words: Words
    code: tuple[tuple[str, str], ...] = ()
    """(name, lines): settings and examples below the item."""


class Items(NamedTuple):
    """A list; ``ordered`` where the order matters."""

    items: tuple[Item, ...]
    ordered: bool = False


class Code(NamedTuple):
    """Lines to be shown as they are."""

    lines: tuple[str, ...]


class Table(NamedTuple):
    """Columns with heads. ``numbers`` holds the indexes of columns that are set flush right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    numbers: frozenset[int] = frozenset()
    notes: tuple[tuple[Words, ...], ...] = ()
    """For each row, what is said below it, over its whole width."""


class Footer(NamedTuple):
    """What to type next."""

    words: Words


Block: TypeAlias = Headline | Heading | Paragraph | Fields | Items | Code | Table | Footer
Document: TypeAlias = tuple[Block, ...]


def words(*parts: str | Span) -> Words:
    """Spans from plain strings and spans; empty ones are left out."""
    return tuple(
        part if isinstance(part, Span) else Span(part) for part in parts if (part.text if isinstance(part, Span) else part)
    )


def prose(text: str) -> Words:
    """A sentence of the rule files: what stands between backticks is a command."""
    return tuple(Span(part, "command" if number % 2 else "") for number, part in enumerate(text.split("`")) if part)


def join(parts: Iterable[Words], by: str) -> Words:
    """All parts in a row with ``by`` between them."""
    joined: list[Span] = []
    for part in parts:
        if joined:
            joined.append(Span(by))
        joined.extend(part)
    return tuple(joined)
