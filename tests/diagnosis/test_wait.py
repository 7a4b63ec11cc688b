"""The time that a reply asks to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.diagnosis.wait import wait_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Greylisted for 300 seconds", 300),
        ("Greylisted for 5 minutes", 300),
        ("Greylisting in action, please come back in 00:05:00", 300),
        ("Too many mails (mail bomb), try again in 1 hour(s) 25 minute(s) and see", 5100),
        ("You are being greylisted. Please try again in 180 seconds.", 180),
        ("example.com greylisted for 60 seconds by ZEROSPAM", 60),
        ("User has been deferred for five minutes", 300),
        ("IP Reputation Greylisted - Riprova tra 5 minuti", 300),
        ("please retry in 2 hours", 7200),
        ("try again after 1 day", 86400),
        ("Bitte versuchen Sie es in 10 Minuten erneut", 600),
        ("réessayez dans 15 minutes, try again", 900),
        ("Wait 30 minutes, then retry", 1800),
        ("retry in 1h", 3600),
        ("Try again in about 15 min", 900),
        ("deferred; retry-after: 90s", 90),
    ],
)
def test_asked(text, seconds):
    assert wait_seconds(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Try again later",
        "Connection timed out after 300 seconds",
        "421 4.4.1 Connection timed out. Total session duration: 00:05:00.7054661",
        "Limit of 100 messages per 60 minutes exceeded, try again later",
        "Message was queued for 4 hours, will retry",
        "You may send 1000 messages in 60 minutes",
        "idle for 600 seconds, closing; try again",
        "",
    ],
)
def test_not_asked(text):
    assert wait_seconds(text) is None


@given(st.integers(1, 5000), st.sampled_from([("seconds", 1), ("minutes", 60)]))
def test_any_figure(number, unit):
    name, factor = unit
    expected = number * factor if number * factor <= 7 * 86400 else None
    assert wait_seconds(f"Greylisted, please try again in {number} {name}") == expected


@given(st.text(max_size=300))
def test_never_fails(text):
    seconds = wait_seconds(text)
    assert seconds is None or seconds > 0
