"""Values of fields."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs import fields
from smtp421.model import EnhancedCode, Relay, Reply, Stage, Status

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code", "enhanced", "expected"),
    [
        ("smtp;421 4.7.0 later", None, None, (421, "4.7.0", "later")),
        ("smtp; 452 full", None, "4.2.2", (452, "4.2.2", "full")),
        ("X-Postfix; unknown user", None, "5.1.1", (None, "5.1.1", "unknown user")),
        ("4.7.0 later", 421, None, (421, "4.7.0", "later")),
        ("450 messages an hour are too many", 421, None, (421, None, "450 messages an hour are too many")),
        ("421 later", 421, "4.7.1", (421, "4.7.1", "later")),
        ("", 451, None, (451, None, "")),
    ],
)
def test_replies(text, code, enhanced, expected):
    reply = fields.reply_of(text, code, EnhancedCode.parse(enhanced) if enhanced else None)
    assert (reply.code, reply.enhanced_code and str(reply.enhanced_code), reply.text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1795213801, "2026-11-20T22:30:01+00:00"),
        ("1795213801", "2026-11-20T22:30:01+00:00"),
        (1795213801.5, "2026-11-20T22:30:01.500000+00:00"),
        (1795213801500, "2026-11-20T22:30:01.500000+00:00"),
        ("1795213801500000", "2026-11-20T22:30:01.500000+00:00"),
        ("2026-11-20 22:30:01+0100", "2026-11-20T22:30:01+01:00"),
        ("2026/11/20 22:30:01 UTC", "2026-11-20T22:30:01+00:00"),
        ("Nov 20 22:30:01", "2026-11-20T22:30:01+00:00"),
        ("soon", None),
        (None, None),
        (True, None),
        (float("inf"), None),
        (12, None),
    ],
)
def test_times(value, expected):
    found = fields.moment(value, NOW)
    assert (found and found.isoformat()) == expected


@pytest.mark.parametrize(
    ("host", "address", "expected"),
    [
        ("MX.example.com.", None, Relay("mx.example.com")),
        ("mx.example.com (192.0.2.1)", None, Relay("mx.example.com", "192.0.2.1")),
        ("mx.example.com[2001:db8::1]:25", None, Relay("mx.example.com", "2001:db8::1", 25)),
        ("mx.example.com", "192.0.2.1", Relay("mx.example.com", "192.0.2.1")),
        ("192.0.2.1", None, Relay(None, "192.0.2.1")),
        ("[192.0.2.1]:25", None, Relay(None, "192.0.2.1", 25)),
        (None, "192.0.2.1", Relay(None, "192.0.2.1")),
        ("unknown", "xxx.xxx.xxx.xxx", None),
        ("<>", None, None),
        ("", "", None),
    ],
)
def test_relays(host, address, expected):
    assert fields.relay_of(host, address) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("192.0.2.1:25", ("192.0.2.1", 25)),
        ("[2001:db8::1]:25", ("2001:db8::1", 25)),
        ("192.0.2.1", ("192.0.2.1", None)),
        ("host", (None, None)),
        (None, (None, None)),
    ],
)
def test_endpoints(value, expected):
    assert fields.endpoint(value) == expected


@pytest.mark.parametrize(
    ("command", "stage"),
    [
        ("MAIL FROM:<a@example.com>", Stage.MAIL),
        ("rcpt to:<a@example.com>\r\n", Stage.RCPT),
        (".\r\n", Stage.END_OF_DATA),
        ("BDAT 12 LAST", Stage.END_OF_DATA),
        ("DATA", Stage.DATA),
        ("EHLO x", Stage.EHLO),
        ("X-ANONYMOUSTLS", Stage.STARTTLS),
        ("NOOP", None),
        (None, None),
    ],
)
def test_stages(command, stage):
    assert fields.stage_of(command) is stage


def test_codes():
    assert [fields.code_of(value) for value in ("421", 421, 99, "605", "42", None, "٤٢١", True)] == [421, 421, None, None] + [
        None
    ] * 4
    assert str(fields.enhanced_of("4.7.0 (undefined status)")) == "4.7.0"
    assert fields.enhanced_of(None) is None


def test_durations():
    start, end = fields.moment(1795213798, NOW), fields.moment(1795213801, NOW)
    assert (fields.between(start, end), fields.between(end, start), fields.between(None, end)) == (3.0, None, None)


def test_a_bounce_after_a_temporary_answer_has_expired():
    assert fields.given_up(Status.BOUNCED, Reply(451, None, "")) is Status.EXPIRED
    assert fields.given_up(Status.BOUNCED, Reply(None, EnhancedCode(4, 4, 7), "")) is Status.EXPIRED
    assert fields.given_up(Status.BOUNCED, Reply(550, EnhancedCode(4, 4, 7), "")) is Status.BOUNCED
    assert fields.given_up(Status.BOUNCED, Reply(None, None, "")) is Status.BOUNCED
    assert fields.given_up(Status.SENT, Reply(451, None, "")) is Status.SENT


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(SCALARS, SCALARS)
def test_nothing_raises(one, other):
    fields.text_of(one), fields.code_of(one), fields.enhanced_of(one), fields.moment(one, NOW)
    fields.relay_of(one, other), fields.endpoint(one), fields.stage_of(one)


@given(st.text(), st.none() | st.integers(200, 599))
def test_any_words_make_a_reply(text, code):
    assert isinstance(fields.reply_of(text, code).text, str)
