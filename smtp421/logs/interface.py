"""What a reader of a log format is.

A module of this package that reads a line format has a ``FORMAT``. Where a record is one line, it is made with
:func:`of_lines` from two functions; where records span lines or need a header, ``open`` gives a fresh object that remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from smtp421.logs.line import Line
from smtp421.model import Attempt


class Reader(Protocol):
    """Reads the lines of one format of one stream, in order. It may keep what spans lines, in bounded memory."""

    def claims(self, text: str) -> bool:
        """Whether the next line belongs to this reader, by its own look or because a record or a table is open."""
        ...

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempts that this line completes."""
        ...

    def close(self) -> Iterator[Attempt]:
        """Yield what the end of the stream completes."""
        ...


class Format(NamedTuple):
    """A log format: its name, how to know a line of it, and how to read a stream of it."""

    name: str
    """As ``--input-format`` and ``attempt.format`` spell it."""
    title: str
    """For people: the program and the kind of file."""
    recognises: Callable[[str], bool]
    """Whether a line, or for a table its header line, is of this format; cheap, and sure enough to decide."""
    open: Callable[[], Reader]
    """A fresh reader for one stream."""
    sample: str
    """A line, or some, as the program writes them; shown by ``smtp421 formats``, and a test reads it."""


class LineFormat(Protocol):
    """What is asked of a format: a :class:`Format`, or a row that stands for one until it is needed."""

    @property
    def name(self) -> str:
        """As ``--input-format`` spells it."""
        ...

    @property
    def title(self) -> str:
        """For people."""
        ...

    @property
    def sample(self) -> str:
        """Lines as the program writes them."""
        ...

    def recognises(self, text: str, /) -> bool:
        """Whether a line is of this format."""
        ...

    def open(self) -> Reader:
        """A fresh reader for one stream."""
        ...


class LineReader:
    """The reader of a format whose records are single lines."""

    def __init__(self, recognises: Callable[[str], bool], read: Callable[[Line], Iterator[Attempt]]) -> None:
        self.claims = recognises
        self.read = read

    def close(self) -> Iterator[Attempt]:
        """Nothing is ever open."""
        return iter(())


def of_lines(
    name: str, title: str, recognises: Callable[[str], bool], read: Callable[[Line], Iterator[Attempt]], sample: str
) -> Format:
    """Make the format of a program that writes one line a record."""
    return Format(name, title, recognises, lambda: LineReader(recognises, read), sample)
