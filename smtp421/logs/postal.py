"""Postal: its webhooks as JSON lines, ``{"event":"MessageDelayed","payload":{"message":{...},"status":"SoftFail","output":"reply",...}}``.

``output`` is the reply, cut after 512 characters; ``details`` says in Postal's words what happened and names the server,
``... when sending to address:port (host)``. A mail that waits because it looks like spam (``Held``) was never tried and is
left out, as is the stage.

Sources: lib/postal/message_db/delivery.rb, app/senders/smtp_sender.rb of https://github.com/postalserver/postal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from smtp421.logs.interface import of_lines
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import read_reply, read_words

NAME = "postal"

_LINE = re.compile(r"\"event\"\s*:\s*\"Message(?:Delayed|DeliveryFailed|Sent)\"")
_TO = re.compile(
    r"(?:sending to|connect to|by) (?P<address>\[?[0-9a-fA-F.:]+?\]?)(?::(?P<port>\d+))? \((?P<host>[\w.-]+)\)"
    r"|(?:sending to|by) (?P<named>[\w.-]+\.[a-z]+) \((?P<at>[0-9a-fA-F.:]+?)(?::(?P<its>\d+))?\)"
)
_STATUSES = {"SoftFail": Status.DEFERRED, "HardFail": Status.BOUNCED, "Sent": Status.SENT}


def recognises(text: str) -> bool:
    """Whether a line is one of Postal's events about a delivery."""
    return '"event"' in text and '"payload"' in text and _LINE.search(text) is not None


def read(line: Line) -> Iterator[Attempt]:
    """Yield the attempt of an event; none where it is no whole JSON object."""
    start = line.text.find("{")
    event = _object(line.text[start:]) if start >= 0 else {}
    payload = _part(event, "payload")
    message = _part(payload, "message")
    status = _STATUSES.get(str(payload.get("status")))
    if status is None:
        return
    output, details = str(payload.get("output") or ""), str(payload.get("details") or "")
    reply = read_reply(output)
    if reply is None:
        reply = Reply(250, None, output) if status is Status.SENT else read_words(output or details)
    stamp, since = _stamp(payload.get("timestamp")) or _stamp(event.get("timestamp")), _stamp(message.get("timestamp"))
    queue_id = message.get("token") or message.get("id")
    yield Attempt(
        reply,
        NAME,
        Origin.LOCAL if reply.code is None else Origin.REMOTE,
        line.number,
        stamp,
        str(queue_id) if queue_id else None,
        str(message.get("from") or "") or None,
        str(message.get("to") or "") or None,
        _relay(details),
        status,
        (stamp - since).total_seconds() if stamp and since else None,
    )


def _relay(details: str) -> Relay | None:
    found = _TO.search(details)
    if found is None:
        return None
    host, address, port = found["host"] or found["named"], found["address"] or found["at"], found["port"] or found["its"]
    return Relay(host.lower().rstrip("."), address.strip("[]"), int(port) if port else None)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _part(value: dict[str, Any], key: str) -> dict[str, Any]:
    part = value.get(key)
    return part if isinstance(part, dict) else {}


def _stamp(value: object) -> datetime | None:
    """Seconds since the epoch as a time; None where they are no such number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 253_402_300_800:
        return None
    return datetime.fromtimestamp(value, UTC)


FORMAT = of_lines(
    NAME,
    "Postal: webhook events",
    recognises,
    read,
    '{"event":"MessageDelayed","timestamp":1795213798.5,"payload":{"message":{"id":12345,"token":"abcdef123","to":"u@example.net",'
    '"from":"news@example.com","timestamp":1795213700.25},"status":"SoftFail","details":"Temporary SMTP delivery error when sending '
    'to 192.0.2.1:25 (mx.example.net)","output":"451 4.7.1 Try again later","timestamp":1795213798.2}}',
)
