from pathlib import Path

import pytest
from lxml import etree

from smtp421.render.interface import View
from smtp421.rulebook.schema import CaseForm
from smtp421.ruletest.checks import Check, Kind
from smtp421.ruletest.coverage import coverage
from smtp421.ruletest.junit import junit_report
from smtp421.ruletest.places import Places
from smtp421.ruletest.report import Report, to_dict
from smtp421.ruletest.run import run
from smtp421.ruletest.text import text_report

JUNIT = Path(__file__).parents[1] / "data" / "schemas" / "junit-10.xsd"

TEXT = """\
FAULT  rules.yaml:21:20: invalid pattern: missing ) at position 1 (before ''); mend it, and escape signs that are meant as they are
FAULT  cases.yaml:16:35: unknown key 'severty' (did you mean 'severity'?); known here: KNOWN

FAIL  rules.yaml:12:9: example 2 of acme-busy
  451 4.3.2 acme is zork
  rule    expected acme-busy, got generic-enhanced-3-2
  winner  generic-enhanced-3-2, by "4.3.2"
  why     acme-busy does not fit

FAIL  rules.yaml:17:9: counterexample 1 of acme-busy
  451 acme zork as hell
  not_rule  must not be acme-busy
  winner    acme-busy, by "acme zork"

FAIL  cases.yaml:4:11: Greylisted
  450 4.2.0 <user@example.com>: Greylisted for 300 seconds
  severity      expected warning, got info
  wait_seconds  expected 200, got 300
  winner        generic-greylisting, by "Greylist"

TODO  cases.yaml:14:12: case 4: wording unknown
TODO  cases.yaml:15:12: case 5 holds now; drop its `todo`
2 faults, 3 failed, 5 passed, 1 todo, 1 todo that hold by now (3 examples, 2 counterexamples, 5 cases)
"""


@pytest.fixture
def report(plan, now):
    return Report(tuple(run(plan.checks, plan.book, now)), plan.faults, shown=lambda path: Path(path).name)


def test_text(report):
    known = ", ".join(sorted(CaseForm.model_fields))
    assert "".join(text_report(report, View())) == TEXT.replace("KNOWN", known)


def test_text_when_strict(report):
    text = "".join(text_report(report._replace(strict=True), View()))
    assert "FAIL  cases.yaml:15:12: case 5 holds now; drop its `todo`\n  451 4.3.2 acme zork\n" in text
    assert text.splitlines()[-1].startswith("2 faults, 4 failed, 5 passed, 1 todo (")


def test_text_of_a_run_without_failures(report):
    passed = tuple(result for result in report.results if not result.differences)
    text = "".join(text_report(report._replace(results=passed[:1], faults=(), stopped=True), View()))
    assert text == "1 passed (1 example); stopped at the first failure\n"
    assert "".join(text_report(Report((), ()), View())) == "0 passed\n"


def test_hostile_texts_reach_no_terminal(report):
    bad = report.results[1]._replace(
        check=report.results[1].check._replace(text="\x1b[31m\nx", name="\x1b]0;x\x07"), matched="\x1b[2J"
    )
    text = "".join(text_report(report._replace(results=(bad,)), View()))
    assert "\x1b" not in text
    assert "␛[31m" in text


def test_json(report):
    told = to_dict(report)
    assert told["schema"] == "smtp421.test/1"
    assert told["failed"]
    assert told["counts"] == {"checks": 10, "passed": 5, "failed": 3, "todo": 1, "todo_passed": 1, "faults": 2}
    assert told["kinds"] == {"case": 5, "counterexample": 2, "example": 3}
    assert [(each["path"], each["line"], each["column"]) for each in told["failures"]] == [
        ("rules.yaml", 12, 9),
        ("rules.yaml", 17, 9),
        ("cases.yaml", 4, 11),
    ]
    assert told["failures"][2]["differences"][1] == {"what": "captures.wait_seconds", "expected": 200, "got": 300}
    assert [(each["outcome"], each["todo"]) for each in told["todo"]] == [("todo", "wording unknown"), ("todo_passed", "todo")]
    assert told["faults"][0]["path"] == "rules.yaml"
    assert told["coverage"] is None


def test_junit(report):
    root = etree.fromstring(junit_report(report).encode())
    etree.XMLSchema(etree.parse(JUNIT)).assertValid(root)
    assert {name: root.get(name) for name in ("tests", "failures")} == {"tests": "12", "failures": "5"}
    assert [suite.get("name") for suite in root] == ["rules.yaml", "cases.yaml"]
    failure = root[0].find("testcase[@name='example 2 of acme-busy']/failure")
    assert failure.get("message") == "rule: expected acme-busy, got generic-enhanced-3-2"
    assert failure.text.splitlines()[0] == "rules.yaml:12"
    assert root.find(".//skipped").get("message") == "todo: wording unknown"
    strict = etree.fromstring(junit_report(report._replace(strict=True)).encode())
    assert "holds now; drop its `todo`" in [failure.get("message") for failure in strict.iter("failure")]


def test_coverage(report, plan):
    found = coverage(report.results, plan.rules, plan.book)
    assert (found.rules, found.with_cases, found.share, found.rules_without_cases) == (1, 1, 1.0, ())
    assert found.causes_without_rules == ()
    assert found.causes_without_cases == ()
    every = coverage(report.results, plan.book.rules, plan.book)
    assert "server_congestion" not in every.causes_without_cases
    assert "greylisting" in every.causes_without_cases  # its case does not hold
    text = "".join(text_report(report._replace(coverage=every), View()))
    assert f"1 of {every.rules:,} rules win a case of their own" in text
    assert f"and {every.rules - 21:,} more" in text.replace("\n    ", " ")
    assert coverage([], [], plan.book).share == 1.0
    assert to_dict(report._replace(coverage=found))["coverage"]["with_cases"] == 1


def test_places_of_files_that_changed_meanwhile(tmp_path):
    def place(text):
        path = tmp_path / "r.yaml"
        path.write_bytes(text)
        return Places().of(Check(Kind.EXAMPLE, "", "a", "", (), str(path), ("examples", 0)))

    assert place(b"rules:\n  - {id: a, examples: [x]}") == (2, 24)
    assert place(b"rules: [1, {id: [a]}]") == (0, 0)
    assert place(b"rules: [") == place(b"\xff") == place(b"[]") == (0, 0)
