"""Replies that run on in further lines, and the trace that tells the same."""

import pytest

from smtp421.logs import chasquid
from smtp421.model import Origin, Reply, Stage, Status

HEAD = "2026-11-20 23:02:09.305051 yz274kFhvUo from=s@example.net to=u@example.com "
LAST = HEAD + "failed (temporary): all MXs returned transient failures (last: {})"


@pytest.mark.parametrize(
    ("last", "code", "enhanced", "text", "stage", "end"),
    [
        ("MAIL+RCPT 450 4.2.1 too\n4.2.1 fast", 450, "4.2.1", "too fast", None, 2),
        ("DATA closing 421 4.7.28 unusual\n4.7.28  \n4.7.28 rate", 421, "4.7.28", "unusual rate", Stage.END_OF_DATA, 3),
        (
            "MAIL+RCPT 451 You are greylisted (again)\nin 180 seconds.",
            451,
            None,
            "You are greylisted (again) in 180 seconds.",
            None,
            2,
        ),
        ("DATA 452 full", 452, None, "full", Stage.DATA, 1),
        ("Error creating client: 421 busy", 421, None, "busy", Stage.CONNECT, 1),
        ("Error saying hello: 450 no", 450, None, "no", Stage.EHLO, 1),
        ("TLS error: 454 4.7.0 no", 454, "4.7.0", "no", Stage.STARTTLS, 1),
    ],
)
def test_replies(attempts, last, code, enhanced, text, stage, end):
    (attempt,) = attempts(chasquid.FORMAT, LAST.format(last))
    reply = attempt.reply
    assert (reply.code, reply.enhanced_code and str(reply.enhanced_code), reply.text, reply.stage) == (
        code,
        enhanced,
        text,
        stage,
    )
    assert (attempt.line, attempt.queue_id, attempt.sender, attempt.recipient) == (
        end,
        "yz274kFhvUo",
        "s@example.net",
        "u@example.com",
    )
    assert (attempt.status, attempt.origin) == (Status.DEFERRED, Origin.REMOTE)
    assert attempt.timestamp.isoformat() == "2026-11-20T23:02:09.305051+00:00"


def test_own_words(attempts):
    (attempt,) = attempts(chasquid.FORMAT, LAST.format("Could not dial: dial tcp 192.0.2.1:25: connect: connection refused"))
    assert (attempt.origin, attempt.reply.text) == (
        Origin.LOCAL,
        "Could not dial: dial tcp 192.0.2.1:25: connect: connection refused",
    )


def test_a_refusal_ends_with_the_next_line(attempts):
    refused = f"{HEAD}failed (permanent): MAIL+RCPT 550 5.1.1 no such\n5.1.1 user"
    (attempt,) = attempts(
        chasquid.FORMAT, f"{refused}\n2026-11-20 23:02:10.0 yz274kFhvUo from=s@example.net completed loop, next in 1m0s"
    )
    assert (attempt.status, attempt.reply.text, attempt.line) == (Status.BOUNCED, "no such user", 2)


def test_age_and_success(attempts):
    queued = "2026-11-20 23:02:07.305051 yz274kFhvUo from=s@example.net queued ip=127.0.0.1:38812 to=[u@example.com]"
    (attempt,) = attempts(chasquid.FORMAT, f"{queued}\n{HEAD}sent")
    assert (attempt.status, attempt.delay, attempt.reply.code) == (Status.SENT, 2.0, 250)


def test_the_trace_names_the_server_and_counts_once(attempts):
    trace = (
        '2026-11-20 23:02:09.30 _ smtp.go:101  Courier.SMTP u@example.com: error: \\"mx.example.com.\\" returned transient error: MAIL+RCPT 450 4.2.1 too\\n4.2.1 fast\n'
        "2026-11-20 23:02:09.305039 _ queue.go:363  Queue.SendLoop yz274kFhvUo: u@example.com temporary error: all MXs returned transient failures "
        "(last: MAIL+RCPT 450 4.2.1 too\\n4.2.1 fast)"
    )
    (attempt,) = attempts(chasquid.FORMAT, trace)
    assert (attempt.relay.host, attempt.reply.text, attempt.queue_id) == ("mx.example.com", "too fast", "yz274kFhvUo")
    (attempt,) = attempts(chasquid.FORMAT, f"{trace}\n{LAST.format('MAIL+RCPT 450 4.2.1 too')}")
    assert attempt.line == 2
    assert len(attempts(chasquid.FORMAT, f"{trace}\n{LAST.format('MAIL+RCPT 450 4.2.1 too').replace('23:02', '23:07')}")) == 2


def test_lines_of_others_do_not_go_on_with_a_reply():
    reader = chasquid.FORMAT.open()
    assert not reader.claims("4.2.1 fast")
    assert chasquid.recognises(LAST.format("x"))
    assert not chasquid.recognises("2026-11-20 23:02:09.305620 yz274kFhvUo from=s@example.net completed loop, next in 1m2s")


MAILLOG = "2026-11-20 23:02:09.305051 yz274kFhvUo from=app@example.net to=u@example.com failed (temporary): all MXs returned transient failures (last: MAIL+RCPT {reply})"
TRACE = "_ queue.go:363       Queue.SendLoop yz274kFhvUo: u@example.com temporary error: all MXs returned transient failures (last: MAIL+RCPT {reply})"


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("451 4.7.1 first\nsecond has none\n4.7.2 third differs", "first second has none third differs"),
        ("450 4.7.1 first\n\n4.7.1\n4.7.1 \tlast", "first last"),
    ],
)
def test_lines_of_a_reply_without_its_enhanced_code(attempts, reply, text):
    (attempt,) = attempts(chasquid.FORMAT, MAILLOG.format(reply=reply))
    assert (attempt.recipient, str(attempt.reply.enhanced_code), attempt.reply.text) == ("u@example.com", "4.7.1", text)


def test_the_trace_is_quoted_and_each_of_its_lines_is_whole(attempts):
    said = (r"450 4.7.1 \"C:\\temp\" Bo\xeete \u200e\t( and\n4.7.1 (", r"450 4.7.1 next")
    found = attempts(chasquid.FORMAT, "\n".join(TRACE.format(reply=reply) for reply in said))
    assert [each.reply.text for each in found] == ['"C:\\temp" Boîte \u200e ( and (', "next"]


def test_a_reply_without_words(attempts):
    (attempt,) = attempts(chasquid.FORMAT, MAILLOG.format(reply="").replace("MAIL+RCPT ", "DATA closing short response: 451"))
    assert (attempt.reply, attempt.origin) == (Reply(451, None, "", Stage.END_OF_DATA), Origin.REMOTE)
