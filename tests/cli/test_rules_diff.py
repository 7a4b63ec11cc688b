"""``smtp421 rules diff`` as people call it."""

import json

import pytest

PACK = """\
schema: smtp421.rules/1
provider: null
rules:
  - id: acme-grey
    title: Acme says greylisted and means something else
    match: {text: ['greylisted <b>, said|acme']}
    cause: content
    summary: One. Two.
"""
REPLIES = "450 4.2.0 Greylisted <b>, said `x` for 30 s\n450 4.2.0 Greylisted <b>, said `x` for 40 s\nacme \x1b[31m\n450 4.2.0 Greylisted\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "replies.txt").write_text(REPLIES)


def test_text(smtp421, files):
    code, out, _ = smtp421("rules", "diff", "bundled", "pack.yaml", "--corpus", "replies.txt", "--top", "0")
    assert code == 0
    assert "Texts  3, 2 of them answered otherwise (cause 2, severity 2, confidence 2," in out
    assert "Added  1 rule: acme-grey" in out
    assert (
        "Another cause (2)\n  • 2 x 450 4.2.0 Greylisted <b>, said `x` for 30 s\n      rule        generic-greylisting → acme-grey\n"
        in out
    )


def test_markdown_is_a_table_without_markup_of_the_reply(smtp421, files):
    out = smtp421("rules", "diff", "bundled", "pack.yaml", "--corpus", "replies.txt", "--format", "markdown").out
    assert "| text | change |" in out
    assert "cause `greylisting` → `content`" in out
    assert "``450 4.2.0 Greylisted <b>, said `x` for 30 s``" in out


def test_json_and_exit_code(smtp421, files):
    code, out, _ = smtp421("rules", "diff", "bundled", "pack.yaml", "--corpus", "replies.txt", "--format", "json", "--exit-code")
    told = json.loads(out)
    assert code == 1
    assert (told["page"], told["texts"], told["changed"], told["added"]) == ("diff", 3, 2, ["acme-grey"])
    assert told["changes"][0]["old"]["rule"] == "generic-greylisting"
    assert set(told["changes"][0]["new"]) == {"rule", "cause", "severity", "provider", "confidence"}


def test_no_difference_ends_with_0(smtp421, files):
    code, out, _ = smtp421("rules", "diff", "bundled", "bundled", "--corpus", "replies.txt", "--exit-code")
    assert code == 0
    assert out.endswith("No answer changes.\n")


def test_few_are_shown(smtp421, files, tmp_path):
    (tmp_path / "replies.txt").write_text("450 acme a\n450 acme b\n450 acme c\n")
    out = smtp421("rules", "diff", "bundled", "pack.yaml", "--corpus", "replies.txt", "--top", "1").out
    assert "2 more changes; --top 0 shows them all." in out


def test_what_only_one_explains(smtp421, files, tmp_path):
    (tmp_path / "pack.yaml").write_text(PACK + "    examples: [acme]\n")
    out = smtp421("rules", "diff", "bundled", "pack.yaml").out
    assert (
        "Explained by one of them only (1)\n  • acme\n      answer      nothing to explain → acme-grey (content, warning)\n"
        in out
    )


def test_faults_are_told(smtp421, files, tmp_path):
    (tmp_path / "pack.yaml").write_text(PACK + "    summery: x\n")
    assert "unknown key 'summery'" in smtp421("rules", "diff", "pack.yaml", "pack.yaml", "--corpus", "replies.txt").err
    assert smtp421("rules", "diff", "nowhere", "pack.yaml").code == 3
