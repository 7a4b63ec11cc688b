"""Tables: comma-separated values (RFC 4180) below a header that names the columns, as accounting files and trace exports are.

Columns are found by name, since files differ in which they have. A quoted value may span lines; rows without end are given up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from smtp421.logs.interface import Format
from smtp421.logs.line import Line
from smtp421.model import Attempt

Row = dict[str, str]
"""A row: the columns' names as :func:`plain_name` spells them, and what stands in them."""

_MOST_LINES, _MOST_CHARACTERS = 64, 64 * 1024
_FIELDS = r"\ufeff?#?\s*Fields:\s*(?P<names>.*)"


class Layout(NamedTuple):
    """How a kind of table is known and read."""

    hints: tuple[str, ...]
    """Words of a header, in every spelling, one of which must stand in it: what a line is asked for first."""
    columns: frozenset[str]
    """Columns that a header of this kind has, as :func:`plain_name` spells them."""
    starts: Callable[[str], bool]
    """Whether a line below the header looks like the beginning of a row."""
    read: Callable[[Row, Line], Iterator[Attempt]]
    """What a row tells; the line is the row's first."""


def plain_name(name: str) -> str:
    """A column's name without what differs between exports: ``recipient-address`` is ``RecipientAddress`` elsewhere."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def cells(text: str) -> list[str]:
    """The values of a row; none where it is no row."""
    import csv  # only tables need it

    try:
        return next(csv.reader(text.splitlines(keepends=True)), [])
    except csv.Error:
        return []


def header(text: str, layout: Layout) -> list[str] | None:
    """The columns' names where the line is a header of the table, with or without ``#Fields:`` before them; else None."""
    for hint in layout.hints:
        if hint in text:
            break
    else:
        return None
    marked = re.match(_FIELDS, text)
    names = [plain_name(name) for name in cells(marked["names"] if marked else text.lstrip("\ufeff"))]
    return names if layout.columns <= {*names} else None


def of_table(name: str, title: str, layout: Layout, sample: str) -> Format:
    """Make the format of a table."""
    return Format(name, title, lambda text: header(text, layout) is not None, lambda: Table(layout), sample)


class Table:
    """The reader of a table in a stream of lines."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._names: list[str] | None = None
        self._row: list[Line] = []

    @property
    def named(self) -> bool:
        """Whether a header was read."""
        return self._names is not None

    def claims(self, text: str) -> bool:
        """Whether a line is a header of this table, a row below it, or the rest of a row."""
        below = self._names is not None and (bool(self._row) or self._layout.starts(text))
        return below or header(text, self._layout) is not None

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield what the row tells that this line completes."""
        names = header(line.text, self._layout)
        if self._row and (names is not None or self._layout.starts(line.text)):
            yield from self.close()
        if names is not None:
            self._names = names
            return
        self._row.append(line)
        text = "\n".join(part.text for part in self._row)
        if text.count('"') % 2 == 0 or len(self._row) >= _MOST_LINES or len(text) > _MOST_CHARACTERS:
            yield from self.close()

    def close(self) -> Iterator[Attempt]:
        """Yield what an unfinished row tells."""
        row, self._row = self._row, []
        if row and self._names is not None:
            values = cells("\n".join(part.text for part in row))
            yield from self._layout.read(dict(zip(self._names, values, strict=False)), row[0])
