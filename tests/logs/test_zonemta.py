"""The reply in parentheses at the end of the line."""

import pytest

from smtp421.logs import zonemta
from smtp421.model import Origin, Relay, Status

HEAD = "2026-11-20T22:30:01Z info Sender/default/4242 id=19a3f2c6d1b00 19a3f2c6d1b000c7f9.001 {} from=s@example.net to=u@example.com src=192.0.2.9 mx={} message-id=<1@example.net> ({})"


@pytest.mark.parametrize(
    ("what", "reply", "status", "code"),
    [
        ("DEFERRED[greylist]", "450 4.2.0 Greylisted (see https://example.com)", Status.DEFERRED, 450),
        ("REJECTED[policy]", "550 5.7.1 no", Status.BOUNCED, 550),
        ("REJECTED[defer]", "451 too long", Status.EXPIRED, 451),
        ("ACCEPTED", "250 2.0.0 Ok", Status.SENT, 250),
    ],
)
def test_outcomes(one, what, reply, status, code):
    (attempt,) = one(zonemta, HEAD.format(what, "mx.example.com[192.0.2.1]", reply))
    assert (attempt.status, attempt.reply.code, attempt.origin) == (status, code, Origin.REMOTE)
    assert (attempt.queue_id, attempt.sender, attempt.recipient) == ("19a3f2c6d1b000c7f9.001", "s@example.net", "u@example.com")
    assert (attempt.relay, attempt.source_address) == (Relay("mx.example.com", "192.0.2.1"), "192.0.2.9")
    assert attempt.reply.text == reply.split(" ", 2 if "." in reply.split()[1] else 1)[-1]


def test_own_words(one):
    (attempt,) = one(zonemta, HEAD.format("DEFERRED[network]", "", "Error: connect ECONNREFUSED"))
    assert (attempt.origin, attempt.relay, attempt.reply.text) == (Origin.LOCAL, None, "Error: connect ECONNREFUSED")
    assert not zonemta.recognises("id=1 QUEUED (no mx=1)")
