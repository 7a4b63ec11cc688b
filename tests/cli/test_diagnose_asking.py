"""What ``diagnose`` asks, on a pseudo-terminal."""

import json
import os
import sys

import pytest

pexpect = pytest.importorskip("pexpect")
if not hasattr(pexpect, "spawn"):
    pytest.skip("this system has no pseudo-terminals", allow_module_level=True)

VAGUE = "451 Try again later"


@pytest.fixture
def terminal(tmp_path):
    """Start the program on a terminal of 80 columns."""
    started = []

    def start(*arguments, **environ):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "smtp421", "diagnose", *arguments],
            cwd=str(tmp_path),
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", **environ},
            encoding="utf-8",
            timeout=60,
            dimensions=(50, 80),
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def rest(child):
    """What comes until the end, and the exit code."""
    child.expect(pexpect.EOF)
    text = child.before.replace("\r\n", "\n")
    child.close()
    return text, child.exitstatus


def answer(child, question, typed):
    child.expect_exact(question)
    child.expect(r"Answer 0-\d \([^)]*\): ")
    child.sendline(typed)


def test_a_whole_walk(terminal):
    child = terminal(VAGUE)
    child.expect_exact("Deferral  451 Try again later")
    child.expect_exact("who-said-it: remote - The receiving server answered")
    answer(child, "Does the text name a reason?", "0")
    answer(child, "Was it the first message to this domain", "2")
    answer(child, "Do reputation tools or block lists show issues?", "issues")
    answer(child, "How long has it lasted", "don't know")
    text, code = rest(child)
    assert code == 0
    assert "Cause    reputation" in text
    assert "◆ reputation-tools: issues" in text
    assert "? how-long: open" in text
    assert all(len(line) <= 80 for line in text.splitlines() if "http" not in line)


def test_what_is_no_answer_is_asked_again_and_one_can_go_back(terminal):
    child = terminal(VAGUE)
    answer(child, "Does the text name a reason?", "b")
    child.expect_exact("Type a number from 1 to 8, or 0 where you don't know.")
    child.expect(r"Answer 0-\d \([^)]*\): ")
    child.sendline("rate")
    answer(child, "Is reputation behind the limit", "9")
    child.expect_exact("Type a number from 1 to 3")
    child.expect(r"Answer 0-\d \([^)]*\): ")
    child.sendline("b")
    answer(child, "Does the text name a reason?", "5")
    answer(child, "Do the records that the receiver asks for check out", "q")
    text, code = rest(child)
    assert code == 0
    assert "◆ names-a-reason: identity" in text
    assert "? identity-named: open" in text


def test_the_end_of_input_ends_the_asking(terminal):
    child = terminal(VAGUE)
    child.expect(r"Answer 0-8 \(q stops\): ")
    child.sendeof()
    text, code = rest(child)
    assert code == 0
    assert "? names-a-reason: open" in text


def test_interrupted_and_resumed(terminal, tmp_path):
    child = terminal("--save", "my walk.json", VAGUE)
    answer(child, "Does the text name a reason?", "0")
    answer(child, "Was it the first message to this domain", "no")
    child.expect_exact("Do reputation tools or block lists show issues?")
    child.expect(r"Answer 0-\d \([^)]*\): ")
    child.sendintr()
    text, code = rest(child)
    assert code == 130
    assert "stopped; what was answered is saved: smtp421 diagnose --resume 'my walk.json'" in text
    assert json.loads((tmp_path / "my walk.json").read_text())["answers"] == [
        ["names-a-reason", "unknown"],
        ["first-contact", "no"],
    ]
    again = terminal("--resume", "my walk.json")
    again.expect_exact("Do reputation tools or block lists show issues?")
    assert "first message" not in again.before
    again.expect(r"Answer 0-\d \([^)]*\): ")
    again.sendline("b")
    answer(again, "Was it the first message to this domain", "yes")
    text, code = rest(again)
    assert code == 0
    assert "◆ first-contact: yes" in text
    assert json.loads((tmp_path / "my walk.json").read_text())["answers"][-1] == ["first-contact", "yes"]


def test_interrupted_without_a_file(terminal):
    child = terminal(VAGUE)
    child.expect(r"Answer 0-8 \(q stops\): ")
    child.sendintr()
    text, code = rest(child)
    assert code == 130
    assert "stopped; nothing is saved without --save FILE" in text


def test_nothing_is_asked_where_it_is_not_wanted(terminal):
    text, code = rest(terminal("--no-ask", VAGUE))
    assert code == 0
    assert "Answer" not in text
    assert "? first-contact: open" in text


def test_questions_go_to_the_terminal_and_the_result_where_it_is_sent(terminal, tmp_path):
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", f"exec {sys.executable} -m smtp421 diagnose --format json '{VAGUE}' > out.json"],
        cwd=str(tmp_path),
        env={**os.environ, "TERM": "xterm"},
        encoding="utf-8",
        timeout=30,
    )
    answer(child, "Does the text name a reason?", "4")
    answer(child, "first message", "1")
    rest(child)
    assert json.loads((tmp_path / "out.json").read_text())["diagnosis"]["cause"] == "greylisting"


def test_hostile_text_and_rules_reach_no_terminal(terminal, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "tree.yaml").write_text(
        "schema: smtp421.tree/1\nroot: first\nnodes:\n"
        '  - id: first\n    question: "\\e[31m[bold]Really?[/bold]\\x9b2J"\n    evidence: really\n'
        '    answers: {"yes": {says: "[red]so\\e]0;title\\a"}}\n    unknown: {says: "`rm -rf /`"}\n    how: ["[link=file:///etc/passwd]look\\u202e"]\n'
    )
    child = terminal("--rules", "rules", "451 4.7.1 \x1b[2J\x07 [bold]Try again later[/bold] \u202e $(reboot)")
    answer(child, "[bold]Really?[/bold]", "1")
    shown = child.before
    text, code = rest(child)
    assert code == 0
    for told in (shown, text):
        assert [line for line in told.splitlines() if any(char in line for char in "\x1b\x07\x9b\u202e")] == []
    assert "␛[2J" in text
    assert "[red]so␛]0;title␇" in text
