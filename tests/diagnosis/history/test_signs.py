"""What a history makes of its groups: signs, evidence for the tree, rows, incidents."""

from datetime import timedelta

import pytest

from smtp421 import explain
from smtp421.diagnosis.history.close import close
from smtp421.diagnosis.history.evidence import evidence_for
from smtp421.diagnosis.history.incidents import Incidents
from smtp421.diagnosis.history.judgement import judge
from smtp421.diagnosis.history.rows import rows_of
from smtp421.diagnosis.history.signs import Background, cleared, signs_of
from smtp421.diagnosis.history.values import Key
from smtp421.model import Severity
from smtp421.rulebook.pages import LimitPage
from tests.diagnosis.conftest import START, THRESHOLDS, attempt, deferred, finding, history_of, ledger_of, sent


def signs(events, causes=(), thresholds=THRESHOLDS, number=0):
    history = history_of(events)
    return {sign.id: sign for sign in signs_of(history.groups[number], Background(history, thresholds), causes)}


def answers(history, provider=None, thresholds=THRESHOLDS, number=0):
    return {
        item[0]: item[1] for item in (tuple(each) for each in evidence_for(history.groups[number], history, thresholds, provider))
    }


def storm(number, start=0, step=60, domain="one.example", **more):
    return [deferred(f"D{start}-{turn}", f"d{turn}@{domain}", start + turn * step, **more) for turn in range(number)]


def calm(number, start=0, step=60, domain="one.example"):
    return [sent(f"S{start}-{turn}", f"s{turn}@{domain}", start + turn * step) for turn in range(number)]


# Signs


def test_minutes_of_trouble_are_no_sign():
    assert signs(storm(20, step=10)) == {}


def test_shares():
    assert list(signs(storm(40))) == ["everything"]
    assert list(signs([*storm(40), *calm(60, step=40)])) == ["high_share"]
    assert signs([*storm(40), *calm(200, step=12)]) == {}
    assert signs([*storm(5, step=600)]) == {}


def test_a_blocked_domain_of_no_known_provider():
    events = [*storm(40, domain="else.example", provider=None), *storm(3, 1, 900, domain="other.example", provider=None)]
    found = signs(events)
    assert found["everything"].names == ("else.example",)
    only = history_of(storm(40, domain="else.example", provider=None))
    assert Background(only, THRESHOLDS).share(only.groups[0]) == (40, 40)


def test_sudden_and_reputation_cannot_wait():
    events = [*calm(30), *storm(60, 1800, 40)]
    assert signs(events)["investigate"].severity is Severity.CRITICAL
    assert "investigate" not in signs(storm(40))
    assert signs(storm(40), ("reputation",))["investigate"].figure == 2
    assert "investigate" not in signs(
        events, thresholds={key: value for key, value in THRESHOLDS.items() if key != "signs_together"}
    )


def test_how_it_ends():
    refused = [
        each
        for turn in range(4)
        for each in (
            deferred(f"A{turn}", "u@one.example", turn),
            (attempt("bounced", f"A{turn}", "u@one.example", 600 + turn), None),
        )
    ]
    assert list(signs(refused)) == ["refused"]
    given_up = [
        each
        for turn in range(4)
        for each in (deferred(f"A{turn}", "u@one.example", turn), (attempt("expired", f"A{turn}", None, 600 + turn), None))
    ]
    assert list(signs(given_up)) == ["given_up"]


def test_patience_with_unknown_replies():
    events = [deferred("A1", "u@one.example", 0, cause="unknown"), deferred("A1", "u@one.example", 50_000, cause="unknown")]
    assert list(signs(events)) == ["lasting", "patience"]


def test_without_thresholds_there_are_no_signs():
    events = storm(40)
    history = history_of(events)
    assert signs(events, thresholds={}) == {}
    assert signs(events, thresholds={"normal_for": 1}) == {}
    assert not cleared(history.groups[0], {})
    assert Background(history, {}).onset(history.groups[0]) is None
    assert evidence_for(history.groups[0], history, {}, None) == ()


def test_bins_too_wide_to_tell_an_onset():
    history = history_of([*calm(3), *storm(12, 60 * 86_400)])
    assert Background(history, THRESHOLDS).onset(history.groups[0]) is None


def test_cleared():
    events = [deferred("A1", "u@one.example", 0), sent("A1", "u@one.example", 400)]
    assert cleared(history_of(events).groups[0], THRESHOLDS)
    assert not cleared(history_of([*events, deferred("A2", "u@one.example", 0)]).groups[0], THRESHOLDS)


def test_without_times_nothing_lasts():
    history = history_of([deferred(f"A{turn}", f"u{turn}@{turn}.example", None, provider=None) for turn in range(12)])
    background = Background(history, THRESHOLDS)
    assert signs_of(history.groups[0], background, ()) == ()
    assert background.share(history.groups[0]) is None


# Evidence


def test_scope():
    def own(domain, turn):
        return (attempt("deferred", f"A{turn}", f"u@{domain}", turn, relay=None), finding("network", None, "x", origin="local"))

    everywhere = history_of([own(f"d{turn}.example", turn) for turn in range(12)])
    assert answers(everywhere)["scope"] == "all"
    one = history_of([own("d.example", 0), *(sent(f"S{turn}", f"u@s{turn}.example", turn) for turn in range(9))])
    assert answers(one)["scope"] == "one"
    half = history_of([own("d.example", 0), sent("S", "u@s.example", 1)])
    assert "scope" not in answers(half)
    assert Background(everywhere, THRESHOLDS).blocked(everywhere.groups[0]) == ()
    assert len(Background(half, THRESHOLDS).loads(half.groups[0])) == len(half.loads)


def test_first_contact():
    yes = history_of([deferred("A1", "u@one.example", 0), sent("A1", "u@one.example", 400)])
    assert answers(yes)["first_contact"] == "yes"
    no = history_of([sent("S", "u@one.example", -9), deferred("A1", "u@one.example", 0), sent("A1", "u@one.example", 400)])
    assert answers(no)["first_contact"] == "no"
    assert "first_contact" not in answers(history_of([deferred("A1", "u@one.example", 0)]))


@pytest.mark.parametrize(("pause", "answer"), [(60, "too_eager"), (600, "sound"), (7200, "too_slow")])
def test_backoff(pause, answer):
    events = [
        each
        for turn in range(10)
        for each in (deferred(f"A{turn}", "u@one.example", turn), deferred(f"A{turn}", "u@one.example", turn + pause))
    ]
    assert answers(history_of(events))["backoff"] == answer
    assert "backoff" not in answers(history_of(events[:4]))


def test_rate(book):
    def provider(*limits):
        pages = tuple(
            LimitPage(what, value, kind, "https://one.example/limits", "2026-11-01", note) for what, value, kind, note in limits
        )
        return book.providers["gmail"]._replace(id="one", limits=pages)

    def history(seconds):
        ledger = ledger_of([])
        for turn in range(20):
            each, found = deferred(f"A{turn}", "u@one.example", turn * seconds)
            ledger.add(each, found, session=str(turn))
        for name in ("x", "y", "z"):
            each, found = sent(f"S{name}", "u@one.example", 20 * seconds)
            ledger.add(each, found, session=name)
        return close(ledger, THRESHOLDS)

    minute, hour, many = (
        ("messages_per_minute", 10, "provider", None),
        ("messages_per_hour", 1000, "provider", None),
        ("connections", 2, "community", "x"),
    )
    assert answers(history(1), provider(minute))["rate"] == "too_fast"
    assert "rate" not in answers(history(60), provider(minute, hour))
    assert answers(history(60), provider(minute, hour, many))["rate"] == "too_many_connections"
    assert answers(history(60), provider(minute, ("connections", 20, "provider", None)))["rate"] == "within_limits"
    assert "rate" not in answers(history(60), provider(("connections", 20, "provider", None)))
    assert "rate" not in answers(
        history(1),
        provider(("messages_per_minute", 10, "provider", "for new senders"), ("messages_per_hour", 10, "historic", None)),
    )
    assert "rate" not in answers(history(1), book.providers["gmail"])


# Judgement and rows


@pytest.fixture
def judged(book):
    return lambda events, **more: judge(history_of(events, **more), book)


def test_the_most_pressing_first(judged):
    over = [deferred("A1", "u@two.example", 0, provider="two"), sent("A1", "u@two.example", 400)]
    judgement = judged([*over, *storm(40)])
    assert [group.group.key.provider for group in judgement.groups] == ["one", "two"]
    rows = rows_of(judgement)
    assert [(row.name, row.attempts, row.cleared) for row in rows] == [("", 40, False), ("", 1, True)]
    assert rows[0].pressing
    assert not rows[1].pressing
    assert rows[0].severity is rows[0].worst.severity is judgement.groups[0].severity


def test_rows_put_groups_together(judged):
    events = [
        deferred("A1", "u@one.example", 0),
        deferred("A1", "u@one.example", 300, cause="greylisting"),
        deferred("B1", "v@two.example", 5, provider="two"),
    ]
    judgement = judged(events, by="domain")
    one, two = rows_of(judgement)
    assert (one.name, two.name) == ("one.example", "two.example")
    assert (one.messages.number, one.recipients.number, one.attempts, len(one.parts)) == (1, 1, 2, 2)
    assert one.fates.waiting == 1
    assert len(one.bins) == 2
    assert (one.first, one.last) == (START, START + timedelta(seconds=300))
    some = rows_of(judgement, lambda judged: judged.group.key.cause == "rate_limit")
    assert {(row.name, row.messages) for row in some} == {("one.example", (1, True)), ("two.example", (1, True))}


def test_hints_are_judged_alone(judged):
    judgement = judged([(attempt(None, None, None, 8), finding("network", None, None, origin="local"))])
    assert (judgement.groups, len(judgement.hints), judgement.hints[0].share) == ((), 1, None)


# Incidents


def test_incidents(book):
    found = explain("421 4.7.0 Try again later", rulebook=book)
    key, other = Key("", False, "one", "rate_limit"), Key("", False, "two", "rate_limit")
    incidents = Incidents(THRESHOLDS)
    assert incidents.deferred(key, 1, 100, 100, lambda: found).attempts == 1
    assert incidents.deferred(key, 2, 100, 160, lambda: found) is None
    assert incidents.deferred(key, 2, 100, 160, lambda: found) is None
    incidents.deferred(other, 1, 200, 200, lambda: found)
    assert incidents.ended(300, dict) == ()
    assert incidents.ended(600, lambda: {key: 1, other: 2}) == ()
    (over,) = incidents.ended(600, lambda: {other: 2})
    assert (over.key, over.lasted, over.attempts) == (key, 60, 2)
    assert [each.key for each in incidents] == [other]
    assert len(incidents.ended(20_000, lambda: {other: 2})) == 1
    again = incidents.deferred(key, 5, 100, 30_000, lambda: found)
    assert (again.began, again.last, again.attempts) == (30_000, 30_000, 3)
