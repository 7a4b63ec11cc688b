"""Where rules come from, and which wins."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from smtp421.errors import RulesUnreadable
from smtp421.rulebook import RuleSource, Subject, load_rulebook, open_book, sources
from smtp421.rulebook.sources import bundled_rules, cache_dir, config_dir, read_files, rule_files, rule_sources

Write = Callable[..., Path]
RulesText = Callable[..., str]


def test_order_of_sources(tmp_path: Path) -> None:
    user = tmp_path / "config" / "smtp421" / "rules"
    user.mkdir(parents=True)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "SMTP421_RULES": os.pathsep.join(["e1", "", "e2"])}
    assert [(source.label, str(source.path)) for source in rule_sources(["one", Path("two")], environ)] == [
        ("option", "two"),
        ("option", "one"),
        ("environment", "e1"),
        ("environment", "e2"),
        ("user", str(user)),
        ("bundled", str(bundled_rules())),
    ]
    assert rule_sources(bundled=False) == []


def test_folders_of_the_user() -> None:
    assert config_dir({}) is None
    assert config_dir({"HOME": "/home/u"}) == Path("/home/u/.config/smtp421")
    assert config_dir({"HOME": "/home/u", "XDG_CONFIG_HOME": "relative"}) == Path("/home/u/.config/smtp421")
    assert cache_dir({"HOME": "/home/u", "XDG_CACHE_HOME": "/c"}) == Path("/c/smtp421")
    assert cache_dir({"USERPROFILE": "/home/w"}) == Path("/home/w/.cache/smtp421")


def test_rules_inside_the_package_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "smtp421" / "rulebook" / "sources.py"
    monkeypatch.setattr(sources, "__file__", str(module))
    assert bundled_rules() == tmp_path / "rules"
    (tmp_path / "smtp421" / "_rules").mkdir(parents=True)
    assert bundled_rules() == tmp_path / "smtp421" / "_rules"


def test_files_of_a_folder(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    (pack / "sub").mkdir(parents=True)
    (pack / ".git").mkdir()
    for name in ("b.yaml", "a.yml", "c.txt", "sub/d.yaml", ".hidden.yaml", ".git/e.yaml"):
        (pack / name).write_text("x")
    outside = tmp_path / "outside.yaml"
    outside.write_text("x")
    (pack / "link.yaml").symlink_to(pack / "b.yaml")
    (pack / "out.yaml").symlink_to(outside)
    (pack / "broken.yaml").symlink_to(pack / "nothing.yaml")
    (pack / "loop").symlink_to(pack)
    deep = pack.joinpath(*["deep"] * 10)
    deep.mkdir(parents=True)
    (deep / "f.yaml").write_text("x")
    found = [Path(file.path).relative_to(pack).as_posix() for file in rule_files([RuleSource(pack, "option")])]
    assert found == ["a.yml", "b.yaml", "broken.yaml", "link.yaml", "out.yaml", "sub/d.yaml"]
    texts = read_files(rule_files([RuleSource(pack, "option")]))
    assert {Path(text.path).name: text.refused.split(";")[0] for text in texts if text.refused} == {
        "broken.yaml": "cannot be read: No such file or directory",
        "out.yaml": "a link that leads out of the folder",
    }
    assert [file.path for file in rule_files([RuleSource(outside, "option")])] == [str(outside)]


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RulesUnreadable, match=r"cannot use the rules in .*gone: No such file or directory"):
        load_rulebook([tmp_path / "gone"])


def test_files_that_cannot_be_read_are_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 10)
    (tmp_path / "big.yaml").write_text("x" * 11)
    (tmp_path / "gone.yaml").write_text("x")
    files = rule_files([RuleSource(tmp_path, "option")])
    (tmp_path / "gone.yaml").unlink()
    assert [text.refused.split(";")[0] for text in read_files(files)] == [
        "larger than 0 MB",
        "cannot be read: No such file or directory",
    ]
    (fault,) = open_book([RuleSource(tmp_path, "option")]).faults
    assert (fault.path, fault.line, fault.column) == (str(tmp_path / "big.yaml"), 0, 0)


def test_rules_of_users_win_and_replace(base: Path, write: Write, rules_text: RulesText) -> None:
    (base / "rules.yaml").write_text(rules_text("same {text: [busy]}", "text {text: [busy]}"))
    mine = write("mine", a=rules_text("mine {code: [4xx]}", "same {text: [bus]}"))
    other = write("other", a=rules_text("mine {code: [5xx]}", "other {text: [busy]}"))
    book = open_book([RuleSource(mine, "option"), RuleSource(other, "user"), RuleSource(base, "bundled")])
    assert not book.faults
    assert [(rule.id, rule.label) for rule, _words in book.matches(Subject("busy", 421))] == [
        ("other", "user"),
        ("same", "option"),
        ("mine", "option"),
        ("text", "bundled"),
    ]


def test_other_entries_of_users_replace_the_bundled_ones(base: Path, write: Write) -> None:
    mine = write(
        "mine",
        fixes="schema: smtp421.fixes/1\nfixes: [{id: slow-down, action: Mine., who: sender}]\n",
        providers="schema: smtp421.providers/1\ndefaults: {connections: 9}\nproviders:\n"
        "  - {id: own, name: Own, kind: software, mx: [l.google.com], marks: ['ow+n']}\n",
        tree="schema: smtp421.tree/1\nroot: why\nthresholds: {share: 1}\nnodes:\n"
        "  - {id: why, question: Mine?, evidence: reason, answers: {}, unknown: {says: N.}, how: []}\n",
    )
    book = open_book([RuleSource(mine, "option"), RuleSource(base, "bundled")])
    assert not book.faults
    assert book.fixes["slow-down"].action == "Mine."
    assert book.defaults == {"connections": 9}
    assert (book.tree.root, book.tree.thresholds["share"], book.tree.thresholds["long"]) == ("why", 1.0, 14400.0)
    assert book.tree.nodes["why"].question == "Mine?"
    assert set(book.tree.nodes) == {"who", "why"}
    assert book.identify("a.l.google.com") == "own"
    assert book.marks("my own") == "own"


def test_bad_replacement_leaves_the_bundled_one(base: Path, write: Write) -> None:
    mine = write("mine", fixes="schema: smtp421.fixes/1\nfixes: [{id: slow-down, action: Mine.}]\n")
    book = open_book([RuleSource(mine, "option"), RuleSource(base, "bundled")])
    assert len(book.faults) == 1
    assert book.fixes["slow-down"].action == "Send more slowly."


def test_a_pipe_in_a_folder_is_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (text,) = read_files(rule_files([RuleSource(tmp_path, "option")]))
    assert text.refused == "not a plain file; put the file itself there"


def test_a_link_that_was_named_itself_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real")
    (text,) = read_files(rule_files([RuleSource(tmp_path / "link.yaml", "option")]))
    assert text.data == b"x"
