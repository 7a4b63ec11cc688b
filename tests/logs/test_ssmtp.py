"""The reply alone, or behind the recipient."""

import pytest

from smtp421.logs import ssmtp
from smtp421.model import Origin, Relay, Stage, Status


@pytest.mark.parametrize(
    ("rest", "code", "text", "stage", "recipient", "status"),
    [
        (
            "RCPT TO:<u@example.com> (450 4.2.1  https://example.com (a) - gsmtp)",
            450,
            "https://example.com (a) - gsmtp",
            Stage.RCPT,
            "u@example.com",
            Status.DEFERRED,
        ),
        ("421 4.7.0 [TSS04] deferred", 421, "[TSS04] deferred", None, None, Status.DEFERRED),
        (
            "421 Too many connections [104] (mail.example.net)",
            421,
            "Too many connections [104]",
            Stage.EHLO,
            None,
            Status.DEFERRED,
        ),
        (
            "451 4.3.2 Scanner unavailable; id=1, (amavis)",
            451,
            "Scanner unavailable; id=1, (amavis)",
            None,
            None,
            Status.DEFERRED,
        ),
        ("554 5.7.9 no", 554, "no", None, None, Status.BOUNCED),
        ("Sent mail for s@example.net (221 2.0.0 Bye) uid=0 username=root outbytes=335", 250, "", None, None, Status.SENT),
    ],
)
def test_replies(one, rest, code, text, stage, recipient, status):
    (attempt,) = one(ssmtp, f"Nov 20 22:47:21 mail sSMTP[198]: {rest}")
    assert (attempt.reply.code, attempt.reply.text, attempt.reply.stage) == (code, text, stage)
    assert (attempt.recipient, attempt.status, attempt.origin) == (recipient, status, Origin.REMOTE)
    assert attempt.timestamp.isoformat() == "2026-11-20T22:47:21+00:00"


def test_own_words(one):
    (attempt,) = one(ssmtp, 'Nov 20 22:47:21 mail sSMTP[198]: Unable to connect to "mx.example.com" port 25.')
    assert (attempt.origin, attempt.status, attempt.relay) == (Origin.LOCAL, Status.DEFERRED, Relay("mx.example.com", None, 25))
    (attempt,) = one(ssmtp, "Nov 20 22:47:21 mail sSMTP[198]: Cannot open mx.example.com:465")
    assert attempt.relay == Relay("mx.example.com", None, 465)


def test_chatter(one):
    assert one(ssmtp, "Nov 20 22:47:21 mail sSMTP[198]: Creating SSL connection to host") == []
