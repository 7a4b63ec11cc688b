"""Logs that grow: a line for each incident that begins and each that ends, the report at the end.

A pipe that goes quiet is taken for one: ``journalctl -f | smtp421 scan -`` says what happens when it happens, while
``zcat mail.log.gz | smtp421 scan -`` only prints its report.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from smtp421.cli.output import write
from smtp421.diagnosis.decide import diagnose
from smtp421.diagnosis.history.incidents import Incidents
from smtp421.diagnosis.history.shown import example_of
from smtp421.render.incident import begins, ends

if TYPE_CHECKING:
    from smtp421.cli.intake import Intake
    from smtp421.diagnosis.history.cells import Cell
    from smtp421.diagnosis.history.judgement import Judgement
    from smtp421.logs.source import Source
    from smtp421.model import Diagnosis
    from smtp421.render.interface import View
    from smtp421.rulebook import RuleBook
    from smtp421.scanning import Scan

PAUSE = 0.5
"""Seconds without a line after which a pipe is taken for a log that grows."""
LOOK = 5.0
"""Seconds between two looks for incidents that are over."""


class Live:
    """Tells of incidents: looks now and then at what was counted meanwhile."""

    def __init__(self, intake: Intake, book: RuleBook, view: View, *, telling: bool) -> None:
        """``telling`` tells from the start; else from the first pause on."""
        self.telling = telling
        self._intake = intake
        self._book = book
        self._view = view
        self._incidents = Incidents(book.tree.thresholds)
        self._second: int | None = None
        self._seen = self._looked = time.monotonic()

    def run(self, scan: Scan) -> None:
        """Take all of a scan."""
        self._intake.take(scan)
        self.look()

    def judgement(self) -> Judgement:
        """What to think of all that came so far."""
        return self._intake.judgement()

    def look(self) -> None:
        """Tell of incidents that have begun or are over; called whenever something may have come, and while nothing comes."""
        if self._intake.fresh():
            self._seen = time.monotonic()
            self._begin()
        now = time.monotonic()
        if self._second is None or now - self._looked < LOOK:
            return
        self._looked = now
        second = int(self._second + now - self._seen)
        for incident in self._incidents.ended(second, self._intake.ledger.waiting):
            if self.telling:
                write([ends(incident, self._intake.ledger.at(second), self._book, self._view)])

    def pause(self) -> None:
        """Take notice that no line has come for a while: from now on, tell; first of what is going on."""
        self.look()
        if self.telling or self._second is None:
            return
        self.telling = True
        for incident in self._incidents:
            write([begins(incident, incident.first.attempt.timestamp, self._book, self._view)])

    def _begin(self) -> None:
        ledger = self._intake.ledger
        ledger.catch_up()
        self._second = int(time.time()) if ledger.second is None else ledger.second
        inbound = ((key._replace(part="inbound"), cell) for key, cell in ledger.inbound.items())
        for key, cell in (*ledger.cells.items(), *inbound):
            first, last = (self._second, self._second) if cell.first is None else (cell.first, cell.last)
            new = self._incidents.deferred(key, cell.attempts, first, last, partial(self._diagnosis, cell))
            if new is not None and self.telling:
                write([begins(new, new.first.attempt.timestamp, self._book, self._view)])

    def _diagnosis(self, cell: Cell) -> Diagnosis:
        return diagnose(example_of(cell.latest).attempt, self._book)


class _Patient:
    """Standard input, with a call to ``look`` after all that comes, and to ``pause`` when nothing has come for a while."""

    def __init__(self, number: int, look: Callable[[], None], pause: Callable[[], None]) -> None:
        self._number = number
        self._look = look
        self._pause = pause

    def read(self, size: int, /) -> bytes:
        """What is there, at least a byte; nothing at the end."""
        self._look()
        while not select.select([self._number], [], [], PAUSE)[0]:
            self._pause()
        return os.read(self._number, size)

    def fileno(self) -> int:
        """Its number."""
        return self._number

    def close(self) -> None:
        """It is not ours to close."""


def standard_input(look: Callable[[], None], pause: Callable[[], None]) -> Source:
    """Standard input as a source that is looked at as it comes, and notices pauses, where this system can tell them."""
    from smtp421.logs.source import STDIN, Source, open_source

    try:
        number = sys.stdin.fileno()
        select.select([number], [], [], 0)
    except (OSError, ValueError, AttributeError):
        return open_source(STDIN)
    return Source(STDIN, _Patient(number, look, pause))
