"""Running things in turn, and tables of what they took."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

Result = TypeVar("Result")
ROOT = Path(__file__).resolve().parent.parent


class Cost(NamedTuple):
    """What a command took."""

    seconds: float
    """By the clock on the wall."""
    processor: float
    """Seconds of processor time, of the command and what it started."""
    memory: float
    """The most that it held at a time, in MB; of several processes the largest."""


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run ``command`` with its output thrown away. Raises CalledProcessError where it ends with another code than 0 or 1."""
    launcher = (sys.executable, "-I", "-S", str(ROOT / "benchmarks" / "child.py"), *command)
    ran = subprocess.run(
        launcher, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, env={**os.environ, **(environment or {})}, check=False
    )
    if ran.returncode not in (0, 1):
        sys.stderr.buffer.write(ran.stderr[-2000:])
        ran.check_returncode()
    return Cost(*map(float, ran.stdout.split()))


def in_turn(
    ways: Mapping[str, Callable[[], Result]], rounds: int, fewer: Mapping[str, int] | None = None
) -> dict[str, list[Result]]:
    """Run all ways ``rounds`` times, in turn, so that all meet the same moods of the machine; some of them fewer times."""
    results: dict[str, list[Result]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            if number < (fewer or {}).get(name, rounds):
                print(f"  round {number + 1}: {name}", file=sys.stderr, flush=True)
                results[name].append(way())
    return results


def medians(costs: Mapping[str, Iterable[Cost]]) -> dict[str, Cost]:
    """The medians of each."""
    return {name: Cost(*map(median, zip(*some, strict=True))) for name, some in costs.items()}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers to three figures, at the right."""
    lines = [list(map(_shown, row)) for row in rows]
    numeric = [all(line[column][:1].isdigit() or line[column] in ("-", "") for line in lines) for column in range(len(head))]
    rule = ["---:" if right else "---" for right in numeric]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, rule, *lines))


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
