"""Scanning whole inputs: whatever they come from, the diagnoses are the same."""

import gzip
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import smtp421
from smtp421 import errors
from smtp421.logs.follow import follow
from smtp421.logs.source import Source
from smtp421.scanning import Scan

DATA = Path(__file__).parent / "data" / "logs" / "layouts"
LOG = DATA / "bsd.log"


@pytest.fixture
def scan(book, now):
    """Scan with the bundled rules and a fixed clock."""

    def call(lines, **options):
        return smtp421.scan(lines, rulebook=book, **{"now": now, **options})

    return call


@pytest.fixture
def expected(scan):
    return list(scan(LOG.read_text().splitlines()))


def test_lines_files_and_packed_files(scan, expected, tmp_path):
    assert len(expected) == 6
    packed = tmp_path / "mail.log.1"
    packed.write_bytes(gzip.compress(LOG.read_bytes()))
    with LOG.open("rb") as lines, LOG.open() as text:
        for given in (LOG, str(LOG), packed, lines, text, LOG.read_bytes().splitlines(keepends=True)):
            assert list(scan(given)) == expected


def test_several_inputs(scan, expected):
    scanned = scan([LOG, LOG])
    assert list(scanned) == expected * 2
    assert (scanned.lines, scanned.attempts) == (24, 16)
    assert scanned.source.name == str(LOG)


def test_what_it_tells_on_the_way(scan):
    raw = io.BytesIO(gzip.compress(LOG.read_bytes())[:-9])
    scanned = scan(Source("mail.log.gz", raw, size=1000))
    assert (scanned.lines, scanned.attempts, scanned.remarks) == (0, 0, ())
    assert next(scanned).attempt.line == 4
    assert (scanned.lines, scanned.attempts, scanned.source.size) == (4, 1, 1000)
    assert len(list(scanned)) == 5
    assert [str(remark) for remark in scanned.remarks] == [
        "mail.log.gz, line 12: the gzip data ends too early, the rest is missing"
    ]


def test_it_can_be_left(scan):
    scanned = scan(LOG)
    next(scanned)
    scanned.close()
    assert list(scanned) == []
    assert scanned.source._raw.closed


def test_followed_files(scan, expected, tmp_path):
    paths = [tmp_path / "a.log", tmp_path / "b.log"]
    for path in paths:
        path.write_bytes(LOG.read_bytes())
    looks = iter((False, True))
    found = list(scan(follow(paths, lambda: next(looks), from_start=True)))
    assert found == expected * 2


def test_a_layout_that_ends_open(scan):
    (diagnosis,) = scan(["2026-11-20T22:29:58.941317123Z stdout P connect to mx.example.com[192.0.2.1]:25: Connection refused"])
    assert diagnosis.attempt.line == 1


def test_one_format_for_all(scan, expected):
    assert list(scan(LOG, input_format="postfix")) == expected
    assert list(scan(LOG, input_format="sendmail")) == []
    with pytest.raises(errors.UnknownFormat, match=r"unknown format 'nonsense'; choose one of: .*postfix") as caught:
        scan(LOG, input_format="nonsense")
    assert caught.value.exit_code == 2


def test_what_cannot_be_opened_is_said_at_once(scan, tmp_path):
    with pytest.raises(errors.InputUnreadable, match="No such file"):
        scan(tmp_path / "missing.log")
    later = scan([LOG, tmp_path])
    with pytest.raises(errors.InputUnreadable, match="Is a directory"):
        list(later)


def test_the_year_is_that_of_the_file(scan, book, tmp_path):
    path = tmp_path / "mail.log"
    path.write_bytes(LOG.read_bytes())
    stamp = datetime(2023, 12, 1, tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))
    assert {found.attempt.timestamp.year for found in smtp421.scan(path, rulebook=book)} == {2023}
    assert {found.attempt.timestamp.year for found in scan(path)} == {2026}


def test_what_is_followed_for_days_keeps_up_with_the_time(book):
    line = LOG.read_text().splitlines()[3].removeprefix("Nov 20 ")
    days = [datetime(2026, 11, 20, 23, tzinfo=UTC), datetime(2026, 11, 28, 23, tzinfo=UTC), datetime(2027, 1, 1, 23, tzinfo=UTC)]
    for pipe in (False, True):
        raw = b"".join(f"{day:%b} {day.day:2} {line}\n".encode() for day in days)
        items = [Source("-", io.BytesIO(raw))] if pipe else raw.splitlines()
        scanned = Scan(items, book, days[0], clock=iter(days).__next__)
        assert [found.attempt.timestamp.year for found in scanned] == [2026, 2026, 2027]


def test_new_year_in_a_file(scan, tmp_path):
    line = LOG.read_text().splitlines()[3].removeprefix("Nov 20 ")
    path = tmp_path / "mail.log"
    path.write_text("".join(f"{day} {line}\n" for day in ("Dec 20", "Dec 31", "Jan  1", "Feb 10")))
    now = datetime(2026, 12, 24, tzinfo=UTC)
    assert [found.attempt.timestamp.year for found in scan(path, now=now)] == [2025, 2025, 2026, 2026]


@pytest.mark.parametrize("given", [b"bytes", [1]])
def test_what_is_no_input(scan, given):
    with pytest.raises((TypeError, AttributeError)):
        list(scan(given))
