import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.render.safe import link_target, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ASCII", "plain ASCII"),
        ("a\x1b[31mred", "a\u241b[31mred"),
        ("a\x1b]8;;http://example.com\x07", "a\u241b]8;;http://example.com\u2407"),
        ("tab\tnul\x00del\x7f", "tab nul\u2400del\u2421"),
        ("é\r\n", "é\u240d\u240a"),
        ("\x9b31m", "<U+009B>31m"),
        ("a\u202eb", "a<U+202E>b"),
        ("zero\u200bwidth", "zero<U+200B>width"),
        ("\u2028\ufeff", "<U+2028><U+FEFF>"),
        ("\u3164\ufe0f", "<U+3164><U+FE0F>"),
        ("\ud800", "<U+D800>"),
        ("\U000e0041", "<U+E0041>"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 4, "e\u0301\u0301<U+0301><U+0301>"),
        ("日本語", "日本語"),
    ],
)
def test_shows_what_a_terminal_would_act_on(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_leaves_nothing_that_a_terminal_acts_on(text: str) -> None:
    shown = visible(text)
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) <= 0x9F for char in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff")
    assert visible(shown) == shown


@pytest.mark.parametrize("url", ["https://example.com/a?b=c#d", "http://example.com"])
def test_links_to_web_pages(url: str) -> None:
    assert link_target(url) == url


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://a\x1b\\", "https://é", "https://a>", "x"]
)
def test_links_to_nothing_else(url: str) -> None:
    assert link_target(url) is None
