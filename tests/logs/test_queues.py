"""Queue listings: they repeat what the log said before, one state a recipient."""

import json
import re
from pathlib import Path

from smtp421.logs import exim_bp, mailq, postqueue_j, smtpctl_queue
from smtp421.model import Origin, Relay, Stage, Status

DATA = Path(__file__).parents[1] / "data" / "logs"


def text(name):
    return (DATA / name).read_text(encoding="utf-8")


def test_postqueue_j(attempts):
    found = attempts(postqueue_j.FORMAT, text("postqueue-j.json"))
    rows = [json.loads(row) for row in text("postqueue-j.json").splitlines()]
    told = [(row["queue_id"], to["address"]) for row in rows for to in row["recipients"] if "delay_reason" in to]
    assert [(attempt.queue_id, attempt.recipient) for attempt in found] == told
    spamcop = found[0]
    assert (spamcop.reply.code, str(spamcop.reply.enhanced_code), spamcop.reply.stage) == (451, "4.7.1", Stage.RCPT)
    assert spamcop.reply.text.startswith("Service unavailable; Client host [203.0.113.25] blocked using bl.spamcop.net")
    assert (spamcop.status, spamcop.origin) == (Status.SUSPENDED, Origin.REMOTE)
    assert (spamcop.relay, spamcop.sender) == (Relay("mx.postfix-rx.example", "127.0.1.21"), "news@example.org")
    assert spamcop.timestamp.isoformat() == "2026-11-20T22:30:00+00:00"


def test_postqueue_p_tells_the_same(attempts):
    plain, objects = (
        attempts(form, text(name))
        for form, name in ((mailq.POSTFIX, "postqueue-p.txt"), (postqueue_j.FORMAT, "postqueue-j.json"))
    )
    assert len(plain) == len(objects) == len(re.findall(r"^ *\(", text("postqueue-p.txt"), re.MULTILINE))
    for one, other in zip(plain, objects, strict=True):
        assert one._replace(format="", line=None) == other._replace(format="", line=None)


def test_a_queue_entry_without_its_listing(attempts):
    entry = "\n".join(text("postqueue-p.txt").split("\n\n")[1].split("\n"))
    (attempt,) = attempts(mailq.POSTFIX, entry)
    assert attempt.reply.code == 451
    unindented = "\n".join(line.strip() for line in entry.split("\n"))
    assert attempts(mailq.POSTFIX, unindented) == [attempt]


def test_sendmail(attempts):
    found = {attempt.recipient: attempt for attempt in attempts(mailq.SENDMAIL, text("mailq.txt"))}
    assert len(found) == len(re.findall(r"^\t+ <", text("mailq.txt"), re.MULTILINE))
    cut = found["g-unsol@gmail.example"]
    assert (cut.reply.code, str(cut.reply.enhanced_code), cut.queue_id) == (421, "4.7.28", "6AKMZtm5000064")
    assert cut.reply.text == "[203.0.113.25 15] Our system has d"
    assert (cut.status, cut.origin, cut.sender) == (Status.SUSPENDED, Origin.REMOTE, "news@example.org")
    assert cut.timestamp.isoformat() == "2026-11-20T22:35:00+00:00"
    own = found["y-ts03@aol.example"]
    assert (own.reply.text, own.origin) == ("Connection reset by mx-aol.mail.gm0.yahoodns.net.", Origin.LOCAL)
    assert found["g-nouser@gmail.example"].reply.text == "Deferred"
    assert found["silent@silent.example"].reply.text == "reply: read error from mx.silent.example."


def test_exim_gives_no_reasons(attempts):
    listing = text("exim-bp.txt")
    assert exim_bp.FORMAT.recognises(listing.split("\n")[0])
    assert attempts(exim_bp.FORMAT, listing) == []


def test_exim_frozen(attempts):
    listing = "25h   2.9K 1xUXDD-00009k-1a <> *** frozen ***\n        D ok4@example.com\n          u@example.com\n\n"
    (attempt,) = attempts(exim_bp.FORMAT, listing)
    assert (attempt.recipient, attempt.queue_id, attempt.delay, attempt.sender) == (
        "u@example.com",
        "1xUXDD-00009k-1a",
        90000.0,
        None,
    )
    assert (attempt.reply.text, attempt.origin, attempt.status) == ("Message is frozen", Origin.LOCAL, Status.SUSPENDED)


def test_opensmtpd(attempts):
    listing = (
        "5f2d3c4b1a0e9d8c|inet4|mta|auth|news@example.org|u@example.com|v@example.com|1795213798|1795559398|1795213801|2|pending|398|"
        "450 4.2.0 Greylisted | see example.com\n"
        "5f2d3c4b1a0e9d8d|local|mta||@|w@example.com|w@example.com|1795213798|1795559398|1795213801|2|pending|398|"
        "Network error on destination MXs\n"
        "5f2d3c4b1a0e9d8e|local|mta||a@example.org|x@example.com|x@example.com|1795213798|1795559398|0|0|inflight|3|\n"
    )
    reply, own = attempts(smtpctl_queue.FORMAT, listing)
    assert (reply.reply.code, reply.reply.text, reply.origin) == (450, "Greylisted | see example.com", Origin.REMOTE)
    assert (reply.recipient, reply.queue_id, reply.delay) == ("v@example.com", "5f2d3c4b1a0e9d8c", 3.0)
    assert reply.timestamp.isoformat() == "2026-11-20T22:29:58+00:00"
    assert (own.reply.text, own.origin, own.sender) == ("Network error on destination MXs", Origin.LOCAL, None)
