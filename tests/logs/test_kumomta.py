"""Records as KumoMTA 2025 writes them; see its documentation of the log record."""

from pathlib import Path

import pytest

from smtp421.logs import kumomta
from smtp421.model import Origin, Relay, Stage, Status

RECORDS = (Path(__file__).parents[1] / "data" / "logs" / "kumomta.jsonl").read_text(encoding="utf-8").splitlines()
GMAIL = Relay("gmail-smtp-in.l.google.com", "142.251.2.27")


def test_a_failure_of_two_recipients(attempts):
    first, second = attempts(kumomta.FORMAT, RECORDS[1])
    assert (first.recipient, second.recipient) == ("u@gmail.example", "v@gmail.example")
    assert (first.reply.code, str(first.reply.enhanced_code), first.reply.stage) == (421, "4.7.28", Stage.END_OF_DATA)
    assert first.reply.text == (
        'Our system has detected an unusual rate of unsolicited mail from your IP address. "rate" d2e1a72fcca58 - gsmtp'
    )
    assert (first.status, first.origin, first.relay, first.sender) == (Status.DEFERRED, Origin.REMOTE, GMAIL, "news@example.org")
    assert (first.queue_id, first.source_address, first.delay) == ("1d98076abbbc11ed940250ebf67f93bd", "198.51.100.5", 6.0)
    assert first.timestamp.isoformat() == "2025-09-12T11:08:01.440526+00:00"


def test_a_permanent_code_that_is_retried(attempts):
    (attempt,) = attempts(kumomta.FORMAT, RECORDS[2])
    assert (attempt.status, attempt.reply.code, attempt.reply.stage) == (Status.DEFERRED, 552, Stage.RCPT)
    assert attempt.reply.text == "1 Requested mail action aborted, mailbox not found"


def test_words_of_its_own_are_no_reply(attempts):
    (attempt,) = attempts(kumomta.FORMAT, RECORDS[3])
    assert (attempt.reply.code, attempt.origin, attempt.status) == (None, Origin.LOCAL, Status.DEFERRED)
    assert attempt.reply.text.startswith("KumoMTA internal: failed to connect")
    assert attempt.relay == Relay("gmail-smtp-in.l.google.com"), "the site tells which hosts were tried"
    assert attempt.timestamp.isoformat() == "2025-09-12T11:08:01+00:00", "older versions count seconds"


@pytest.mark.parametrize(
    ("number", "status", "origin", "code", "stage"),
    [
        (4, Status.BOUNCED, Origin.REMOTE, 550, Stage.RCPT),
        (5, Status.EXPIRED, Origin.LOCAL, None, None),
        (6, Status.SENT, Origin.REMOTE, 250, Stage.END_OF_DATA),
        (7, Status.DEFERRED, Origin.INBOUND, 451, Stage.RCPT),
    ],
)
def test_other_ends(attempts, number, status, origin, code, stage):
    (attempt,) = attempts(kumomta.FORMAT, RECORDS[number])
    assert (attempt.status, attempt.origin, attempt.reply.code, attempt.reply.stage) == (status, origin, code, stage)


def test_whom_we_turn_away_is_no_relay(attempts):
    (attempt,) = attempts(kumomta.FORMAT, RECORDS[7])
    assert (attempt.relay, attempt.source_address, attempt.recipient) == (None, "192.0.2.3", "w@example.org")


@pytest.mark.parametrize("number", [0, 8])
def test_records_that_tell_of_no_delivery(attempts, number):
    assert attempts(kumomta.FORMAT, RECORDS[number]) == []


def test_an_array_of_records(attempts):
    assert len(attempts(kumomta.FORMAT, f"[{','.join(RECORDS)}]")) == 8
