"""mailqueued's lines, joined by the message's id."""

from smtp421.logs import halon
from smtp421.model import Origin, Relay, Stage, Status

ID = "76029eaf-66b1-11e5-a155-af38a3d21179"


def say(text, queue="", time="11:11:55"):
    return f"Oct 6 {time} (info) mailqueued: [{ID}] {queue}{text}"


TO = f"{say('Processing message from <s@example.net> to <u@example.com> with mailtransport:1', '[25427066] ')}\n{say('Delivering message to [mx.example.com]:25 for 1 recipients')}\n{say('Connecting to [192.0.2.1]:25')}\n"
FAILED = "Delivery failed for <u@example.com>: {}"


def test_a_reply(attempts):
    (attempt,) = attempts(halon.FORMAT, TO + say(FAILED.format("450 4.2.1 too fast"), "[25427066] "))
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.reply.text) == (450, "4.2.1", "too fast")
    assert (attempt.relay, attempt.sender, attempt.recipient) == (
        Relay("mx.example.com", "192.0.2.1", 25),
        "s@example.net",
        "u@example.com",
    )
    assert (attempt.queue_id, attempt.status, attempt.origin) == ("25427066", Status.DEFERRED, Origin.REMOTE)
    assert attempt.timestamp.isoformat() == "2026-10-06T11:11:55+00:00"


def test_a_broken_connection(attempts):
    broke = say("Socket error: unexpectedly disconnected (CMD_DATA_END) (aborting)")
    (attempt,) = attempts(halon.FORMAT, f"{TO}{broke}\n{say(FAILED.format('400 Remote host'))}")
    assert (attempt.origin, attempt.reply.code, attempt.reply.text) == (Origin.LOCAL, None, "unexpectedly disconnected")
    assert (attempt.reply.stage, attempt.queue_id) == (Stage.END_OF_DATA, ID)
    (attempt,) = attempts(halon.FORMAT, f"{broke}\n{TO}{say(FAILED.format('450 later'))}")
    assert attempt.reply.code == 450


def test_others(attempts):
    (attempt,) = attempts(halon.FORMAT, say(FAILED.format("550 5.1.1 no")))
    assert (attempt.status, attempt.relay) == (Status.BOUNCED, None)
    (attempt,) = attempts(halon.FORMAT, say(FAILED.format("no answer")))
    assert (attempt.origin, attempt.reply.text) == (Origin.LOCAL, "no answer")
    assert attempts(halon.FORMAT, say("Delivery failed for all recipient(s) in 00:00:01.143")) == []
