"""Exchange Online: message trace reports (CSV): extended reports of historical searches, ``Get-MessageTraceDetail`` exports.

The extended report has the columns of a message tracking log with ``_`` in their names. A trace detail has one event a row; the
answer stands in ``Detail``: ``Reason: [{LED=answer};{MSG=};{FQDN=host};{IP=address};{LRT=time}]``. Summary reports and
``Get-MessageTrace`` only say Pending or Failed, without a reason: nothing is read from them.
Layout: https://learn.microsoft.com/en-us/exchange/monitoring/trace-an-email-message/message-trace-modern-eac
"""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.logs import exchange
from smtp421.logs.exchange_tracking import read_row, starts_row
from smtp421.logs.fields import moment, text_of
from smtp421.logs.interface import Format, Reader
from smtp421.logs.line import Line
from smtp421.logs.table import Layout, Row, Table, header
from smtp421.model import Attempt, Status
from smtp421.reply import read_reply

NAME = "exchange_online"

_EVENTS = {"defer": Status.DEFERRED, "fail": Status.BOUNCED}


def _starts_detail(text: str) -> bool:
    """Whether a line can be a row of an export: any object's first property may come first, so that only commas tell."""
    return text.count(",") >= 4 and (text.startswith('"') or starts_row(text) or "LED=" in text)


def _detail(row: Row, line: Line) -> Iterator[Attempt]:
    status = _EVENTS.get((row.get("event") or "").lower())
    detail = row.get("detail") or ""
    if status is None:
        return
    if exchange.recognises(detail):
        attempt = exchange.read(detail)
    else:
        reply = read_reply(detail.partition("Reason: ")[2] or detail)
        attempt = Attempt(reply, NAME) if reply is not None else None
    if attempt is not None:
        yield attempt._replace(
            format=NAME,
            line=line.number,
            timestamp=moment(row.get("date"), line.now),
            queue_id=text_of(row.get("messagetraceid")) or text_of(row.get("messageid")),
            sender=text_of(row.get("senderaddress")),
            recipient=text_of(row.get("recipientaddress")),
            status=status,
        )


_EXTENDED = Layout(
    ("event_id",),
    frozenset({"datetimeutc", "eventid", "recipientstatus"}),
    starts_row,
    lambda row, line: read_row(row, line, NAME),
)
_DETAIL = Layout(("Detail",), frozenset({"messagetraceid", "event", "detail"}), _starts_detail, _detail)


def recognises(text: str) -> bool:
    """Whether a line is the header of one of the reports."""
    return header(text, _EXTENDED) is not None or header(text, _DETAIL) is not None


class Report:
    """The reader of a stream of reports: each header opens the table it belongs to."""

    def __init__(self) -> None:
        self._table: Reader = Table(_EXTENDED)

    def claims(self, text: str) -> bool:
        """Whether a line is a header, a row or the rest of a row."""
        return self._table.claims(text) or recognises(text)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield what a row tells."""
        for layout in (_EXTENDED, _DETAIL):
            if header(line.text, layout) is not None:
                yield from self._table.close()
                self._table = Table(layout)
        yield from self._table.read(line)

    def close(self) -> Iterator[Attempt]:
        """Yield what an unfinished row tells."""
        yield from self._table.close()


FORMAT = Format(
    NAME,
    "Exchange Online: message trace (CSV)",
    recognises,
    Report,
    '"MessageId","MessageTraceId","Date","Event","Action","Detail","Data","SenderAddress","RecipientAddress"\n'
    '"<m1@example.org>","7c6a1e0e-0000-0000-0000-08de27f7a1c2","2026-11-20T22:30:01.1800000Z","Defer","",'
    '"Reason: [{LED=450 4.7.320 Certificate validation failed};{MSG=};{FQDN=mx.example.com};{IP=192.0.2.1};'
    '{LRT=11/20/2026 10:30:01 PM}]","","a@example.org","u@example.com"',
)
