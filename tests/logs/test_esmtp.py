"""Answers printed one below the other."""

import pytest

from smtp421.logs import esmtp
from smtp421.model import Origin, Stage, Status


def test_answers(attempts):
    lines = "u@example.com: 450 too\nfast\n421 slow\ndown\nv@example.com: 250 Ok\nw@example.com: 550 no\nSMTP server problem SMTP server dropped connection"
    found = attempts(esmtp.FORMAT, lines)
    assert [(each.recipient, each.reply.code, each.reply.text, each.status, each.line) for each in found] == [
        ("u@example.com", 450, "too fast", Status.DEFERRED, 2),
        ("v@example.com", 421, "slow down", Status.DEFERRED, 5),
        ("w@example.com", 550, "no", Status.BOUNCED, 6),
        (None, None, "SMTP server dropped connection", Status.DEFERRED, 7),
    ]
    assert (found[0].reply.stage, found[1].reply.stage, found[-1].origin) == (Stage.RCPT, None, Origin.LOCAL)


def test_the_answer_to_a_message_is_shared_by_the_recipients_that_were_accepted(attempts):
    lines = (
        "0 (null)\nu@example.com: 250 Ok\n\n451 rate limited\n\nby policy\n\nv@example.com: 250 Ok\n\nw@example.com: 250 Ok\n\n"
        "x@example.com: 550 no\n\n452 full\n\n0 (null)\ny@example.com: 451 #4.7.1 later\n\n421 last"
    )
    found = attempts(esmtp.FORMAT, lines)
    assert [(each.recipient, each.reply.code, each.reply.text, each.status, each.line) for each in found] == [
        ("u@example.com", 250, "Ok", Status.SENT, 2),
        ("v@example.com", 451, "rate limited by policy", Status.DEFERRED, 8),
        ("w@example.com", 451, "rate limited by policy", Status.DEFERRED, 10),
        ("x@example.com", 550, "no", Status.BOUNCED, 12),
        (None, 452, "full", Status.DEFERRED, 14),
        ("y@example.com", 451, "later", Status.DEFERRED, 17),
        (None, 421, "last", Status.DEFERRED, 19),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "450 too fast",
        "u@example.com: 450 4.2.1 too fast",
        "<u@example.com>: 450 no",
        "to=u@example.com: 450 no",
        "u@example.com: later",
    ],
)
def test_other_lines(text):
    assert not esmtp.recognises(text)


def test_a_gap_ends_an_answer(attempts):
    found = attempts(esmtp.FORMAT, "u@example.com: 450 too\nNov 20 22:47:21 mail other[1]: x\nfast")
    assert [each.reply.text for each in found] == ["too"]
