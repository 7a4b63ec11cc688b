"""Fields as JSON behind the message."""

import json

import pytest

from smtp421.logs import maddy
from smtp421.model import Origin, Relay, Status


def line(what="delivery attempt failed", **fields):
    return f"2026-11-20T22:30:01.123Z queue: {what}\t{json.dumps({'msg_id': '4f1c2d3e', 'rcpt': 'u@example.com', **fields})}"


def test_a_failure(attempts):
    text = line(
        remote_server="mx.example.com.",
        smtp_code=450,
        smtp_enchcode="4.2.1",
        smtp_msg="mx.example.com. said: too fast",
        reason="too fast",
    )
    (attempt,) = attempts(maddy.FORMAT, text)
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.text) == (450, "4.2.1", "too fast")
    assert (attempt.queue_id, attempt.recipient, attempt.relay) == ("4f1c2d3e", "u@example.com", Relay("mx.example.com"))
    assert (attempt.status, attempt.origin, attempt.timestamp.isoformat()) == (
        Status.DEFERRED,
        Origin.REMOTE,
        "2026-11-20T22:30:01.123000+00:00",
    )


@pytest.mark.parametrize(
    ("fields", "status", "origin", "text"),
    [
        (
            {"smtp_code": 451, "smtp_enchcode": [4, 4, 2], "smtp_msg": "Network I/O error", "reason": "dial tcp"},
            Status.DEFERRED,
            Origin.LOCAL,
            "Network I/O error",
        ),
        ({"smtp_code": 550, "smtp_msg": "mx.example.com. said: no"}, Status.BOUNCED, Origin.REMOTE, "no"),
        ({"reason": "no such host"}, Status.DEFERRED, Origin.LOCAL, "no such host"),
        ({"smtp_code": "many", "smtp_enchcode": 4.2}, Status.DEFERRED, Origin.LOCAL, ""),
    ],
)
def test_fields(attempts, fields, status, origin, text):
    (attempt,) = attempts(maddy.FORMAT, line(**fields))
    assert (attempt.status, attempt.origin, attempt.reply.text) == (status, origin, text)


def test_ends(attempts):
    failure = line(smtp_code=450, smtp_msg="mx.example.com. said: later")
    _, attempt = attempts(maddy.FORMAT, f"{failure}\n{line('not delivered, permanent error')}")
    assert (attempt.status, attempt.reply.text) == (Status.EXPIRED, "later")
    (attempt,) = attempts(maddy.FORMAT, line("delivered", attempt=2))
    assert attempt.status is Status.SENT
    assert attempts(maddy.FORMAT, line("not delivered, permanent error")) == []
    assert attempts(maddy.FORMAT, "Nov 20 22:30:01 host maddy[9]: queue: delivery attempt failed {broken}") == []
    assert not maddy.recognises(line("will retry"))
