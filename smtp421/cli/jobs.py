"""Several processes for large logs: each counts parts of a file, and what they counted is put together in order.

Only logs that can be skimmed (:mod:`smtp421.logs.skim`) are read in parts: their records are lines, so that a file can be cut at
any line end. What comes out is what one process tells; the tests hold merging to that.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from smtp421.cli.intake import Intake, Sieve
from smtp421.diagnosis.history.merge import merge
from smtp421.logs.source import open_part, open_source, part_ends
from smtp421.scanning import Scan, skim_of

if TYPE_CHECKING:
    from smtp421.diagnosis.history.ledger import By, Ledger
    from smtp421.logs.source import Remark
    from smtp421.rulebook import RuleBook

WORTH_IT = 100_000_000
"""Bytes of all inputs from which on several processes are faster as a rule."""
PART = 1 << 28
"""Bytes of a part at most, so that the processes end at about the same time and progress shows."""
LEAST = 1 << 16
"""Bytes of a part at least."""


class Plan(NamedTuple):
    """How parts are counted."""

    rules: tuple[Path, ...]
    sieve: Sieve
    by: By | None
    lines: bool
    now: datetime
    folder: Path
    """Where what was counted is put down."""


class Part(NamedTuple):
    """A part of a file."""

    path: str
    start: int
    end: int
    number: int
    """Of its first line."""
    form: str | None
    begins: bool
    """Whether nothing was read before it."""


class Counted(NamedTuple):
    """What came of a part."""

    ledger: Path
    """A file that holds it, pickled: so it takes no memory until it is its turn to be merged."""
    lines: int
    attempts: int
    remarks: tuple[Remark, ...]


def jobs_of(wanted: str, names: Sequence[str]) -> int:
    """How many processes are to read inputs: ``auto`` is one for small ones, else as many as there are processors."""
    if wanted != "auto":
        return int(wanted)
    size = sum(path.stat().st_size for name in names if (path := Path(name)).is_file())
    return (os.cpu_count() or 1) if size >= WORTH_IT else 1


def count_in_parts(names: Sequence[str], jobs: int, intake: Intake, scan: Scan, book: RuleBook, plan: Plan) -> None:
    """Count all inputs, in order: those that can be skimmed in parts, by ``jobs`` processes; others here.

    ``scan`` reads nothing itself, it is told what was read. Raises what reading raises.
    """
    _shared.update({plan.rules: book})
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
    pool = ProcessPoolExecutor(jobs, mp_context=context)
    try:
        for name in names:
            ends, form = _split(name, jobs)
            if not ends:
                scan.go_on([open_source(name)], intake)
                continue
            starts = [0, *ends[:-1]]
            numbers = _numbers([*pool.map(_lines_in, [name] * len(ends), starts, ends)])
            begins = not scan.lines
            parts = [
                Part(name, start, end, number, form, begins and not start)
                for start, end, number in zip(starts, ends, numbers, strict=False)
            ]
            for part, counted in zip(parts, _counted(pool, jobs, parts, plan), strict=True):
                merge(intake.ledger, taken(counted.ledger))
                scan.told(counted.lines, counted.attempts, part.end - part.start, counted.remarks)
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _counted(pool: ProcessPoolExecutor, jobs: int, parts: Sequence[Part], plan: Plan) -> Iterator[Counted]:
    """What comes of parts, in their order. Little of it waits for its turn: a part is begun where one was taken."""
    waiting = iter(parts)
    running: list[Future[Counted]] = [pool.submit(count_part, part, plan) for part in islice(waiting, jobs + 1)]
    while running:
        yield running.pop(0).result()  # named here, it would be kept until the next is there
        running += [pool.submit(count_part, part, plan) for part in islice(waiting, 1)]


_shared: dict[tuple[Path, ...], RuleBook] = {}
"""Where processes are forked, the rule book that is loaded already."""


def count_part(part: Part, plan: Plan) -> Counted:
    """Count a part; runs in a process of its own."""
    gc.collect()  # the ledger of the part before
    book = _shared.get(plan.rules)
    if book is None:
        from smtp421.api import load_rulebook

        book = _shared[plan.rules] = load_rulebook(plan.rules)
    intake = Intake(book, plan.sieve, by=plan.by, lines=plan.lines, begins=part.begins)
    source = open_part(part.path, part.start, part.end, part.number, part.form)
    scan = Scan([source], book, plan.now, trusting=True)
    intake.take(scan)
    intake.ledger.catch_up()
    path = plan.folder / f"{os.getpid()}-{part.start}-{part.end}"
    with path.open("xb") as file:
        pickle.dump(intake.ledger, file, pickle.HIGHEST_PROTOCOL)
    return Counted(path, source.lines_read - part.number + 1, scan.attempts, scan.remarks)


def taken(path: Path) -> Ledger:
    """The ledger that a part was counted in; its file goes."""
    with path.open("rb") as file:
        ledger: Ledger = pickle.load(file)  # noqa: S301 - from a process of ours
    path.unlink()
    return ledger


def _lines_in(name: str, start: int, end: int) -> int:
    with open_part(name, start, end, 1) as source:
        return sum(block.count(b"\n") for _, block in source.blocks())


def _numbers(lines: Sequence[int]) -> list[int]:
    """The number of the first line of each part, by the lines of each."""
    return [1 + sum(lines[:number]) for number in range(len(lines))]


def _split(name: str, jobs: int) -> tuple[list[int], str | None]:
    """Where the parts of a file end, and its format; no parts where it is to be read as a whole."""
    path = Path(name)
    if not path.is_file() or (size := path.stat().st_size) < 2 * LEAST:
        return [], None
    with open_source(name) as source:
        skim = skim_of(source, next(source.blocks(), (1, b""))[1])
    if skim is None:
        return [], None
    parts = max(jobs, -(-size // PART))
    return part_ends(name, max(LEAST, -(-size // parts))), skim.name
