"""KumoMTA: delivery logs, one JSON record a line (files are compressed with zstd), and the same records from a log hook.

``type`` tells what happened, ``response`` holds the codes and the words apart, ``response.command`` the command that it answers.
Answers that KumoMTA made itself begin with ``KumoMTA internal:``. A record of several recipients (since 2025.12) names them in an
array, and is an attempt for each. Layout: https://docs.kumomta.com/reference/log_record/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from smtp421.logs.fields import between, code_of, endpoint, given_up, moment, relay_of, reply_of, stage_of, text_of
from smtp421.logs.interface import of_lines
from smtp421.logs.jsonish import Event, at, first, objects
from smtp421.logs.line import Line
from smtp421.model import Attempt, EnhancedCode, Origin, Relay, Reply, Status

NAME = "kumomta"

_STATUSES = {
    "TransientFailure": Status.DEFERRED,
    "Delayed": Status.SUSPENDED,
    "Bounce": Status.BOUNCED,
    "AdminBounce": Status.BOUNCED,
    "OOB": Status.BOUNCED,
    "Expiration": Status.EXPIRED,
    "Delivery": Status.SENT,
    "Rejection": Status.DEFERRED,
}
"""The record types that tell what became of an attempt."""
_QUOTED = tuple(f'"{kind}"' for kind in (*_STATUSES, "Reception", "Feedback"))
_OWN = "KumoMTA internal:"
_OWN_KINDS = ("Expiration", "AdminBounce", "Delayed")
"""Records of decisions about the queue: nobody answered."""


def recognises(text: str) -> bool:
    """Whether a line holds a record: its type, and a field that only KumoMTA writes beside it."""
    return '"type"' in text and '"response"' in text and any(kind in text for kind in _QUOTED)


def read(line: Line) -> Iterator[Attempt]:
    """Yield an attempt for each recipient of a record."""
    for record in objects(line.text):
        status = _STATUSES.get(text_of(record.get("type")) or "")
        if status is not None and isinstance(record.get("response"), dict):
            yield from _attempts(record, status, line)


def _attempts(record: Event, status: Status, line: Line) -> Iterator[Attempt]:
    kind = record["type"]
    reply, origin = _reply(record)
    relay = relay_of(at(record, "peer_address.name"), at(record, "peer_address.addr")) or _site(record)
    source = endpoint(at(record, "source_address.address"))[0]
    if kind == "Rejection":
        # Here the peer is who handed mail in, and we are the one who answered.
        origin, source, relay = Origin.INBOUND, relay.address if relay else None, None
        status = Status.BOUNCED if reply.code is not None and reply.code >= 500 else Status.DEFERRED
    happened = _moment(record, line.now, "event_time", "timestamp")
    delay = between(_moment(record, line.now, "created_time", "created"), happened)
    recipients = record.get("recipient")
    for recipient in recipients if isinstance(recipients, list) and recipients else [recipients]:
        yield Attempt(
            reply,
            NAME,
            origin,
            line.number,
            happened,
            text_of(record.get("id")),
            text_of(record.get("sender")),
            text_of(recipient),
            relay,
            given_up(status, reply) if kind == "Bounce" else status,
            delay,
            source_address=source,
        )


def _reply(record: Event) -> tuple[Reply, Origin]:
    """The answer, and whether the peer gave it or KumoMTA wrote it down itself."""
    response: dict[str, Any] = record["response"]
    words = text_of(response.get("content")) or ""
    numbers = [
        code if isinstance(code := at(response, f"enhanced_code.{part}"), int) else None
        for part in ("class", "subject", "detail")
    ]
    klass, subject, detail = numbers
    enhanced = EnhancedCode(klass, subject, detail) if klass is not None and subject is not None and detail is not None else None
    if words.startswith(_OWN) or record["type"] in _OWN_KINDS:
        return reply_of(words, None, enhanced), Origin.LOCAL
    return reply_of(words, code_of(response.get("code")), enhanced, stage_of(response.get("command"))), Origin.REMOTE


def _moment(record: Event, now: datetime, *names: str) -> datetime | None:
    """A time by the first of its fields; stamps are to the nanosecond, and older versions write only seconds."""
    return moment(first(record, names), now)


def _site(record: Event) -> Relay | None:
    """Without a connection, the hosts that it was meant for: ``source->(alt1|alt2)?.mx.example.com.`` without what differs."""
    hosts = (text_of(record.get("site")) or "").rpartition("->")[2]
    return relay_of(re.sub(r"^\([^)]*\)\??\.?", "", hosts).partition("@")[0])


FORMAT = of_lines(
    NAME,
    "KumoMTA: delivery log, log hook (JSON)",
    recognises,
    read,
    '{"type":"TransientFailure","id":"1d98076abbbc11ed940250ebf67f93bd","sender":"news@example.org","recipient":"u@example.com",'
    '"queue":"example.com","site":"source2->mx.example.com.","size":1047,"response":{"code":421,"enhanced_code":{"class":4,'
    '"subject":7,"detail":0},"content":"Try again later","command":"MAIL FROM:<news@example.org>"},"peer_address":'
    '{"name":"mx.example.com.","addr":"192.0.2.1"},"timestamp":1795213801,"created":1795213798,"num_attempts":1,'
    '"bounce_classification":"Uncategorized","egress_pool":"pool0","egress_source":"source2","delivery_protocol":"ESMTP"}',
)
