"""Findings that are remembered are those of a full diagnosis, for every rule's examples and every log at hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.diagnosis import finding as module
from smtp421.diagnosis.decide import diagnose
from smtp421.diagnosis.finding import finding
from smtp421.diagnosis.history.values import Finding
from smtp421.errors import Smtp421Error
from smtp421.logs import LINE_FORMATS, Stream, read_paste
from smtp421.logs.layout import Layout
from smtp421.model import Attempt, EnhancedCode, Origin, Relay, Reply, Stage, Status
from smtp421.rulebook import RuleBook

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RELAYS = ["gmail-smtp-in.l.google.com", "mta5.am0.yahoodns.net", "mx.example.com", "GMAIL-smtp-in.l.google.com.", "", None]
FORMATS = ["postfix", "exim", "reply", "exchange_online", "nobody"]


def attempts_of(path: Path) -> Iterator[Attempt]:
    layout, stream = Layout(NOW), Stream(LINE_FORMATS)
    for number, raw in enumerate(path.read_bytes().splitlines(), 1):
        for line in layout.read(number, raw):
            yield from stream.read(line)
    for line in layout.close():
        yield from stream.read(line)
    yield from stream.close()


def check(attempt: Attempt, book: RuleBook) -> None:
    assert finding(attempt, book) == Finding.of(diagnose(attempt, book)), attempt


@pytest.fixture(scope="module")
def examples(book: RuleBook) -> list[Attempt]:
    """What the rules' own examples and counterexamples tell of."""
    found = []
    for rule in book.rules.values():
        for text in (*rule.examples, *rule.counterexamples):
            try:
                found += read_paste(text, NOW)
            except Smtp421Error:
                continue
    return found


def test_on_the_examples_of_all_rules(book: RuleBook, examples: list[Attempt]) -> None:
    assert len(examples) > 2 * len(book.rules)
    for attempt in examples:
        check(attempt, book)


def test_on_logs(book: RuleBook) -> None:
    attempts = [attempt for path in sorted(DATA.rglob("*.*")) if path.suffix != ".tsv" for attempt in attempts_of(path)]
    assert len(attempts) > 300
    for attempt in attempts:
        check(attempt, book)


@given(data=st.data())
def test_on_any_attempt(data: st.DataObject, book: RuleBook, examples: list[Attempt]) -> None:
    """With other relays, codes, origins and programs than the examples have."""
    pick = data.draw
    base, other = pick(st.sampled_from(examples)), pick(st.sampled_from(examples)).reply
    text = pick(
        st.sampled_from(
            [base.reply.text, f"{base.reply.text} {other.text}", f"mx1.gmx.net {other.text}", f"name=aol.com {other.text}"]
        )
    )
    reply = Reply(
        pick(st.sampled_from([base.reply.code, None, 250, 421, 451, 554])),
        pick(st.sampled_from([base.reply.enhanced_code, None, EnhancedCode(4, 7, 1), EnhancedCode(5, 1, 1)])),
        text,
        pick(st.sampled_from([None, *Stage])),
    )
    host = pick(st.sampled_from(RELAYS))
    check(
        base._replace(
            reply=reply,
            format=pick(st.sampled_from(FORMATS)),
            origin=pick(st.sampled_from([None, *Origin])),
            relay=None if host is None else Relay(host),
            status=pick(st.sampled_from([None, *Status])),
            inner=pick(st.sampled_from([None, None, other])),
        ),
        book,
    )


def test_what_is_remembered_has_a_limit(book: RuleBook, examples: list[Attempt], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 3)
    module._known.cache_clear()
    for attempt in examples[:40]:
        check(attempt, book)
        assert len(module._known(book)) <= 3
