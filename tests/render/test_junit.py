from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from smtp421.render.junit import Case, junit

SCHEMA = Path(__file__).parents[1] / "data" / "schemas" / "junit-10.xsd"

PASSED = Case("example 1", "yahoo-tss04", "rules/mailbox/yahoo.yaml", 40)
FAILED = Case(
    "example 2", "yahoo-tss04", "rules/mailbox/yahoo.yaml", 41, "won by yahoo-tss05", "expected yahoo-tss04\ngot yahoo-tss05"
)
SKIPPED = Case("a known gap", "cases", "cases.yaml", 7, "lost", "text", "todo: not yet")


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(etree.parse(SCHEMA))


def test_layout():
    assert junit("smtp421 test", [PASSED, FAILED, SKIPPED]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="smtp421 test" tests="3" failures="1" errors="0">\n'
        '  <testsuite name="rules/mailbox/yahoo.yaml" file="rules/mailbox/yahoo.yaml" tests="2" failures="1" errors="0" skipped="0">\n'
        '    <testcase name="example 1" classname="yahoo-tss04"/>\n'
        '    <testcase name="example 2" classname="yahoo-tss04">'
        '<failure message="won by yahoo-tss05">rules/mailbox/yahoo.yaml:41\nexpected yahoo-tss04\ngot yahoo-tss05</failure></testcase>\n'
        "  </testsuite>\n"
        '  <testsuite name="cases.yaml" file="cases.yaml" tests="1" failures="0" errors="0" skipped="1">\n'
        '    <testcase name="a known gap" classname="cases"><skipped message="todo: not yet"/></testcase>\n'
        "  </testsuite>\n"
        "</testsuites>\n"
    )


@pytest.mark.parametrize("cases", [[], [PASSED], [PASSED, FAILED, SKIPPED], [Case("", "", "")]])
def test_valid(schema, cases):
    schema.assertValid(etree.fromstring(junit("suite", cases).encode()))


def test_a_case_without_a_file_belongs_to_the_run():
    suite = etree.fromstring(junit("smtp421 lint", [Case("a", "b", "", 3, "failed", "why")]).encode())[0]
    assert (suite.get("name"), suite.get("file")) == ("smtp421 lint", None)
    assert suite[0][0].text == "why"


def test_markup_and_control_characters_are_shown():
    hostile = '\x00\x1b[31m]]><x a="b">&amp;\'\ud800\ufffe\u202e'
    report = junit(hostile, [Case(hostile, hostile, hostile, 1, hostile, f"{hostile}\n{hostile}")])
    root = etree.fromstring(report.encode())
    shown = '␀␛[31m]]><x a="b">&amp;\'<U+D800><U+FFFE><U+202E>'
    failure = root[0][0][0]
    assert root.get("name") == root[0].get("file") == root[0][0].get("name") == failure.get("message") == shown
    assert failure.text == f"{shown}:1\n{shown}\n{shown}"


@given(
    st.lists(
        st.builds(
            Case, st.text(), st.text(), st.text(), st.integers(0, 9), st.none() | st.text(), st.text(), st.none() | st.text()
        )
    )
)
def test_any_text_gives_a_valid_report(cases):
    root = etree.fromstring(junit("run", cases).encode())
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(root)
    failed = [case for case in cases if case.message is not None and case.skipped is None]
    assert [int(root.get(name)) for name in ("tests", "failures")] == [len(cases), len(failed)]
    assert len(root.findall(".//testcase")) == len(cases)
    assert len(root.findall(".//failure")) == len(failed)
    assert len(root.findall(".//skipped")) == sum(case.skipped is not None for case in cases)
