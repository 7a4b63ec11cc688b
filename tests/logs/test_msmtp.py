"""One line an invocation; msmtp's own words tell the stage."""

import pytest

from smtp421.logs import msmtp
from smtp421.model import Origin, Relay, Stage, Status

HEAD = "Nov 20 22:46:57 host=mx.example.com tls=off auth=off from=s@example.net recipients=u@example.com,v@example.com "


@pytest.mark.parametrize(
    ("error", "stage", "recipients"),
    [
        ("cannot get initial OK message from server", Stage.CONNECT, 2),
        ("SMTP server does not accept EHLO or HELO commands", Stage.EHLO, 2),
        ("command STARTTLS failed", Stage.STARTTLS, 2),
        ("authentication failed (method PLAIN)", Stage.AUTH, 2),
        ("envelope from address s@example.net not accepted by the server", Stage.MAIL, 2),
        ("recipient address v@example.com not accepted by the server", Stage.RCPT, 1),
        ("the server does not accept mail data", Stage.DATA, 2),
        ("the server did not accept the mail", Stage.END_OF_DATA, 2),
    ],
)
def test_stages(one, error, stage, recipients):
    found = one(msmtp, f"{HEAD}smtpstatus=450 smtpmsg='450-4.2.1 it?s\\n450 4.2.1 late' errormsg='{error}' exitcode=EX_TEMPFAIL")
    assert [each.recipient for each in found] == ["u@example.com", "v@example.com"][-recipients:]
    reply = found[0].reply
    assert (reply.code, str(reply.enhanced_code), reply.text, reply.stage) == (450, "4.2.1", "it?s late", stage)
    assert (found[0].relay, found[0].sender, found[0].origin) == (Relay("mx.example.com"), "s@example.net", Origin.REMOTE)
    assert (found[0].status, found[0].timestamp.isoformat(), found[0].line) == (Status.DEFERRED, "2026-11-20T22:46:57+00:00", 7)


def test_own_words(one):
    attempt, _ = one(
        msmtp, f"{HEAD}errormsg='cannot connect to mx.example.com, port 25: Connection refused' exitcode=EX_TEMPFAIL"
    )
    assert (attempt.status, attempt.origin, attempt.reply.code) == (Status.DEFERRED, Origin.LOCAL, None)


def test_others(one):
    attempt, _ = one(msmtp, HEAD.replace("tls", "port=587 tls") + "mailsize=42 smtpstatus=250 smtpmsg='250 ok' exitcode=EX_OK")
    assert (attempt.status, attempt.relay.port) == (Status.SENT, 587)
    attempt, _ = one(
        msmtp, f"{HEAD}smtpstatus=550 smtpmsg='550 no' errormsg='the server did not accept the mail' exitcode=EX_UNAVAILABLE"
    )
    assert attempt.status is Status.BOUNCED
    assert not msmtp.recognises("host=x tls=on auth=off")
