"""Answers printed one below the other."""

import pytest

from smtp421.logs import esmtp
from smtp421.model import Origin, Stage, Status


def test_answers(attempts):
    lines = "u@example.com: 450 too\nfast\n421 slow\ndown\nv@example.com: 250 Ok\nw@example.com: 550 no\nSMTP server problem SMTP server dropped connection"
    found = attempts(esmtp.FORMAT, lines)
    assert [(each.recipient, each.reply.code, each.reply.text, each.status, each.line) for each in found] == [
        ("u@example.com", 450, "too fast", Status.DEFERRED, 2),
        (None, 421, "slow down", Status.DEFERRED, 4),
        ("v@example.com", 250, "Ok", Status.SENT, 5),
        ("w@example.com", 550, "no", Status.BOUNCED, 6),
        (None, None, "SMTP server dropped connection", Status.DEFERRED, 7),
    ]
    assert (found[0].reply.stage, found[1].reply.stage, found[-1].origin) == (Stage.RCPT, None, Origin.LOCAL)


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
