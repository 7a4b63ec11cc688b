"""Fixes: what they make of a file, and that none of them makes it worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp421.lint.finding import Edit, Finding, Fix, Level, Span
from smtp421.lint.fixing import apply_fixes, diff, fixable
from smtp421.lint.run import Choice, run
from smtp421.lint.source import SourceFile
from tests.lint.conftest import RULE

CASES = Path(__file__).parent / "cases"


def finding(*edits: tuple[int, int, str], safe: bool = True, path: str = "a.yaml") -> Finding:
    made = tuple(Edit(Span(path, 1, first, 1, last), text) for first, last, text in edits)
    return Finding("Y101", "yaml-syntax", Level.ERROR, Span(path, 1, 1, 1, 2), "m", fix=Fix("mend", made, safe))


def applied(text: str, *findings: Finding) -> tuple[str, int] | None:
    fixed = apply_fixes(findings, {"a.yaml": SourceFile("a.yaml", text.encode())})
    return tuple(fixed["a.yaml"]) if fixed else None


def test_fixes_that_touch_each_other_wait() -> None:
    assert applied("a: bcd\n", finding((4, 6, "x")), finding((5, 7, "y"))) == ("a: xd\n", 1)
    assert applied("a: bcd\n", finding((4, 5, "x")), finding((5, 7, "y"))) == ("a: xy\n", 2)


def test_all_edits_of_a_fix_or_none() -> None:
    assert applied("a: bcd\n", finding((4, 5, "x")), finding((4, 5, "y"), (6, 7, "z"))) == ("a: xcd\n", 1)


def test_the_same_edit_twice_is_one() -> None:
    assert applied("a: bcd\n", finding((4, 5, "x")), finding((4, 5, "x"))) == ("a: xcd\n", 2)


def test_a_fix_that_breaks_the_yaml_is_left_out() -> None:
    assert applied("a: bcd\n", finding((4, 5, "[}"))) is None
    assert applied("a: [}\n", finding((4, 6, "b"))) == ("a: b\n", 1)


def test_nothing_to_do() -> None:
    assert applied("a: bcd\n") is None
    assert applied("a: bcd\n", finding((4, 5, "b"))) is None
    two = Finding(
        "Y101",
        "x",
        Level.ERROR,
        Span("a.yaml"),
        "m",
        fix=Fix("m", (Edit(Span("a.yaml", 1, 1, 1, 1), "x"), Edit(Span("b.yaml", 1, 1, 1, 1), "x")), safe=True),
    )
    assert applied("a: bcd\n", two) is None


def test_a_comment_goes_with_its_blanks_and_its_line() -> None:
    assert applied("a: b  # c\n", finding((7, 10, ""))) == ("a: b\n", 1)
    assert applied("# c\na: b\n", finding((1, 4, ""))) == ("a: b\n", 1)


def test_unsafe_ones_are_chosen_apart() -> None:
    safe, unsafe, none = finding((1, 1, "")), finding((1, 1, ""), safe=False), finding()._replace(fix=None)
    assert fixable([safe, unsafe, none], unsafe=False) == [safe]
    assert fixable([safe, unsafe, none], unsafe=True) == [safe, unsafe]


def test_diff_of_a_file_without_a_last_line_end() -> None:
    assert (
        diff("a", "x\ny", "x\nz")
        == "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+z\n\\ No newline at end of file\n"
    )


@pytest.mark.parametrize("path", sorted(CASES.glob("*.bad.yaml")), ids=lambda path: path.name.partition(".")[0])
def test_a_fix_mends_its_finding(path: Path, pack_of) -> None:
    """Each finding with a fix is gone afterwards, or at least becomes another one."""
    slug = path.name.partition(".")[0]
    text = path.read_text()
    pack = pack_of(text)
    report = run(pack, Choice())
    findings = [finding for finding in fixable(report.findings, unsafe=True) if finding.slug == slug]
    fixed = apply_fixes(findings, {file.name: file for file in pack.files.values()})
    if findings:
        again = run(pack_of(fixed["a.yaml"].text), Choice())
        assert slug not in {finding.slug for finding in again.findings}
        assert len(again.findings) <= len(report.findings)


def test_private_data_in_all_styles(lint_of, pack_of) -> None:
    text = RULE.replace(
        "    examples: ['450 4.3.2 Acme is busy']\n",
        "    examples:\n"
        "      - 450 4.3.2 <jane@corp.example.de> Acme is busy\n"
        '      - "450 4.3.2 \\"<jane@corp.example.de>\\" from 8.8.8.8: Acme is busy"\n'
        "      - '450 4.3.2 <it''s.jane@corp.example.de> [2a00:1450:4001::1] Acme is busy'\n"
        "      - |\n        450-4.3.2 <joe@corp.example.de>\n        450 4.3.2 Acme is busy from 9.9.9.9\n",
    )
    pack = pack_of(text)
    report = run(pack, Choice(("example-private-data",)))
    assert all(finding.fix and finding.fix.safe for finding in report.findings)
    (fixed,) = apply_fixes(report.findings, {file.name: file for file in pack.files.values()}).values()
    assert "de>" not in fixed.text
    assert fixed.text.count("user@example.com") == 2
    assert "<user3@example.com>" in fixed.text or "user2@example.com" in fixed.text
    assert "192.0.2.1: Acme" in fixed.text
    assert "[2001:db8::1]" in fixed.text
    assert "from 192.0.2.2\n" in fixed.text
    assert lint_of(fixed.text).findings == ()
