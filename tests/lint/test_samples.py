"""Texts made from patterns: each is matched by its pattern."""

from __future__ import annotations

import pytest

from smtp421.lint.samples import found_in, samples
from smtp421.rulebook import load_rulebook


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        (r"too many (?:connections|sessions)", "too many connections"),
        (r"(\d{3}) (\w)\1", "777 w777"),
        (r"[^a-z]{2} rate", "77 rate"),
        (r"^\[TSS0?4\]$", "[TSS4]"),
        (r"(?>\S+) is\s+busy[.!]?", "w is busy"),
        (r"a[^\W\d]b", "awb"),
        (r"[^w]\D\W x", "7w- x"),
        (r"a\b\s*b?", "a"),
        (r"(?<!x)deferred.", "deferredw"),
    ],
)
def test_samples(pattern: str, first: str) -> None:
    found = samples(pattern)
    assert found[0] == first
    assert all(found_in(pattern, text) for text in found)


@pytest.mark.parametrize(
    "pattern",
    [r"(?=x)y", r"(?P<a>x)(?(a)y|z)", r"a{3000}", "(", r"[^\w\W]", "(" * 70 + "a" + ")" * 70, r"(?<=a)b", "[[:alpha:]]"],
)
def test_patterns_that_are_beyond(pattern: str) -> None:
    assert samples(pattern) == []


def test_most_bundled_patterns_have_samples() -> None:
    patterns = [pattern for rule in load_rulebook().rules.values() for pattern in rule.match.text]
    made = [pattern for pattern in patterns if samples(pattern)]
    assert len(made) > 0.95 * len(patterns)


def test_a_pattern_that_hangs_is_not_found() -> None:
    assert not found_in(r"(?:\w+\s?)+ deferred", "w" * 2000)
