"""Objects and entries that carry a log line inside."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs.envelope import Export, opened
from smtp421.logs.layout import Layout

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JOURNAL = {"__REALTIME_TIMESTAMP": "1795213798941317", "_HOSTNAME": "mail", "SYSLOG_IDENTIFIER": "postfix/smtp", "_PID": "196"}


def read(*raw):
    layout = Layout(NOW)
    lines = [line for number, text in enumerate(raw, start=1) for line in layout.read(number, text)]
    return [*lines, *layout.close()]


def export(fields):
    lines = []
    for name, value in fields.items():
        if isinstance(value, bytes):
            lines += [name.encode(), len(value).to_bytes(8, "little") + value]
        else:
            lines.append(f"{name}={value}".encode())
    return b"\n".join((*lines, b"", b"")).split(b"\n")[:-1]


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
    (line,) = read(*export({"__CURSOR": "s=1", "MESSAGE": b"caf\xe9"}))
    assert (line.text, line.timestamp) == ("caf\ufffd", None)


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


class TestExport:
    def test_other_lines_may_follow(self):
        lines = read(*export({"__CURSOR": "s=1", "MESSAGE": "one"})[:-1], "Nov 20 22:29:58 mail two", "KEY=value")
        assert [line.text for line in lines] == ["one", "Nov 20 22:29:58 mail two", "KEY=value"]

    def test_a_core_dump_is_passed_over(self):
        dump = {"__CURSOR": "s=1", "COREDUMP": b"\0\n=x" * 200_000, "MESSAGE": "lost"}
        assert [line.text for line in read(*export(dump), *export({"__CURSOR": "s=2", "MESSAGE": "next"}))] == ["next"]

    def test_a_length_that_lies(self):
        lines = export({"__CURSOR": "s=1", "MESSAGE": b"longer than told"})
        lines[2] = (3).to_bytes(8, "little") + lines[2][8:]
        assert [line.text for line in read(*lines, *export({"__CURSOR": "s=2", "MESSAGE": "next"}))] == ["next"]

    @given(st.binary(max_size=300).map(lambda data: data + b"."), st.integers(0, 300))
    def test_binary_values(self, value, length):
        for data in (value, value[:length]):
            reader = Export()
            lines = export({"__CURSOR": "s=1", "MESSAGE": data, "_PID": "7"})
            told = [
                found
                for number, line in enumerate(lines, start=1)
                if reader.claims(line) and (found := reader.read(number, line))
            ]
            assert [entry.text for entry in told] == [data.decode("utf-8", "replace")]
