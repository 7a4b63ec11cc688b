"""Each check has a broken and a good file under cases/, and its finding an exact place."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp421.lint.check import FAMILIES, all_checks, find_check

CASES = Path(__file__).parent / "cases"
PLACES = {
    "yaml-syntax": (4, 4, 4, 23),
    "duplicate-key": (8, 5, 8, 10),
    "implicit-type": (8, 20, 8, 22),
    "unknown-key": (6, 7, 6, 10),
    "invalid-value": (8, 15, 8, 19),
    "unknown-cause": (7, 12, 7, 23),
    "unsupported-schema-version": (1, 9, 1, 24),
    "unknown-provider": (2, 11, 2, 16),
    "unknown-fix": (8, 24, 8, 35),
    "missing-key": (3, 5, 3, 7),
    "unknown-placeholder": (8, 46, 8, 58),
    "hidden-character": (6, 19, 6, 25),
    "duplicate-id": (13, 9, 13, 18),
    "id-format": (3, 9, 3, 18),
    "duplicate-title": (14, 12, 14, 24),
    "dangling-related": (8, 20, 8, 29),
    "id-namespace": (4, 9, 4, 18),
    "duplicate-mx": (4, 56, 4, 71),
    "invalid-regex": (6, 21, 6, 22),
    "redos": (6, 14, 6, 35),
    "needless-wildcard": (6, 27, 6, 29),
    "unescaped-dot": (6, 15, 6, 22),
    "no-literal": (6, 14, 6, 33),
    "matches-everything": (6, 30, 6, 46),
    "volatile-text": (6, 32, 6, 44),
    "code-mismatch": (7, 23, 7, 30),
    "unregistered-code": (6, 32, 6, 40),
    "duplicate-pattern": (15, 5, 15, 10),
    "shadowed-rule": (14, 9, 14, 18),
    "overlapping-rules": (5, 5, 5, 10),
    "unreachable": (6, 15, 6, 27),
    "tree-dangling": (8, 41, 8, 53),
    "tree-cycle": (18, 41, 18, 52),
    "tree-missing-edge": (7, 5, 7, 12),
    "tree-unreachable": (13, 9, 13, 22),
    "cause-unreachable": (3, 9, 3, 18),
    "tree-unknown-evidence": (15, 15, 15, 27),
    "missing-example": (3, 9, 3, 18),
    "example-fails": (11, 42, 11, 66),
    "example-stolen": (22, 42, 22, 80),
    "example-private-data": (11, 28, 11, 46),
    "missing-metadata": (3, 9, 3, 18),
    "stale-rule": (10, 63, 10, 73),
    "fix-without-who": (3, 5, 3, 7),
    "unused-fix": (3, 9, 3, 17),
    "unused-ignore": (4, 26, 4, 80),
    "ignore-without-reason": (4, 26, 4, 60),
    "invalid-ignore": (4, 26, 4, 71),
}
"""Line, column, end line and end column of the finding in the broken file."""
ELSEWHERE = {"unreadable-file", "examples-not-tried"}
"""Checks whose faults cannot be written as a text: see test_hostile.py."""


def test_every_check_has_its_files() -> None:
    assert set(PLACES) | ELSEWHERE == {each.slug for each in all_checks()}


@pytest.mark.parametrize("slug", PLACES)
def test_broken_file(slug, lint_of) -> None:
    report = lint_of((CASES / f"{slug}.bad.yaml").read_text())
    found = [finding for finding in report.findings if finding.slug == slug]
    assert [tuple(finding.span) for finding in found] == [("a.yaml", *PLACES[slug])]
    assert (found[0].code, found[0].level) == (find_check(slug).code, find_check(slug).level)


@pytest.mark.parametrize("slug", PLACES)
def test_good_file(slug, lint_of) -> None:
    report = lint_of((CASES / f"{slug}.good.yaml").read_text())
    assert slug not in {finding.slug for finding in report.findings}


@pytest.mark.parametrize("each", all_checks(), ids=lambda each: each.slug)
def test_every_check_is_documented(each) -> None:
    assert each.code[0] in FAMILIES
    assert len(each.code) == 4
    assert each.title
    head, bad, good = each.page.partition("\n\nBad:\n\n")[0], *each.page.partition("\n\nBad:\n\n")[2].split("\n\nGood:\n\n")
    assert head.strip()
    assert all(line.startswith("    ") or not line for line in (*bad.splitlines(), *good.splitlines()))


def test_codes_and_names_are_given_once() -> None:
    checks = all_checks()
    assert len({each.code for each in checks}) == len({each.slug for each in checks}) == len(checks)
