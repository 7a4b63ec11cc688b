"""A dialogue: the reply answers the last command of its session."""

import pytest

from smtp421.logs import hmailserver
from smtp421.model import Origin, Relay, Stage, Status


def say(text, side="SMTPC", session=2, who=None):
    who = who or ("RECEIVED" if text[:1].isdigit() else "SENT")
    return f'"{side}"\t102\t{session}\t"2026-01-02 10:00:01.003"\t"192.0.2.1"\t"{who}: {text}"'


def dialogue(*texts):
    return "\n".join(say(text) for text in texts)


@pytest.mark.parametrize(
    ("texts", "stage", "recipients"),
    [
        (["421 busy"], Stage.CONNECT, [None]),
        (["220 hi", "EHLO x", "450 no"], Stage.EHLO, [None]),
        (["MAIL FROM:<s@example.net>", "450 no"], Stage.MAIL, [None]),
        (["RCPT TO:<u@example.com>", "450-4.2.1 too[nl]450 4.2.1 fast"], Stage.RCPT, ["u@example.com"]),
        (
            ["RCPT TO:<u@example.com>", "250 ok", "RCPT TO:<v@example.com>", "250 ok", "DATA", "452 full"],
            Stage.DATA,
            ["u@example.com", "v@example.com"],
        ),
        (["RCPT TO:<u@example.com>", "250 ok", "DATA", "354 go", "[nl].", "451 later"], Stage.END_OF_DATA, ["u@example.com"]),
    ],
)
def test_stages(attempts, texts, stage, recipients):
    found = attempts(hmailserver.FORMAT, dialogue(*texts))
    assert [each.recipient for each in found] == recipients
    assert {(each.reply.stage, each.status, each.origin) for each in found} == {(stage, Status.DEFERRED, Origin.REMOTE)}
    assert (found[0].relay, found[0].timestamp.isoformat()) == (Relay(None, "192.0.2.1"), "2026-01-02T10:00:01.003000+00:00")


def test_lines_and_sessions(attempts):
    lines = "\n".join(
        [
            say("RCPT TO:<u@example.com>"),
            say("RCPT TO:<v@example.com>", session=3),
            say("450-a[nl]450 b"),
            say("550 no", session=3),
        ]
    )
    assert [(each.recipient, each.reply.text, each.status) for each in attempts(hmailserver.FORMAT, lines)] == [
        ("u@example.com", "a b", Status.DEFERRED),
        ("v@example.com", "no", Status.BOUNCED),
    ]


def test_what_our_own_server_answers(attempts):
    lines = "\n".join(
        [
            say("MAIL FROM:<s@example.net>", "SMTPD", who="RECEIVED"),
            say("250 OK", "SMTPD", who="SENT"),
            say("RCPT TO:<u@example.com>", "SMTPD", who="RECEIVED"),
            say("451 Please try again later.", "SMTPD", who="SENT"),
        ]
    )
    (attempt,) = attempts(hmailserver.FORMAT, lines)
    assert (attempt.origin, attempt.source_address, attempt.recipient, attempt.sender) == (
        Origin.INBOUND,
        "192.0.2.1",
        "u@example.com",
        "s@example.net",
    )
    assert attempt.relay is None


def test_other_lines():
    assert not hmailserver.recognises('"APPLICATION"\t101\t"2026-01-02 10:00:00.008"\t"SMTPDeliverer - Message 5: Delivering"')
