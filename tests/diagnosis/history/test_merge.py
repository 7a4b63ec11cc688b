"""Ledgers of parts of a log, merged, tell what one pass over the whole tells."""

import pickle
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from smtp421.diagnosis.history.close import close
from smtp421.diagnosis.history.ledger import Ledger
from smtp421.diagnosis.history.merge import merge
from smtp421.diagnosis.history.values import History
from tests.diagnosis.conftest import THRESHOLDS, Event, attempt, deferred, finding, history_of, ledger_of, sent


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Deliveries of some messages, each in its order, mixed in the order of time."""
    events: list[tuple[int, int, Event]] = []
    for number in range(draw(st.integers(0, 8))):
        queue_id = f"Q{number}"
        recipients = draw(st.sampled_from([["a@one.example"], ["a@one.example", "b@two.example"], ["c@else.example"]]))
        second = draw(st.integers(0, 100))
        for recipient in recipients:
            at = second
            for turn in range(draw(st.integers(0, 4))):
                how = draw(st.sampled_from(["deferred", "deferred", "suspended", "aside"]))
                cause = draw(st.sampled_from(["rate_limit", "greylisting", "unknown"]))
                own = draw(st.booleans())
                found = finding(cause, "one", f"rule-{cause}", origin="local" if own else "remote")
                delay = draw(st.sampled_from([None, float(at - second)]))
                status = None if how == "aside" else how
                each = attempt(status, queue_id, recipient, at, delay=delay, line=number * 100 + turn, source_address="192.0.2.9")
                events.append((at, number, (each, found)))
                at += draw(st.sampled_from([1, 7, 400, 5000]))
            end = draw(st.sampled_from(["sent", "bounced", "expired", "message expired", "open"]))
            if end == "message expired":
                events.append((at, number, (attempt("expired", queue_id, None, at), finding())))
            elif end != "open":
                events.append((at, number, (attempt(end, queue_id, recipient, at, line=number * 100 + 99), finding())))
    # Of one message the order stays, also at equal times.
    return [event for _, _, event in sorted(events, key=lambda each: each[0])]


def part(events: list[Event], *, begins: bool) -> Ledger:
    return ledger_of(events, begins=begins)


def told(ledger: Ledger) -> History:
    return close(ledger, THRESHOLDS)


@settings(max_examples=300)
@given(logs(), st.data())
def test_two_parts(events: list[Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(events)))
    merged = merge(part(events[:cut], begins=True), part(events[cut:], begins=False))
    assert told(merged) == history_of(events)


@settings(max_examples=300)
@given(logs(), st.data())
def test_three_parts_either_way(events: list[Event], data: st.DataObject) -> None:
    one, two = sorted(data.draw(st.tuples(st.integers(0, len(events)), st.integers(0, len(events)))))

    def parts() -> tuple[Ledger, Ledger, Ledger]:
        return part(events[:one], begins=True), part(events[one:two], begins=False), part(events[two:], begins=False)

    first, second, third = parts()
    left = told(merge(merge(first, second), third))
    first, second, third = parts()
    right = told(merge(first, merge(second, third)))
    assert left == right == history_of(events)


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_messages_within_a_second_does_not_matter(events: list[Event], chance: random.Random) -> None:
    lines: dict[tuple[object, str | None], list[Event]] = {}
    for event in events:
        lines.setdefault((event[0].timestamp, event[0].queue_id), []).append(event)
    groups = list(lines.items())
    chance.shuffle(groups)
    groups.sort(key=lambda each: str(each[0][0]))
    assert history_of([event for _, same in groups for event in same]) == history_of(events)


def test_a_queue_id_that_is_used_again() -> None:
    events = [
        deferred("A1", "u@one.example", 0),
        sent("A1", "u@one.example", 400),
        deferred("A1", "u@one.example", 900),
        sent("A1", "u@one.example", 1300),
        deferred("A1", "u@one.example", 2000),
    ]
    whole = history_of(events)
    assert (whole.fates.delivered, whole.fates.waiting) == (2, 1)
    for cut in range(len(events) + 1):
        assert told(merge(part(events[:cut], begins=True), part(events[cut:], begins=False))) == whole
        for other in range(cut, len(events) + 1):
            later = merge(part(events[cut:other], begins=False), part(events[other:], begins=False))
            assert told(merge(part(events[:cut], begins=True), later)) == whole


def test_what_a_worker_sends_back() -> None:
    events = [deferred("A1", "u@one.example", 0), sent("A1", "u@one.example", 400), deferred("B2", "v@one.example", 500)]
    sent_back = pickle.loads(pickle.dumps(part(events[1:], begins=False)))
    assert told(merge(part(events[:1], begins=True), sent_back)) == history_of(events)


def test_merging_keeps_to_the_bounds() -> None:
    events = [deferred(f"Q{number}", "u@one.example", number) for number in range(10)]
    merged = merge(ledger_of(events[:5], most=4), ledger_of(events[5:], most=4, begins=False))
    history = told(merged)
    assert (history.fates.waiting, history.dropped.waiting) == (4, 6)
    assert history.deferred == 10


def test_groups_rows_and_inbound_are_merged() -> None:
    def events() -> list[Event]:
        return [
            deferred("A1", "u@one.example", 0),
            deferred("B1", "v@two.example", 5, provider="two"),
            deferred("C1", "v@one.example", 6),
            deferred("D1", "w@one.example", 7, origin="inbound"),
            (attempt(None, None, None, 8), finding("network", origin="local")),
        ]

    whole = history_of(events(), by="domain")
    both = merge(ledger_of(events()[:2], by="domain"), ledger_of(events()[2:], by="domain", begins=False))
    assert told(both) == whole
    assert {row.name: row.messages.number for row in whole.rows} == {"one.example": 2, "two.example": 1}
    assert len(whole.inbound) == len(whole.hints) == 1
