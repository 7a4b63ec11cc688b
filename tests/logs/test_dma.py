"""Several lines a message, joined by the id in brackets."""

import pytest

from smtp421.logs import dma
from smtp421.model import Origin, Relay, Stage, Status

ID = "310433.561ebfc4cf40"
QUEUED = f"Nov 20 22:48:44 mail dma[310433]: new mail from user=root uid=8 envelope_from=<s@example.net>\nNov 20 22:48:44 mail dma[310433]: mail to=<u@example.com> queued as {ID}\n"


def said(rest, time="22:53:44"):
    return f"Nov 20 {time} mail dma[{ID}]: {rest}"


@pytest.mark.parametrize(
    ("step", "stage"),
    [
        ("connect", Stage.CONNECT),
        ("EHLO", Stage.EHLO),
        ("MAIL FROM", Stage.MAIL),
        ("RCPT TO", Stage.RCPT),
        ("DATA", Stage.DATA),
        ("final DATA", Stage.END_OF_DATA),
    ],
)
def test_a_deferral(attempts, step, stage):
    reply = "451-4.7.1 Try#015#012451 4.7.1 later"
    (attempt,) = attempts(
        dma.FORMAT, QUEUED + said(f"remote delivery deferred: mx.example.com [192.0.2.1] failed after {step}: {reply}")
    )
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.text, attempt.reply.stage) == (
        451,
        "4.7.1",
        "Try later",
        stage,
    )
    assert (attempt.queue_id, attempt.sender, attempt.recipient, attempt.delay) == (ID, "s@example.net", "u@example.com", 300.0)
    assert (attempt.relay, attempt.status, attempt.origin) == (
        Relay("mx.example.com", "192.0.2.1"),
        Status.DEFERRED,
        Origin.REMOTE,
    )


def test_refused_and_unreachable(attempts):
    (attempt,) = attempts(dma.FORMAT, said("remote delivery to mx.example.com [192.0.2.1] failed after RCPT TO: 550 5.1.1 no"))
    assert (attempt.status, attempt.recipient) == (Status.BOUNCED, None)
    (attempt,) = attempts(dma.FORMAT, said("connect to mx.example.com [192.0.2.1] failed: Connection refused"))
    assert (attempt.status, attempt.origin, attempt.reply.text) == (
        Status.DEFERRED,
        Origin.LOCAL,
        "connect to mx.example.com [192.0.2.1] failed: Connection refused",
    )
    (attempt,) = attempts(dma.FORMAT, said("remote delivery deferred: SSL handshake failed fatally: x"))
    assert (attempt.status, attempt.origin) == (Status.DEFERRED, Origin.LOCAL)


def test_given_up(attempts):
    deferred = said("remote delivery deferred: mx.example.com [192.0.2.1] failed after RCPT TO: 451 later")
    _, attempt = attempts(dma.FORMAT, f"{deferred}\n{said('delivery failed, bouncing as 310491', '23:53:44')}")
    assert (attempt.status, attempt.reply.code, attempt.line) == (Status.EXPIRED, 451, 2)
    refused = said("remote delivery to mx.example.com [192.0.2.1] failed after RCPT TO: 550 no")
    assert len(attempts(dma.FORMAT, f"{refused}\n{said('delivery failed, bouncing as 310491')}")) == 1


def test_trying_and_success(attempts):
    (attempt,) = attempts(dma.FORMAT, f"{said('<u@example.com> trying delivery')}\n{said('<u@example.com> delivery successful')}")
    assert (attempt.status, attempt.recipient) == (Status.SENT, "u@example.com")


def test_an_old_version(attempts):
    line = f"Nov 20 22:48:44 mail dma[4711]: {ID}: remote delivery deferred: mx.example.com [192.0.2.1] failed after RCPT TO: 451 later"
    (attempt,) = attempts(dma.FORMAT, line)
    assert attempt.queue_id == ID


def test_other_lines():
    assert not dma.recognises(said("Server greeting successfully completed"))
    assert not dma.recognises("mail dmarc[1]: <u@example.com> trying delivery of nothing")
