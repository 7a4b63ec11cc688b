"""Objects and entries that carry a log line inside."""

import json
from datetime import UTC, datetime

import pytest

from smtp421.logs.envelope import opened
from smtp421.logs.layout import Layout

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JOURNAL = {"__REALTIME_TIMESTAMP": "1795213798941317", "_HOSTNAME": "mail", "SYSLOG_IDENTIFIER": "postfix/smtp", "_PID": "196"}


def read(*raw):
    layout = Layout(NOW)
    lines = [line for number, text in enumerate(raw, start=1) for line in layout.read(number, text)]
    return [*lines, *layout.close()]


def test_objects_and_lists_of_them_are_envelopes():
    assert [inside.text for inside in opened('[{"program": "x", "message": "y"}, 7]', NOW)] == ["x: y"]
    assert [inside.text for inside in opened('{"program": "x", "message": "y"}', NOW)] == ["x: y"]
    assert opened('"program": "x"', NOW) == opened('{"program": ["x"], "message": 7}', NOW) == []


@pytest.mark.parametrize("message", [None, [], [[]], 7, [300], {"a": 1}])
def test_journald_messages_that_are_none(message):
    (line,) = read(json.dumps({**JOURNAL, "MESSAGE": message}))
    assert line.text == "postfix/smtp[196]: "


def test_journald_bytes_that_are_no_utf8():
    (line,) = read(json.dumps({**JOURNAL, "MESSAGE": list(b"caf\xe9")}))
    assert line.text.endswith("caf\ufffd")


def test_journald_stamp_out_of_range():
    (line,) = read(json.dumps({**JOURNAL, "__REALTIME_TIMESTAMP": "9" * 30, "MESSAGE": "x"}))
    assert line.timestamp is None


def test_docker_parts():
    whole = "Nov 20 22:29:58 mail x".ljust(40_000, "é") + "end"
    parts = [whole[:9000], whole[9000:18000], whole[18000:] + "\n"]
    lines = read(*(json.dumps({"log": part, "stream": "stdout", "time": "2026-11-20T22:29:58Z"}) for part in parts))
    assert [line.text for line in lines] == [whole]
    # Shippers drop the line end of every line, so that only the length tells a part.
    lines = read(*(json.dumps({"log": part, "stream": "stdout"}) for part in ("one", "two")))
    assert [line.text for line in lines] == ["one", "two"]
    (line,) = read(json.dumps({"log": whole[:20_000], "stream": "stderr"}))
    assert line.text == whole[:20_000]
