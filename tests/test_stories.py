"""The stories of people who paste deferrals, in ``cases/stories.yaml``: what they must be told."""

from pathlib import Path

import pytest

from smtp421 import explain
from smtp421.rulebook.sources import RuleSource, read_files, rule_files
from smtp421.ruletest.cases import read_cases
from smtp421.ruletest.checks import Outcome
from smtp421.ruletest.run import judge

SOURCE = RuleSource(Path(__file__).parent / "cases" / "stories.yaml", "option")


@pytest.fixture(scope="module")
def stories(book):
    cases = read_cases(read_files(rule_files([SOURCE])), book)
    assert cases.faults == ()
    return {check.name: check for check in cases.checks}


def test_all_stories_hold(stories, book, now):
    results = [judge(check, book, now) for check in stories.values()]
    assert len(results) >= 25
    assert [(each.check.name, each.differences) for each in results if each.outcome is not Outcome.PASSED] == []


def test_who_greylists_tells_who_can_act(stories, book, now):
    """A greylisting of ours asks our administrator; one of theirs asks nobody."""
    theirs = explain(stories["milter-greylist names the time"].text, rulebook=book, now=now)
    assert all(fix.who != "receiver" for fix in theirs.fixes)
