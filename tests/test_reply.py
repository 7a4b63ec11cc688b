"""The reply grammar: RFC 5321 4.2, RFC 3463 2, and finding a reply in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.model import EnhancedCode, Stage
from smtp421.reply import collapse, find_enhanced, find_reply, parse_enhanced, read_reply, read_words


def read(text):
    reply = read_reply(text)
    return None if reply is None else (reply.code, str(reply.enhanced_code) if reply.enhanced_code else None, reply.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("421 4.7.0 Try again later", (421, "4.7.0", "Try again later")),
        ("421-4.7.28 one\n421-4.7.28 two\n421 4.7.28 three", (421, "4.7.28", "one two three")),
        ("450-4.2.1 one 450-4.2.1 two 450 4.2.1  https://example.com/x", (450, "4.2.1", "one two https://example.com/x")),
        (r"450-4.2.1 one\n450-4.2.1 two\n450 4.2.1 three", (450, "4.2.1", "one two three")),
        ("450-4.2.1 one#015#012450 4.2.1 two", (450, "4.2.1", "one two")),
        (
            "421-mail.example.com Nemesis ESMTP Service not available\n421 Service not available",
            (421, None, "mail.example.com Nemesis ESMTP Service not available Service not available"),
        ),
        ("452 #4.5.3 Too many recipients", (452, "4.5.3", "Too many recipients")),
        ("421 #4.4.5 Too many connections", (421, "4.4.5", "Too many connections")),
        ("421.4.4.2 unable to connect", (421, "4.4.2", "unable to connect")),
        ("451: 4.7.1 Service unavailable", (451, "4.7.1", "Service unavailable")),
        ("451", (451, None, "")),
        ("499 unusual code", (499, None, "unusual code")),
        ("460 too many messages (#4.3.0)", (460, None, "too many messages (#4.3.0)")),
        ("550 4.7.1 contradictory", (550, "4.7.1", "contradictory")),
        ("451 4.7.1.2.3 is blocked", (451, None, "4.7.1.2.3 is blocked")),
        ("421-4.7.28 rate of 421-x.x.xx users 421 x.x.xx review", (421, "4.7.28", "rate of users review")),
        ("421 4.7.28 unusual rate of4.7.28 unsolicited4.7.28 mail", (421, "4.7.28", "unusual rate of unsolicited mail")),
        ("451-The first line\n451 4.7.23 the second", (451, "4.7.23", "The first line the second")),
        ("250 2.0.0 Ok", (250, "2.0.0", "Ok")),
        ("hello", None),
        ("354 Go ahead", None),
    ],
)
def test_read_reply(text, expected):
    assert read(text) == expected


def test_the_logs_code_stands_in_for_a_missing_one():
    logged = EnhancedCode(4, 0, 0)
    assert read_reply("421 Refused", None, logged).enhanced_code == logged
    assert read_reply("421 4.7.0 Refused", None, logged).enhanced_code == EnhancedCode(4, 7, 0)


def test_read_words_takes_the_enhanced_code_out():
    reply = read_words("4.7.1  Service\n unavailable", None, Stage.RCPT)
    assert (reply.code, str(reply.enhanced_code), reply.text, reply.stage) == (None, "4.7.1", "Service unavailable", Stage.RCPT)
    assert read_words("no code").enhanced_code is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('Expected response code 250 but got code "421", with message "x"', 421),
        ("failed with code 451: 4.7.1 Service unavailable", 451),
        ("com.sun.mail.smtp.SMTPSendFailedException: 454 Throttling failure", 454),
        ("LED=450 4.4.317 Cannot establish session", 450),
        ("Server terminates connection. response=421 4.7.0 Try again later", 421),
        ("mx3.example.com(192.0.2.1) reply:550 The header is missing", 550),
        ("error sending message to campaign xyz - 450 Too many recipient attempts", 450),
        ("421 Message delivered to user; try again", 421),
        ('"450 User is receiving mail too quickly"', 450),
        ("<<< 451 Try again", 451),
    ],
)
def test_find_reply(text, code):
    assert find_reply(text).reply.code == code


@pytest.mark.parametrize(
    "text",
    [
        "connect to mx.example.com[192.0.2.1]:450: Connection refused",
        "delay=421, delays=420/0/1/0",
        "sent 450 messages in 421 seconds",
        "see https://example.com/421 for more",
        "queue id 4210 and 421.5",
        "at 10:04:21 421ms",
        "address 2001:db8::421 and 192.0.2.1",
        "Expected response code 250",
        "user421 wrote",
        "a 500 recipients campaign",
    ],
)
def test_no_reply_where_none_is(text):
    assert find_reply(text) is None


def test_find_enhanced():
    text = "Failed to add recipient. 4.3.0 <user@example.com>: Temporary lookup failure"
    assert text[find_enhanced(text) :].startswith("4.3.0")
    assert find_enhanced("Postfix 3.4.5 and 192.0.2.1 and version 4.9.1") is None
    assert find_enhanced("2.0.0 Ok") is None


def test_parse_enhanced():
    assert parse_enhanced("#4.4.5") == EnhancedCode(4, 4, 5)
    assert parse_enhanced("4.4") is None
    assert parse_enhanced("9.4.4") is None


def test_collapse():
    assert collapse(" a\r\n b\\n c#012d\t e#011f #0110 ") == "a b c d e f #0110"


codes = st.integers(400, 599)
enhanced = st.tuples(st.sampled_from([4, 5]), st.integers(0, 7), st.integers(0, 999)).map(lambda parts: EnhancedCode(*parts))
word = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEF:;,()[]<>'\"/=-", min_size=1, max_size=12)
line = st.lists(word, min_size=1, max_size=6).map(" ".join)


@given(codes, enhanced, st.lists(line, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n", r"\n", "#015#012", " "]))
def test_however_the_lines_are_joined_the_words_are_the_same(code, own, lines, joint):
    """Every joint that loggers use gives the words of the lines, in order."""
    shown = joint.join(f"{code}{'-' if number < len(lines) else ' '}{own} {words}" for number, words in enumerate(lines, start=1))
    reply = read_reply(shown)
    assert (reply.code, reply.enhanced_code, reply.text) == (code, own, " ".join(lines))


@given(st.text(max_size=400))
def test_nothing_makes_the_grammar_fail(text):
    read_reply(text)
    find_reply(text)
    find_enhanced(text)
    assert "\n" not in read_words(text).text


def test_a_refusal_that_a_503_follows_from():
    reply = read_reply("503 5.5.1 Error: need MAIL command - MAIL FROM error: 451 4.7.1 Service unavailable - try again later")
    assert reply is not None
    assert (reply.code, str(reply.enhanced_code), reply.text) == (451, "4.7.1", "Service unavailable - try again later")
    plain = read_reply("503 5.5.1 Error: need MAIL command")
    assert plain is not None
    assert plain.code == 503


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (
            'SMTP Error (451): Failed to add recipient "u@example.com" (Temporary local problem - please try later).',
            451,
            'Failed to add recipient "u@example.com" (Temporary local problem - please try later).',
        ),
        (
            "SMTP 4xx error: transient error (454): 4.7.0 Temporary authentication failure",
            454,
            "Temporary authentication failure",
        ),
        ("S: 550-Requested action not taken: mailbox unavailable", 550, "Requested action not taken: mailbox unavailable"),
    ],
)
def test_codes_in_brackets_and_in_dialogues(text, code, words):
    found = find_reply(text)
    assert found is not None
    assert (found.reply.code, found.reply.text) == (code, words)


def test_the_enhanced_code_may_stand_behind_a_bracket():
    reply = read_reply("451): 4.3.5 Server configuration error")
    assert reply is not None
    assert (str(reply.enhanced_code), reply.text) == ("4.3.5", "Server configuration error")


def test_what_a_web_service_answered_is_no_reply():
    found = find_reply('{"error": "450 Domain not verified", "msg": "500: Error sending"}')
    assert found is not None
    assert found.reply.code == 450


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sending to u@example.com: 451 Message temporarily deferred", 451),
        ("451 mail server temporarily rejected message", 451),
        ("El servidor respondió: 450 temporary failure", 450),
        ("服务器返回：421 too many connections", 421),
        ("RSP: 450 busy", 450),
        ("SMTP< 450 busy", 450),
        ("RCPT TO: 450 greylisted", 450),
        ("I keep getting 421 Service not available", 421),
        ("u@example.com deferred 421 RP-001 The sending IP", 421),
        ("Delivery failed — 450 4.2.0 Later", 450),
        ("u@example.com => 450 192.0.2.1 has too many connections", 450),
        ("ERROR CODE :421 - RP-001 The sending IP", 421),
        ("SMTPDataError: 451\n4.7.0 Temporary server error", 451),
        ("#450 Later", 450),
        ("NDR: #451 4.7.1 Later", 451),
        ("450. Later", 450),
        ("How do I fix 421 Service not available?", 421),
        ("deferred   u@example.com   421 RP-001 The sending IP", 421),
        ("ticket#450 Later", None),
        ("s.connect(host, 587)", None),
        ("smtp: 465, tls: yes", None),
        ("x: 450 messages deferred", None),
        ("a batch => 450 emails", None),
        ("HTTP: 404 Not Found", None),
        ("at line 450 In send", None),
        ("Suite 450 Main Street", None),
        ("process 452 Killed by signal", None),
    ],
)
def test_numbers_that_are_codes_and_numbers_that_are_not(text, code):
    found = find_reply(f"Mail problem. {text}" if code is None else text)
    assert (found.reply.code if found else None) == code


@pytest.mark.parametrize(
    "text",
    [
        "Error code: 421, message: 4.7.0 Later",
        'code=421 msg="4.7.0 Later"',
        '"code": 421, "message": "4.7.0 Later',
        "Error { code: 421, response is: 4.7.0 Later",
        "rejected command 'RCPT TO:<u@example.com>' with code 421 '4.7.0 Later",
    ],
)
def test_code_and_words_in_fields_of_their_own(text):
    found = find_reply(text)
    assert found is not None
    assert (found.reply.code, str(found.reply.enhanced_code), found.reply.text.rstrip('"')) == (421, "4.7.0", "Later")


def test_words_that_are_no_label():
    reply = read_reply("451 4.3.0 Error: queue file write error")
    assert reply is not None
    assert reply.text == "Error: queue file write error"
