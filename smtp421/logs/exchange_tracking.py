"""Exchange Server: message tracking logs (``MSGTRKyyyymmdd-n.LOG``) and exports of ``Get-MessageTrackingLog``.

CSV with ``#Fields:`` before the columns' names. ``DEFER`` and ``FAIL`` carry the answer in ``recipient-status``, one for each of
``recipient-address``, mostly as ``[{LRT=time};{LED=answer};{FQDN=host};{IP=address}]``. A deferral by a transport agent, which
only has the message categorised again, holds no answer and is none. What Exchange says itself and what the next server said look
alike; chains are opened by :mod:`smtp421.logs.exchange`. There is no stage and no delay.
Layout: https://learn.microsoft.com/en-us/exchange/mail-flow/transport-logs/message-tracking
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs import exchange
from smtp421.logs.fields import given_up, moment, relay_of, text_of
from smtp421.logs.line import Line
from smtp421.logs.table import Layout, Row, of_table
from smtp421.model import Attempt, Status
from smtp421.reply import read_reply, read_words

NAME = "exchange_tracking"

_STATUSES = {"DEFER": Status.DEFERRED, "FAIL": Status.BOUNCED, "SEND": Status.SENT, "DELIVER": Status.SENT}
_ROW = r'"?\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z?"?,|"\d{1,4}[./-]\d{1,2}[./-]\d{1,4} \d{1,2}:\d\d:\d\d(?: [AP]M)?",'
_NEXT_STATUS = r"(?<=\]);(?=\[)|;(?=[245]\d\d[ -]\d\.)"
"""Between the states of two recipients; a state holds ``;`` itself."""


def starts_row(text: str) -> bool:
    """Whether a line begins with the time stamp of a row."""
    return re.match(_ROW, text) is not None


def read_row(row: Row, line: Line, name: str) -> Iterator[Attempt]:
    """Yield an attempt for each recipient of a row; ``name`` is the format's. Exchange Online has the same columns."""
    status = _STATUSES.get((row.get("eventid") or "").upper())
    if status is None:
        return
    recipients = [part.strip(" {}") for part in (row.get("recipientaddress") or row.get("recipients") or "").split(";")]
    told = (
        (row.get("recipientstatus") or "").strip(" {}")
        if "LED=" not in row.get("recipientstatus", "")
        else row["recipientstatus"]
    )
    states = re.split(_NEXT_STATUS, told or _reason(row))
    for number, recipient in enumerate(recipients):
        attempt = _attempt(states[min(number, len(states) - 1)], status)
        if attempt is None:
            continue
        relay = attempt.relay
        if relay is None and status is Status.SENT:
            relay = relay_of(row.get("serverhostname"), row.get("serverip"))
        yield attempt._replace(
            format=name,
            line=line.number,
            timestamp=moment(row.get("datetime") or row.get("timestamp") or row.get("datetimeutc"), line.now),
            queue_id=text_of(row.get("internalmessageid")) or text_of(row.get("messageid")),
            sender=text_of(row.get("senderaddress") or row.get("sender")),
            recipient=text_of(recipient),
            relay=relay,
        )


def _reason(row: Row) -> str:
    """Where recipients have no state, the source's context may hold the answer."""
    context = row.get("sourcecontext") or ""
    return context if "LED=" in context or read_reply(context) is not None else ""


def _attempt(state: str, status: Status) -> Attempt | None:
    """What a recipient's state tells; None where it holds no answer, which only a delivery may lack."""
    state = state.strip()
    if exchange.recognises(state):
        attempt = exchange.read(state)
        if attempt is None or not (attempt.reply.text or attempt.reply.code or attempt.reply.enhanced_code):
            return None
        return attempt._replace(status=given_up(status, attempt.inner or attempt.reply) if status is not Status.SENT else status)
    reply = read_reply(state)
    if reply is None:
        return Attempt(read_words(state), NAME, status=status) if status is Status.SENT else None
    expired = status is Status.BOUNCED and "expired" in reply.text.lower()
    return Attempt(reply, NAME, status=Status.EXPIRED if expired else given_up(status, reply))


FORMAT = of_table(
    NAME,
    "Exchange Server: message tracking log (CSV)",
    Layout(
        ("event-id", "EventId"),
        frozenset({"eventid", "recipientstatus", "source"}),
        starts_row,
        lambda row, line: read_row(row, line, NAME),
    ),
    "#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path\n"
    "2026-11-20T22:30:01.180Z,,,,EXCH01,,Outbound to Internet,SMTP,DEFER,42949672961,<m1@example.org>,"
    "7c6a1e0e-0000-0000-0000-08de27f7a1c2,u@example.com,"
    '"[{LRT=11/20/2026 10:30:00 PM};{LED=451 4.7.1 Try again later};{FQDN=mx.example.com};{IP=192.0.2.1}]",4311,1,,,Invoice,'
    "a@example.org,a@example.org",
)
