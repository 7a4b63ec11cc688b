"""No line makes a reader fail: not any text, not a real line that was cut, doubled or bent."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtp421.logs import LINE_FORMATS, Stream
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent, follows

DATA = Path(__file__).parents[1] / "data" / "logs"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
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


def reading(form, piece, length):
    """Processor seconds that a stream takes for the format's sample with a long run of ``piece`` in its longest line."""
    lines = form.sample.split("\n")
    longest = max(range(len(lines)), key=lambda number: len(lines[number]))
    begun = time.process_time()
    for cut in (len(lines[longest]) // 3, len(lines[longest]) // 2, len(lines[longest]) - 5):
        bent_lines = [*lines]
        bent_lines[longest] = lines[longest][:cut] + piece * (length // len(piece)) + lines[longest][cut:]
        stream = Stream([form])
        for number, text in enumerate(bent_lines, start=1):
            list(stream.read(Line(number, text, NOW)))
        list(stream.close())
    return time.process_time() - begun


@pytest.mark.parametrize("form", LINE_FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize("piece", [" ", "e", "=", ": ", "<", "4.7.1 ", "(["])
def test_time_does_not_grow_with_the_square_of_a_line(form, piece):
    """Log lines hold what strangers said. Four times the length may take eight times as long, and not sixteen."""
    short = reading(form, piece, 5_000)
    assert reading(form, piece, 20_000) < 8 * short + 0.5
