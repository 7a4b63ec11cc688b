"""CSV for spreadsheets (RFC 4180): the rows of a report, or a row for each deferral. No cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smtp421.render.interface import Renderer
from smtp421.render.safe import visible

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page

FORMULA = "=+-@\t\r\n|%"
"""A cell that begins like that may be run by a spreadsheet; an apostrophe before it makes it text."""
COLUMNS = (
    "timestamp", "line", "queue_id", "recipient", "relay", "status", "code", "enhanced_code", "text",
    "origin", "provider", "rule", "cause", "severity", "confidence", "helps", "wait_seconds", "first_fix",
)  # fmt: skip


class Format(Renderer):
    """A head and rows."""

    def diagnosis(self, diagnosis: Diagnosis) -> str:
        """A head and one row."""
        return "".join(self.diagnoses([diagnosis]))

    def diagnoses(self, diagnoses: Iterable[Diagnosis]) -> Iterator[str]:
        """A head, then rows as they come."""
        yield _line(COLUMNS)
        for diagnosis in diagnoses:
            yield _line(_cells(diagnosis))

    def page(self, page: Page) -> str:
        """The first list of the page's data: its single values are columns."""
        rows = next((value for value in page.to_dict().values() if isinstance(value, list)), [])
        columns = [name for name, value in (rows[0] if rows else {}).items() if not isinstance(value, list | Mapping)]
        return "".join(
            _line(cells) for cells in ([columns] if columns else []) + [[row[name] for name in columns] for row in rows]
        )


def _cells(found: Diagnosis) -> list[Any]:
    attempt, reply, retry = found.attempt, found.attempt.reply, found.retry
    relay = (attempt.relay.host or attempt.relay.address) if attempt.relay is not None else None
    when = None if attempt.timestamp is None else attempt.timestamp.isoformat()
    return [
        when, attempt.line, attempt.queue_id, attempt.recipient, relay, attempt.status,
        reply.code, reply.enhanced_code, reply.text, found.origin, found.provider, found.rule, found.cause, found.severity,
        found.confidence, retry.helps, retry.wait_seconds, found.fixes[0].action if found.fixes else None,
    ]  # fmt: skip


def _line(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(cell, cells))
    return line.getvalue()


def cell(value: object) -> str:
    """A value as a cell: on one line, without control characters, and never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = visible(" ".join(str(value).split("\n")))
    plain_number = isinstance(value, int | float)
    return f"'{text}" if text.lstrip(" ")[:1] in FORMULA and text.strip() and not plain_number else text
