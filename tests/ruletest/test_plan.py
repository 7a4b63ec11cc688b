import os
from pathlib import Path

import pytest

from smtp421.errors import RulesUnreadable
from smtp421.rulebook import load_rulebook
from smtp421.rulebook.sources import RuleSource, RuleText, bundled_rules
from smtp421.ruletest.checks import Kind
from smtp421.ruletest.plan import is_cases, make_plan, watched

GREYLISTING = bundled_rules() / "generic" / "greylisting.yaml"


def test_a_folder_gives_its_rules_and_its_cases(plan, pack):
    assert [check.kind for check in plan.checks] == [Kind.EXAMPLE] * 3 + [Kind.COUNTEREXAMPLE] * 2 + [Kind.CASE] * 5
    assert plan.rules == ("acme-busy",)
    assert plan.book.rules["acme-busy"].label == "option"
    assert "generic-greylisting" in plan.book.rules
    assert {str(pack / "rules.yaml"), str(pack / "cases.yaml"), str(GREYLISTING)} <= set(plan.files)


def test_faults_of_the_tested_files_have_their_places(plan, pack):
    places = [(Path(fault.path).name, fault.line, fault.column) for fault in plan.faults]
    assert places == [("rules.yaml", 21, 20), ("cases.yaml", 16, 35)]
    assert "did you mean 'severity'" in plan.faults[1].message
    assert plan.remarks == ()


def test_faults_elsewhere_are_remarks(pack):
    plan = make_plan([pack / "cases.yaml"], [pack / "rules.yaml"], os.environ)
    assert [check.kind for check in plan.checks] == [Kind.CASE] * 5
    assert len(plan.remarks) == 1
    assert "invalid pattern" in plan.remarks[0]
    assert len(plan.rules) > 1000


def test_everything_is_tested_by_default(pack, book, tmp_path):
    environ = {"SMTP421_RULES": str(pack)}
    plan = make_plan([], [], environ)
    kinds = [check.kind for check in plan.checks]
    assert kinds.count(Kind.CASE) == 5
    assert kinds.count(Kind.EXAMPLE) == sum(len(rule.examples) for rule in book.rules.values()) + 3
    assert len(plan.faults) == 2


def test_a_bundled_file_only_chooses(book):
    plan = make_plan([GREYLISTING], [], os.environ)
    assert all(plan.book.rules[rule].label == "bundled" for rule in plan.rules)
    assert set(plan.rules) == {rule.id for rule in book.rules.values() if rule.path.endswith("generic/greylisting.yaml")}


def test_a_case_file_alone_needs_no_other_rules(pack):
    plan = make_plan([pack / "cases.yaml"], [], os.environ)
    assert all(source[0] == "bundled" for source in plan.book.info.sources)
    assert [fault.message for fault in plan.faults if "acme-busy" in fault.message] != []


def test_what_is_not_there(tmp_path):
    with pytest.raises(RulesUnreadable):
        make_plan([tmp_path / "none"], [], os.environ)


@pytest.mark.parametrize(
    "head",
    [
        "schema: smtp421.cases/1",
        "# cases\nschema: 'smtp421.cases/1'",
        'schema:  "smtp421.cases/1"  # of ours',
        "tests: []\nschema: smtp421.cases/1",
    ],
)
def test_case_files_tell_themselves(head):
    assert is_cases(RuleText(RuleSource(Path(), "option"), "x", f"{head}\ntests: []\n".encode()))
    assert not is_cases(RuleText(RuleSource(Path(), "option"), "x", head.replace("cases", "rules").encode()))


def test_case_files_in_a_rule_folder_are_no_fault(pack):
    assert load_rulebook([pack / "cases.yaml"], bundled=False).faults == ()


def test_watched_files(pack):
    assert {str(pack / "rules.yaml"), str(GREYLISTING)} <= set(watched([pack], [], os.environ))
