"""Which patterns can take exponential time: told from their automaton."""

from __future__ import annotations

import pytest

from smtp421.lint.ambiguity import MOST_STATES, is_catastrophic


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:\w+\s?)+deferred",
        r"(?:\w+\s?)+ deferred",
        r"(a+)+$",
        r"(a|aa)+$",
        r"(?:a|b|ab)*c",
        r"(.*)*x",
        r"(\d+\.?)+\s",
        r"(?:(?:a{1,20}){1,20})b",
        r"(?:[^ ]+ ?)*,",
        r"(?:foo.*)+bar",
        r"(?:\w+\s?)+(?<=x)y",
    ],
)
def test_exponential(pattern: str) -> None:
    assert is_catastrophic(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:\w+\s)+deferred",
        r"\w+(?: \w+)* deferred",
        r"(?:\S+ ){0,20}foo",
        r"(?:\w+ ){0,5}foo",
        r"([a-z]+\d)*z",
        r"(?:\w+\s?)+",
        r"(a|b)+c",
        r"(?>a+)+b",
        r"(?:a++)+b",
        r"(?i:abc)+d",
        r"(a)(\1)+b",
        r"plain words",
        r"(broken",
        r"(?R)+x",
        "(?:" + "a?" * MOST_STATES + "b)+c",
        "(" * 70 + "a" + ")+" * 70,
    ],
)
def test_harmless_or_not_told(pattern: str) -> None:
    assert not is_catastrophic(pattern)
