"""Deliveries, what fails before them and is joined to them, and the spellings of older versions."""

import pytest

from smtp421.logs import opensmtpd
from smtp421.model import Origin, Relay, Stage, Status

MAIL = "Nov 20 22:37:58 mail smtpd[27]: "
EVPID = "ca5f238e991d9a69"


def delivery(stat, relay="192.0.2.1 (mx.example.com)", to="u@example.com", result="TempFail", time="22:38:09"):
    return (
        f"Nov 20 {time} mail smtpd[27]: 32abb7fa3c3a592a mta delivery evpid={EVPID} from=<s@example.net> to=<{to}> rcpt=<-> "
        f'source="192.0.2.9" relay="{relay}" delay=1m38s result="{result}" stat="{stat}"'
    )


def failure(host, reason, session="32abb81e8f62f22f", time="22:37:58"):
    start = f"Nov 20 {time} mail smtpd[27]: {session} mta "
    return f"{start}connecting address=smtp://192.0.2.7:25 host={host}\n{start}connected\n{start}error reason={reason}"


NETWORK = "Network error on destination MXs"


def test_a_delivery(attempts):
    (attempt,) = attempts(opensmtpd.FORMAT, delivery('450 4.7.1 "quoted" said: status=sent (250 ok)'))
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.text) == (
        450,
        "4.7.1",
        '"quoted" said: status=sent (250 ok)',
    )
    assert (attempt.queue_id, attempt.sender, attempt.recipient, attempt.delay) == (EVPID, "s@example.net", "u@example.com", 98.0)
    assert (attempt.relay, attempt.origin, attempt.status) == (
        Relay("mx.example.com", "192.0.2.1"),
        Origin.REMOTE,
        Status.DEFERRED,
    )


@pytest.mark.parametrize(
    ("stat", "code", "text"),
    [
        (
            "421-4.7.28 unusual rate of4.7.28 unsolicited mail.4.7.28  https://example.com",
            421,
            "unusual rate of unsolicited mail. https://example.com",
        ),
        (
            "450-4.2.1 receiving mail at a rate that prevents  https://example.com",
            450,
            "receiving mail at a rate that prevents https://example.com",
        ),
        (
            "451-You are being greylisted. Please try againin 180 seconds.",
            451,
            "You are being greylisted. Please try againin 180 seconds.",
        ),
        ("451", 451, ""),
    ],
)
def test_glued_lines(attempts, stat, code, text):
    (attempt,) = attempts(opensmtpd.FORMAT, delivery(stat))
    assert (attempt.reply.code, attempt.reply.text) == (code, text)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mx.example.com", "example.com"),
        ("example-com.mail.protection.outlook.com", "example.com"),
        ("gmail-smtp-in.l.google.com", "gmail.com"),
        ("mx00.emig.gmx.net", "gmx.de"),
        ("mx1.example.net", "mail.example.co.uk"),
    ],
)
def test_a_network_error_gets_the_reason_of_the_host_named_like_the_domain(attempts, host, domain):
    other = failure("mx.elsewhere.test", "IO Error: Connection refused", "1111111111111111")
    lines = f"{failure(host, 'BANNER rejected: 421 4.3.2 Busy')}\n{other}\n{delivery(NETWORK, domain, f'u@{domain}')}"
    *told, attempt = attempts(opensmtpd.FORMAT, lines)
    assert [(each.status, each.recipient, each.relay.host) for each in told] == [
        (None, None, host),
        (None, None, "mx.elsewhere.test"),
    ]
    assert (attempt.reply.code, attempt.reply.stage, attempt.relay) == (421, Stage.CONNECT, Relay(host, "192.0.2.7", 25))
    assert (attempt.origin, attempt.status, attempt.line) == (Origin.REMOTE, Status.DEFERRED, 7)


def test_a_host_that_took_mail_for_the_domain_is_remembered(attempts):
    sent = delivery("250 ok", "192.0.2.7 (in.provider.test)", "u@customer.test", "Ok")
    refused = failure("in.provider.test", "STARTTLS rejected: 454 4.7.0 No TLS")
    other = failure("mx.elsewhere.test", "IO Error: Connection refused", "1111111111111111")
    *_, attempt = attempts(
        opensmtpd.FORMAT, f"{sent}\n{refused}\n{other}\n{delivery(NETWORK, 'customer.test', 'v@customer.test')}"
    )
    assert (attempt.reply.code, attempt.reply.stage, attempt.relay.host) == (454, Stage.STARTTLS, "in.provider.test")


def test_a_smart_host_is_named_by_the_delivery(attempts):
    one = failure("out.example.net", "BANNER rejected: 421 4.3.2 Busy")
    two = failure("in.elsewhere.test", "Connection timeout", "1111111111111111")
    *_, attempt = attempts(opensmtpd.FORMAT, f"{one}\n{two}\n{delivery(NETWORK, 'out.example.net', 'u@customer.test')}")
    assert (attempt.reply.code, attempt.relay.host) == (421, "out.example.net")


def test_where_nothing_failed_since_the_last_delivery_none_was_tried(attempts):
    failed, told = failure("mx.example.com", "BANNER rejected: 421 4.3.2 Busy"), delivery(NETWORK, "example.com", "u@example.com")
    found = attempts(opensmtpd.FORMAT, "\n".join((failed, told, told, failed, told)))
    deliveries = [each for each in found if each.recipient]
    assert [each.status for each in deliveries] == [Status.DEFERRED, Status.SUSPENDED, Status.DEFERRED]
    assert {each.reply.code for each in deliveries} == {421}


def test_a_server_without_a_name(attempts):
    (attempt,) = attempts(opensmtpd.FORMAT, delivery("450 4.7.1 later", "[2001:db8::25] (2001:db8::25)", "u@example.com"))
    assert attempt.relay == Relay(None, "2001:db8::25")


def test_one_host_that_failed_is_the_one_and_of_several_none(attempts):
    one, two = (
        failure("in.a.test", "IO Error: Connection refused"),
        failure("in.b.test", "Connection timeout", "1111111111111111"),
    )
    *_, attempt = attempts(opensmtpd.FORMAT, f"{one}\n{delivery(NETWORK, 'customer.test', 'u@customer.test')}")
    assert (attempt.reply.text, attempt.origin) == ("IO Error: Connection refused", Origin.LOCAL)
    *_, attempt = attempts(opensmtpd.FORMAT, f"{one}\n{two}\n{delivery(NETWORK, 'customer.test', 'u@customer.test')}")
    assert (attempt.reply.text, attempt.relay) == (NETWORK, None)
    *_, attempt = attempts(opensmtpd.FORMAT, f"{one}\n{delivery(NETWORK, 'customer.test', 'u@customer.test', time='23:38:09')}")
    assert attempt.reply.text == NETWORK


def test_an_error_after_a_delivery_says_nothing_new(attempts):
    lines = (
        delivery("421 4.7.0 Slow down").replace("delivery evpid", "delivery evpid")
        + f"\n{MAIL}32abb7fa3c3a592a mta error reason=IO Error: Connection reset"
    )
    assert [attempt.reply.code for attempt in attempts(opensmtpd.FORMAT, lines)] == [421]


def test_an_expired_envelope_has_the_last_answer(attempts):
    expired = (
        f"{MAIL}relay: Expire for {EVPID}: from=<s@example.net>, to=<u@example.com>, rcpt=<->, delay=4d2h, stat=Envelope expired"
    )
    _, attempt = attempts(opensmtpd.FORMAT, f"{delivery('450 4.2.0 Greylisted')}\n{expired}")
    assert (attempt.status, attempt.reply.text, attempt.delay) == (Status.EXPIRED, "Greylisted", 352800.0)
    (attempt,) = attempts(opensmtpd.FORMAT, expired)
    assert (attempt.status, attempt.reply.text, attempt.origin) == (Status.EXPIRED, "Envelope expired", Origin.LOCAL)


def test_older_spellings(attempts):
    old = (
        f"{MAIL}relay: TempFail for {EVPID}: session=32abb7fa3c3a592a, from=<s@example.net>, to=<u@example.com>, rcpt=<->, "
        "source=192.0.2.9, relay=192.0.2.1 (mx.example.com), delay=3s, stat=421 4.7.0 Try later"
    )
    (attempt,) = attempts(opensmtpd.FORMAT, old)
    assert (attempt.reply.code, attempt.relay.host, attempt.delay, attempt.queue_id) == (421, "mx.example.com", 3.0, EVPID)
    (attempt,) = attempts(opensmtpd.FORMAT, delivery("451 later").replace("mta delivery", "mta event=delivery"))
    assert attempt.reply.code == 451
    out = (
        f"{MAIL}smtp-out: Connecting to smtp://192.0.2.7:25 (mx.example.com) on session 32abb81e8f62f22f...\n"
        f"{MAIL}smtp-out: Error on session 32abb81e8f62f22f: BANNER rejected: 421 busy"
    )
    (attempt,) = attempts(opensmtpd.FORMAT, out)
    assert (attempt.reply.code, attempt.relay) == (421, Relay("mx.example.com", "192.0.2.7", 25))


def test_local_delivery_and_inbound(attempts):
    mda = f'{MAIL}5df87c9250bba470 mda delivery evpid={EVPID} from=<s@example.net> to=<u@example.com> rcpt=<u@example.com> user=u delay=0s result=TempFail stat=Error ("mail.maildir: disk full")'
    (attempt,) = attempts(opensmtpd.FORMAT, mda)
    assert (attempt.origin, attempt.status, attempt.relay) == (Origin.LOCAL, Status.DEFERRED, None)
    inbound = (
        f"{MAIL}b4a942c181a10c63 smtp connected address=192.0.2.3 host=client.example\n"
        f'{MAIL}b4a942c181a10c63 smtp failed-command command="RCPT TO:<u@example.com>" result="451 4.7.1 Try again later"'
    )
    (attempt,) = attempts(opensmtpd.FORMAT, inbound)
    assert (attempt.origin, attempt.source_address, attempt.recipient, attempt.reply.stage) == (
        Origin.INBOUND,
        "192.0.2.3",
        "u@example.com",
        Stage.RCPT,
    )


@pytest.mark.parametrize(
    "text", ["smtpd[27]: info: OpenSMTPD starting", "mail postfix/smtpd[1]: 4jWVkt3cBJzN4ZF: client=unknown", "a smtp server"]
)
def test_other_lines(text):
    assert not opensmtpd.recognises(text)
