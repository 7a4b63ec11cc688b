"""The public API and the JSON contract."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import smtp421
from smtp421 import errors

GMAIL = "421-4.7.28 [192.0.2.1] Our system has detected an unusual rate of\n421 4.7.28 unsolicited mail originating from your IP address. - gsmtp"
LINE = (
    "Nov 20 22:29:58 mail postfix/smtp[196]: CAF4C28A9BA: to=<g-rate@gmail.example>, relay=gmail-smtp-in.l.google.com[127.0.1.10]:25, delay=332, "
    "delays=328/0/3.4/0.6, dsn=4.7.28, status=deferred (host gmail-smtp-in.l.google.com[127.0.1.10] said: 421-4.7.28 Our system has detected an unusual rate of "
    "421 4.7.28 unsolicited mail originating from your IP address. (in reply to end of DATA command))"
)


def test_the_contract(book, now):
    answer = smtp421.explain(LINE, rulebook=book, now=now).to_dict()
    assert json.loads(json.dumps(answer)) == answer
    assert list(answer)[:7] == ["schema", "attempt", "reply", "origin", "provider", "rule", "title"]
    assert answer["schema"] == "smtp421.diagnosis/1"
    assert answer["attempt"] == {
        "format": "postfix",
        "line": 1,
        "timestamp": "2026-11-20T22:29:58+00:00",
        "queue_id": "CAF4C28A9BA",
        "recipient": "g-rate@gmail.example",
        "relay": {"host": "gmail-smtp-in.l.google.com", "address": "127.0.1.10", "port": 25},
        "status": "deferred",
        "delay": 332.0,
    }
    assert answer["reply"] == {
        "code": 421,
        "enhanced_code": "4.7.28",
        "text": "Our system has detected an unusual rate of unsolicited mail originating from your IP address.",
        "stage": "end_of_data",
    }
    assert (answer["origin"], answer["provider"], answer["cause"], answer["confidence"]) == (
        "remote",
        "gmail",
        "rate_limit",
        "high",
    )
    assert {"schema", "attempt", "reply", "origin", "provider", "rule", "cause", "also", "severity", "confidence", "who_acts", "summary", "retry", "fixes",
            "path", "next_checks", "matched", "rivals", "references"} <= set(answer)  # fmt: skip
    assert set(answer["retry"]) == {"helps", "wait_seconds", "advice"}
    assert all(set(fix) == {"id", "action", "who", "settings"} for fix in answer["fixes"])
    assert all(set(step) == {"node", "question", "answer", "evidence"} for step in answer["path"])
    assert answer["fixes"]


def test_a_reply_alone_has_no_attempt(book, now):
    assert smtp421.explain(GMAIL, rulebook=book, now=now).to_dict()["attempt"] is None


def test_nothing_to_explain(book, now):
    for text in ("", "hello", "a b c " * 100, "\x1b[0m"):
        with pytest.raises(errors.NothingToExplain, match="paste an SMTP reply") as caught:
            smtp421.explain(text, rulebook=book, now=now)
        assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "text",
    [
        "250 2.0.0 Ok: queued as 4F0BB2A",
        "Nov 20 22:29:58 mail postfix/smtp[191]: 4F0BB2A: to=<u@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=0.3, "
        "delays=0.1/0/0.1/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 123)",
        "Nov 20 22:29:58 mail postfix/qmgr[191]: 4F0BB2A: removed",
        "Nov 20 22:29:58 mail postfix/smtpd[191]: disconnect from mx.example.com[192.0.2.1] ehlo=1 mail=1 quit=1 commands=3",
        "2026-11-20 22:36:01 1xUXD9-00005D-0P Completed",
    ],
)
def test_what_went_well_is_nothing_to_explain(book, now, text):
    with pytest.raises(errors.NothingToExplain):
        smtp421.explain(text, rulebook=book, now=now)


def test_explain_all(book, now):
    both = smtp421.explain_all(
        f"{GMAIL}\n\n450 4.2.0 <u@example.com>: Recipient address rejected: Greylisted", rulebook=book, now=now
    )
    assert [diagnosis.cause for diagnosis in both] == ["rate_limit", "greylisting"]


def test_scan(book, now):
    found = list(
        smtp421.scan(
            ["noise", LINE.encode(), LINE, "Nov 20 22:29:58 mail postfix/qmgr[1]: ABCDEF0: removed"], rulebook=book, now=now
        )
    )
    assert [diagnosis.attempt.line for diagnosis in found] == [2, 3]
    assert {diagnosis.cause for diagnosis in found} == {"rate_limit"}


def test_the_default_rule_book_is_loaded_once():
    assert smtp421.explain("450 4.2.0 Greylisted for 5 minutes").cause == "greylisting"


def test_only_the_public_names():
    for name in smtp421.__all__:
        assert getattr(smtp421, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        smtp421.nonsense  # noqa: B018


@given(st.text(max_size=300))
def test_whatever_is_pasted_there_is_an_answer_or_one_error(text):
    try:
        diagnosis = smtp421.explain(text)
    except errors.NothingToExplain:
        return
    assert diagnosis.summary
    assert json.dumps(diagnosis.to_dict())


def test_errors_say_what_to_do():
    error = errors.MissingExtra(feature="zstd input", package="zstandard", extra="zstd")
    assert str(error) == "zstd input needs the package zstandard: pip install 'smtp421[zstd]'"
    assert error.fields["extra"] == "zstd"
