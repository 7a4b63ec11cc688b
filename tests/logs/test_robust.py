"""No line makes a reader fail: not any text, not a real line that was cut, doubled or bent."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtp421.logs import LINE_FORMATS
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent, follows

DATA = Path(__file__).parents[1] / "data" / "logs"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SQUARE = ("postfix", "postfix_queue", "postfix_queue_json")
"""Their time still grows with the square of a run of blanks."""
MARKS = "\"\\'<>[](){}@:;,=/_-# \t\n0459é\x00\ud800"


def lines_of(form):
    logs = [path.read_bytes().decode("utf-8", "replace").split("\n")[:-1] for path in sorted(DATA.glob(f"{form.name}/*.log"))]
    return [line for log in logs for line in log] or form.sample.split("\n")


@st.composite
def bent(draw, lines):
    """A real line with a piece taken out, doubled or replaced."""
    line = draw(st.sampled_from(lines))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(line)))
        end = draw(st.integers(start, min(len(line), start + 40)))
        piece = draw(st.one_of(st.just(""), st.just(line[start:end] * 2), st.text(MARKS, max_size=6)))
        line = line[:start] + piece + line[end:]
    return line[: draw(st.integers(0, len(line)))] if draw(st.booleans()) else line


@pytest.mark.parametrize("form", LINE_FORMATS, ids=lambda form: form.name)
def test_no_line_makes_a_reader_fail(form):
    real = lines_of(form)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.one_of(bent(real), st.sampled_from(real), st.text(max_size=200)), max_size=12), st.booleans())
    def holds(lines, numbered):
        reader = form.open()
        found = []
        for number, text in enumerate(lines, start=1):
            form.recognises(text)
            reader.claims(text)
            found += reader.read(Line(number if numbered else None, text, NOW))
        found += reader.close()
        assert not list(reader.close())
        for attempt in found:
            assert attempt.format == form.name
            assert attempt.timestamp is None or attempt.timestamp.tzinfo is not None
            assert attempt.delay is None or attempt.delay >= 0
            assert attempt.reply.code is None or 200 <= attempt.reply.code <= 599
            json.dumps([attempt.to_dict(), attempt.reply.to_dict()])

    holds()


def test_a_memory_forgets_the_oldest():
    memory = Recent(3)
    for key in "abcd":
        memory[key] = key
    memory["b"] = "again"
    memory["e"] = "e"
    assert list(memory) == ["d", "b", "e"]


def test_a_line_follows_another():
    first = Line(3, "a\nb", NOW)
    assert follows(first, Line(5, "c", NOW))
    assert not follows(first, Line(6, "c", NOW))
    assert follows(first._replace(number=None), Line(6, "c", NOW))


@pytest.mark.parametrize("form", [form for form in LINE_FORMATS if form.name not in SQUARE], ids=lambda form: form.name)
@pytest.mark.parametrize("piece", [" ", "e", "=", ": ", "<", "4.7.1 ", "(["])
def test_no_line_takes_long(form, piece):
    """Time grows with the length of a line, not with its square: log lines hold what strangers said."""
    lines = form.sample.split("\n")
    longest = max(range(len(lines)), key=lambda number: len(lines[number]))
    begun = time.process_time()
    for cut in (len(lines[longest]) // 3, len(lines[longest]) // 2, len(lines[longest]) - 5):
        bent_lines = [*lines]
        bent_lines[longest] = lines[longest][:cut] + piece * (40_000 // len(piece)) + lines[longest][cut:]
        reader = form.open()
        for number, text in enumerate(bent_lines, start=1):
            form.recognises(text)
            reader.claims(text)
            list(reader.read(Line(number, text, NOW)))
        list(reader.close())
    assert time.process_time() - begun < 5
