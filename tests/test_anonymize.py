"""Stand-ins for what is private."""

from pathlib import Path

import pytest

from smtp421.anonymize import Anonymizer, anonymizer
from smtp421.model import Attempt, Relay, Reply

LOG = Path(__file__).parent / "data" / "scan" / "postfix.log"


@pytest.fixture
def hidden(book):
    return anonymizer(book)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to=<jane.doe@corp.co.uk>", "to=<user1@domain1.example>"),
        ("mail.corp.co.uk and corp.co.uk", "host1.domain1.example and domain1.example"),
        ("from 8.8.8.8 to 2606:4700::1111", "from 192.0.2.1 to 2001:db8::1"),
        ("127.0.0.1 10.1.2.3 ::1 999.1.1.1", "127.0.0.1 10.1.2.3 ::1 999.1.1.1"),
        ("user@[8.8.8.8]", "user1@[192.0.2.1]"),
        ("root@box", "user1@machine1"),
        ("sasl_username=bob, x", "sasl_username=user1, x"),
        ("header Subject: Your secret from mx[1.1.1.1]", "header Subject: (a subject) from mx[192.0.2.1]"),
        ("relay=gmail-smtp-in.l.google.com[127.0.1.10]:25", "relay=gmail-smtp-in.l.google.com[127.0.1.10]:25"),
        ("acme-com.mail.protection.outlook.com", "customer1.mail.protection.outlook.com"),
        ("450-mx.corp.test.net said", "450-host1.domain1.example said"),
        ("x@example.com mx.example.org", "user1@example.com mx.example.org"),
        ("postfix.log main.cf", "postfix.log main.cf"),
        ("Nov 20 22:29:58 box postfix/smtp[1]: A: x", "Nov 20 22:29:58 machine1 postfix/smtp[1]: A: x"),
        ("Nov 20 22:29:58 localhost postfix/smtp[1]: A: x", "Nov 20 22:29:58 localhost postfix/smtp[1]: A: x"),
        ("450 4.2.1 try again in 60 seconds", "450 4.2.1 try again in 60 seconds"),
    ],
)
def test_text(text: str, shown: str, hidden: Anonymizer) -> None:
    assert hidden.text(text) == shown


def test_the_same_gets_the_same(hidden: Anonymizer) -> None:
    assert hidden.text("a@corp.net b@corp.net 8.8.8.8") == "user1@domain1.example user2@domain1.example 192.0.2.1"
    assert (
        hidden.text("8.8.8.8 1.1.1.1 B@CORP.net A@other.net") == "192.0.2.1 192.0.2.2 user2@domain1.example user1@domain2.example"
    )
    assert hidden.text("2606:4700:0::1111 9.9.9.9 2606:4700::1111") == "2001:db8::1 192.0.2.3 2001:db8::1"


def test_all_reserved_networks(hidden: Anonymizer) -> None:
    shown = [hidden.text(f"9.9.{number // 250}.{number % 250 + 1}") for number in range(763)]
    assert (shown[0], shown[253], shown[254], shown[508], shown[761], shown[762]) == (
        "192.0.2.1", "192.0.2.254", "198.51.100.1", "203.0.113.1", "203.0.113.254", "192.0.2.1",
    )  # fmt: skip


def test_attempt(hidden: Anonymizer) -> None:
    attempt = Attempt(
        Reply(450, None, "jane@corp.net later"),
        "postfix",
        sender="boss@corp.net",
        recipient="jane@corp.net",
        relay=Relay("mx.corp.net", "8.8.8.8", 25),
        inner=Reply(451, None, "1.1.1.1"),
        source_address="9.9.9.9",
    )
    shown = hidden.attempt(attempt)
    assert shown.reply.text == "user1@domain1.example later"
    assert (shown.sender, shown.recipient) == ("user2@domain1.example", "user1@domain1.example")
    assert shown.relay is not None
    assert shown.relay.host == "host1.domain1.example"
    assert {shown.relay.address, shown.source_address, shown.inner.text if shown.inner else ""} == {
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
    }
    bare = hidden.attempt(Attempt(Reply(450, None, ""), "reply", sender="", recipient="root", relay=Relay(None, None)))
    assert (bare.sender, bare.recipient, bare.relay, bare.inner) == ("", "user3", Relay(None, None), None)
    assert hidden.attempt(Attempt(Reply(450, None, "Hm"), "reply", relay=Relay("8.8.8.8"))).relay == Relay("192.0.2.2")
    assert hidden.attempt(Attempt(Reply(450, None, "Hm"), "reply")).relay is None


def test_a_log_once_more(book) -> None:
    """What is hidden already stays as it is."""
    once, twice = anonymizer(book), anonymizer(book)
    lines = [once.text(line) for line in LOG.read_text(encoding="utf-8").splitlines()]
    assert [twice.text(line) for line in lines] == lines
