"""``smtp421 rules new`` as people call it."""

import pytest

import smtp421.cli.rules_new as rules_new

OPTIONS = ("--cause", "policy", "--title", "Quux is shut", "--summary", "It is night. Wait.")
REPLY = "451 4.7.1 <joe@corp.org>: Quux gateway at 8.8.8.8 sleeps until 7"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_printed_file_can_be_used(smtp421, tmp_path):
    code, out, err = smtp421("rules", "new", *OPTIONS, REPLY)
    assert code == 0
    assert "the words to go by: Quux gateway" in err
    assert "- '451 4.7.1 <user1@domain1.example>: Quux gateway at 192.0.2.1 sleeps until 7'" in out
    (tmp_path / "pack.yaml").write_text(out)
    assert smtp421("test", "pack.yaml").out == "3 passed (2 examples, 1 counterexample)\n"


def test_a_rule_is_added_to_a_file(smtp421, tmp_path):
    for title, reply in (("Quux is shut", REPLY), ("Zork is shut", "452 Zork is at the barbazzle")):
        code, out, err = smtp421("rules", "new", *OPTIONS, "--title", title, "-o", "pack.yaml", "-", stdin=reply)
        assert (code, out) == (0, "")
        assert "is in pack.yaml" in err
    assert smtp421("test", "pack.yaml").out == "6 passed (4 examples, 2 counterexamples)\n"
    assert smtp421("lint", "pack.yaml").out == "No findings in 1 file.\n"


def test_what_only_the_author_can_tell(smtp421):
    code, out, err = smtp421("rules", "new", "--cause", "policy", REPLY)
    assert (code, out) == (2, "")
    assert "only you can tell: title, summary" in " ".join(err.split()).replace("│ ", "")


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--cause", "polisy", "did you mean policy?"),
        ("--provider", "yaho", "did you mean yahoo"),
        ("--id", "Quux", "words in lower case"),
        ("--id", "yahoo-tss04", "is taken"),
        ("--reference", "example.com", "begins with https://"),
        ("--title", " ", "not a sentence"),
    ],
)
def test_wrong_options(option, value, words, smtp421):
    code, _, err = smtp421("rules", "new", *OPTIONS, option, value, REPLY)
    assert code == 2
    assert words in " ".join(err.replace("│", "").split())


def test_replies_without_words(smtp421):
    code, out, err = smtp421("rules", "new", *OPTIONS, "451 123")
    assert (code, out) == (1, "")
    assert "no words in '451 123'" in err


def test_a_rule_that_loses_is_told_and_not_written(smtp421, tmp_path):
    (tmp_path / "own.yaml").write_text(
        "schema: smtp421.rules/1\nrules:\n"
        "  - {id: acme-a, title: A, match: {text: [gateway], code: [451]}, cause: dns, summary: One. Two., priority: 9}\n"
    )
    before = (tmp_path / "own.yaml").read_text()
    code, out, err = smtp421("rules", "new", *OPTIONS, "--rules", "own.yaml", "-o", "own.yaml", REPLY)
    assert (code, out) == (1, "")
    assert "not written: acme-a wins '451 4.7.1 <user1@domain1.example>" in err
    assert (tmp_path / "own.yaml").read_text() == before
    code, out, _ = smtp421("rules", "new", *OPTIONS, "--rules", "own.yaml", REPLY)
    assert code == 1
    assert out.startswith("schema: ")


def test_it_asks_on_a_terminal(smtp421, monkeypatch):
    monkeypatch.setattr(rules_new, "at_terminal", lambda: True)
    answers = "\n".join(["polisy", "policy", "", "Quux is shut", "", "It is night. Wait.", "", "acme-quux"]) + "\n"
    code, out, err = smtp421("rules", "new", stdin=f"{REPLY}\n\n{answers}", terminal=True)
    assert code == 0
    assert "paste the reply" in err
    assert "did you mean policy?" in err
    for line in ("id: acme-quux", "title: Quux is shut", "severity: warning", "cause: policy", "provider: null"):
        assert line in out


def test_what_options_give_is_not_asked(smtp421, monkeypatch):
    monkeypatch.setattr(rules_new, "at_terminal", lambda: True)
    arguments = (
        *OPTIONS,
        "--provider",
        "yahoo",
        "--severity",
        "info",
        "--id",
        "yahoo-quux",
        "--reference",
        "https://example.com/",
    )
    code, out, err = smtp421("rules", "new", *arguments, REPLY, terminal=True)
    assert code == 0
    assert "Cause" not in err
    assert "provider: yahoo" in out


def test_without_a_reply(smtp421):
    code, out, err = smtp421("rules", "new", *OPTIONS, terminal=True)
    assert (code, out) == (2, "")
    assert "give the reply" in err
    assert smtp421("rules", "new", *OPTIONS, "-", stdin="").code == 1


def test_what_it_takes_from_other_rules(smtp421):
    code, _, err = smtp421("rules", "new", *OPTIONS, "450 4.2.0 Greylisted")
    assert code == 0
    assert "it takes examples from" in err
    assert "so far it is explained by generic-greylisting" in err
