import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp421.authoring.corpus import words_of
from smtp421.authoring.pattern import escape, pattern_of
from smtp421.rulebook.patterns import compile_pattern
from smtp421.rulebook.texts import collapse

PATTERNS = {
    "<user@example.com>: Acme Gatekeeper has its siesta, wait 300s": "Acme Gatekeeper has its siesta, wait",
    "Sorry mx1.example.org, our frobnicator wobbled (S3150) at Mon, 20 Nov 2026 10:00:00 +0000": "frobnicator wobbled",
    "[QSS94] Messages from 192.0.2.1 temporarily deferred - 4.16.55.1; see https://example.com/x": r"\[QSS94\]",
    "frobnicator for 192.0.2.1 at its 17 wobbles. session 7F3A9B2C11D": "frobnicator",
    "Quux-Server erlaubt 10 Verbindungen (max. 12)!": r"Quux-Server erlaubt \d+ Verbindungen",
    "Quux zork? 10 wobbles/h": "Quux zork",
    "merely 30 quuxes per 10min for you": r"merely \d+ quuxes per",
    "quux at Mon 20 Nov zork for barbaz": "zork for barbaz",
    "サーバーは5分後に混雑しています": r"サーバーは\d+分後に混雑しています",
    "拒绝连接了吧": "拒绝连接了吧",
    "Quuxed": "Quuxed",
    "cipher zork is TLSv1.2 only*": r"cipher zork is TLSv1\.2 only",
    "<DATA>: zork; barbazzle the quux": "barbazzle the quux",
}


@pytest.mark.parametrize("text", PATTERNS)
def test_the_rarest_words_without_what_changes(text, corpus):
    found = pattern_of(text, corpus)
    assert (found.text, found.others) == (PATTERNS[text], ())
    assert re.search(found.text, text)


@pytest.mark.parametrize("text", ["", "123 192.0.2.1", "user@example.com https://example.com/", "a to of"])
def test_texts_without_words_to_go_by(text, corpus):
    assert pattern_of(text, corpus) is None


def test_words_that_others_say_are_told(corpus):
    found = pattern_of("try again later", corpus)
    assert found.text == "try again later"
    assert len(found.others) > 10


def test_the_words_of_an_example_are_found_in_it(corpus):
    for sample in corpus.samples[::97]:
        found = pattern_of(sample.text, corpus)
        if found is not None:
            assert re.search(found.text, collapse(sample.text), re.IGNORECASE)


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_any_text_gives_a_pattern_that_finds_it_or_none(corpus, text):
    found = pattern_of(text, corpus)
    if found is not None:
        compile_pattern(found.text)
        assert re.search(found.text, collapse(text), re.IGNORECASE)


@given(st.text(max_size=40))
def test_escaped_texts_are_found(text):
    assert re.fullmatch(escape(text), text)


def test_nearest_example(corpus):
    near = corpus.nearest("450 4.2.0 zork: Greylisted for 300 seconds", "zork")
    assert "reylist" in near.text
    other = corpus.nearest("450 4.2.0 zork: Greylisted for 300 seconds", "(?i)greylist")
    assert "reylist" not in other.text
    assert corpus.nearest("quuxzork", "x") is None
    assert corpus.rarity("quuxzork") > corpus.rarity("greylisted") > corpus.rarity("try") > 0
    assert words_of("It's 4.7.1 at MX1: gut") == ["it", "at", "mx", "gut"]
