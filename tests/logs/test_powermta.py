"""Accounting files; the columns differ from file to file."""

from pathlib import Path

from smtp421.logs import powermta
from smtp421.model import Origin, Relay, Status

DATA = Path(__file__).parents[1] / "data" / "logs"
FILE = (DATA / "powermta.csv").read_text(encoding="utf-8")


def test_a_file(attempts):
    deferred, bounced = attempts(powermta.FORMAT, FILE)
    assert (deferred.reply.code, str(deferred.reply.enhanced_code)) == (421, "4.7.0")
    assert deferred.reply.text.startswith("[TSS04] Messages from 203.0.113.25 temporarily deferred due to unexpected volume")
    assert (deferred.recipient, deferred.sender, deferred.status) == ("u1@yahoo.example", "news@example.org", Status.DEFERRED)
    assert (deferred.relay, deferred.source_address) == (Relay("mta5.am0.yahoodns.net", "98.136.96.91"), "203.0.113.25")
    assert (deferred.origin, deferred.queue_id, deferred.delay, deferred.line) == (Origin.REMOTE, "job42", 3.0, 2)
    assert deferred.timestamp.isoformat() == "2026-11-20T22:30:01+00:00"
    assert (bounced.status, bounced.reply.code, str(bounced.reply.enhanced_code), bounced.delay) == (
        Status.BOUNCED,
        550,
        "5.1.1",
        603.0,
    )


def test_fewer_columns_and_seconds_since_1970(attempts):
    sent, bounced = attempts(powermta.FORMAT, (DATA / "powermta-short.csv").read_text(encoding="utf-8"))
    assert (sent.status, sent.recipient, sent.source_address) == (Status.SENT, "user1@example.com", "10.0.0.1")
    assert sent.timestamp.isoformat() == "2007-05-10T14:38:23+00:00"
    assert (bounced.status, bounced.recipient, bounced.origin) == (Status.BOUNCED, "user3@example.com", None)


def test_a_row_without_its_header_is_told_by_its_look(attempts):
    (with_header, _), (alone,) = attempts(powermta.FORMAT, FILE), attempts(powermta.FORMAT, FILE.splitlines()[1])
    for field in ("reply", "recipient", "sender", "timestamp", "delay", "status"):
        assert getattr(alone, field) == getattr(with_header, field)
    assert alone.relay == Relay("mta5.am0.yahoodns.net", "98.136.96.91")


def test_a_diagnostic_over_several_lines_with_quotes(attempts):
    text = (
        "type,timeLogged,rcpt,dsnDiag\n"
        't,2026-11-20 22:30:01+0000,u@example.com,"smtp;451-4.7.1 first ""line"", with a comma\n451 4.7.1 second"\n'
        "t,2026-11-20 22:30:02+0000,v@example.com,smtp;timed out\n"
    )
    folded, own = attempts(powermta.FORMAT, text)
    assert (folded.reply.text, folded.line) == ('first "line", with a comma second', 2)
    assert (own.reply.code, own.reply.text, own.origin, own.line) == (None, "timed out", None, 4)


def test_a_row_that_never_ends_does_not_swallow_the_file(attempts):
    torn = 'type,timeLogged,rcpt,dsnDiag\nt,2026-11-20 22:30:01+0000,u@example.com,"smtp;451 torn\n'
    rows = "t,2026-11-20 22:30:02+0000,v@example.com,smtp;421 whole\n" * 3
    assert [attempt.reply.code for attempt in attempts(powermta.FORMAT, torn + rows)] == [451, 421, 421, 421]


def test_expiry(attempts):
    rows = (
        "type,timeLogged,rcpt,dsnStatus,dsnDiag,bounceCat\n"
        "b,2026-11-20 22:30:01+0000,u@example.com,4.4.7 (delivery time expired),smtp;451 4.7.1 later,other\n"
        "b,2026-11-20 22:30:01+0000,v@example.com,5.4.7,smtp;550 5.4.7 too old,message-expired\n"
        "tq,2026-11-20 22:30:01+0000,,4.4.1,,\n"
        "r,2026-11-20 22:30:01+0000,w@example.com,,,\n"
    )
    first, second, queue = attempts(powermta.FORMAT, rows)
    assert (first.status, second.status) == (Status.EXPIRED, Status.EXPIRED)
    assert (queue.status, queue.recipient, str(queue.reply.enhanced_code)) == (Status.DEFERRED, None, "4.4.1")


def test_a_second_header_changes_the_columns(attempts):
    text = (
        FILE
        + "type,rcpt,timeLogged,dsnDiag\nt,2026-11-20 22:30:01+0000,x,y\nt,z@example.com,2026-11-20 22:30:01+0000,smtp;450 no\n"
    )
    assert [attempt.recipient for attempt in attempts(powermta.FORMAT, text)][:2] == ["u1@yahoo.example", "u2@gmail.example"]


def test_a_row_that_csv_cannot_read(attempts):
    huge = "x" * 140_000
    text = f"type,timeLogged,rcpt,dsnDiag\nt,2026-11-20 22:30:01+0000,u@example.com,{huge}\n"
    assert attempts(powermta.FORMAT, text) == []
