"""What is known beyond a reply, for one attempt after the other."""

from datetime import UTC, datetime

import pytest

import smtp421
from smtp421.diagnosis import dossier as module
from smtp421.diagnosis.dossier import Dossier
from smtp421.model import Attempt, Evidence, Relay, Reply
from smtp421.reputation import postmaster_tools, snds

NOW = datetime(2026, 11, 29, 18, tzinfo=UTC)
RED = snds.read(b"192.0.2.1,11/26/2026 8:00 AM,11/27/2026 8:00 AM,10,10,10,RED,< 0.1%\n", "f")
SPAM = postmaster_tools.read(b"date,domain,spam rate\n2026-11-27,example.com,1%\n", "f")
REPLY = Reply(421, None, "Try again later")


@pytest.fixture
def known(book):
    return Dossier(
        NOW,
        book.tree.thresholds,
        said=[Evidence("first_contact", "no", "you said so", by="you")],
        reports=[RED, SPAM],
        settings=[lambda provider: [Evidence("backoff", "sound", f"postconf, for {provider.id if provider else 'all'}")]],
    )


def of(known, book, provider=None, **more):
    found = known(Attempt(REPLY, "postfix", **more), book.providers[provider] if provider else None)
    return [(item.key, item.answer) for item in found]


def test_a_tool_speaks_for_its_own_provider_only(known, book):
    always = [("first_contact", "no"), ("backoff", "sound")]
    relay = Relay("mx.example.net")
    assert of(known, book, "microsoft_consumer", relay=relay) == [*always, ("reputation", "issues")]
    assert of(known, book, "exchange_online", source_address="192.0.2.1") == [*always, ("reputation", "issues")]
    assert of(known, book, "google_workspace", relay=relay, sender="a@bounce.example.com") == [*always, ("reputation", "issues")]
    assert of(known, book, "google_workspace", relay=relay, sender="a@example.net") == [*always, ("reputation", "unknown")]
    assert of(known, book, "yahoo", relay=relay) == always
    assert of(known, book, relay=relay) == always
    assert of(known, book, recipient="u@example.net") == always


def test_a_reply_of_nobody_may_be_of_the_tool_that_is_given(known, book):
    assert of(known, book).count(("reputation", "issues")) == 2


def test_it_is_worked_out_once_for_each_case(book, monkeypatch):
    asked = []
    monkeypatch.setattr(module, "KEPT", 2)
    known = Dossier(NOW, {}, settings=[lambda provider: asked.append(provider) or []])
    for sender in ("a@one.example", "b@one.example", "a@two.example", "a@three.example", "a@one.example"):
        known(Attempt(REPLY, "postfix", sender=sender), None)
    assert len(asked) == 4


def test_the_answer_changes_with_it_and_says_because_of_what(known, book):
    reply = "451 Try again later"
    assert smtp421.explain(reply, rulebook=book).cause == "unknown"
    found = smtp421.explain(reply, rulebook=book, evidence=known)
    assert (found.cause, found.severity, found.confidence) == ("reputation", "warning", "medium")
    step = next(step for step in found.path if step.node == "reputation-tools")
    assert step.answer == "issues"
    assert step.evidence.endswith("(Microsoft SNDS: 192.0.2.1 red, over 90 % taken for spam on 2026-11-27)")


def test_old_evidence_shows_the_way_but_changes_no_cause(book):
    old = Dossier(datetime(2027, 3, 1, tzinfo=UTC), book.tree.thresholds, reports=[RED])
    found = smtp421.explain("451 Try again later", rulebook=book, evidence=[*old(Attempt(REPLY, "reply"), None)])
    step = next(step for step in found.path if step.node == "reputation-tools")
    assert (found.cause, found.severity) == ("unknown", smtp421.explain("451 Try again later", rulebook=book).severity)
    assert "94 days ago" in step.evidence
    assert any("Postmaster Tools" in check for check in found.next_checks)


def test_in_a_log_each_deferral_has_its_own(known, book):
    line = "Nov 20 22:30:0{} mail postfix/smtp[1]: ABCDEF{}: to=<u@{}>, relay={}[192.0.2.9]:25, delay=1, dsn=4.0.0, status=deferred (host {}[192.0.2.9] said: 451 Try again later (in reply to MAIL FROM command))"
    hosts = ("mx.example.net", "outlook-com.olc.protection.outlook.com", "gmail-smtp-in.l.google.com")
    lines = [line.format(number, number, "example.net", host, host) for number, host in enumerate(hosts)]
    reputations = [
        next((item.answer for item in found.evidence if item.key == "reputation"), None)
        for found in smtp421.scan(lines, rulebook=book, now=NOW, evidence=known)
    ]
    assert reputations == [None, "issues", "issues"]
