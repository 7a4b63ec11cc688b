"""The journal export format."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs.journal_export import Export
from smtp421.logs.layout import Layout
from tests.logs.journal import export

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read(*raw):
    layout = Layout(NOW)
    lines = [line for number, text in enumerate(raw, start=1) for line in layout.read(number, text)]
    return [*lines, *layout.close()]


def test_bytes_that_are_no_utf8():
    (line,) = read(*export({"__CURSOR": "s=1", "MESSAGE": b"caf\xe9"}))
    assert (line.text, line.timestamp) == ("caf\ufffd", None)


def test_other_lines_may_follow():
    lines = read(*export({"__CURSOR": "s=1", "MESSAGE": "one"})[:-1], "Nov 20 22:29:58 mail two", "KEY=value")
    assert [line.text for line in lines] == ["one", "Nov 20 22:29:58 mail two", "KEY=value"]


def test_a_core_dump_is_passed_over():
    dump = {"__CURSOR": "s=1", "COREDUMP": b"\0\n=x" * 200_000, "MESSAGE": "lost"}
    assert [line.text for line in read(*export(dump), *export({"__CURSOR": "s=2", "MESSAGE": "next"}))] == ["next"]


def test_a_length_that_lies():
    lines = export({"__CURSOR": "s=1", "MESSAGE": b"longer than told"})
    lines[2] = (3).to_bytes(8, "little") + lines[2][8:]
    assert [line.text for line in read(*lines, *export({"__CURSOR": "s=2", "MESSAGE": "next"}))] == ["next"]


@given(st.binary(max_size=300).map(lambda data: data + b"."), st.integers(0, 300))
def test_binary_values(value, length):
    for data in (value, value[:length]):
        reader = Export()
        lines = export({"__CURSOR": "s=1", "MESSAGE": data, "_PID": "7"})
        told = [
            found for number, line in enumerate(lines, start=1) if reader.claims(line) and (found := reader.read(number, line))
        ]
        assert [entry.text for entry in told] == [data.decode("utf-8", "replace")]
