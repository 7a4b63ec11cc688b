"""The scripted server itself: replies in their order, sessions that end as scripted, and what was said is kept."""

import smtplib
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 without further ado")
MESSAGE = "Subject: test\r\n\r\nHello.\r\n.. a line with a dot\r\n"


def deliver(server, host):
    with smtplib.SMTP(server.hosts[host], server.port, local_hostname="mail.sender.example", timeout=30) as session:
        session.sendmail("news@sender.example", ["user@grey.example"], MESSAGE)


def test_replies_in_their_order_and_the_last_ever_after(reply_server):
    reply_server.add("mx.grey.example", {"rcpt": ("450 4.2.0 Greylisted", "451-4.7.1 Not\n451 4.7.1 yet", "250 Ok")})
    for code, words in ((450, b"4.2.0 Greylisted"), (451, b"4.7.1 Not\n4.7.1 yet")):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            deliver(reply_server, "mx.grey.example")
        assert refused.value.recipients["user@grey.example"] == (code, words)
    deliver(reply_server, "mx.grey.example")
    deliver(reply_server, "mx.grey.example")
    assert reply_server.commands["mx.grey.example"].count("data") == 2
    assert reply_server.commands["mx.grey.example"].count("CONNECT") == 4


@pytest.mark.parametrize("stage", ["connect", "mail", "data", "end_of_data"])
def test_a_connection_may_just_end(reply_server, stage):
    reply_server.add("mx.grey.example", {stage: "(drop)"})
    with pytest.raises(smtplib.SMTPServerDisconnected):
        deliver(reply_server, "mx.grey.example")


def test_hosts_have_addresses_of_their_own(reply_server):
    reply_server.add("mx.grey.example", {})
    reply_server.add("mx.busy.example", {"connect": "421 4.7.0 Too many connections"})
    closed = reply_server.add_closed("mx.closed.example")
    deliver(reply_server, "mx.grey.example")
    with pytest.raises(smtplib.SMTPConnectError):
        deliver(reply_server, "mx.busy.example")
    with pytest.raises(ConnectionRefusedError):
        deliver(reply_server, "mx.closed.example")
    assert len({*reply_server.hosts.values()}) == 3
    assert closed not in reply_server.commands
