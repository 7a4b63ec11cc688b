"""How long after a line is written its diagnosis is there: `smtp421 scan` on a file that is followed, and on a pipe."""

from __future__ import annotations

import os
import random
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import ROOT, table
from scans import SMTP421

LINE = (
    "Nov 20 10:00:00 mail postfix/smtp[1]: 0A0A0A{number:06X}: to=<a{number}@org.example>, relay=mx.org.example[192.0.2.9]:25, "
    "delay=1, delays=0/0/1/0, dsn=4.7.0, status=deferred (host mx.org.example[192.0.2.9] said: 421 4.7.0 Too many connections "
    "from 203.0.113.25 (in reply to MAIL FROM command))\n"
)
PATIENCE = 30.0


def latencies(number: int, folder: Path) -> Iterator[str]:
    """The table."""
    log = folder / "grows.log"
    log.touch()
    with log.open("ab", buffering=0) as out:
        followed = _measured((*SMTP421, "scan", "--follow", "--format", "jsonl", str(log)), number, lambda _: out.write)
    piped = _measured((*SMTP421, "scan", "--format", "jsonl", "-"), number, lambda process: _writer(process.stdin.fileno()))
    rows = [
        (name, some[len(some) // 2], some[len(some) * 95 // 100], some[-1])
        for name, some in (("`scan --follow FILE`", followed), ("`scan -` behind a pipe", piped))
    ]
    yield table(("from line to diagnosis, ms", "median", "95 %", "most"), rows)


def _writer(number: int) -> Callable[[bytes], object]:
    return lambda data: os.write(number, data)


def _measured(
    command: tuple[str, ...], number: int, writer: Callable[[subprocess.Popen[bytes]], Callable[[bytes], object]]
) -> list[float]:
    """Milliseconds for each of ``number`` lines, sorted."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    write = writer(process)
    found, chance = [], random.Random(1)
    try:
        _until_it_looks(process, write)
        for line in range(number):
            time.sleep(0.05 + chance.random() * 0.1)  # at any moment of its rhythm
            begin = time.perf_counter()
            write(LINE.format(number=line).encode())
            _wait(process, PATIENCE)
            found.append((time.perf_counter() - begin) * 1000)
    finally:
        process.kill()
        process.communicate()
    return sorted(found)


def _until_it_looks(process: subprocess.Popen[bytes], write: Callable[[bytes], object]) -> None:
    for number in range(int(PATIENCE / 0.2)):
        write(LINE.format(number=0xF00000 + number).encode())
        if _wait(process, 0.2):
            while _wait(process, 0.5):
                pass
            return
    raise TimeoutError("no diagnosis came")


def _wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    assert process.stdout is not None
    ready = bool(select.select([process.stdout], [], [], seconds)[0])
    return ready and bool(os.read(process.stdout.fileno(), 1 << 20))
