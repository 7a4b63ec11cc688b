"""Folding agrees with IGNORECASE of both engines; matches inside addresses do not count."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from smtp421.rulebook.texts import collapse, counts, fold


def _cased() -> list[str]:
    every = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    return [char for char in every if not (char == char.lower() == char.upper() == char.casefold() == char.title())]


CASED = [*_cased(), "\U0001df95"]


def _equal(engine: Any) -> dict[str, set[str]]:
    """The letters that are equal to each when case is ignored."""
    alphabet = "".join(CASED)
    return {char: set(engine.findall(engine.escape(char), alphabet, engine.IGNORECASE)) for char in CASED}


@pytest.mark.parametrize("engine", [re, regex])
def test_letters_that_are_equal_when_case_is_ignored_are_equal_when_folded(engine: Any) -> None:
    for char, equal in _equal(engine).items():
        assert {fold(other) for other in equal} == {fold(char)}, char


def test_both_engines_agree_on_case_but_for_turkish_letters_and_one_new_one() -> None:
    by_re, by_regex = _equal(re), _equal(regex)
    assert {char for char in CASED if by_re[char] != by_regex[char]} <= set("iIİıßẞ\U0001df95")


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(text) == "".join(map(fold, text))


def test_collapse() -> None:
    assert collapse(" a \t b\r\n\u00a0c ") == "a b c"


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("too many connections", "many", True),
        ("<rate@example.com>: no", "rate", False),
        ("user rate-limit@example.com: limit exceeded", "limit exceeded", True),
        ("see https://example.com/@rate for more", "rate", True),
        ("host mx.rate.example[192.0.2.1] said", "rate", False),
        ("to mx.rate.example[2001:db8::1]:25: lost", "rate", False),
        ("deferred [rate] now", "rate", True),
        ("deferred-rate[TS03] now", "rate", True),
        ("rate.example.com busy", "rate", False),
        ("rate.example.com: busy", "rate", False),
        ("the rate.example.com host", "rate", True),
        ("rate. Limit", "rate", True),
        ("rate limit", "rate ", True),
        ("a@rate b", "rate ", False),
        ("ok", "", False),
        ("a b", " ", False),
    ],
)
def test_what_counts_as_a_match(text: str, word: str, expected: bool) -> None:
    start = text.index(word)
    assert counts(text, start, start + len(word)) is expected
