"""Tables as people download them: comma-separated text, with the line and column of each cell."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from typing import NamedTuple

from smtp421.model import Fault

LONGEST_LINE = 10_000
"""Characters of a row; longer ones are no rows of these tools."""


class Row(NamedTuple):
    """A row and where it stands."""

    cells: tuple[str, ...]
    path: str
    line: int
    raw: str

    def cell(self, number: int) -> str:
        """A cell without blanks around it; empty where the row is too short."""
        return self.cells[number].strip() if number < len(self.cells) else ""

    def fault(self, number: int, message: str) -> Fault:
        """A fault in a cell."""
        return Fault(self.path, self.line, self._column(number), message)

    def _column(self, number: int) -> int:
        at = 0
        for cell in self.cells[:number]:
            found = self.raw.find(cell, at)
            at = self.raw.find(",", found + len(cell)) + 1 if found >= 0 else at
        lead = self.raw[at:]
        return at + len(lead) - len(lead.lstrip(' "')) + 1


def rows(data: bytes, path: str, faults: list[Fault]) -> Iterator[Row]:
    """The rows that hold anything. Lines that are no table are faults, added to ``faults``."""
    for number, line in enumerate(text_of(data).splitlines(), 1):
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            faults.append(Fault(path, number, LONGEST_LINE, "this line is too long for a row; look for a missing line break"))
            continue
        try:
            cells = next(csv.reader([line], strict=True, skipinitialspace=True))
        except csv.Error as error:
            faults.append(Fault(path, number, 1, f"this is no row of comma-separated values ({error}); check its quotes"))
            continue
        yield Row(tuple(cells), path, number, line)


def text_of(data: bytes) -> str:
    """UTF-8; UTF-16 where a byte-order mark says so; what is neither is shown with replacement characters."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def share(text: str) -> float | None:
    """``0.3%`` and ``0,3 %`` as 0.003, ``0.003`` as it is; of a range (``0.1% - < 1%``) the lower end, of ``< 0.1%`` 0."""
    lower = text.split("-")[0].strip() if not text.strip().startswith("-") else text.strip()
    if lower.startswith("<"):
        upper = share(lower[1:])
        return None if upper is None else 0.0
    lower = lower.lstrip(">=~ ").strip()
    percent = lower.endswith("%") or text.rstrip().endswith("%")
    number = lower.rstrip("% ").replace(",", ".")
    try:
        value = float(number)
    except ValueError:
        return None
    value = value / 100 if percent else value
    return value if 0 <= value <= 1 else None
