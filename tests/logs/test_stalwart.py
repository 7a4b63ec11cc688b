"""Events with their fields, on one line or one below the other."""

import pytest

from smtp421.logs import stalwart
from smtp421.model import Origin, Relay, Stage, Status

FIELDS = 'queueId = 304, from = "s@example.net", to = "u@example.com", hostname = "mx.example.com", code = 450, details = "4.2.1 too \\"fast\\"", elapsed = 23ms'


def event(name, fields=FIELDS):
    return f"2026-11-20T22:30:01Z INFO Something happened (delivery.{name}) {fields}"


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("greeting-failed", Stage.CONNECT),
        ("ehlo-rejected", Stage.EHLO),
        ("start-tls-error", Stage.STARTTLS),
        ("mail-from-rejected", Stage.MAIL),
        ("rcpt-to-rejected", Stage.RCPT),
        ("message-rejected", Stage.END_OF_DATA),
    ],
)
def test_replies(attempts, name, stage):
    (attempt,) = attempts(stalwart.FORMAT, event(name))
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.text, attempt.reply.stage) == (
        450,
        "4.2.1",
        'too "fast"',
        stage,
    )
    assert (attempt.queue_id, attempt.sender, attempt.recipient, attempt.relay) == (
        "304",
        "s@example.net",
        "u@example.com",
        Relay("mx.example.com"),
    )
    assert (attempt.status, attempt.origin, attempt.timestamp.isoformat()) == (
        Status.DEFERRED,
        Origin.REMOTE,
        "2026-11-20T22:30:01+00:00",
    )


def test_own_words(attempts):
    (attempt,) = attempts(
        stalwart.FORMAT, event("connect-error", 'queueId = 1, hostname = "mx.example.com", reason = "Connection refused"')
    )
    assert (attempt.origin, attempt.status, attempt.reply.text, attempt.recipient) == (
        Origin.LOCAL,
        Status.DEFERRED,
        "Connection refused",
        None,
    )
    (attempt,) = attempts(stalwart.FORMAT, event("null-mx", 'queueId = 1, domain = "example.com"'))
    assert (attempt.status, attempt.reply.text) == (Status.BOUNCED, "null mx")


def test_several_recipients_and_a_refusal(attempts):
    found = attempts(
        stalwart.FORMAT,
        event("message-rejected", FIELDS.replace('"u@example.com"', '["u@example.com", "v@example.com"]').replace("450", "550")),
    )
    assert [(each.recipient, each.status) for each in found] == [
        ("u@example.com", Status.BOUNCED),
        ("v@example.com", Status.BOUNCED),
    ]


def test_a_field_a_line_and_colours(attempts):
    head = "2026-11-20T22:30:01Z \x1b[32mINFO\x1b[0m Something happened (\x1b[1mdelivery.rcpt-to-rejected\x1b[0m)"
    lines = "\n".join([head, *("\t" + field for field in FIELDS.split(", "))])
    (attempt,) = attempts(stalwart.FORMAT, lines)
    assert (attempt.reply.code, attempt.recipient, attempt.line) == (450, "u@example.com", 8)


def test_other_events(attempts):
    (attempt,) = attempts(stalwart.FORMAT, event("delivered", FIELDS.replace("450", "250")))
    assert attempt.status is Status.SENT
    assert attempts(stalwart.FORMAT, event("dsn-temp-fail")) == []
    assert not stalwart.recognises("2026-11-20T22:30:01Z INFO Queue (queue.rescheduled) queueId = 1")
