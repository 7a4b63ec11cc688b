"""A delivery from its start to its end, with and without a stamp before each line."""

import pytest

from smtp421.logs import nullmailer
from smtp421.model import Origin, Relay, Status

START = "Starting delivery: host: mx.example.com protocol: smtp file: 1795214950.1224\nFrom: <s@example.net> to: <u@example.com> <v@example.com>\nMessage-Id: <1@example.net>\n"


def test_a_delivery(attempts):
    found = attempts(
        nullmailer.FORMAT,
        f"{START}smtp: Failed: 450-4.2.1 too\n450 4.2.1 fast\nSending failed: Temporary error in sending the message",
    )
    assert [each.recipient for each in found] == ["u@example.com", "v@example.com"]
    (first, _) = found
    assert (first.reply.code, str(first.reply.enhanced_code), first.reply.text) == (450, "4.2.1", "too fast")
    assert (first.queue_id, first.sender, first.relay, first.line) == (
        "1795214950.1224",
        "s@example.net",
        Relay("mx.example.com"),
        6,
    )
    assert (first.status, first.origin, first.timestamp, first.delay) == (Status.DEFERRED, Origin.REMOTE, None, None)


def stamped(pid, text, time="11:35:50"):
    return f"Nov 21 {time} host nullmailer[{pid}]: {text}\n"


def test_through_syslog_as_old_versions_write_it(attempts):
    lines = (
        stamped(1, "Starting delivery: protocol: smtp host: mx.example.com file: 1795260950.1224")
        + stamped(2, "smtp: Failed: 421 invalid sender domain 'x.example' (misconfigured dns?)")
        + stamped(1, "Sending failed:  Temporary error in sending the message")
    )
    (attempt,) = attempts(nullmailer.FORMAT, lines)
    assert (attempt.reply.text, attempt.relay) == (
        "invalid sender domain 'x.example' (misconfigured dns?)",
        Relay("mx.example.com"),
    )
    assert (attempt.timestamp.isoformat(), attempt.delay, attempt.recipient) == ("2026-11-21T11:35:50+00:00", 0.0, None)


@pytest.mark.parametrize(
    ("said", "why", "status", "text"),
    [
        ("smtp: Failed: Connect failed\n", "Connection timed out", Status.DEFERRED, "Connection timed out"),
        ("", "Host not found", Status.DEFERRED, "Host not found"),
        ("smtp: Failed: 550 5.1.1 no\n", "Permanent error in sending the message", Status.BOUNCED, "no"),
        (
            "smtp: Failed: Server does not support STARTTLS\n",
            "Permanent error in sending the message",
            Status.BOUNCED,
            "Server does not support STARTTLS",
        ),
    ],
)
def test_reasons(attempts, said, why, status, text):
    attempt, _ = attempts(nullmailer.FORMAT, f"{START}{said}Sending failed: {why}")
    assert (attempt.status, attempt.reply.text) == (status, text)


def test_ends(attempts):
    attempt, _ = attempts(nullmailer.FORMAT, f"{START}smtp: Succeeded: 250 ok\nSent file.")
    assert (attempt.status, attempt.reply.code) == (Status.SENT, 250)
    attempt, _ = attempts(nullmailer.FORMAT, f"{START}smtp: Failed: 451 later\nsomething else")
    assert (attempt.status, attempt.line) == (Status.DEFERRED, 4)


def test_a_failure_alone(attempts):
    (attempt,) = attempts(nullmailer.FORMAT, "localhost nullmailer[8597]: smtp: Failed: 421 invalid sender domain")
    assert (attempt.reply.code, attempt.relay, attempt.queue_id) == (421, None, None)
    assert not nullmailer.FORMAT.open().claims("450 4.2.1 fast")
    assert not nullmailer.recognises("it was: Failed: 450 x")
