"""One line for each line of a reply, closed by a status."""

import pytest

from smtp421.logs import courier
from smtp421.model import Origin, Relay, Status

ID = "000000000031030B.000000006B00CDE3.00000031"
LINE = f"Nov 20 22:46:59 mail courieresmtp: id={ID},from=<s@example.net>,addr=<u@example.com>"


def test_lines_are_gathered_until_the_status(attempts):
    lines = f"{LINE}: 450-4.2.1 Too\n{LINE}: 450 4.2.1 fast\n{LINE},status: deferred"
    (attempt,) = attempts(courier.FORMAT, lines)
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.text) == (450, "4.2.1", "Too fast")
    assert (attempt.line, attempt.queue_id, attempt.sender, attempt.recipient) == (3, ID, "s@example.net", "u@example.com")
    assert (attempt.status, attempt.origin) == (Status.DEFERRED, Origin.REMOTE)
    assert attempt.timestamp.isoformat() == "2026-11-20T22:46:59+00:00"


@pytest.mark.parametrize(
    ("said", "text"), [("451", ""), ("451 4.7.1 later", "later"), ("451-4.7.1 later\n451 4.7.1 550 times", "later 550 times")]
)
def test_replies_to_later_commands_do_not_count(attempts, said, text):
    lines = [f"{LINE}: {line}" for line in f"{said}\n554 5.5.1 no valid recipients".split("\n")]
    (attempt,) = attempts(courier.FORMAT, "\n".join((*lines, f"{LINE},status: deferred")))
    assert (attempt.reply.code, attempt.reply.text, attempt.status) == (451, text, Status.DEFERRED)


def test_recipients_do_not_mix(attempts):
    other = LINE.replace("u@", "v@")
    lines = f"{LINE}: 450-a\n{other}: 550 no\n{LINE}: 450 b\n{other},status: failure\n{LINE},status: deferred"
    assert [(each.recipient, each.reply.text, each.status) for each in attempts(courier.FORMAT, lines)] == [
        ("v@example.com", "no", Status.BOUNCED),
        ("u@example.com", "a b", Status.DEFERRED),
    ]


@pytest.mark.parametrize(
    ("text", "word", "status", "origin"),
    [
        ("450 later", "failure", Status.EXPIRED, Origin.REMOTE),
        ("550 no", "failure", Status.BOUNCED, Origin.REMOTE),
        ("Connection refused", "deferred", Status.DEFERRED, Origin.LOCAL),
        ("<command failed>", "deferred", Status.DEFERRED, Origin.LOCAL),
    ],
)
def test_statuses(attempts, text, word, status, origin):
    (attempt,) = attempts(courier.FORMAT, f"{LINE}: {text}\n{LINE},status: {word}")
    assert (attempt.status, attempt.origin) == (status, origin)


def test_a_delivery_names_the_server(attempts):
    lines = f"{LINE}: 250 OK\n{LINE},size=329,success: delivered: mx.example.com [192.0.2.1]\n{LINE},size=329,status: success"
    (attempt,) = attempts(courier.FORMAT, lines)
    assert (attempt.status, attempt.relay, attempt.reply.code) == (Status.SENT, Relay("mx.example.com", "192.0.2.1"), 250)
    local = LINE.replace("esmtp", "local") + ",size=3,success: Message delivered."
    (attempt,) = attempts(courier.FORMAT, local)
    assert (attempt.status, attempt.origin) == (Status.SENT, Origin.LOCAL)


def test_an_answer_that_is_never_closed_is_told_at_the_end(attempts):
    (attempt,) = attempts(courier.FORMAT, f"{LINE}: 421 busy")
    assert (attempt.status, attempt.reply.code) == (None, 421)


def test_what_our_own_server_answers(attempts):
    line = "Apr 10 03:47:57 web courieresmtpd: error,relay=::ffff:192.0.2.3,from=<s@example.net>,to=<u@example.com>: 451 4.7.1 Please try another MX"
    (attempt,) = attempts(courier.FORMAT, line)
    assert (attempt.origin, attempt.status, attempt.source_address) == (Origin.INBOUND, Status.DEFERRED, "192.0.2.3")
    assert (attempt.sender, attempt.recipient, attempt.reply.text) == ("s@example.net", "u@example.com", "Please try another MX")
    (attempt,) = attempts(courier.FORMAT, 'courieresmtpd: error,relay=::ffff:192.0.2.3,msg="535 Authentication failed.",cmd: x')
    assert attempt.status is Status.BOUNCED
