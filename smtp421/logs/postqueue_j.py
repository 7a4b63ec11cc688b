"""Postfix: ``postqueue -j``, one JSON object a message (Postfix 3.1 and later).

A listing repeats the reason of the last attempt for each recipient (``delay_reason``) and the time at which the message arrived;
it is no attempt of its own. Reasons read like those of the log. Recipients without one wait for their first attempt.
Layout: https://www.postfix.org/postqueue.1.html
"""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.logs import postfix
from smtp421.logs.fields import moment, text_of
from smtp421.logs.interface import of_lines
from smtp421.logs.jsonish import objects
from smtp421.logs.line import Line
from smtp421.model import Attempt, Status

NAME = "postfix_queue_json"


def recognises(text: str) -> bool:
    """Whether a line is a message of a listing."""
    return '"queue_id"' in text and '"recipients"' in text


def read(line: Line) -> Iterator[Attempt]:
    """Yield a state for each recipient that has a reason to wait."""
    for message in objects(line.text):
        recipients = message.get("recipients")
        for recipient in recipients if isinstance(recipients, list) else []:
            reason = text_of(recipient.get("delay_reason")) if isinstance(recipient, dict) else None
            if reason is None:
                continue
            reply, origin, relay = postfix.read_reason(reason)
            yield Attempt(
                reply,
                NAME,
                origin,
                line.number,
                moment(message.get("arrival_time"), line.now),
                text_of(message.get("queue_id")),
                text_of(message.get("sender")),
                text_of(recipient.get("address")),
                relay,
                Status.SUSPENDED,
            )


FORMAT = of_lines(
    NAME,
    "Postfix: postqueue -j",
    recognises,
    read,
    '{"queue_name": "deferred", "queue_id": "312BF28A9E7", "arrival_time": 1795213800, "message_size": 372, "forced_expire": '
    'false, "sender": "news@example.org", "recipients": [{"address": "u@example.com", "delay_reason": "host '
    'mx.example.com[192.0.2.1] said: 451 4.7.1 Try again later (in reply to RCPT TO command)"}]}',
)
