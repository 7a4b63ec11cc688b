"""Which answers change between two rule sets."""

import os

import pytest

from smtp421.errors import InputUnreadable, RulesUnreadable
from smtp421.rulebook import open_book
from smtp421.rulebook.sources import RuleSource, bundled_rules
from smtp421.rulediff import BUNDLED, Change, diff, open_side

PACK = """\
schema: smtp421.rules/1
provider: null
rules:
  - id: acme-busy
    title: The relay of Acme is busy
    match: {text: ['acme relay busy', 'quux zork']}
    cause: server_congestion
    severity: critical
    summary: It is busy. Wait.
    examples: ['451 4.3.2 acme relay busy', 'quux zork']
  - id: generic-greylisting
    title: Greylisting
    match: {text: [greylist]}
    cause: content
    summary: One. Two.
    examples: ['450 4.2.0 Greylisted']
"""


@pytest.fixture(scope="module")
def new(tmp_path_factory, own_folders):
    path = tmp_path_factory.mktemp("new") / "pack.yaml"
    path.write_text(PACK)
    return open_side(str(path), None)


@pytest.fixture(scope="module")
def found(book, new):
    from datetime import UTC, datetime

    return diff(book, new, (), datetime(2026, 11, 20, tzinfo=UTC))


def change(found, text) -> Change:
    return next(each for each in found.changes if each.text == text)


def test_examples_of_both_are_compared(found, book):
    examples = {text for rule in book.rules.values() for text in rule.examples}
    assert found.texts == len(examples | {"451 4.3.2 acme relay busy", "quux zork", "450 4.2.0 Greylisted"})
    assert (found.added, found.removed) == (("acme-busy",), ())


def test_another_answer(found):
    busy = change(found, "451 4.3.2 acme relay busy")
    assert busy.parts == ("severity", "confidence", "rule")
    assert (busy.old.rule, busy.new.rule, busy.new.severity) == ("generic-enhanced-3-2", "acme-busy", "critical")
    assert change(found, "450 4.2.0 Greylisted").parts[0] == "cause"


def test_what_only_one_explains_comes_first(found):
    assert found.changes[0].text == "quux zork"
    assert found.changes[0].parts == ("explained",)
    assert found.changes[0].old is None
    firsts = [each.parts[0] for each in found.changes]
    assert firsts == sorted(firsts, key=["explained", "cause", "severity", "provider", "confidence", "rule"].index)
    assert found.changed == len(found.changes)
    assert found.counts["explained"] == 1


def test_the_other_way_round(book, new, now):
    back = diff(new, book, (), now)
    assert (back.added, back.removed) == ((), ("acme-busy",))
    assert back.changes[0].new is None


def test_nothing_changes(book, now):
    found = diff(book, book, (), now)
    assert (found.changes, found.changed, found.counts) == ((), 0, {})


def test_files_count_texts_that_are_alike(book, new, now, tmp_path):
    corpus = tmp_path / "replies.txt"
    corpus.write_text("450 4.2.0 Greylisted for 30 s\n450 4.2.0 Greylisted for 40 s\n452 4.2.2 Mailbox full\n")
    found = diff(book, new, [str(corpus)], now)
    assert found.texts == 3
    assert [(each.text, each.number) for each in found.changes] == [("450 4.2.0 Greylisted for 30 s", 2)]
    assert found.counts["cause"] == found.changed == 2
    with pytest.raises(InputUnreadable):
        diff(book, new, [str(tmp_path / "none")], now)


def test_sides(tmp_path, book):
    assert list(open_side(BUNDLED, None).rules) == list(book.rules)
    whole = tmp_path / "rules"
    whole.mkdir()
    (whole / "bad.yaml").write_bytes(b"schema: [smtp421.causes/1\n")
    (whole / "odd.yaml").write_bytes(b"\xff smtp421.causes/1\n")
    (whole / "comment.yaml").write_text("# as in smtp421.causes/1\nschema: smtp421.rules/1\nrules: []\n")
    assert len(open_side(str(whole), None).rules) == len(book.rules)
    (whole / "causes.yaml").write_text((bundled_rules() / "causes.yaml").read_text())
    assert len(open_side(str(whole), None).rules) == 0
    with pytest.raises(RulesUnreadable):
        open_side(str(tmp_path / "none"), None)


def test_order_does_not_depend_on_the_environment(monkeypatch, tmp_path):
    """The user's own rules take no part."""
    monkeypatch.setenv("SMTP421_RULES", os.fspath(tmp_path))
    assert [label for label, _ in open_side(BUNDLED, None).info.sources] == ["bundled"]
    assert open_book([RuleSource(bundled_rules(), "bundled")]).faults == ()
