"""Recipients that share a result, octal bytes, and refusals of our own."""

import pytest

from smtp421.logs import sendmail
from smtp421.model import Origin, Relay, Status

HEAD = "Nov 20 22:35:57 mail sm-mta[{pid}]: 6AKMZvq8000229: to={to}, delay={delay}, xdelay=00:00:00, mailer=esmtp, pri=30250, relay=mx.example.com. [192.0.2.1], dsn={dsn}, {rest}"


def line(rest, to="<u@example.com>", delay="00:01:02", dsn="4.0.0", pid=231):
    return HEAD.format(rest=rest, to=to, delay=delay, dsn=dsn, pid=pid)


def test_a_deferral(attempts):
    (attempt,) = attempts(sendmail.FORMAT, line("reply=421 4.7.0 Slow, stat=Deferred: 421 4.7.0 Slow", dsn="4.5.0"))
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.text) == (421, "4.7.0", "Slow")
    assert (attempt.queue_id, attempt.recipient, attempt.delay) == ("6AKMZvq8000229", "u@example.com", 62.0)
    assert (attempt.relay, attempt.status, attempt.origin) == (
        Relay("mx.example.com", "192.0.2.1"),
        Status.DEFERRED,
        Origin.REMOTE,
    )


def test_a_group_and_days(attempts):
    found = attempts(sendmail.FORMAT, line("stat=Deferred: 451 later", "<u@example.com>,<v@example.com>", "1+02:03:04"))
    assert [(each.recipient, each.delay) for each in found] == [("u@example.com", 93784.0), ("v@example.com", 93784.0)]


@pytest.mark.parametrize(
    ("rest", "status", "origin", "code", "text"),
    [
        ("stat=Deferred", Status.DEFERRED, Origin.LOCAL, None, "Deferred"),
        (
            "stat=Deferred: Connection refused by mx.example.com.",
            Status.DEFERRED,
            Origin.LOCAL,
            None,
            "Connection refused by mx.example.com.",
        ),
        (
            "reply=421 4.4.1 Connection reset by mx.example.com., stat=Deferred",
            Status.DEFERRED,
            Origin.LOCAL,
            None,
            "Connection reset by mx.example.com.",
        ),
        (
            "reply=421 4.7.1 [TS03], stat=Deferred: Connection reset by mx.example.com.",
            Status.DEFERRED,
            Origin.REMOTE,
            421,
            "[TS03]",
        ),
        ("stat=Deferred: 454 4.7.0 TLS handshake failed.", Status.DEFERRED, Origin.LOCAL, None, "TLS handshake failed."),
        ("reply=550 5.1.1 no, stat=User unknown", Status.BOUNCED, Origin.REMOTE, 550, "no"),
        ("stat=Service unavailable", Status.BOUNCED, Origin.LOCAL, None, "Service unavailable"),
        ("stat=queued", Status.SUSPENDED, Origin.LOCAL, None, "queued"),
        ("stat=Sent (Ok: queued as 1)", Status.SENT, Origin.REMOTE, 250, "Ok: queued as 1"),
    ],
)
def test_results(attempts, rest, status, origin, code, text):
    (attempt,) = attempts(sendmail.FORMAT, line(rest))
    assert (attempt.status, attempt.origin, attempt.reply.code, attempt.reply.text) == (status, origin, code, text)


@pytest.mark.parametrize(
    ("stat", "status"),
    [
        ("Deferred", Status.SUSPENDED),
        ("Deferred: Connection reset by mx.example.com.", Status.SUSPENDED),
        ("Deferred: Connection timed out with mx.example.com.", Status.SUSPENDED),
        ("Deferred: Name server: mx.example.com.: host name lookup failure", Status.DEFERRED),
    ],
)
def test_without_an_address_it_did_not_connect_and_repeats_what_it_remembers(attempts, stat, status):
    (attempt,) = attempts(sendmail.FORMAT, line(f"stat={stat}").replace(" [192.0.2.1]", ""))
    assert (attempt.status, attempt.relay, attempt.origin) == (status, Relay("mx.example.com"), Origin.LOCAL)


@pytest.mark.parametrize(
    "reply",
    [
        '450 4.7.1 unbalanced " quote, and stat=Sent, relay=x [192.0.2.7], dsn=2.0.0',
        "450 4.7.1 stat=Deferred: x, stat=Sent, stat=queued",
    ],
)
def test_a_reply_that_speaks_of_a_status(attempts, reply):
    (attempt,) = attempts(sendmail.FORMAT, line(f"reply={reply}, stat=Deferred: {reply}", dsn="4.7.1"))
    assert (attempt.status, attempt.reply.code, attempt.reply.text) == (Status.DEFERRED, 450, reply[10:])


def test_backslashes_are_logged_twice_and_addresses_of_ipv6_have_a_mark(attempts):
    reply = r"450 4.7.1 C:\\temp d\303\251j\303\240"
    text = line(f"reply={reply}, stat=Deferred: {reply}").replace("[192.0.2.1]", "[IPv6:2001:db8:0:0:0:0:0:25]")
    (attempt,) = attempts(sendmail.FORMAT, text)
    assert (attempt.reply.text, attempt.relay) == (r"C:\temp déjà", Relay("mx.example.com", "2001:db8:0:0:0:0:0:25"))


def test_our_own_tls_rules(attempts):
    rule = "Nov 20 22:35:57 mail sm-mta[231]: ruleset=tls_server, arg1=NONE, relay=mx.example.com, reject=454 4.7.0 encryption too weak 0 less than 112\n"
    stat = "stat=Deferred: 454 4.7.0 encryption too weak 0 less than 112"
    (attempt,) = attempts(sendmail.FORMAT, rule + line(stat))
    assert (attempt.origin, attempt.reply.code, str(attempt.reply.enhanced_code)) == (Origin.LOCAL, None, "4.7.0")
    (attempt,) = attempts(sendmail.FORMAT, rule + line(stat, pid=232))
    assert (attempt.origin, attempt.reply.code) == (Origin.REMOTE, 454)
    (attempt,) = attempts(sendmail.FORMAT, rule + line(f"reply=454 4.7.0 TLS not available, {stat}"))
    assert (attempt.origin, attempt.reply.text) == (Origin.REMOTE, "TLS not available")


@pytest.mark.parametrize(
    ("logged", "text"),
    [
        (r"occup\303\251", "occupé"),
        (r"occup\351", "occupé"),
        (r"C:\temp", r"C:\temp"),
        (r"a\011b", r"a\011b"),
        (r"\342\200\223", "–"),
    ],
)
def test_octal_bytes(logged, text):
    assert sendmail.unescape_octal(logged) == text


def test_other_lines():
    assert not sendmail.recognises("Nov 20 mail sm-mta[1]: STARTTLS=client, relay=mx.example.com., verify=FAIL")
    assert not sendmail.recognises("to=<u@example.com>, delay=3, status=deferred, stat=x")


@pytest.mark.parametrize(
    ("rest", "code", "recipient", "relay", "status"),
    [
        (
            "ruleset=check_rcpt, arg1=<u@example.com>, relay=mx.example.org [192.0.2.4], reject=451 4.7.1 Greylisting in action",
            451,
            "u@example.com",
            Relay("mx.example.org", "192.0.2.4"),
            Status.DEFERRED,
        ),
        (
            "ruleset=check_relay, arg1=[192.0.2.4], arg2=192.0.2.4, relay=mx.example.org [192.0.2.4], reject=421 4.3.2 Too many",
            421,
            None,
            Relay("mx.example.org", "192.0.2.4"),
            Status.DEFERRED,
        ),
        ("ruleset=check_mail, arg1=<a@example.org>, relay=[192.0.2.4], reject=553 5.1.8 no", 553, None, None, Status.BOUNCED),
    ],
)
def test_what_our_server_answered_a_client(attempts, rest, code, recipient, relay, status):
    (attempt,) = attempts(sendmail.FORMAT, f"Nov 20 22:35:57 mail sm-mta[231]: 6AKMZvq8000229: {rest}")
    assert (attempt.origin, attempt.reply.code, attempt.recipient, attempt.relay, attempt.status) == (
        Origin.INBOUND,
        code,
        recipient,
        relay,
        status,
    )


def test_trouble_of_our_own_is_no_attempt(attempts):
    (attempt,) = attempts(
        sendmail.FORMAT, "Nov 20 22:35:57 mail sendmail[1]: 6AKMZvq8000229: SYSERR(root): collect: read timeout"
    )
    assert (attempt.origin, attempt.status, attempt.reply.text) == (Origin.LOCAL, None, "collect: read timeout")
