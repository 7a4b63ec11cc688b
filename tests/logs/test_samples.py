"""Logs as the programs wrote them (addresses changed), and beside each what its lines say, attempt by attempt."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp421.logs import Stream
from smtp421.logs.line import Line

DATA = Path(__file__).parents[1] / "data" / "logs"
LOGS = sorted(path for path in DATA.glob("*/*.log") if path.with_suffix(".tsv").exists())
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COLUMNS = "line status origin code enhanced stage time queue_id sender recipient relay delay text".split()


def read(path):
    """Read a log through the table of formats, as ``scan`` does."""
    stream = Stream()
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")[:-1]
    found = [attempt for number, text in enumerate(lines, start=1) for attempt in stream.read(Line(number, text, NOW))]
    return [*found, *stream.close()]


def row(attempt):
    """An attempt as a line of the table beside its log; ``-`` for what is not known."""
    reply, relay = attempt.reply, attempt.relay
    where = relay and f"{relay.host or ''}[{relay.address or ''}]{'' if relay.port is None else f':{relay.port}'}"
    time = attempt.timestamp and attempt.timestamp.isoformat()
    delay = None if attempt.delay is None else round(attempt.delay, 3)
    values = (
        attempt.line, attempt.status, attempt.origin, reply.code, reply.enhanced_code, reply.stage, time, attempt.queue_id,
        attempt.sender, attempt.recipient, where, delay, reply.text,
    )  # fmt: skip
    return "\t".join("-" if value is None else str(value) for value in values)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_log_gives_what_its_lines_say(path):
    attempts = read(path)
    assert {attempt.format for attempt in attempts} == {path.parent.name}
    expected = path.with_suffix(".tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert expected[0].split("\t") == COLUMNS
    assert [row(attempt) for attempt in attempts] == expected[1:]


def test_there_are_logs():
    assert len(LOGS) >= 24
