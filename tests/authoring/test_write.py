import pytest

from smtp421.authoring.draft import Given
from smtp421.authoring.write import missing, read, write
from smtp421.errors import NoPattern, NothingToExplain, RuleNotAdded
from smtp421.rulebook.sources import RuleSource, bundled_rules, rule_sources

GIVEN = Given(title="Quux is shut", cause="policy", summary="It is night. Wait.")


def test_a_rule_that_wins_its_examples(book, corpus, now):
    pasted = read("451 4.7.1 Quux gateway sleeps", book, corpus, now)
    written = write(pasted, GIVEN, None, book, corpus, rule_sources(), now)
    assert written.proof.sound
    assert written.proof.taken == ()
    assert written.draft.priority == 0
    assert pasted.now_explained.rule != written.draft.id


def test_priority_rises_among_bundled_rules(book, corpus, now, tmp_path):
    """In a file of the bundled rules, a general word loses to others until its priority rises."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for name in ("causes.yaml", "fixes.yaml", "providers.yaml", "tree.yaml"):
        (folder / name).write_text((bundled_rules() / name).read_text())
    target = folder / "r.yaml"
    target.write_text(
        "schema: smtp421.rules/1\nrules:\n"
        "  - {id: generic-a, title: A, match: {text: [gateway sleeps], code: [451]}, cause: dns, summary: One. Two.}\n"
    )
    pasted = read("451 4.7.1 Quux gateway sleeps", book, corpus, now)
    written = write(pasted, GIVEN, target, book, corpus, [RuleSource(folder, "bundled")], now)
    assert written.proof.sound
    assert written.draft.priority == 5
    assert "priority: 5" in written.text
    target.write_text(target.read_text().replace("cause: dns", "cause: dns, priority: 9"))
    lost = write(pasted, GIVEN._replace(id="z-last"), target, book, corpus, [RuleSource(folder, "bundled")], now)
    assert not lost.proof.sound
    assert lost.proof.lost[0][1] == "generic-a"
    assert lost.draft.priority == 0


def test_what_it_takes_from_others_is_told(book, corpus, now):
    pasted = read("450 4.2.0 Greylisted", book, corpus, now)
    written = write(pasted, GIVEN, None, book, corpus, rule_sources(), now)
    assert written.proof.sound
    assert "postfix-greylisted" in {rule for _, rule in written.proof.taken}


def test_faults_that_were_there_before_are_no_concern(book, corpus, now, tmp_path):
    target = tmp_path / "r.yaml"
    target.write_text("schema: smtp421.rules/1\nrules:\n  - {id: generic-a, cause: dns}\n")
    pasted = read("451 4.7.1 Quux gateway sleeps", book, corpus, now)
    assert write(pasted, GIVEN, target, book, corpus, rule_sources(), now).proof.sound
    target.write_text(
        "schema: smtp421.rules/1\nrules:\n  - {id: generic-a, title: T, match: {text: [x]}, cause: dns, summary: S}\n"
    )
    twice = write(pasted, GIVEN._replace(id="generic-a"), target, book, corpus, rule_sources(), now)
    assert not twice.proof.sound
    assert "stands twice" in twice.proof.faults[0].message


def test_files_that_cannot_be_read(book, corpus, now, tmp_path):
    pasted = read("451 4.7.1 Quux gateway sleeps", book, corpus, now)
    (tmp_path / "latin.yaml").write_bytes(b"\xff")
    (tmp_path / "empty.yaml").write_bytes(b"\n")
    for name in ("latin.yaml", "."):
        with pytest.raises(RuleNotAdded):
            write(pasted, GIVEN, tmp_path / name, book, corpus, rule_sources(), now)
    assert write(pasted, GIVEN, tmp_path / "empty.yaml", book, corpus, rule_sources(), now).text.startswith("schema: ")


def test_pastes_that_hold_nothing(book, corpus, now):
    with pytest.raises(NothingToExplain):
        read(" \n", book, corpus, now)
    with pytest.raises(NoPattern, match="no words in '451 123'"):
        read("451 123", book, corpus, now)


def test_what_only_the_author_can_say():
    assert missing(GIVEN) == {}
    assert missing(Given(cause="x")) == {"title": "--title", "summary": "--summary"}
