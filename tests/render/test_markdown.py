from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt

from smtp421.model import Diagnosis, Reply
from smtp421.render.blocks import Code, Headline, Item, Items, Paragraph, Span, Table, words
from smtp421.render.interface import View
from smtp421.render.markdown import Format, code_span, escape, inline
from smtp421.render.page import Page


def test_a_log_line(logged: Diagnosis, expect: Callable[[str, str], None]) -> None:
    expect("logged.md", Format(View(mta="postfix")).diagnosis(logged))


def test_several(bare: Diagnosis) -> None:
    first, second = Format().diagnoses([bare, bare])
    assert second == "\n" + first


def test_settings_of_all_are_named(logged: Diagnosis) -> None:
    other = logged._replace(attempt=logged.attempt._replace(format="reply"))
    text = Format(View(verbose=True)).diagnosis(other)
    assert "2. Send fewer messages a minute.\n\n   postfix:\n\n   ```text\n   smtp_destination_rate_delay = 1s\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "![x](https://example.com/x.png)",
        "[x](javascript:alert)",
        "**a** _b_ ~~c~~ `d` \\",
        "# head",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "> quote",
        "| a | b |",
        "&lt;b&gt;",
        "``` fence",
        "=== line",
        "see https://example.com and www.example.com",
        "a_b_c rate_limit _x_",
    ],
)
def test_nothing_turns_into_markup(text: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for words_ in (words(text), words(Span(text, "code")), words(Span(text, "strong")), words(Span(text, "url"))):
        tokens = reader.parse(inline(words_))
        kinds = {child.type for token in tokens if token.children for child in token.children}
        assert kinds <= {"text", "code_inline", "strong_open", "strong_close", "text_special"}
        assert {token.type for token in tokens} == {"paragraph_open", "inline", "paragraph_close"}
        content = "".join(child.content for token in tokens if token.children for child in token.children)
        assert content == text


def test_hostile_replies_do_nothing(logged: Diagnosis) -> None:
    text = "```\n<img src=x>\x1b[31m `` ` \u202e"
    hostile = logged._replace(attempt=logged.attempt._replace(reply=Reply(421, None, text)), title=text, summary=text)
    shown = Format().diagnosis(hostile)
    tokens = MarkdownIt("commonmark", {"html": True}).parse(shown)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert "html_inline" not in kinds
    assert not {"html_block", "fence"} & {token.type for token in tokens[:8]}
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_code_span() -> None:
    assert code_span("plain") == "`plain`"
    assert code_span("a`b") == "``a`b``"
    assert code_span("`a``b") == "``` `a``b ```"


def test_a_fence_is_longer_than_any_in_it() -> None:
    assert Format().paint((Code(("a", "````", "b")),)) == "`````text\na\n````\nb\n`````\n"


def test_blanks_stay_outside_of_marks() -> None:
    assert inline(words("a", Span(" b ", "strong"), "c", Span(" ", "strong"))) == "a **b** c"


def test_urls() -> None:
    assert inline(words(Span("https://example.com/", "url"))) == "<https://example.com/>"
    assert inline(words(Span("file:///etc", "url"))) == "`file:///etc`"


def test_tables() -> None:
    table = Table(("name", "n"), ((words("a|b"), words("7")),), frozenset({1}))
    assert Format().paint((table,)) == "| name | n |\n| --- | ---: |\n| a\\|b | 7 |\n"


def test_a_page() -> None:
    document = (Headline("RULE", "strong", words("Title")), Paragraph(words("Text.")), Items((Item(words("one")),)))
    assert Format().page(Page("rule", {}, document)) == "## Title\n\n**RULE**\n\nText.\n\n- one\n"


def test_escape_leaves_words_alone() -> None:
    assert escape("rate_limit (high), 4.7.28 - it's 5%") == "rate_limit (high), 4.7.28 - it's 5%"
