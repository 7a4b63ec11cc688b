"""Two lines a delivery, joined by its number; splogger's own stamp; reports pasted without their line."""

import pytest

from smtp421.logs import qmail
from smtp421.model import Origin, Relay, Stage, Status

START = "@400000006b00cf171a598584 starting delivery 1: msg 3255346 to remote u@example.com\n"


def report(text, word="deferral"):
    return f"{START}@400000006b00cf171ac8606c delivery 1: {word}: {text}"


@pytest.mark.parametrize(
    ("text", "code", "enhanced", "words", "stage"),
    [
        (
            "192.0.2.1_does_not_like_recipient./Remote_host_said:_450-4.2.1_too_fast;_see/450_4.2.1__https://example.com/a//Giving_up_on_192.0.2.1./",
            450, "4.2.1", "too fast; see https://example.com/a/", Stage.RCPT,
        ),
        ("192.0.2.1_failed_after_I_sent_the_message./Remote_host_said:_451_later/", 451, None, "later", Stage.END_OF_DATA),
        ("192.0.2.1_failed_on_DATA_command./Remote_host_said:_452_4.3.1_full/", 452, "4.3.1", "full", Stage.DATA),
        ("Connected_to_192.0.2.1_but_sender_was_rejected./Remote_host_said:_421_busy/", 421, None, "busy", Stage.MAIL),
        ("Connected_to_192.0.2.1_but_greeting_failed./Remote_host_said:_421-mx/421-busy/421_now/", 421, None, "mx busy now", Stage.CONNECT),
        ("Connected_to_192.0.2.1_but_my_name_was_rejected./Remote_host_said:_450_no/", 450, None, "no", Stage.EHLO),
        (
            "User_and_password_not_set,_continuing_without_authentication./192.0.2.1_does_not_like_recipient./Remote_host_said:_450_no/",
            450, None, "no", Stage.RCPT,
        ),
    ],
)  # fmt: skip
def test_replies(attempts, text, code, enhanced, words, stage):
    (attempt,) = attempts(qmail.FORMAT, report(text))
    reply = attempt.reply
    assert (reply.code, reply.enhanced_code and str(reply.enhanced_code), reply.text, reply.stage) == (
        code,
        enhanced,
        words,
        stage,
    )
    assert (attempt.origin, attempt.status, attempt.relay) == (Origin.REMOTE, Status.DEFERRED, Relay(None, "192.0.2.1"))
    assert (attempt.line, attempt.queue_id, attempt.recipient) == (2, "3255346", "u@example.com")
    assert attempt.timestamp.isoformat() == "2026-11-20T22:51:57.449339+00:00"


def test_own_words_bear_a_code_of_their_own(attempts):
    (attempt,) = attempts(qmail.FORMAT, report("Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/"))
    assert (attempt.origin, attempt.reply.code, str(attempt.reply.enhanced_code), attempt.relay) == (
        Origin.LOCAL,
        None,
        "4.4.1",
        None,
    )
    assert attempt.reply.text == "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"


def test_given_up_is_expired_and_refused_is_bounced(attempts):
    given_up = "192.0.2.1_does_not_like_recipient./Remote_host_said:_450_no/Giving_up_on_192.0.2.1./I'm_not_going_to_try_again;_it_has_been_long./"
    found = attempts(qmail.FORMAT, report(given_up, "failure"))
    assert [(each.status, each.reply.text) for each in found] == [(Status.DEFERRED, "no"), (Status.EXPIRED, "no")]
    (attempt,) = attempts(qmail.FORMAT, report("192.0.2.1_does_not_like_recipient./Remote_host_said:_550_no/", "failure"))
    assert attempt.status is Status.BOUNCED
    (attempt,) = attempts(qmail.FORMAT, report("192.0.2.1_accepted_message./Remote_host_said:_250_ok/", "success"))
    assert (attempt.status, attempt.reply.code) == (Status.SENT, 250)


def test_a_local_delivery_is_ours(attempts):
    lines = (
        "starting delivery 4: msg 7 to local u@example.com\ndelivery 4: deferral: Temporary_error_on_maildir_delivery._(#4.3.0)/"
    )
    (attempt,) = attempts(qmail.FORMAT, lines)
    assert (attempt.origin, attempt.recipient, str(attempt.reply.enhanced_code)) == (Origin.LOCAL, "u@example.com", "4.3.0")


def test_the_age_and_the_sender_come_from_the_message(attempts):
    lines = (
        "Nov 20 22:51:57 mail qmail: 1795215117.000000 new msg 9\n"
        "Nov 20 22:51:57 mail qmail: 1795215117.000001 info msg 9: bytes 299 from <s@example.net> qp 26 uid 0\n"
        "Nov 20 22:51:57 mail qmail: 1795215117.100000 starting delivery 3: msg 9 to remote u@example.com\n"
        "Nov 20 22:52:27 mail qmail: 1795215147.000000 delivery 3: deferral: 192.0.2.1_does_not_like_recipient./Remote_host_said:_451_no/"
    )
    (attempt,) = attempts(qmail.FORMAT, lines)
    assert (attempt.delay, attempt.sender) == (30.0, "s@example.net")
    assert attempt.timestamp.year == 2026
    ended = attempts(qmail.FORMAT, lines.replace("starting", "end msg 9\nstarting"))
    assert [(each.delay, each.sender) for each in ended] == [(None, None)]


def test_a_report_without_its_line(attempts):
    (attempt,) = attempts(
        qmail.FORMAT, "192.0.2.1_does_not_like_recipient./Remote_host_said:_450_4.7.1_no/Giving_up_on_192.0.2.1./"
    )
    assert (attempt.reply.code, attempt.recipient, attempt.queue_id) == (450, None, None)


@pytest.mark.parametrize(
    "text", ["status: local 0/10 remote 1/40", "bounce msg 9 qp 45", "451 4.3.0 Remote host said: no", "a new msg 9 came"]
)
def test_other_lines(text):
    assert not qmail.recognises(text)
