"""Lines as Exim 4.96 wrote them, and older forms."""

from datetime import UTC, datetime

import pytest

from smtp421.logs import exim, read_paste
from smtp421.model import Origin, Relay, Stage, Status

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ID = "1xUXD1-00000W-2m"


@pytest.mark.parametrize(
    ("rest", "code", "enhanced", "text", "stage", "host"),
    [
        (
            r"== u@gmail.example R=dns T=remote_smtp defer (-44) H=gmail-smtp-in.l.google.com [127.0.1.10]: SMTP error from remote mail server after RCPT TO:<u@gmail.example>: "
            r"450-4.2.1 The user\n450 4.2.1 is receiving",
            450, "4.2.1", "The user is receiving", Stage.RCPT, "gmail-smtp-in.l.google.com",
        ),
        (
            "== u@example.com R=dns T=remote_smtp defer (-45) H=mta5.am0.yahoodns.net [127.0.1.11]: SMTP error from remote mail server after pipelined MAIL FROM:<n@example.com> SIZE=1501: 421 4.7.0 [TSS04] deferred",
            421, "4.7.0", "[TSS04] deferred", Stage.MAIL, "mta5.am0.yahoodns.net",
        ),
        (
            "== u@example.com R=dns T=remote_smtp defer (-46) H=mx.example.com [192.0.2.1]:25 I=[192.0.2.9]:4711: SMTP error from remote mail server after end of data: 451 later",
            451, None, "later", Stage.END_OF_DATA, "mx.example.com",
        ),
        (
            "== u@example.com R=dns T=remote_smtp defer (0) H=mx.example.com [192.0.2.1]: SMTP error from remote mail server after initial connection: 421 busy",
            421, None, "busy", Stage.CONNECT, "mx.example.com",
        ),
        (
            "== u@example.com R=dnslookup T=remote_smtp defer (-44): SMTP error from remote mail server after RCPT TO:<u@example.com>: host mx0.gmx.com [74.208.5.90]: 450 4.3.2 Too many mails (mail bomb)",
            450, "4.3.2", "Too many mails (mail bomb)", Stage.RCPT, "mx0.gmx.com",
        ),
        (
            "== u@example.com R=dns T=remote_smtp defer (-18) H=smtp-in.orange.fr [127.0.1.17]: Remote host closed connection in response to HELO mail.example.com (EHLO response was: 421 opm Trop de connexions OFR004_104 [104])",
            421, None, "opm Trop de connexions OFR004_104 [104]", Stage.EHLO, "smtp-in.orange.fr",
        ),
    ],
)  # fmt: skip
def test_deferrals(one, rest, code, enhanced, text, stage, host):
    (attempt,) = one(exim, f"2026-11-20 22:35:55 {ID} {rest}")
    reply = attempt.reply
    assert (reply.code, str(reply.enhanced_code) if reply.enhanced_code else None, reply.text, reply.stage) == (
        code,
        enhanced,
        text,
        stage,
    )
    assert (attempt.status, attempt.origin, attempt.queue_id, attempt.relay.host) == (Status.DEFERRED, Origin.REMOTE, ID, host)
    assert attempt.recipient.startswith("u@")
    assert attempt.timestamp.isoformat() == "2026-11-20T22:35:55+00:00"


@pytest.mark.parametrize(
    ("rest", "status", "text"),
    [
        (
            "== u@example.com R=dns T=smtp defer (-54): retry time not reached for any host for 'example.com'",
            Status.SUSPENDED,
            "retry time not reached for any host for 'example.com'",
        ),
        (
            "== u@example.com R=local T=file defer (-53) DT=0s: Retry time not yet reached",
            Status.SUSPENDED,
            "Retry time not yet reached",
        ),
        (
            "== u@example.com R=local T=file defer (2): No such file or directory DT=0s: creating lock file hitching post /home/u/box",
            Status.DEFERRED,
            "No such file or directory: creating lock file hitching post /home/u/box",
        ),
        ("== u@example.com R=dns T=smtp defer (111): Connection refused", Status.DEFERRED, "Connection refused"),
        (
            "== u@example.com R=dns T=smtp defer (110) H=mx.example.com [192.0.2.1]: Connection timed out",
            Status.DEFERRED,
            "Connection timed out",
        ),
        ("== u@example.com R=dns defer (-36): host lookup did not complete", Status.DEFERRED, "host lookup did not complete"),
        ("** u@example.com: retry timeout exceeded", Status.EXPIRED, "retry timeout exceeded"),
    ],
)
def test_own_words(one, rest, status, text):
    (attempt,) = one(exim, f"2026-11-20 22:35:55 {ID} {rest}")
    assert (attempt.status, attempt.reply.code, attempt.reply.text, attempt.origin) == (status, None, text, Origin.LOCAL)


def test_the_line_of_a_host_is_no_attempt(one):
    (attempt,) = one(
        exim,
        f"2026-11-20 22:35:56 {ID} H=mx.example.com [192.0.2.1]: SMTP error from remote mail server after end of data: 421-4.7.28 too fast",
    )
    assert (attempt.status, attempt.recipient, attempt.reply.code) == (None, None, 421)


def test_new_message_ids_and_delivery(one):
    line = (
        '2026-05-14 17:49:33 1wN9t2-00000002BQv-3hr9 => u@example.com R=dns T=remote_smtp H=mx.example.com [192.0.2.1] C="250 Ok"'
    )
    (attempt,) = one(exim, line)
    assert (attempt.status, attempt.queue_id, attempt.recipient, attempt.relay) == (
        Status.SENT,
        "1wN9t2-00000002BQv-3hr9",
        "u@example.com",
        Relay("mx.example.com", "192.0.2.1"),
    )
    (attempt,) = one(
        exim,
        f"2026-05-14 17:49:33 {ID} ** u@example.com R=dns T=remote_smtp H=mx.example.com [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<u@example.com>: 550 No",
    )
    assert (attempt.status, attempt.reply.code) == (Status.BOUNCED, 550)


def test_an_alias_names_its_parent(one):
    (attempt,) = one(exim, f"2026-05-14 17:49:33 {ID} == alias <u@example.com> R=x T=y defer (13): Permission denied")
    assert attempt.recipient == "u@example.com"


def test_inbound(one):
    line = "2021-05-04 13:37:00 +0100 H=mail.example.org [192.0.2.3]:1337 X=TLS1.2:x:128 CV=no F=<m@example.org> temporarily rejected RCPT <u@example.com>: Deferred due to greylisting."
    (attempt,) = one(exim, line)
    assert (attempt.origin, attempt.sender, attempt.recipient, attempt.source_address) == (
        Origin.INBOUND,
        "m@example.org",
        "u@example.com",
        "192.0.2.3",
    )
    assert (attempt.reply.text, attempt.reply.stage) == ("Deferred due to greylisting.", Stage.RCPT)
    assert attempt.timestamp.isoformat() == "2021-05-04T13:37:00+01:00"


def test_a_sentence_without_its_line(one):
    (attempt,) = one(
        exim, "SMTP error from remote mail server after MAIL FROM:<a@example.com>: host mx.example.com [192.0.2.1]: 451 4.7.1 no"
    )
    assert (attempt.reply.code, attempt.reply.stage, attempt.relay.host, attempt.queue_id) == (
        451,
        Stage.MAIL,
        "mx.example.com",
        None,
    )


@pytest.mark.parametrize("rest", ["<= n@example.com U=root P=local S=427 id=x@example.com", "Completed"])
def test_other_lines(one, rest):
    assert one(exim, f"2026-11-20 22:35:55 {ID} {rest}") == []


def test_parts_of_a_long_line_in_syslog(attempts):
    start = "Nov 20 22:35:55 mail exim[38]: "
    first = rf"[1/3] 2026-11-20 22:35:55 {ID} == u@example.com R=dns T=smtp defer (-46) H=mx.example.com [192.0.2.1]: SMTP error from remote mail server after end of data: 421-4.7.28 Too\n421 4.7.28 fa"
    other = f"Nov 20 22:35:55 mail exim[39]: 2026-11-20 22:35:55 {ID} Completed"
    lines = f"{start}{first}\n{other}\n{start}[2\\3] st for\n{start}[3/3] us"
    (attempt,) = attempts(exim.FORMAT, lines)
    assert (attempt.reply.text, attempt.line, attempt.recipient) == ("Too fast for us", 4, "u@example.com")
    (attempt,) = attempts(exim.FORMAT, f"{start}{first}")
    assert attempt.reply.text == "Too fa"


def test_an_expired_recipient_has_the_last_answer(attempts):
    deferred = f"2026-11-20 22:35:55 {ID} == u@example.com R=dns T=smtp defer (-44) H=mx.example.com [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<u@example.com>: 450 4.2.1 later"
    _, attempt = attempts(exim.FORMAT, f"{deferred}\n2026-11-24 22:35:55 {ID} ** u@example.com: retry timeout exceeded")
    assert (attempt.status, attempt.reply.code, attempt.reply.text, attempt.relay.host) == (
        Status.EXPIRED,
        450,
        "later",
        "mx.example.com",
    )


def test_all_of_log_selector(one):
    rest = "** u@example.com F=<n@example.com> P=<n@example.com> R=dns T=smtp H=mx.example.com [192.0.2.1]:25 I=[192.0.2.9]:1: SMTP error from remote mail server after end of data: 554 5.7.9 no DT=0.027s"
    (attempt,) = one(exim, f"2026-11-20 22:44:19.104 +0000 [61] {ID} {rest}")
    assert (attempt.reply.text, attempt.relay.port, attempt.timestamp.microsecond) == ("no", 25, 104000)
    (attempt,) = one(
        exim,
        f"2026-11-20 22:44:20.511 +0000 [118] {ID} == u@example.com R=dns T=smtp defer (-54) DT=0.000s: retry time not reached for any host",
    )
    assert (attempt.status, attempt.reply.text) == (Status.SUSPENDED, "retry time not reached for any host")
    (attempt,) = one(
        exim,
        f'2026-11-20 22:44:19 {ID} => u@example.com F=<> R=dns T=smtp S=1 H=mx.example.com [192.0.2.1]:25 L C="250 2.0.0 Ok" QT=1m0.5s DT=0.003s',
    )
    assert (attempt.status, attempt.delay, attempt.reply.text) == (Status.SENT, 60.5, "Ok")


def test_octal_bytes(one):
    (attempt,) = one(
        exim,
        rf"2026-11-20 22:36:05 {ID} == u@example.com R=dns T=smtp defer (-44) H=mx.example.com [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<u@example.com>: 451 occup\303\251",
    )
    assert attempt.reply.text == "occupé"


def test_a_sender_that_could_not_be_verified(one):
    (attempt,) = one(
        exim,
        "2026-11-20 22:36:05 H=mx.example.com [192.0.2.1] sender verify defer for <n@example.com>: host lookup did not complete",
    )
    assert attempt.reply.text == "sender verify defer for <n@example.com>: host lookup did not complete"
    assert (attempt.origin, attempt.sender, attempt.recipient, attempt.status, attempt.source_address) == (
        Origin.INBOUND,
        "n@example.com",
        None,
        None,
        "192.0.2.1",
    )


NOTICE = """This message was created automatically by mail delivery software.
{about}

  u@example.com
    host mx.example.com [192.0.2.1]
    {lead}SMTP error from remote mail server after RCPT TO:<u@example.com>:
    {reply}

No action is required on your part."""


@pytest.mark.parametrize(
    ("about", "lead", "reply", "status", "read"),
    [
        ("has not yet been delivered is:", "Delay reason: ", "450-4.2.0 Later,\n    450 4.2.0 please", Status.DEFERRED, (450, "Later, please")),
        ("This is a permanent error.", "", "450 4.2.0 Later: retry timeout exceeded", Status.EXPIRED, (450, "Later: retry timeout exceeded")),
        ("This is a permanent error.", "", "550 5.1.1 Unknown\n  v@example.com\n    Unrouteable address", Status.BOUNCED, (550, "Unknown")),
    ],
)  # fmt: skip
def test_a_notice_has_the_reply_on_lines_of_its_own(about, lead, reply, status, read):
    attempt = read_paste(NOTICE.format(about=about, lead=lead, reply=reply), NOW)[0]
    assert (attempt.reply.code, attempt.reply.text) == read
    assert (attempt.status, attempt.origin, attempt.recipient, attempt.relay) == (
        status,
        Origin.REMOTE,
        "u@example.com",
        Relay("mx.example.com", "192.0.2.1"),
    )
    assert attempt.reply.stage is Stage.RCPT


def test_a_notice_may_name_the_host_behind_the_sentence():
    text = "SMTP error from remote mailer after end of data:\nhost mx.example.com [192.0.2.1]: 451 4.7.1 Deferred"
    attempt = read_paste(text, NOW)[0]
    assert (attempt.reply.code, attempt.reply.text, attempt.recipient) == (451, "Deferred", None)
    assert attempt.relay == Relay("mx.example.com", "192.0.2.1")
