"""Records of the mainlog and the bouncelog, joined by the message's id."""

from smtp421.logs import momentum
from smtp421.model import Origin, Relay, Status

R = "1064869300@00/1-1-1@00/2@00/3@R@u@example.com@s@example.net@192.0.2.3@201@esmtp@default@default"
T = "1064869327@00/1-1-1@00/2@00/3@T@{}@0@group@binding@15@0@18.53@192.0.2.1@{}"


def test_a_deferral_gets_its_recipient_from_the_reception(attempts):
    (attempt,) = attempts(momentum.FORMAT, f"{R}\n{T.format('example.com', '450 4.2.1 u@example.com is too fast')}")
    assert (attempt.reply.code, attempt.reply.text) == (450, "u@example.com is too fast")
    assert (attempt.recipient, attempt.sender, attempt.queue_id, attempt.delay) == (
        "u@example.com",
        "s@example.net",
        "00/1-1-1",
        18.53,
    )
    assert (attempt.relay, attempt.status, attempt.origin) == (Relay(None, "192.0.2.1"), Status.DEFERRED, Origin.REMOTE)
    assert attempt.timestamp.isoformat() == "2003-09-29T21:02:07+00:00"


def test_a_recipient_of_another_domain_is_not_taken(attempts):
    (attempt,) = attempts(momentum.FORMAT, f"{R}\n{T.format('example.org', '450 later')}")
    assert attempt.recipient is None


def test_other_records(attempts):
    (attempt,) = attempts(momentum.FORMAT, T.format("example.com", "451 4.4.1 [internal] no MX"))
    assert (attempt.origin, attempt.status) == (Origin.LOCAL, Status.DEFERRED)
    (attempt,) = attempts(momentum.FORMAT, T.format("example.com", "550 no").replace("@T@", "@P@"))
    assert attempt.status is Status.BOUNCED
    (attempt,) = attempts(momentum.FORMAT, "1064871280@20/1@00/2@00/3@D@example.com@266@group@binding@0@0.393@192.0.2.1")
    assert (attempt.status, attempt.delay, attempt.relay.address) == (Status.SENT, 0.393, "192.0.2.1")
    bounce = "1064868656@91/6@00/2@00/3@B@u@example.com@s@example.net@group@binding@21@24@1223@192.0.2.1@{}"
    (attempt,) = attempts(momentum.FORMAT, bounce.format("554 5.4.7 [internal] exceeded max time without delivery"))
    assert (attempt.status, attempt.recipient, attempt.origin) == (Status.EXPIRED, "u@example.com", Origin.LOCAL)
    (attempt,) = attempts(momentum.FORMAT, bounce.format("550 5.1.1 no"))
    assert attempt.status is Status.BOUNCED


def test_other_lines():
    assert not momentum.recognises('1236672125: R="192.0.2.1:42601" L="192.0.2.2:25" a@b@c@d@e@f@g')
    assert not momentum.recognises("u@example.com, v@example.com")
