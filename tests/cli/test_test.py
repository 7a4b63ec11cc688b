"""``smtp421 test`` as people call it."""

import json
from pathlib import Path

import pytest

import smtp421.cli.test_run as test_run

RULES = """\
schema: smtp421.rules/1
provider: null
rules:
  - id: acme-busy
    title: The relay of Acme is busy
    match:
      text: ['acme relay busy']
    cause: server_congestion
    summary: It is busy. Wait.
    examples: ['451 4.3.2 acme relay busy']
    counterexamples: ['250 2.0.0 Ok']
"""


@pytest.fixture
def pack(tmp_path, monkeypatch):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "acme.yaml").write_text(RULES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def case(pack, line):
    (pack / "cases.yaml").write_text(f"schema: smtp421.cases/1\ntests:\n  - {line}\n")


def test_a_pack_that_holds(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', rule: acme-busy}")
    assert smtp421("test", "rules", "cases.yaml") == (0, "3 passed (1 example, 1 counterexample, 1 case)\n", "")


def test_failures_end_with_1_and_a_place(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', cause: tls}")
    code, out, _ = smtp421("test", "rules", "cases.yaml")
    assert code == 1
    assert out.startswith("FAIL  cases.yaml:3:12: case 1\n")


def test_faults_end_with_1(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', case: tls}")
    code, out, _ = smtp421("test", "rules", "cases.yaml")
    assert code == 1
    assert out.startswith("FAULT  cases.yaml:3:35: unknown key 'case'")


def test_strict_lets_no_todo_hold(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', rule: acme-busy, todo: true}")
    assert smtp421("test", "rules", "cases.yaml").code == 0
    assert smtp421("test", "--strict", "rules", "cases.yaml").code == 1


def test_exit_first_stops(smtp421, pack):
    case(pack, "{text: a, cause: tls}\n  - {text: b, cause: tls}")
    code, out, _ = smtp421("test", "-x", "cases.yaml")
    assert code == 1
    assert out.endswith("1 failed, 0 passed (1 case); stopped at the first failure\n")


def test_select(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', name: a busy relay, cause: tls}\n  - {text: a, cause: nothing}")
    assert smtp421("test", "--select", "acme-*", "rules", "cases.yaml").out == "2 passed (1 example, 1 counterexample)\n"
    code, out, err = smtp421("test", "--select", "a busy relay", "rules", "cases.yaml")
    assert (code, out.splitlines()[0]) == (1, "FAIL  cases.yaml:3:12: a busy relay")
    assert "there is no cause 'nothing'" in err
    code, _, err = smtp421("test", "--select", "acme-bus", "rules")
    assert code == 2
    assert "did you mean acme-busy?" in err


def test_json_into_a_file(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', cause: tls}")
    assert smtp421("test", "--format", "json", "--coverage", "-o", "report.json", "rules", "cases.yaml") == (1, "", "")
    told = json.loads((pack / "report.json").read_text())
    assert (told["schema"], told["failures"][0]["path"]) == ("smtp421.test/1", "cases.yaml")
    assert told["coverage"]["rules_without_cases"] == ["acme-busy"]


def test_text_into_a_file_has_no_colours(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', cause: tls}")
    smtp421("test", "--color", "always", "-o", "report.txt", "cases.yaml")
    assert "\x1b" not in (pack / "report.txt").read_text()
    assert "\x1b" in smtp421("test", "--color", "always", "cases.yaml").out


def test_junit(smtp421, pack):
    out = smtp421("test", "--format", "junit", "rules").out
    assert '<testsuite name="rules/acme.yaml" file="rules/acme.yaml" tests="2" failures="0"' in out


def test_packs_to_test_with(smtp421, pack):
    case(pack, "{text: '451 acme relay busy', rule: acme-busy}")
    assert smtp421("test", "cases.yaml").code == 1
    assert smtp421("test", "--rules", "rules", "cases.yaml").out == "1 passed (1 case)\n"


def test_a_slow_pattern_is_told(smtp421, pack):
    slow = RULES.replace("'acme relay busy'", r"'acme (?:a|aa)+$'").replace(
        "['451 4.3.2 acme relay busy']", f"['451 acme {'a' * 60}!']"
    )
    (pack / "rules" / "acme.yaml").write_text(slow)
    code, _, err = smtp421("test", "rules")
    assert code == 1
    assert "rule acme-busy took more than" in err


def test_what_is_not_there(smtp421, pack):
    code, out, err = smtp421("test", "nowhere")
    assert (code, out) == (3, "")
    assert "cannot use the rules in nowhere" in err


def test_everything_holds(smtp421):
    """Every example of the bundled rules is won by its rule, no counterexample is."""
    code, out, err = smtp421("test")
    assert (code, err) == (0, "")
    assert "failed" not in out


def test_watch_tests_again(smtp421, pack, monkeypatch):
    def changed(files, _stop):
        assert str(Path("rules/acme.yaml")) in set(files())
        (pack / "rules" / "acme.yaml").write_text(RULES.replace("'250 2.0.0 Ok'", "'451 acme relay busy'"))
        yield ["rules/acme.yaml"]
        (pack / "rules" / "acme.yaml").unlink()
        (pack / "rules").rmdir()
        assert files() == []
        yield ["a", "b", "c", "d"]
        raise KeyboardInterrupt

    monkeypatch.setattr(test_run, "changes", changed)
    code, out, err = smtp421("test", "--watch", "rules")
    assert code == 130
    assert out.startswith("2 passed (1 example, 1 counterexample)\nFAIL  rules/acme.yaml:11:23: counterexample 1 of acme-busy\n")
    assert "changed: rules/acme.yaml" in err
    assert "changed: a, b, c and others" in err
    assert "cannot use the rules in rules" in err


def test_github_takes_no_line_for_a_command(smtp421, pack, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    case(pack, "{text: '::error::x', cause: tls}")
    lines = smtp421("test", "cases.yaml").out.splitlines()
    assert lines[0].startswith("::stop-commands::")
    assert lines[-1] == f"::{lines[0].rpartition('::')[2]}::"
    assert "  ::error::x" in lines
    assert smtp421("test", "--format", "json", "cases.yaml").out.startswith("{")
