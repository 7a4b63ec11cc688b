"""Whatever logging puts around it, a message is read the same."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smtp421.logs import Stream
from smtp421.logs.layout import MOST_REPEATS, Layout
from tests.logs.journal import export

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data" / "logs" / "layouts"
STAMP = datetime(2026, 11, 20, 22, 29, 58, 941317, tzinfo=UTC)
MICRO = str(int(STAMP.timestamp()) * 1_000_000 + STAMP.microsecond)
MESSAGE = (
    "CE52628A9BC: to=<g@gmail.example>, relay=mx.example.com[192.0.2.1]:25, delay=0.13, delays=0.02/0.09/0.02/0.01, dsn=4.7.28, "
    'status=deferred (host mx.example.com[192.0.2.1] said: 421-4.7.28 An "unusual" rate\\of mail [x] 421 4.7.28 occupé: '
    "https://example.net/?p=1 (in reply to end of DATA command))"
)
LINE = f"mail postfix/smtp[196]: {MESSAGE}"
JOURNAL = {
    "__REALTIME_TIMESTAMP": MICRO,
    "_HOSTNAME": "mail",
    "SYSLOG_IDENTIFIER": "postfix/smtp",
    "_PID": "196",
    "PRIORITY": "6",
}
RSYSLOG = {"@timestamp": "2026-11-20T22:29:58.941317+00:00", "host": "mail", "program": "postfix", "procid": "196"}


def read(*raw, now=NOW):
    layout = Layout(now)
    lines = [line for number, text in enumerate(raw, start=1) for line in layout.read(number, text)]
    return [*lines, *layout.close()]


def attempts(lines):
    stream = Stream()
    found = [attempt for line in lines for attempt in stream.read(line)]
    return [*found, *stream.close()]


def alike(attempt):
    """What does not depend on the layout: all but the line's number and fractions of seconds."""
    return attempt._replace(line=None, timestamp=attempt.timestamp and attempt.timestamp.astimezone(UTC).replace(microsecond=0))


LAYOUTS = {
    "bsd": [f"Nov 20 22:29:58 {LINE}"],
    "short-precise": [f"Nov 20 22:29:58.941317 {LINE}"],
    "iso": [f"2026-11-20T22:29:58.941317+00:00 {LINE}"],
    "iso in another zone": [f"2026-11-21T06:29:58+0800 {LINE}"],
    "short-full": [f"Fri 2026-11-20 22:29:58 UTC {LINE}"],
    "short-full elsewhere": [f"Fri 2026-11-20 23:29:58 CET {LINE}"],
    "short-unix": [f"{MICRO[:10]}.{MICRO[10:]} {LINE}"],
    "rfc3164": [f"<22>Nov 20 22:29:58 {LINE}"],
    "rfc5424": [f"<22>1 2026-11-20T22:29:58.941317Z mail postfix/smtp 196 - - {MESSAGE}"],
    "rfc5424 with a blank": [f"<22>1 2026-11-20T22:29:58.941317Z mail postfix 196 - -  {MESSAGE}"],
    "rfc5424 with data": [f'<22>1 2026-11-20T22:29:58Z mail postfix/smtp 196 ID47 [a@1 x="[\\"]"][b y="-"] \ufeff{MESSAGE}'],
    "rfc5424 framed": [f"{len(MESSAGE)} <22>1 2026-11-20T22:29:58Z mail postfix/smtp 196 - - {MESSAGE}"],
    "rfc5424 without a pid": [f"<22>1 2026-11-20T22:29:58Z - postfix/smtp - - - {MESSAGE}"],
    "rsyslog json": [json.dumps({**RSYSLOG, "message": f" {MESSAGE}"})],
    "rsyslog tag": [json.dumps({"timereported": "Nov 20 22:29:58", "syslogtag": "postfix/smtp[196]:", "msg": f" {MESSAGE}"})],
    "syslog-ng json": [
        json.dumps({"PROGRAM": "postfix/smtp", "PID": "196", "MESSAGE": MESSAGE, "DATE": "Nov 20 22:29:58", "HOST": "x"})
    ],
    "ecs": [
        json.dumps({"@timestamp": "2026-11-20T22:29:58Z", "process": {"name": "postfix/smtp", "pid": 196}, "message": MESSAGE})
    ],
    "numbered": [json.dumps({"timestamp": STAMP.timestamp(), "app_name": "postfix/smtp", "message": MESSAGE})],
    "filebeat": [json.dumps({"@timestamp": "2026-11-20T23:00:00Z", "log": {"offset": 1}, "message": f"Nov 20 22:29:58 {LINE}"})],
    "journald json": [json.dumps({**JOURNAL, "MESSAGE": MESSAGE})],
    "journald json-seq": ["\x1e" + json.dumps({**JOURNAL, "MESSAGE": MESSAGE})],
    "journald bytes": [json.dumps({**JOURNAL, "MESSAGE": list(MESSAGE.encode())})],
    "journald twice": [json.dumps({**JOURNAL, "MESSAGE": [MESSAGE, "again"], "_PID": ["196", "197"]})],
    "journald export": export({"__CURSOR": "s=1", **JOURNAL, "MESSAGE": MESSAGE}),
    "journald export, binary": export({"__CURSOR": "s=1", **JOURNAL, "X": b"\n" * 266, "MESSAGE": MESSAGE.encode(), "Y": b""}),
    "journald export, no end": export({"__CURSOR": "s=1", **JOURNAL, "MESSAGE": MESSAGE})[:-1],
    "docker": [
        json.dumps({"log": f"postfix/smtp[196]: {MESSAGE}\r\n", "stream": "stdout", "time": "2026-11-20T22:29:58.941317123Z"})
    ],
    "docker around bsd": [json.dumps({"log": f"Nov 20 23:29:58 {LINE}\n", "stream": "stdout", "time": "2026-11-20T22:29:58.9Z"})],
    "docker around colours": [
        json.dumps({"log": f"\x1b[36mpostfix/smtp[196]:\x1b[0m {MESSAGE}\n", "time": "2026-11-20T22:29:58Z"})
    ],
    "docker around json": [json.dumps({"log": json.dumps({**RSYSLOG, "message": MESSAGE}), "time": "2026-11-20T22:29:58Z"})],
    "compose": [f"postfix-mailcow-1  | Nov 20 22:29:58 {LINE}"],
    "compose, coloured": [f"\x1b[36;1m1-postfix-1  | \x1b[0m2026-11-20T22:29:58.941317123Z Nov 20 23:29:58 {LINE}"],
    "cri": [f"2026-11-20T22:29:58.941317123Z stdout F Nov 20 23:29:58 {LINE}"],
    "cri in parts": [
        f"2026-11-20T22:29:58.941317123Z stdout P Nov 20 23:29:58 {LINE[:70]}",
        "2026-11-20T22:29:58.951317123Z stderr F unrelated",
        f"2026-11-20T22:29:58.961317123Z stdout P {LINE[70:90]}",
        f"2026-11-20T22:29:58.971317123Z stdout F {LINE[90:]}",
    ],
    "kubectl": [f"[pod/mail-0/postfix] Nov 20 22:29:58 {LINE}"],
    "byte-order mark": [f"\ufeffNov 20 22:29:58 {LINE}"],
    "zeros and carriage returns": [f"\0\0\0Nov 20 22:29:58 {LINE}\r"],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_message_in_every_layout(name):
    plain = attempts(read(LAYOUTS["bsd"][0]))
    assert [alike(attempt) for attempt in attempts(read(*LAYOUTS[name]))] == [alike(attempt) for attempt in plain]
    as_bytes = [raw if isinstance(raw, bytes) else raw.encode() for raw in LAYOUTS[name]]
    assert read(*as_bytes) == read(*LAYOUTS[name])


def test_program_and_message():
    for name in ("journald json", "docker", "docker around json"):
        assert "postfix" in read(*LAYOUTS[name])[0].text.partition("]: ")[0]
    (line,) = read(*LAYOUTS["rfc5424 with data"])
    assert line.text.startswith("2026-11-20T22:29:58Z mail postfix/smtp[196]: CE52628A9BC: to=")


def test_without_a_program_the_queue_id_is_enough():
    (attempt,) = attempts(read(MESSAGE))
    assert (attempt.queue_id, attempt.reply.code, attempt.timestamp) == ("CE52628A9BC", 421, None)


@pytest.mark.parametrize(
    "group", [("bsd.log", "iso.log", "rfc5424.log", "rsyslog.jsonl"), ("journald.jsonl", "short-full.log", "short-iso.log")]
)
def test_real_logs_of_the_same_messages(group):
    first, *others = ([alike(attempt) for attempt in attempts(read(*_file(name)))] for name in group)
    assert len(first) == len(_file(group[-1]))
    for other in others:
        assert other == first


def test_real_cat_output_lacks_only_the_time():
    told = [alike(attempt) for attempt in attempts(read(*_file("journald.jsonl")))]
    assert [alike(attempt) for attempt in attempts(read(*_file("cat.log")))] == [
        attempt._replace(timestamp=None) for attempt in told
    ]


def test_real_long_queue_ids():
    found = attempts(read(*_file("long-queue-ids.log")))
    assert len(found) == 6
    assert all(len(attempt.queue_id) == 15 for attempt in found)


def _file(name):
    return (DATA / name).read_bytes().splitlines()


def test_line_numbers_and_fractions():
    lines = read(b"", *LAYOUTS["journald export, binary"])
    assert [line.number for line in lines] == [1, 277]
    assert lines[1].timestamp == STAMP
    assert read(*LAYOUTS["cri in parts"])[1].number == 1
    assert read(*LAYOUTS["docker"])[0].timestamp == STAMP


@pytest.mark.parametrize(
    "text",
    [
        '{"event": "deferred", "message": "421 4.7.0 Try again", "response": "x"}',
        '{"type": "TransientFailure", "log": "x"}',
        '{"log": {"a": 1}, "program": 7}',
        '{"message": "Nov 20 22:29:58 torn',
        '{"message": "Nov 20 22:29:58 x"} {"message": "y"}',
        '["program", "message"]',
        '{"a": ' + "[" * 100_000,
        "<b>bold</b>",
        "[INFO] not a pod",
        "one two | three",
        "2026-11-20T22:29:58Z stdout X no part",
        "evpid|inet4|mta|x",
        "",
    ],
)
def test_what_is_no_layout_stays(text):
    (line,) = read(text)
    assert line.text == text


def test_an_envelope_in_too_many_envelopes_stays():
    text = "x"
    for _ in range(6):
        text = json.dumps({"log": text + "\n", "stream": "stdout", "time": "2026-11-20T22:29:58Z"})
    (line,) = read(text)
    assert line.text.startswith('{"log":')


def test_parts_without_end_are_bounded():
    part = "2026-11-20T22:29:58.941317123Z stdout P " + "x" * 100_000
    assert [len(line.text) for line in read(*[part] * 4)] == [300_000, 100_000]


class TestRepeats:
    SAID = "Nov 20 22:29:58 mail postfix/smtp[1]: connect to mx.example.com[192.0.2.1]:25: Connection refused"

    @pytest.mark.parametrize(
        "repeat",
        [
            "Nov 20 22:30:30 mail last message repeated 3 times",
            "Nov 20 22:30:30 mail --- last message repeated 3 times ---",
            "Nov 20 22:30:30 mail Last message 'connect to mx.exampl' repeated 3 times, suppressed by syslog-ng on mail",
            "2026-11-20T22:30:30+00:00 mail postfix/smtp[1]: message repeated 3 times: [ connect to mx.example.com[192.0.2.1]:25: Connection refused]",
        ],
    )
    def test_a_repeat_is_as_many_attempts(self, repeat):
        first, *others = attempts(read(self.SAID, repeat))
        assert [other._replace(line=None, timestamp=None) for other in others] == [first._replace(line=None, timestamp=None)] * 3
        assert {(other.line, other.timestamp) for other in others} == {(2, datetime(2026, 11, 20, 22, 30, 30, tzinfo=UTC))}

    def test_what_rsyslog_cut_is_whole_before(self):
        long = self.SAID + ": " + "x" * 900
        repeat = f"Nov 20 22:30:30 mail postfix/smtp[1]: message repeated 2 times: [ {long.partition(': ')[2][:799]}]"
        assert [line.text for line in read(long, repeat)] == [long] * 3
        assert [len(line.text) for line in read(repeat)] == [837, 837]

    def test_nothing_before(self):
        assert read("Nov 20 22:30:30 mail last message repeated 3 times") == []

    def test_a_reply_that_speaks_of_repeats(self):
        text = f"Nov 20 22:30:30 mail postfix/smtp[1]: {MESSAGE} last message repeated 3 times: [ x ]"
        assert [line.text for line in read(text, f"{text} last message repeated 3 times")] == [
            text,
            f"{text} last message repeated 3 times",
        ]

    def test_a_forged_count_is_bounded(self):
        assert len(read("x", "Nov 20 22:30:30 mail last message repeated 999999999 times")) == MOST_REPEATS + 1


def test_the_year_goes_up_with_the_lines():
    texts = (
        "Dec 31 23:59:59 mail x",
        "<22>Jan  1 00:00:01 mail y",
        "postfix-1 | Feb  1 00:00:00 mail z",
        "2026-01-01T00:00:00Z w",
    )
    assert [line.timestamp.year for line in read(*texts, now=datetime(2026, 3, 1, tzinfo=UTC))] == [2025, 2026, 2026, 2026]


_PIECES = [raw.encode() if isinstance(raw, str) else raw for lines in LAYOUTS.values() for raw in lines]


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(_PIECES)), max_size=8), st.data())
@example([b'<1>1 - - - - - ["'], None)
@example([b"<1>1 - - - - - [" + b'"\\' * 5000], None)
@example([b"Nov 20 22:29:58 m p: message repeated 2 times: [" + b" " * 50_000 + b"x"], None)
@example([b"__CURSOR=", b"MESSAGE", b"\xff" * 9], None)
def test_no_bytes_make_it_fail(pieces, data):
    if data is not None:
        whole = b"\n".join(pieces)
        start = data.draw(st.integers(0, len(whole)))
        pieces = (whole[:start] + data.draw(st.binary(max_size=4)) + whole[start + data.draw(st.integers(0, 9)) :]).split(b"\n")
    for line in read(*pieces):
        assert line.timestamp is None or line.timestamp.tzinfo is not None
        assert "\0" not in line.text
