"""Recipients named, recipients found by their transaction, messages given up, and the accounting plugin's files."""

import pytest

from smtp421.logs import haraka
from smtp421.model import Origin, Relay, Stage, Status

UUID = "CBC7DC06-B25A-4710-9BC2-08D15F37ED87"


def line(text, level="INFO", uuid=f"{UUID}.1.1", plugin="outbound"):
    return f"2026-11-20T22:44:21.577Z [{level}] [{uuid}] [{plugin}] {text}"


FILE = "1795214660577_1795214660577_0_23_b6D5Up_1_mail"
TO = line("recipient <u@example.com> code=OK", "NOTICE", f"{UUID}.1", "core")


def test_a_recipient(attempts):
    lines = f"{line('recipient <u@example.com> deferred: 450 4.2.1 too fast', 'NOTICE')}\n{line(f'Temp failing {FILE} for 5 seconds: Some recipients temp failed: <u@example.com>')}"
    (attempt,) = attempts(haraka.FORMAT, lines)
    assert (attempt.reply.code, attempt.reply.stage, attempt.recipient, attempt.queue_id) == (
        450,
        Stage.RCPT,
        "u@example.com",
        f"{UUID}.1.1",
    )
    assert (attempt.status, attempt.origin, attempt.timestamp.isoformat()) == (
        Status.DEFERRED,
        Origin.REMOTE,
        "2026-11-20T22:44:21.577000+00:00",
    )


def test_an_upstream_error_is_told_for_the_recipients_of_the_transaction(attempts):
    second = TO.replace("u@", "v@")
    temp = line(f"Temp failing {FILE} for 5 seconds: Upstream error: 421 4.7.28 unusual rate of 4.7.28 unsolicited mail")
    found = attempts(haraka.FORMAT, f"{TO}\n{second}\n{line('Attempting to deliver to: mx.example.com:25 (0) (0)')}\n{temp}")
    assert [(each.recipient, each.reply.text, each.delay) for each in found] == [
        ("u@example.com", "unusual rate of unsolicited mail", 1.0),
        ("v@example.com", "unusual rate of unsolicited mail", 1.0),
    ]
    assert found[0].relay == Relay("mx.example.com", None, 25)
    other = second.replace("example.com", "example.org")
    for number, recipient in (("1", "u@example.com"), ("2", "v@example.org"), ("3", None)):
        (attempt,) = attempts(haraka.FORMAT, f"{TO}\n{other}\n{temp.replace('.1.1]', f'.1.{number}]')}")
        assert attempt.recipient == recipient
    (attempt,) = attempts(haraka.FORMAT, temp)
    assert (attempt.recipient, attempt.status) == (None, Status.DEFERRED)


def test_always_split_counts_recipients_and_not_domains(attempts):
    second = TO.replace("u@", "v@")
    temp = line(f"Temp failing {FILE} for 5 seconds: Upstream error: 421 4.7.0 later")
    found = attempts(haraka.FORMAT, f"{TO}\n{second}\n{temp.replace('.1.1]', '.1.2]')}\n{temp}")
    assert [each.recipient for each in found] == ["v@example.com", "u@example.com"]


def test_one_failure_too_many_is_an_attempt_and_the_end(attempts):
    reason = "Upstream error: 450 4.2.1 later"
    found = attempts(haraka.FORMAT, f"{TO}\n{line(f'bouncing mail: Too many failures ({reason})')}")
    assert [(each.recipient, each.status, each.reply.code, each.reply.text) for each in found] == [
        ("u@example.com", Status.DEFERRED, 450, "later"),
        ("u@example.com", Status.EXPIRED, 450, "later"),
    ]
    told = line("recipient <u@example.com> deferred: 450 4.2.0 grey")
    listed = line("bouncing mail: Too many failures (Some recipients temp failed: <u@example.com>, <v@example.com>)")
    found = attempts(haraka.FORMAT, f"{TO}\n{TO.replace('u@', 'v@')}\n{told}\n{listed}")
    assert [(each.recipient, each.status, each.reply.code) for each in found] == [
        ("u@example.com", Status.DEFERRED, 450),
        ("v@example.com", Status.DEFERRED, None),
        ("u@example.com", Status.EXPIRED, 450),
        ("v@example.com", Status.EXPIRED, None),
    ]


def test_recipients_that_were_served_or_refused_wait_no_more(attempts):
    refused = TO.replace("u@", "w@").replace("code=OK", "code=DENY")
    lines = [TO, TO.replace("u@", "v@"), TO.replace("u@", "x@"), refused]
    lines += [
        line("recipient <u@example.com> deferred: 450 4.2.0 grey"),
        line("recipient <x@example.com> rejected: 550 5.1.1 no"),
    ]
    lines += [
        line(
            f'delivered file={FILE} domain=example.com host=mx.example.com ip=192.0.2.1 port=25 mode=SMTP tls=N auth=N response="Ok" delay=0.1 fails=0 rcpts=1/1/1'
        )
    ]
    lines += [line(f"Temp failing {FILE} for 5 seconds: Some recipients temp failed: <u@example.com>")]
    lines += [line(f"Temp failing {FILE} for 10 seconds: Upstream error: 421 4.7.0 later")]
    found = attempts(haraka.FORMAT, "\n".join(lines))
    assert [(each.recipient, each.status) for each in found] == [
        ("u@example.com", Status.DEFERRED),
        ("x@example.com", Status.BOUNCED),
        ("v@example.com", Status.SENT),
        ("u@example.com", Status.DEFERRED),
    ]


LOGFMT = (
    r'level=NOTICE uuid=T.1 origin=core message="recipient <u@example.com>" code=OK msg="" sender=news@example.net',
    r'level=NOTICE uuid=T.1.1 origin=outbound message="recipient <u@example.com> deferred: 450 4.7.1 \"C:\\new\" 100%"',
    r'level=INFO uuid=T.1.1 origin=outbound message="Temp failing F for 64 seconds: Upstream error: 421 4.7.0 later"',
    r'level=NOTICE uuid=T.1.1 origin=outbound message="" delivered file=F domain=example.com host=mx.example.com ip=192.0.2.1 '
    r'port=25 mode=SMTP tls=N auth=N response="Ok: queued" delay=0.05 fails=2 rcpts=1/0/0',
)
JSON = (
    r'{"level":"NOTICE","uuid":"T.1","origin":"core","message":"recipient <u@example.com>","code":"OK","msg":"","sender":"n@example.net"}',
    r'{"level":"NOTICE","uuid":"T.1.1","origin":"outbound","message":"recipient <u@example.com> deferred: 450 4.7.1 \"C:\\new\" 100%"}',
    r'{"level":"INFO","uuid":"T.1.1","origin":"outbound","message":"Temp failing F for 64 seconds: Upstream error: 421 4.7.0 later"}',
    r'{"level":"NOTICE","uuid":"T.1.1","origin":"outbound","message":"","delivered file":"F","domain":"example.com","host":"mx.example.com",'
    r'"ip":"192.0.2.1","port":25,"mode":"SMTP","tls":"N","auth":"N","response":"Ok: queued","delay":0.05,"fails":2,"rcpts":"1/0/0"}',
)


@pytest.mark.parametrize("stamp", ["2026-11-20T22:44:21.577Z ", ""])
@pytest.mark.parametrize("lines", [LOGFMT, JSON], ids=["logfmt", "json"])
def test_other_formats_of_the_same_log(attempts, lines, stamp):
    found = attempts(haraka.FORMAT, "\n".join(stamp + text.replace("T.1", f"{UUID}.1", 1) for text in lines))
    assert [(each.recipient, each.reply.code, each.reply.text, each.status) for each in found] == [
        ("u@example.com", 450, '"C: ew" 100%', Status.DEFERRED),
        ("u@example.com", 421, "later", Status.DEFERRED),
        ("u@example.com", 250, "Ok: queued", Status.SENT),
    ]
    assert {each.queue_id for each in found} == {f"{UUID}.1.1"}
    assert found[2].relay == Relay("mx.example.com", "192.0.2.1", 25)


def test_a_line_that_was_cut(attempts):
    (attempt,) = attempts(haraka.FORMAT, LOGFMT[1][:-20].replace("T.1", f"{UUID}.1"))
    assert (attempt.recipient, attempt.reply.code) == ("u@example.com", 450)


@pytest.mark.parametrize(
    "text",
    [
        '{"level":"INFO","uuid":"-","origin":"core","message":"cut off',
        '{"level":"INFO","uuid":"-","origin":"core","message":{"broken"}}',
        '{"level":"INFO","uuid":"-","source":"core"}',
        "level=INFO uuid=- origin=outbound",
    ],
)
def test_what_is_none_of_them(text):
    assert not haraka.FORMAT.recognises(text)


@pytest.mark.parametrize(
    ("text", "status", "code", "words"),
    [
        ("bouncing mail: 550 5.7.1 no", Status.BOUNCED, 550, "no"),
        (
            f"Temp failing {FILE} for 5 seconds: DNS lookup failure: Error: queryMx ESERVFAIL",
            Status.DEFERRED,
            None,
            "DNS lookup failure: Error: queryMx ESERVFAIL",
        ),
        ("recipient <u@example.com> rejected: 550 5.1.1 no", Status.BOUNCED, 550, "no"),
    ],
)
def test_statuses(attempts, text, status, code, words):
    (attempt,) = attempts(haraka.FORMAT, f"{TO}\n{line(text)}")
    assert (attempt.status, attempt.reply.code, attempt.reply.text, attempt.recipient) == (status, code, words, "u@example.com")


def test_a_lost_connection_explains_why_no_server_was_left(attempts):
    lost = line("Ongoing connection failed to 192.0.2.1:25 : Error: connect ECONNREFUSED", "ERROR")
    (attempt,) = attempts(haraka.FORMAT, f"{lost}\n{line(f'Temp failing {FILE} for 5 seconds: Tried all MXs')}")
    assert (attempt.origin, attempt.reply.text) == (
        Origin.LOCAL,
        "Ongoing connection failed to 192.0.2.1:25 : Error: connect ECONNREFUSED",
    )


def test_named_nowhere_else(attempts):
    listed = "Some recipients temp failed: <u@example.com>, <v@example.com>"
    found = attempts(haraka.FORMAT, line(f"Temp failing {FILE} for 5 seconds: {listed}"))
    assert [(each.recipient, each.reply.text) for each in found] == [("u@example.com", listed), ("v@example.com", listed)]


def test_delivered(attempts):
    sent = line(
        f'delivered file={FILE} domain=example.com host=mx.example.com ip=192.0.2.1 port=25 mode=SMTP tls=N auth=N response="Ok: queued" delay=0.07 fails=0 rcpts=1/0/0',
        "NOTICE",
    )
    (attempt,) = attempts(haraka.FORMAT, f"{TO}\n{sent}")
    assert (attempt.status, attempt.recipient, attempt.relay) == (
        Status.SENT,
        "u@example.com",
        Relay("mx.example.com", "192.0.2.1", 25),
    )


def test_accounting(attempts):
    record = "df\t2026-11-20 22:30:01\t2026-11-20 22:29:58\tu@example.com\tapp.example.net\t192.0.2.9\t\tJOB.1\t4.2.1\t450 4.2.1 too fast\t5"
    (attempt,) = attempts(haraka.FORMAT, record)
    assert (attempt.recipient, attempt.delay, attempt.queue_id, attempt.source_address) == (
        "u@example.com",
        3.0,
        "JOB.1",
        "192.0.2.9",
    )


def test_other_lines(attempts):
    for text in (
        line("Looking up A records for: mx.example.com"),
        line("x", uuid="-"),
        line("recipient <a@b.example> deferred: 450 x", plugin="queue/x"),
    ):
        assert attempts(haraka.FORMAT, text) == []
