from pathlib import Path

import pytest

from smtp421.rulebook.sources import RuleSource, RuleText
from smtp421.ruletest.cases import read_cases

BOMB = "schema: smtp421.cases/1\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + number)}: &{chr(98 + number)} [{', '.join(['*' + chr(97 + number)] * 9)}]\n" for number in range(9)
)
HEAD = "schema: smtp421.cases/1\ntests:\n"


def read(text, book):
    return read_cases([RuleText(RuleSource(Path("c.yaml"), "option"), "c.yaml", text.encode())], book)


def test_what_is_given_is_wanted_and_nothing_else(book):
    (check,) = read(
        HEAD
        + """\
  - name: a name
    text: '421 4.7.0 x'
    rule: null
    not_rule: [generic-greylisting, yahoo-tss04]
    severity: info
    retry: 'no'
    captures: {delay: 2, stage: rcpt, status: null}
""",
        book,
    ).checks
    assert dict(check.wanted[:3]) == {"rule": None, "severity": "info", "retry": "no"}
    assert check.wanted[3:] == (
        ("not_rule", "generic-greylisting"),
        ("not_rule", "yahoo-tss04"),
        ("captures.status", None),
        ("captures.stage", "rcpt"),
        ("captures.delay", 2.0),
    )
    assert (check.name, check.rule, check.text, check.at, check.todo) == (
        "a name",
        None,
        "421 4.7.0 x",
        ("tests", 0, "text"),
        None,
    )


def test_todo_has_a_reason_or_none(book):
    cases = read(
        HEAD
        + "  - {text: a, cause: tls, todo: true}\n  - {text: a, cause: tls, todo: later}\n  - {text: a, cause: tls, todo: false}\n",
        book,
    )
    assert [(check.name, check.todo) for check in cases.checks] == [("case 1", "todo"), ("case 2", "later"), ("case 3", None)]


@pytest.mark.parametrize(
    ("case", "place", "words"),
    [
        ("text: a", (3, 5), "asserts nothing"),
        ("{text: a, captures: {}}", (3, 5), "asserts nothing"),
        ("{text: a, rule: yahoo-tss4}", (3, 21), "did you mean 'yahoo-tss04'"),
        ("{text: a, cause: rate_limits}", (3, 22), "did you mean 'rate_limit'"),
        ("{text: a, provider: yaho}", (3, 25), "did you mean 'yahoo'"),
        ("{text: a, fix: back-of}", (3, 20), "did you mean 'back-off'"),
        ("{text: a, not_rule: [yahoo-tss04, nothing-like-it]}", (3, 39), "there is no rule 'nothing-like-it'"),
        ("{text: a, explained: false, cause: tls}", (3, 26), "leaves nothing else"),
        ("{text: a, retry: yes}", (3, 22), "put quotes around it"),
        ("{text: a, enhanced_code: 4.7}", (3, 30), "in quotes such as '4.7.28'"),
        ("{text: a, reply_code: 42}", (3, 27), "a reply code such as 421"),
        ("{text: a, cause: tls, cause: tls}", (3, 27), "stands twice"),
        ("{text: a, captures: {wait: 3}}", (3, 26), "unknown key 'wait'"),
        ("{cause: tls}", (3, 5), "'text' is missing"),
        ("a word", (3, 5), "found 'a word'"),
    ],
)
def test_faults(case, place, words, book):
    cases = read(HEAD + f"  - {case}\n  - {{text: a, cause: tls}}\n", book)
    assert [(fault.path, fault.line, fault.column) for fault in cases.faults] == [("c.yaml", *place)]
    assert words in cases.faults[0].message
    assert [check.name for check in cases.checks] == ["case 2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema: smtp421.cases/1\n", "'tests' is missing"),
        (BOMB, "more than 400000 values"),
        (f"schema: smtp421.cases/1\ntests: {'[' * 3000}{']' * 3000}\n", "nesting depth"),
        ("schema: smtp421.cases/1\ntests: 3\n", "found 3"),
        ("schema: smtp421.cases/1\ntests: [\n", "not valid YAML"),
        ("schema: smtp421.casses/1\ntests: []\n", "did you mean 'smtp421.cases/1'"),
    ],
)
def test_files_that_hold_no_cases(text, words, book):
    cases = read(text, book)
    assert cases.checks == ()
    assert words in cases.faults[0].message
