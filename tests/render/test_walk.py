"""The page of a walk."""

import json
import re

import pytest

import smtp421
from smtp421.diagnosis.walkthrough import Session, diagnosis_of, marks
from smtp421.model import Evidence, Origin
from smtp421.render.interface import View, renderer
from smtp421.render.walk import drawing, walk_page
from smtp421.rulebook import load_rulebook
from smtp421.rulebook.pages import Edge, Node, Tree


@pytest.fixture(scope="module")
def whole():
    """The bundled rules."""
    return load_rulebook()


@pytest.fixture
def page(whole):
    def make(text="451 Try again later", form="text", width=80, taken="", verbose=False, mta=None, evidence=(), **answers):
        found = smtp421.explain(text, rulebook=whole)
        session = Session(found.attempt, found.logged, tuple(evidence))
        for node, answer in answers.items():
            session = session.answered(node.replace("_", "-"), answer)
        view = View(width=width, terminal=True, verbose=verbose, mta=mta)
        return renderer(form, view).page(walk_page(diagnosis_of(session, whole), whole.tree, view, taken))

    return make


def test_the_drawing(page):
    text = page(first_contact="no", evidence=[Evidence("backoff", "sound", "postconf -n of mail.example.com")])
    drawn = text[text.index("The walk\n") : text.index("\nWhat to do")]
    assert (
        drawn
        == """The walk
  ● who-said-it: remote
  │   The receiving server answered; its words count (a server's reply)
  ├─○ local: which-part, one-or-all
  ├─○ inbound: own-policy
  ? names-a-reason: open
  │   Look for the full reply in the mail log: programs cut it, and the last
  │   lines often hold the reason or a link.
  ├─○ rate: reputation-behind, identity-behind
  ├─○ identity: identity-named
  ◆ first-contact: no
  │   Not the first - something else holds it back (you said so)
  ? reputation-tools: open
  │   Google Postmaster Tools, Microsoft SNDS, the provider's own page
  │   (`--postmaster FILE`, `--snds FILE` read their exports), and the block
  │   lists for the sending address; receivers with data of their own can still
  │   hold something against you.
  ? identity-check: open
  │   `smtp421 sender check --ip ADDRESS --domain DOMAIN` with the sending
  │   address and the envelope sender's domain.
  ● sound-backoff: sound
  │   The retry schedule is what receivers expect (postconf -n of
  │   mail.example.com)
  ? too-fast: open
  │   Count messages a minute and connections at a time to this provider, and
  │   hold them against its limits.
  ? how-long: open
      `smtp421 scan --provider PROVIDER mail.log`, or the oldest of its messages
      in the queue (`mailq`): minutes are normal, 4 hours and more are not.

  ● answered by evidence, ◆ by you, ? open, ○ not reached
"""
    )


def test_the_last_node_may_have_branches():
    tree = Tree(
        "a",
        {},
        {
            "a": Node("a", "A?", "a", {"yes": Edge("b", "go", None, None), "no": Edge("c", "go", None, None)}, Edge(None, "?", None, None), ()),
            "b": Node("b", "B?", "b", {"yes": Edge("d", "go", None, None)}, Edge("gone", "?", None, None), ()),
            "c": Node("c", "C?", "c", {}, Edge("b", "?", None, None), ()),
            "d": Node("d", "D?", "d", {}, Edge(None, "?", None, None), ()),
        },
    )  # fmt: skip
    found = smtp421.explain("451 x", rulebook=load_rulebook())._replace(evidence=())
    assert list(drawing(marks(found, tree), tree, 24)) == [
        "? a: open",
        "├─○ yes: b, d",
        "└─○ no: c",
        "",
        "? open, ○ not reached",
    ]


def test_lines_fit_the_terminal(page):
    for width in (40, 60, 80, 100):
        lines = page("450 4.2.0 Greylisted", width=width).splitlines()
        assert all(len(line) <= width for line in lines if "http" not in line)


def test_a_hostile_reply_is_harmless(page):
    hostile = "451 4.7.1 \x1b[31mTry again later\x07 \u202e [bold]<script>alert(1)</script> `rm -rf` \x9b2J"
    for form in ("text", "markdown", "json"):
        text = page(hostile, form=form, evidence=[Evidence("backoff", "sound", "\x1b]0;title\x07 [red]x[/red]")])
        assert all(char.isprintable() or char == "\n" for char in text), form
        assert "\u202e" not in text
    assert "<script>" not in re.sub(r"(`+)(?!`).*?[^`]\1(?!`)", "", page(hostile, form="markdown"))


def test_old_evidence_is_called_old(page):
    evidence = [Evidence("backoff", "sound", "postconf, 94 days ago", old=True)]
    assert "● sound-backoff: sound (old; look again)" in page(evidence=evidence)
    assert "sound-backoff" in json.loads(page(form="json", evidence=evidence))["open"]


def test_what_was_brought_along_in_vain_is_told(page):
    evidence = [Evidence("rate", "too_fast", "postconf"), Evidence("reputation", "unknown", "SNDS has nothing")]
    text = page("450 4.2.0 Greylisted", evidence=evidence)
    assert "\nNot needed on this way: postconf (rate: too fast)\n" in text
    assert "Not needed" not in page(evidence=evidence)


def test_the_checklist(page):
    text = page("450 4.2.0 Greylisted, see you", mta="postfix")
    todo = text[text.index("What to do, in order") :]
    assert todo.splitlines()[1].startswith("  1. ")
    assert "# main.cf" in todo
    assert "Then retry: " in todo
    assert "Find out (reputation-tools)" not in todo
    assert "Find out (first-contact): Search the log" in page()


def test_what_was_taken_is_told(page):
    assert "\nTaken: gmail: rate limit, 12 deferrals\n" in page(taken="gmail: rate limit, 12 deferrals")
    assert "Taken" not in page()


def test_json(page):
    told = json.loads(page(form="json", first_contact="no", taken="x"))
    assert (told["schema"], told["page"], told["taken"]) == ("smtp421.page/1", "walk", "x")
    assert told["diagnosis"]["schema"] == "smtp421.diagnosis/1"
    assert told["open"] == ["names-a-reason", "reputation-tools", "identity-check", "sound-backoff", "too-fast", "how-long"]
    assert {node["mark"] for node in told["nodes"]} == {"evidence", "you", "open", "not_reached"}
    assert {action["kind"] for action in told["actions"]} == {"find_out", "do", "then"}
    asked = next(node for node in told["nodes"] if node["node"] == "reputation-tools")
    assert (asked["answers"], asked["answer"]) == (["issues", "doubtful", "clean"], "unknown")


def test_ascii(whole):
    found = smtp421.explain("451 Try again later", rulebook=whole)._replace(origin=Origin.REMOTE)
    view = View(ascii=True)
    text = renderer("text", view).page(walk_page(found, whole.tree, view))
    assert text.isascii()
    assert "\n  * who-said-it: remote\n" in text
    assert "\n  |-o local: which-part, one-or-all\n" in text
