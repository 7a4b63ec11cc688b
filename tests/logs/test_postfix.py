"""Lines as Postfix 3.7 wrote them, and as people paste them."""

import pytest

from smtp421.logs import postfix
from smtp421.model import EnhancedCode, Origin, Relay, Stage, Status

RATE = (
    "Nov 20 22:29:58 mail postfix/smtp[196]: CAF4C28A9BA: to=<g-rate@gmail.example>, relay=gmail-smtp-in.l.google.com[127.0.1.10]:25, delay=0.12, "
    "delays=0.02/0.07/0.02/0, dsn=4.2.1, status=deferred (host gmail-smtp-in.l.google.com[127.0.1.10] said: 450-4.2.1 The user you are trying to contact is "
    "receiving mail at a rate that 450-4.2.1 prevents additional messages from being delivered. 450 4.2.1  https://support.google.com/mail/?p=ReceivingRate "
    "d2e1a72fcca58 - gsmtp (in reply to RCPT TO command))"
)


def test_a_delivery(one):
    (attempt,) = one(postfix, RATE)
    assert attempt.reply.code == 450
    assert attempt.reply.enhanced_code == EnhancedCode(4, 2, 1)
    assert attempt.reply.text == (
        "The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. "
        "https://support.google.com/mail/?p=ReceivingRate d2e1a72fcca58 - gsmtp"
    )
    assert attempt.reply.stage is Stage.RCPT
    assert attempt.queue_id == "CAF4C28A9BA"
    assert attempt.recipient == "g-rate@gmail.example"
    assert attempt.relay == Relay("gmail-smtp-in.l.google.com", "127.0.1.10", 25)
    assert attempt.delay == 0.12
    assert attempt.status is Status.DEFERRED
    assert attempt.origin is Origin.REMOTE
    assert attempt.timestamp.isoformat() == "2026-11-20T22:29:58+00:00"
    assert attempt.line == 7


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "2026-11-20T22:29:58.123456+00:00 mail postfix/smtp[196]: ",
        "<22>1 2026-11-20T22:29:58Z mail postfix/smtp 196 - - ",
        "postfix-mailcow-1  | Nov 20 22:29:58 1230db0bd489 postfix/smtp[196]: ",
        "Nov 20 22:29:58 mail postfix-out/smtp[196]: ",
        "Nov 20 22:29:58 mail postfix/submission/smtp[196]: ",
        "Nov 20 22:29:58 mail smtp-uol/smtp[196]: ",
        "Oct 20 21:22:57 mail postfix/smtp[2076]: [ID 197553 mail.info] ",
        "> ",
    ],
)
def test_any_prefix(one, prefix):
    (attempt,) = one(postfix, prefix + RATE.split("[196]: ", 1)[1])
    assert (attempt.reply.code, attempt.queue_id, attempt.status) == (450, "CAF4C28A9BA", Status.DEFERRED)


@pytest.mark.parametrize(
    ("reason", "code", "text", "stage", "origin"),
    [
        ("host mx.example.com[192.0.2.1] refused to talk to me: 421 Too busy", 421, "Too busy", Stage.CONNECT, Origin.REMOTE),
        (
            "host mx.example.com[192.0.2.1] refused to talk to me: 554-mx.example.com 554 Blocked",
            554,
            "mx.example.com Blocked",
            Stage.CONNECT,
            Origin.REMOTE,
        ),
        (
            "connect to mx.example.com[192.0.2.1]:25: Connection refused",
            None,
            "connect to mx.example.com[192.0.2.1]:25: Connection refused",
            None,
            Origin.LOCAL,
        ),
        (
            "lost connection with mx.example.com[192.0.2.1] while receiving the initial server greeting",
            None,
            "lost connection with mx.example.com[192.0.2.1] while receiving the initial server greeting",
            Stage.CONNECT,
            Origin.LOCAL,
        ),
        (
            "conversation with mx.example.com[192.0.2.1] timed out while performing the EHLO handshake",
            None,
            "conversation with mx.example.com[192.0.2.1] timed out while performing the EHLO handshake",
            Stage.EHLO,
            Origin.LOCAL,
        ),
        (
            "lost connection with mx.example.com[192.0.2.1] while sending end of data -- message may be sent more than once",
            None,
            "lost connection with mx.example.com[192.0.2.1] while sending end of data -- message may be sent more than once",
            Stage.END_OF_DATA,
            Origin.LOCAL,
        ),
        (
            "lost connection with mx.example.com[192.0.2.1] while sending RCPT TO",
            None,
            "lost connection with mx.example.com[192.0.2.1] while sending RCPT TO",
            Stage.RCPT,
            Origin.LOCAL,
        ),
        (
            "TLS is required, but host mx.example.com[192.0.2.1] refused to start TLS: 454 4.7.0 TLS not available",
            454,
            "TLS is required, but host mx.example.com[192.0.2.1] refused to start TLS: 454 4.7.0 TLS not available",
            Stage.STARTTLS,
            Origin.REMOTE,
        ),
        ("mail transport unavailable", None, "mail transport unavailable", None, Origin.LOCAL),
        (
            "host 127.0.0.1[127.0.0.1] said: 451 4.3.0 Error: queue file write error (in reply to end of DATA command)",
            451,
            "Error: queue file write error",
            Stage.END_OF_DATA,
            Origin.LOCAL,
        ),
        (
            "host mail.example.com[private/dovecot-lmtp] said: 451 4.3.0 Temporary internal error",
            451,
            "Temporary internal error",
            None,
            Origin.LOCAL,
        ),
        ("host mail.example.com said: 452 4.2.2 Over quota", 452, "Over quota", None, Origin.REMOTE),
        (
            'host mx.odd.example[192.0.2.9] said: 450 4.7.1 <b@odd.example>: (policy; see [RFC 5321] "quoted") said: to=<x@y>, status=sent (250 ok) (in reply to RCPT TO command)',
            450,
            '<b@odd.example>: (policy; see [RFC 5321] "quoted") said: to=<x@y>, status=sent (250 ok)',
            Stage.RCPT,
            Origin.REMOTE,
        ),
    ],
)
def test_reasons(one, reason, code, text, stage, origin):
    line = f"Nov 20 22:29:58 mail postfix/smtp[1]: 4jWVkt3cBJzN4ZF: to=<u@example.com>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, status=deferred ({reason})"
    (attempt,) = one(postfix, line)
    assert (attempt.reply.code, attempt.reply.text, attempt.reply.stage, attempt.origin) == (code, text, stage, origin)
    assert attempt.queue_id == "4jWVkt3cBJzN4ZF"


def test_a_suspended_delivery_repeats_another_messages_reason(one):
    (attempt,) = one(
        postfix,
        "Jun 11 14:34:36 h postfix/error[3076]: 3D2794A747: to=<u@example.com>, relay=none, delay=133167, delays=1/2/0/8.6, dsn=4.7.0, status=deferred "
        "(delivery temporarily suspended: host mx1.example.com[192.0.2.1] refused to talk to me: 421 4.7.0 [GL01] Message from (192.0.2.2) temporarily deferred)",
    )
    assert attempt.status is Status.SUSPENDED
    assert attempt.reply.code == 421
    assert attempt.relay.host == "mx1.example.com"


def test_statuses(one):
    for word, status in (("sent", Status.SENT), ("bounced", Status.BOUNCED), ("undeliverable", Status.BOUNCED)):
        (attempt,) = one(
            postfix,
            f"x postfix/smtp[1]: ABCDEF: to=<u@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1, dsn=2.0.0, status={word} (250 2.0.0 Ok)",
        )
        assert attempt.status is status
    (attempt,) = one(
        postfix, "Nov 20 22:29:58 mail postfix/qmgr[1]: ABCDEF: from=<s@example.com>, status=expired, returned to sender"
    )
    assert (attempt.status, attempt.sender, attempt.queue_id) == (Status.EXPIRED, "s@example.com", "ABCDEF")


def test_soft_bounces_stay_in_the_queue(one):
    (attempt,) = one(
        postfix,
        "Nov 29 21:47:14 mail postfix-out/smtp[472]: 1FBBA79: to=<u@example.com>, relay=mx.example.com[192.0.2.42]:25, delay=0.12, "
        "delays=0/0.1/0.01/0, dsn=4.0.0, status=SOFTBOUNCE (host mx.example.com[192.0.2.42] said: 550 5.1.1 no such user "
        "(in reply to RCPT TO command))",
    )
    assert (attempt.status, attempt.reply.code, str(attempt.reply.enhanced_code)) == (Status.DEFERRED, 550, "5.1.1")


def test_an_expired_message_where_syslog_left_the_daemon_out(one):
    (attempt,) = one(
        postfix,
        "2026-11-29T21:46:57.835897+00:00 mail postfix[490]: 4jd11Y1XXnz8X: from=<s@example.com>, status=expired, returned to sender",
    )
    assert (attempt.status, attempt.queue_id) == (Status.EXPIRED, "4jd11Y1XXnz8X")


def test_a_host_that_is_not_the_last_gives_a_reply_but_no_attempt(one):
    (attempt,) = one(
        postfix,
        "Nov 14 06:26:48 x postfix/smtp[1]: BBA94782D1: host b.mx.example.com[192.0.2.7] refused to talk to me: 421 Message from (192.0.2.1) deferred",
    )
    assert (attempt.status, attempt.queue_id, attempt.reply.code, attempt.recipient) == (None, "BBA94782D1", 421, None)
    (attempt,) = one(
        postfix, "Nov 14 06:26:48 x postfix/smtp[1]: connect to mx.example.com[2001:db8::1]:25: Network is unreachable"
    )
    assert (attempt.status, attempt.relay) == (None, Relay("mx.example.com", "2001:db8::1", 25))


@pytest.mark.parametrize(
    ("line", "code", "enhanced", "stage", "recipient", "client"),
    [
        (
            "Dec  3 00:22:27 s postfix/smtpd[1]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.3]: 450 4.1.8 <a@example.org>: Sender address rejected: Domain not found; "
            "from=<a@example.org> to=<u@example.com> proto=ESMTP helo=<mx.example.org>",
            450, "4.1.8", Stage.RCPT, "u@example.com", "192.0.2.3",
        ),
        (
            "Nov 20 22:30:00 mail postfix/postscreen[9]: NOQUEUE: reject: RCPT from [192.0.2.4]:4711: 450 4.3.2 Service currently unavailable; from=<a@example.org>, to=<u@example.com>, proto=ESMTP",
            450, "4.3.2", Stage.RCPT, "u@example.com", "192.0.2.4",
        ),
        (
            "postfix/cleanup[19528]: 89E6A2166DA6: milter-reject: END-OF-MESSAGE from unknown[192.0.2.73]: 4.7.1 Service unavailable - try again later; from=<a@example.org> to=<u@example.com> proto=ESMTP",
            None, "4.7.1", Stage.END_OF_DATA, "u@example.com", "192.0.2.73",
        ),
        (
            "DATA from mail.example.com[203.0.113.2]: 451 4.7.1 Service unavailable - try again later; from=<a@example.org> to=<u@example.com> proto=ESMTP",
            451, "4.7.1", Stage.DATA, None, "203.0.113.2",
        ),
        (
            "NOQUEUE: reject_warning: RCPT from mx.example.org[192.0.2.3]: 450 4.1.2 <u@example.com>: Recipient address rejected: Domain not found; from=<a@example.org> to=<u@example.com> proto=SMTP",
            450, "4.1.2", Stage.RCPT, "u@example.com", "192.0.2.3",
        ),
    ],
)  # fmt: skip
def test_inbound(one, line, code, enhanced, stage, recipient, client):
    (attempt,) = one(postfix, line)
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.stage) == (code, enhanced, stage)
    assert (attempt.recipient, attempt.source_address, attempt.origin, attempt.status) == (
        recipient,
        client,
        Origin.INBOUND,
        Status.DEFERRED,
    )


def test_our_own_program_that_is_turned_away_is_local(one):
    (attempt,) = one(
        postfix,
        "x postfix/smtpd[1]: 1934: milter-reject: DATA from localhost.localdomain[127.0.0.1]: 451 4.7.1 Service unavailable; from=<a@b.example> to=<c@d.example>",
    )
    assert attempt.origin is Origin.LOCAL


def test_warnings_of_the_queue_manager(one):
    (attempt,) = one(
        postfix, "May  5 08:57:46 mail postfix/qmgr[664]: warning: connect to transport private/lmtp: No such file or directory"
    )
    assert (attempt.reply.text, attempt.origin) == ("connect to transport private/lmtp: No such file or directory", Origin.LOCAL)
    (attempt,) = one(
        postfix,
        "postfix/qmgr[5847]: qmgr_queue_throttle: queue googlemail.com: 4.4.3 delivery temporarily suspended: Host not found, try again",
    )
    assert (str(attempt.reply.enhanced_code), attempt.status) == ("4.4.3", Status.SUSPENDED)


@pytest.mark.parametrize(
    "line",
    [
        "Nov 20 22:29:56 mail postfix/master[181]: daemon started -- version 3.7.11, configuration /etc/postfix",
        "Nov 20 22:29:58 mail postfix/qmgr[185]: CAF4C28A9BA: from=<news@example.com>, size=359, nrcpt=1 (queue active)",
        "Nov 20 22:29:58 mail postfix/smtpd[191]: CE52628A9BC: client=localhost[127.0.0.1]",
        "Nov 20 22:29:58 mail postfix/cleanup[190]: CAF4C28A9BA: message-id=<lab000@example.com>",
    ],
)
def test_lines_that_tell_nothing_of_a_delivery(one, line):
    assert one(postfix, line) == []


def test_a_reply_that_quotes_another_server_is_no_log_line():
    assert not postfix.recognises(
        "421 4.1.1 <u@example.com>: unverified address: host mx.example.com[192.0.2.1] said: 450 4.1.1 no"
    )


def test_the_transcript_that_smtpd_mails(one):
    text = "Transcript of session follows.\n\n Out: 220 mail.example.com ESMTP\n In:  EHLO x\n Out: 421 4.7.0 mail.example.com Error: too many connections from\n     192.0.2.33\n\nFor other details, see the local mail logfile\n"
    attempt = postfix.read_transcript(text)
    assert (attempt.reply.code, attempt.origin) == (421, Origin.INBOUND)
    assert attempt.reply.text == "mail.example.com Error: too many connections from 192.0.2.33"
    assert postfix.read_transcript("nothing") is None
    assert postfix.read_transcript("Transcript of session follows.\n In: QUIT\n") is None


def test_a_cut_off_fragment(one):
    (attempt,) = one(
        postfix,
        "dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try",
    )
    assert (attempt.status, attempt.origin, str(attempt.reply.enhanced_code)) == (Status.DEFERRED, Origin.LOCAL, "4.4.3")
