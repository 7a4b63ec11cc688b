"""However many processes read a log, the report is the same."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp421.cli import jobs, scan_run
from smtp421.cli.intake import Sieve
from smtp421.cli.jobs import Part, Plan, count_part, jobs_of, taken
from smtp421.diagnosis.history.close import close
from smtp421.diagnosis.history.merge import merge
from smtp421.logs.source import open_part, part_ends

MAKER = Path(__file__).parents[2] / "benchmarks" / "make_log.py"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some minutes of a busy server."""
    path = tmp_path_factory.mktemp("logs") / "mail.log"
    spec = importlib.util.spec_from_file_location("make_log", MAKER)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["make_log"] = made
    spec.loader.exec_module(made)
    with path.open("wb") as out:
        made.write_log(out, 1_000_000, deferred=0.15, seed=1, lines_per_second=20)
    return path


@pytest.mark.parametrize("options", [("--format", "json"), ("--show-lines",), ("--by", "domain", "--since", "2026-11-20 00:02")])
def test_any_number_of_processes(smtp421, log, options):
    one = smtp421("scan", "--jobs", "1", *options, str(log))
    assert one.code == 0
    for number in ("2", "5"):
        assert smtp421("scan", "--jobs", number, *options, str(log)) == one


def test_several_files_some_of_which_are_packed(smtp421, log, tmp_path):
    lines = log.read_bytes().splitlines(keepends=True)
    third = len(lines) // 3
    names = [tmp_path / name for name in ("mail.log.2.gz", "mail.log.1", "mail.log")]
    names[0].write_bytes(gzip.compress(b"".join(lines[:third])))
    names[1].write_bytes(b"".join(lines[third : 2 * third]))
    names[2].write_bytes(b"".join(lines[2 * third :]))
    given = [str(name) for name in reversed(names)]
    one = json.loads(smtp421("scan", "--format", "json", *given).out)
    two = json.loads(smtp421("scan", "--jobs", "2", "--format", "json", *given).out)
    assert one == two
    whole = json.loads(smtp421("scan", "--format", "json", str(log)).out)
    assert whole["attempts"] == one["attempts"]
    assert whole["fates"] == one["fates"]


def test_parts_one_by_one(book, log, tmp_path):
    ends = part_ends(str(log), 200_000)
    assert ends[-1] == log.stat().st_size
    text = log.read_bytes()
    assert all(text[end - 1 : end] == b"\n" for end in ends)
    plan = Plan((), Sieve(), None, lines=False, now=datetime(2026, 11, 21, tzinfo=UTC), folder=tmp_path)
    jobs._shared.clear()  # as in a process that was not forked
    ledger, number = None, 1
    for start, end in zip([0, *ends], ends, strict=False):
        part = count_part(Part(str(log), start, end, number, "postfix", start == 0), plan)
        number += part.lines
        later = taken(part.ledger)
        ledger = later if ledger is None else merge(ledger, later)
    whole = count_part(Part(str(log), 0, len(text), 1, "postfix", begins=True), plan)
    assert number == whole.lines + 1 == text.count(b"\n") + 1
    thresholds = book.tree.thresholds
    assert close(ledger, thresholds) == close(taken(whole.ledger), thresholds)


def test_a_part_does_not_begin_with_a_line_that_means_the_one_before(tmp_path):
    path = tmp_path / "mail.log"
    path.write_text("a\nb\nlast message repeated 2 times\nc\nd\n")
    assert part_ends(str(path), 3) == [34, 38]
    with open_part(str(path), 34, 38, 4) as source:
        assert list(source.lines()) == [(4, b"c"), (5, b"d")]
        assert source.sample() == ["c", "d", ""]


def test_what_cannot_be_opened(tmp_path):
    from smtp421.errors import InputUnreadable

    with pytest.raises(InputUnreadable, match="No such file"):
        open_part(str(tmp_path / "none"), 0, 1, 1)


def test_how_many(log, monkeypatch):
    monkeypatch.setattr(jobs.os, "cpu_count", lambda: 7)
    assert jobs_of("3", []) == 3
    assert jobs_of("auto", [str(log), "missing"]) == 1
    monkeypatch.setattr(jobs, "WORTH_IT", 1000)
    assert jobs_of("auto", [str(log)]) == 7


@pytest.mark.parametrize("number", ["0", "many", "-1", "1000"])
def test_no_such_number(smtp421, log, number):
    code, _, err = smtp421("scan", "--jobs", number, str(log))
    assert code == 2
    assert "neither auto nor a number from 1 to 256" in " ".join(err.replace("│", " ").split())


def test_what_goes_wrong_ends_all(smtp421, log, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "merge", broken)
    assert smtp421("scan", "--jobs", "2", str(log)) == (130, "", "")


def test_one_process_for_what_cannot_be_cut(smtp421, log, monkeypatch):
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(jobs, "count_in_parts", never)
    for options in (("--anonymize",), ("--input-format", "postfix"), ("--jobs", "1")):
        assert smtp421("scan", "--jobs", "2", *options, str(log)).code == 0
    assert scan_run.INTERVAL <= 0.01
