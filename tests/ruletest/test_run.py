import pytest

from smtp421.rulebook.schema import CapturesForm, CaseForm
from smtp421.ruletest.answers import ASKED, CAPTURED
from smtp421.ruletest.checks import Check, Difference, Kind, Outcome
from smtp421.ruletest.run import judge, run

LINE = (
    "2026-11-20T22:30:00+00:00 mail postfix/smtp[1]: ABCDEF0: to=<u@example.com>, relay=aspmx.l.google.com[192.0.2.1]:25, delay=10, "
    "delays=1/1/1/7, dsn=4.2.1, status=deferred (host aspmx.l.google.com[192.0.2.1] said: 450-4.2.1 The user you are trying to contact "
    "is receiving mail at a rate that prevents additional messages from being delivered. - gsmtp (in reply to RCPT TO command))"
)


def check(text, *wanted, todo=None):
    return Check(Kind.CASE, "a case", None, text, wanted, "c.yaml", (), todo)


HOLDS = {
    "cause": "recipient_rate",
    "severity": "info",
    "provider": "google_workspace",
    "origin": "remote",
    "confidence": "high",
    "who_acts": "nobody",
    "retry": "yes",
    "fix": "let-queue-retry",
    "reply_code": 450,
    "enhanced_code": "4.2.1",
    "captures.format": "postfix",
    "captures.status": "deferred",
    "captures.stage": "rcpt",
    "captures.queue_id": "ABCDEF0",
    "captures.sender": None,
    "captures.recipient": "u@example.com",
    "captures.relay": "aspmx.l.google.com",
    "captures.relay_address": "192.0.2.1",
    "captures.source_address": None,
    "captures.delay": 10.0,
}


def test_all_that_can_be_asked_is_answered(book, now):
    result = judge(check(LINE, *HOLDS.items(), ("not_rule", "generic-greylisting")), book, now)
    assert (result.outcome, result.differences, result.note) == (Outcome.PASSED, (), "")
    assert book.rules[result.winner].cause == "recipient_rate"


@pytest.mark.parametrize("what", HOLDS)
def test_each_is_compared(what, book, now):
    wanted = -1 if isinstance(HOLDS[what], int | float) else "another"
    result = judge(check(LINE, (what, wanted)), book, now)
    assert (result.outcome, result.differences) == (Outcome.FAILED, (Difference(what, wanted, HOLDS[what]),))


def test_every_expectation_of_the_form_can_be_asked():
    apart = {"text", "name", "todo", "explained", "not_rule", "captures"}
    assert set(CaseForm.model_fields) - apart == {name for name in ASKED if "." not in name}
    assert set(CapturesForm.model_fields) == set(CAPTURED)


def test_waiting_time_and_words(book, now):
    result = judge(
        check(
            "450 4.2.0 Greylisted for 300 seconds",
            ("captures.wait_seconds", 300),
            ("captures.matched", "Greylisted for 300 seconds"),
        ),
        book,
        now,
    )
    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("wanted", "todo", "outcome"),
    [
        ("greylisting", None, Outcome.PASSED),
        ("tls", None, Outcome.FAILED),
        ("tls", "later", Outcome.TODO),
        ("greylisting", "later", Outcome.TODO_PASSED),
    ],
)
def test_outcomes(wanted, todo, outcome, book, now):
    assert judge(check("450 4.2.0 Greylisted", ("cause", wanted), todo=todo), book, now).outcome is outcome


def test_nothing_to_explain(book, now):
    passed, failed, lost, none = run(
        [
            check("hello", ("explained", False)),
            check("450 4.2.0 Greylisted", ("explained", False)),
            check("hello", ("rule", "generic-greylisting"), ("not_rule", "yahoo-tss04")),
            check("hello", ("rule", None)),
        ],
        book,
        now,
    )
    assert passed.outcome is Outcome.PASSED
    assert failed.differences == (Difference("explained", False, True),)
    assert (lost.differences, lost.note) == (
        (Difference("rule", "generic-greylisting", None),),
        "the text holds nothing to explain",
    )
    assert (none.outcome, none.note) == (Outcome.FAILED, "the text holds nothing to explain")
    assert (passed.note, failed.note) == ("", "")


def test_why_a_rule_lost(book, now):
    text = "450 4.2.0 Greylisted"
    does_not_fit = judge(check(text, ("rule", "yahoo-tss04")), book, now)
    assert does_not_fit.note == "yahoo-tss04 does not fit"
    fits = judge(check(text, ("rule", "generic-enhanced-2-0")), book, now)
    assert fits.note == "generic-enhanced-2-0 fits too, and ranks lower"
    assert (fits.winner, fits.matched) == ("generic-greylisting", "Greylist")


def test_a_counterexample_that_is_won(book, now):
    result = judge(check("450 4.2.0 Greylisted", ("not_rule", "generic-greylisting")), book, now)
    assert result.differences == (Difference("not_rule", "generic-greylisting", "generic-greylisting"),)
