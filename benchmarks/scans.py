"""Whole logs: a full report of smtp421 against counting lines, counting matches, and pflogsumm's summary."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from subprocess import run as call
from typing import NamedTuple

from measure import Cost, in_turn, medians, run, table

NEEDLE = "status=deferred"
OURS = "smtp421 scan"
COUNT = f"LC_ALL=C grep -c {NEEDLE}"
SLOW = "pflogsumm"
SMTP421 = (sys.executable, "-m", "smtp421")


class Contender(NamedTuple):
    """A command that reads a log."""

    name: str
    command: tuple[str, ...]
    """The log's path follows."""
    missing: str | None = None
    """What to install, where it is not there."""


def contenders(jobs: int) -> Iterator[Contender]:
    """All commands, also those that are not installed."""
    yield Contender("wc -l", ("wc", "-l"))
    yield _tool("rg", f"rg -c {NEEDLE}", ("rg", "-c", NEEDLE), "apt-get install ripgrep")
    yield Contender(COUNT, ("grep", "-c", NEEDLE))
    options = call((*SMTP421, "scan", "--help"), capture_output=True, text=True, check=True).stdout
    one = ("--jobs", "1") if "--jobs" in options else ()
    yield Contender(OURS, (*SMTP421, "scan", *one))
    if one and jobs > 1:
        yield Contender(f"{OURS} --jobs {jobs}", (*SMTP421, "scan", "--jobs", str(jobs)))
    yield _tool("pflogsumm", SLOW, ("pflogsumm",), "apt-get install pflogsumm")


def compare(logs: dict[str, Path], rounds: int, slow_rounds: int, jobs: int) -> Iterator[str]:
    """A table for each log, its name beside its path."""
    present: dict[str, Contender] = {}
    for contender in contenders(jobs):
        if contender.missing:
            yield f"Left out: {contender.name} (not installed: {contender.missing})\n"
        else:
            present[contender.name] = contender
    for name, log in logs.items():
        size = log.stat().st_size / 1e6
        run(("cat", str(log)))  # into the file cache
        run((*SMTP421, "scan", os.devnull))  # the rules, too
        ways: dict[str, Callable[[], Cost]] = {
            told.name: partial(run, (*told.command, str(log)), {"LC_ALL": "C"} if told.name == COUNT else None)
            for told in present.values()
        }
        costs = medians(in_turn(ways, rounds, {SLOW: slow_rounds}))
        ours, count = costs[OURS].seconds, costs[COUNT].seconds
        head = ("command", "seconds", "MB/s", "x grep -c", "x smtp421", "memory, MB")
        rows = [
            (f"`{told}`", cost.seconds, size / cost.seconds, cost.seconds / count, cost.seconds / ours, cost.memory)
            for told, cost in costs.items()
        ]
        yield f"### {name}: {size:,.0f} MB\n\n{table(head, rows)}"


def by_size(logs: dict[str, Path], rounds: int) -> Iterator[str]:
    """What a full report costs by the size of the log."""
    ways = {name: partial(run, (*SMTP421, "scan", str(log))) for name, log in logs.items()}
    costs = medians(in_turn(ways, rounds))
    sizes = {name: log.stat().st_size / 1e6 for name, log in logs.items()}
    rows = [(name, cost.seconds, sizes[name] / cost.seconds, cost.memory) for name, cost in costs.items()]
    yield f"### Against size\n\n{table(('log', 'seconds', 'MB/s', 'memory, MB'), rows)}"


def _tool(program: str, name: str, command: tuple[str, ...], install: str) -> Contender:
    return Contender(name, command, None if shutil.which(program) else install)
