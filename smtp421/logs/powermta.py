"""PowerMTA: accounting files, CSV whose columns differ from file to file and are found by name.

Record types: ``d`` delivered, ``b`` bounced, ``t`` an attempt that failed for now, ``tq`` a whole queue that could not connect
(no recipient), ``rb`` and ``rs`` reports that came by mail. Only ``d`` and ``b`` are written unless others are configured.
The reply stands in ``dsnDiag`` behind ``smtp;``. There is no queue id: ``envId`` or ``jobId`` stands for it.
Rows that were pasted without their header are told by their look. Layout: PowerMTA 5.5 User's Guide, chapter 12.2, of which
https://hackmd.io/@z3d3m0n/Pmta_records is a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.fields import between, enhanced_of, given_up, moment, relay_of, reply_of, text_of
from smtp421.logs.interface import Format
from smtp421.logs.line import Line
from smtp421.logs.table import Layout, Row, Table, cells, header
from smtp421.model import Attempt, Origin, Status

NAME = "powermta"

_STATUSES = {
    "d": Status.SENT,
    "b": Status.BOUNCED,
    "rb": Status.BOUNCED,
    "t": Status.DEFERRED,
    "tq": Status.DEFERRED,
}
_ROW = r'"?(?:tq?|d|r?b|r|f|rs)"?,"?(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d{10}\b)'


def _starts(text: str) -> bool:
    return re.match(_ROW, text) is not None


def _row(row: Row, line: Line) -> Iterator[Attempt]:
    """What a row with named columns tells."""
    status = _STATUSES.get(row.get("type", ""))
    if status is None:
        return
    diagnostic = row.get("dsndiag", "")
    reply = reply_of(diagnostic, None, enhanced_of(row.get("dsnstatus")))
    if row.get("bouncecat") == "message-expired":
        status = Status.EXPIRED
    logged = moment(row.get("timelogged"), line.now)
    queued = moment(row.get("timequeued") or row.get("timefirstqueued"), line.now)
    yield Attempt(
        reply,
        NAME,
        None if reply.code is None else Origin.REMOTE,
        line.number,
        logged,
        next((found for name in ("envid", "jobid") if (found := text_of(row.get(name)))), None),
        text_of(row.get("orig")),
        text_of(row.get("rcpt")),
        relay_of(row.get("dsnmta"), row.get("dlvdestinationip")),
        given_up(status, reply),
        between(queued, logged),
        source_address=text_of(row.get("dlvsourceip")),
    )


LAYOUT = Layout(("timeLogged",), frozenset({"type", "timelogged"}), _starts, _row)


class Accounting(Table):
    """The reader of a file: a table, and rows without a header."""

    def __init__(self) -> None:
        super().__init__(LAYOUT)

    def claims(self, text: str) -> bool:
        """Whether a line is a header, a row or the rest of a row."""
        return super().claims(text) or _bare(text)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield what a row tells."""
        if self.named or not _bare(line.text):
            yield from super().read(line)
        else:
            yield from _row(_by_look(cells(line.text) or [""]), line)


def _bare(text: str) -> bool:
    """Whether a line without a header is surely a row: type, time and a diagnostic with its type."""
    return "smtp;" in text and _starts(text)


def _by_look(values: list[str]) -> Row:
    """Name the columns of a row without a header: sender, then recipient; the status before the diagnostic, the host behind."""
    place = next(number for number, value in enumerate([*values, "smtp;"]) if value.startswith("smtp;"))
    addresses = [value for value in values[:place] if "@" in value]
    stamps = [value for value in values[1:4] if re.match(r"\d{4}-|\d{10}", value)]
    around = dict(zip(("dsnstatus", "dsndiag", "dsnmta"), values[max(place - 1, 0) : place + 2], strict=False))
    row = {"type": values[0]} | around
    for names, found in ((("timelogged", "timequeued"), stamps), (("orig", "rcpt"), addresses)):
        row |= dict(zip(names, found, strict=False))
    return row


FORMAT = Format(
    NAME,
    "PowerMTA: accounting file (CSV)",
    lambda text: header(text, LAYOUT) is not None or _bare(text),
    Accounting,
    "type,timeLogged,timeQueued,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,dlvSourceIp,dlvDestinationIp,vmta,jobId,queue\n"
    "t,2026-11-20 22:30:01+0000,2026-11-20 22:29:58+0000,news@example.org,u@example.com,delayed,4.7.0 (undefined status),"
    '"smtp;421 4.7.0 Try again later",mx.example.com (192.0.2.1),,198.51.100.5,192.0.2.1,vmta1,job42,example.com/vmta1',
)
