"""The table of formats: each knows its own lines and leaves those of the others alone, in one file of each and in a mixed one."""

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp421.logs import LINE_FORMATS, Stream
from smtp421.logs.line import Line

DATA = Path(__file__).parents[1] / "data" / "logs"
NAMES = [form.name for form in LINE_FORMATS]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOGS = {
    f"{path.parent.name}-{path.stem}": path.read_bytes().decode("utf-8", "replace").split("\n")[:-1]
    for path in sorted(DATA.glob("*/*.log"))
    if path.parent.name in NAMES
}
ADJACENT = ("chasquid-maillog", "nullmailer-stderr", "esmtp-stderr")
"""Their records go on in lines that bear no mark: other lines between them would tear them."""
TWINS = ("chasquid-trace", "qmail-splogger", "qmail-tai64nlocal")
"""They tell the same deliveries as another log here."""


def read(lines):
    stream = Stream()
    found = [attempt for number, text in enumerate(lines, start=1) for attempt in stream.read(Line(number, text, NOW))]
    return [*found, *stream.close()]


def told(attempts):
    return Counter((attempt.format, attempt.status, attempt.recipient, attempt.reply) for attempt in attempts)


def owners(text):
    return [form.name for form in LINE_FORMATS if form.recognises(text)]


def test_names_are_unique():
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("form", LINE_FORMATS, ids=NAMES)
def test_a_sample_is_read_as_its_own_format(form):
    attempts = read(form.sample.split("\n"))
    assert {attempt.format for attempt in attempts} == {form.name}
    assert all(attempt.timestamp is None or attempt.timestamp.tzinfo for attempt in attempts)


@pytest.mark.parametrize("name", LOGS)
def test_every_line_goes_to_its_own_format(name):
    own = name.partition("-")[0]
    # A continuation that its reader claims looks like a bare reply when it stands alone.
    assert all(owners(line)[:1] in ([], [own], ["replies"]) for line in LOGS[name])


@pytest.mark.parametrize("seed", range(5))
def test_a_mixed_file_gives_what_its_parts_give(seed):
    order = [name for name in LOGS if name not in TWINS]
    random.Random(seed).shuffle(order)
    mixed = read([line for name in order for line in LOGS[name]])
    alone = [attempt for name in order for attempt in read(LOGS[name])]
    assert told(mixed) == told(alone)


@pytest.mark.parametrize("seed", range(5))
def test_interleaved_lines_are_joined_by_what_they_bear(seed):
    """Two daemons of one host write into one file: each reader picks its lines."""
    chance = random.Random(seed)
    names = [name for name in LOGS if name not in ADJACENT and name not in TWINS]
    chance.shuffle(names)
    for first, second in zip(names[::2], names[1::2], strict=False):
        if first.partition("-")[0] == second.partition("-")[0]:
            continue
        left, right = [list(reversed(LOGS[name])) for name in (first, second)]
        mixed = []
        while left or right:
            mixed.append((left if left and (not right or chance.random() < 0.5) else right).pop())
        assert told(read(mixed)) == told([*read(LOGS[first]), *read(LOGS[second])])
