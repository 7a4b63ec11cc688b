import json
from collections.abc import Callable
from pathlib import Path

import pytest

import smtp421 as api

Smtp421 = Callable[..., "object"]
GREYLISTED = "450 4.2.0 <user@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html"
REFUSED = "connect to mx.example.com[192.0.2.1]:25: Connection refused"


def test_a_reply(smtp421) -> None:
    code, out, err = smtp421("explain", GREYLISTED)
    assert (code, err) == (0, "")
    assert out.startswith("INFO  ")
    assert "Reply    450 4.2.0 <user@example.com>: Recipient address rejected: Greylisted" in out
    assert "\x1b" not in out


def test_json_is_the_diagnosis(smtp421) -> None:
    code, out, _ = smtp421("explain", "--json", GREYLISTED)
    assert code == 0
    assert out == json.dumps(api.explain(GREYLISTED).to_dict(), indent=2) + "\n"


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "markdown"])
def test_both_ways_in_say_the_same(form: str, smtp421) -> None:
    quick = smtp421("explain", GREYLISTED) if form == "text" else smtp421("explain", "--json", GREYLISTED)
    full = smtp421("explain", "--format", form, GREYLISTED)
    assert full.code == 0
    assert form not in ("text", "json") or full.out == quick.out


def test_an_unquoted_reply(smtp421) -> None:
    assert smtp421("explain", *GREYLISTED.split()).out == smtp421("explain", GREYLISTED).out


def test_several_texts(smtp421) -> None:
    code, out, _ = smtp421("explain", GREYLISTED, REFUSED)
    assert code == 0
    assert out.count("\nCause ") == 2
    found = json.loads(smtp421("explain", "--json", GREYLISTED, REFUSED).out)
    assert [each["cause"] for each in found] == ["greylisting", "network"]


def test_several_replies_of_one_text(smtp421) -> None:
    paste = f"{GREYLISTED}\n{GREYLISTED}\n421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints\n"
    number = len(api.explain_all(paste))
    assert isinstance(json.loads(smtp421("explain", "--json", paste).out), dict)
    assert len(json.loads(smtp421("explain", "--json", "--all", paste).out)) == number
    assert len(smtp421("explain", "--format", "jsonl", paste).out.splitlines()) == number


def test_only_a_few_are_shown(smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    found = api.explain(GREYLISTED)
    monkeypatch.setattr(api, "explain_all", lambda *_, **__: [found] * 3, raising=False)
    code, out, err = smtp421("explain", GREYLISTED)
    assert (code, out.count("\nCause ")) == (0, 1)
    assert err == "smtp421: left out: 2 more replies; --all explains each, `smtp421 scan` sums up a log\n"
    code, out, err = smtp421("explain", "--all", GREYLISTED)
    assert (code, out.count("\nCause "), err) == (0, 3, "")


@pytest.mark.parametrize("arguments", [["explain"], ["explain", "-"], ["explain", "-", "--json"], ["explain", "--verbose"]])
def test_standard_input(arguments: list[str], smtp421) -> None:
    code, out, _ = smtp421(*arguments, stdin=GREYLISTED)
    assert code == 0
    assert "greylisting" in out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str, smtp421) -> None:
    text = "451 4.7.1 Réessayez plus tard, greylisting"
    code, out, _ = smtp421("explain", "-", stdin=text.encode(encoding))
    assert code == 0
    assert "Réessayez" in out


def test_no_argument_on_a_terminal_is_help(smtp421) -> None:
    code, out, _ = smtp421("explain", terminal=True)
    assert code == 2
    assert "Usage: smtp421 explain" in out


@pytest.mark.parametrize("text", ["", "lorem ipsum dolor"])
def test_nothing_to_explain(text: str, smtp421) -> None:
    code, out, err = smtp421("explain", text)
    assert (code, out) == (1, "")
    assert err.startswith("smtp421: nothing to explain in ")
    assert err.count("\n") == 1


def test_nothing_piped(smtp421) -> None:
    assert smtp421("explain", stdin="").code == 1


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["greylisting"], "CAUSE  "),
        (["421"], "CODE  421: "),
        (["4.7.28"], "CODE  4.7.28: "),
        (["421 4.7.28"], "CODE  421 4.7.28: "),
        (["421", "4.7.28"], "CODE  421 4.7.28: "),
        (["gmail"], "PROVIDER  Gmail"),
        (["lower-rate"], "FIX  "),
    ],
)
def test_pages(arguments: list[str], start: str, smtp421) -> None:
    code, out, _ = smtp421("explain", *arguments)
    assert code == 0
    assert out.startswith(start)


def test_several_pages(smtp421) -> None:
    code, out, _ = smtp421("explain", "greylisting", "gmail")
    assert code == 0
    assert "CAUSE  " in out
    assert "PROVIDER  Gmail" in out


def test_names_of_nothing_in_a_row_are_a_sentence(smtp421) -> None:
    assert "Reason   Connection refused" in smtp421("explain", "Connection", "refused").out


def test_a_page_that_is_not(smtp421) -> None:
    code, out, err = smtp421("explain", "greylsting")
    assert (code, out) == (1, "")
    assert "did you mean greylisting" in err


def test_a_page_as_json(smtp421) -> None:
    data = json.loads(smtp421("explain", "--json", "greylisting").out)
    assert (data["page"], data["id"]) == ("cause", "greylisting")


def test_settings_of_a_mail_server(smtp421) -> None:
    out = smtp421("explain", "--mta", "exim", "lower-rate").out
    assert "\nexim\n" in out
    assert "\npostfix\n" not in out
    code, _, err = smtp421("explain", "--mta", "foo", GREYLISTED)
    assert code == 2
    assert err.startswith("smtp421: unknown format 'foo'; choose one of: postfix, exim")


def test_own_rules(smtp421, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        """
schema: smtp421.rules/1
provider: null
rules:
  - id: generic-own
    title: Our own gateway is asleep
    match: {text: ['the gateway sleeps']}
    cause: server_congestion
    summary: It wakes up at six. Wait.
    examples: ['421 4.3.2 the gateway sleeps', '421 the gateway sleeps now']
    counterexamples: ['421 the gateway works']
""",
        encoding="utf-8",
    )
    code, out, _ = smtp421("explain", "--rules", str(tmp_path), "421 4.3.2 the gateway sleeps")
    assert code == 0
    assert "Our own gateway is asleep" in out
    listed = smtp421("rules", "list", "--source", "option", "--rules", str(tmp_path)).out
    assert listed.split()[:5] == ["rule", "cause", "from", "what", "it"]
    assert "generic-own" in listed


def test_faults_of_own_rules_are_told(smtp421, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("schema: smtp421.rules/1\nrules: 7\n", encoding="utf-8")
    code, _, err = smtp421("explain", "--rules", str(tmp_path), GREYLISTED)
    assert code == 0
    assert err == "smtp421: 1 fault in the rule files; see `smtp421 rules list`\n"
    assert f"smtp421: {tmp_path}" in smtp421("rules", "list", "--rules", str(tmp_path)).err


def test_rules_that_are_not_there(smtp421) -> None:
    code, _, err = smtp421("explain", "--rules", "/nowhere", GREYLISTED)
    assert code == 3
    assert err.startswith("smtp421: cannot use the rules in /nowhere")


def test_a_long_paste_is_cut(smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtp421.cli.input.MOST", len(GREYLISTED))
    code, _, err = smtp421("explain", "-", stdin=GREYLISTED + " and more")
    assert code == 0
    assert err == "smtp421: only the first 4 MiB are read; `smtp421 scan` reads whole logs\n"
