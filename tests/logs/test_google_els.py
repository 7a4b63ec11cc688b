"""Exports of Google's Email Log Search: numbers without words."""

from pathlib import Path

from smtp421.logs import google_els
from smtp421.model import EnhancedCode, Origin, Relay, Status

FILE = (Path(__file__).parents[1] / "data" / "logs" / "google-els.csv").read_text(encoding="utf-8")


def test_an_export(attempts):
    (attempt,) = attempts(google_els.FORMAT, FILE)
    assert (attempt.reply.code, attempt.reply.enhanced_code, attempt.reply.text) == (451, None, "")
    assert (attempt.recipient, attempt.sender, attempt.queue_id) == (
        "u@partner.example",
        "a@example.com",
        "<CAJm1@mail.example.com>",
    )
    assert (attempt.relay, attempt.status, attempt.origin) == (Relay(None, "192.0.2.10"), Status.DEFERRED, Origin.REMOTE)
    assert attempt.timestamp.isoformat() == "2026-11-20T22:30:02+00:00"
    assert not isinstance(attempt.reply.enhanced_code, EnhancedCode)


def test_what_google_answers_others_is_inbound(attempts):
    inbound = FILE.replace("SMTP_OUT", "SMTP_IN")
    (attempt,) = attempts(google_els.FORMAT, inbound)
    assert (attempt.origin, attempt.relay, attempt.source_address) == (Origin.INBOUND, None, "192.0.2.10")
    assert attempts(google_els.FORMAT, inbound.replace(",451,", ",250,")) == []


def test_events_without_a_code(attempts):
    assert attempts(google_els.FORMAT, FILE.replace(",451,", ",,")) == []
    assert attempts(google_els.FORMAT, FILE.replace("SMTP_OUT", "GMAIL_INBOX")) == []
    (sent,) = attempts(google_els.FORMAT, FILE.replace(",451,", ",250,"))
    assert sent.status is Status.SENT
