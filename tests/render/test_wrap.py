from hypothesis import given
from hypothesis import strategies as st

from smtp421.render.blocks import Span, words
from smtp421.render.wrap import cells, wrap


def plain(text: str, width: int) -> list[str]:
    return ["".join(span.text for span in line) for line in wrap(words(text), width)]


def test_breaks_at_blanks() -> None:
    assert plain("one two three", 7) == ["one two", "three"]


def test_keeps_an_address_whole() -> None:
    assert plain("see https://example.com/long now", 10) == ["see", "https://example.com/long", "now"]


def test_breaks_a_script_without_blanks() -> None:
    assert plain("日本語日本語 x", 8) == ["日本語日", "本語 x"]


def test_nothing_is_one_empty_line() -> None:
    assert wrap((), 10) == [()]


def test_wide_characters_take_two_cells() -> None:
    assert (cells("abc"), cells("日本"), cells("e\u0301")) == (3, 4, 1)


def test_a_word_of_several_spans_stays_together() -> None:
    content = words("run ", Span("this", "code"), ", then ", Span("that", "code"), ".")
    assert wrap(content, 12) == [
        (Span("run "), Span("this", "code"), Span(",")),
        (Span("then "), Span("that", "code"), Span(".")),
    ]


def test_a_blank_between_two_words_of_a_style_keeps_it() -> None:
    assert wrap(words(Span("a b", "code")), 12) == [(Span("a b", "code"),)]


@given(st.lists(st.text(alphabet="ab日 ", max_size=12), max_size=6), st.integers(4, 20))
def test_loses_nothing_but_blanks(parts: list[str], width: int) -> None:
    content = tuple(Span(part, "code" if index % 2 else "") for index, part in enumerate(parts))
    lines = wrap(content, width)
    joined = "".join(span.text for line in lines for span in line)
    assert joined.replace(" ", "") == "".join(parts).replace(" ", "")
    assert all(" " not in text or cells(text) <= width for text in ("".join(span.text for span in line) for line in lines))
