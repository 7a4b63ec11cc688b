"""Columns between tabs, joined by the message's file."""

import pytest

from smtp421.logs import mailenable
from smtp421.model import Origin, Relay, Stage, Status


def row(verb, command, reply, side="SMTP-OU", stamp="11/20/26 22:30:01"):
    return f"{stamp}\t{side}\t9A8B.MAI\t1288\t192.0.2.1\t{verb}\t{command}\t{reply}\t30\t96"


MAIL, RCPT = row("MAIL", "MAIL FROM:<s@example.net>", "250 ok"), row("RCPT", "RCPT TO:<u@example.com>", "250 ok")


@pytest.mark.parametrize(
    ("lines", "stage", "recipient"),
    [
        ([row("CONN", "", "421 busy")], Stage.CONNECT, None),
        ([row("EHLO", "EHLO x", "450 no")], Stage.EHLO, None),
        ([MAIL, row("RCPT", "RCPT TO:<u@example.com>", "450 no")], Stage.RCPT, "u@example.com"),
        ([MAIL, RCPT, row("DATA", "DATA", "451 no")], Stage.DATA, "u@example.com"),
    ],
)
def test_replies(attempts, lines, stage, recipient):
    (attempt,) = attempts(mailenable.FORMAT, "\n".join(lines))
    assert (attempt.reply.stage, attempt.recipient, attempt.status, attempt.origin) == (
        stage,
        recipient,
        Status.DEFERRED,
        Origin.REMOTE,
    )
    assert (attempt.queue_id, attempt.relay) == ("9A8B.MAI", Relay(None, "192.0.2.1"))
    assert (attempt.timestamp.isoformat(), attempt.sender) == (
        "2026-11-20T22:30:01+00:00",
        "s@example.net" if len(lines) > 1 else None,
    )


def test_others(attempts):
    (attempt,) = attempts(mailenable.FORMAT, row("RCPT", "RCPT TO:<u@example.com>", "451 Greylisted", "SMTP-IN"))
    assert (attempt.origin, attempt.source_address, attempt.relay) == (Origin.INBOUND, "192.0.2.1", None)
    (attempt,) = attempts(mailenable.FORMAT, row("RCPT", "RCPT TO:<u@example.com>", "550 no", stamp="13/40/26 22:30:01"))
    assert (attempt.status, attempt.timestamp) == (Status.BOUNCED, None)
    assert attempts(mailenable.FORMAT, f"{MAIL}\n{RCPT}\n{row('QUIT', 'QUIT', '221 bye')}") == []
