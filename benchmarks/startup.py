"""How long a cold ``smtp421 explain TEXT`` takes, as a ratio to a bare typer program that prints one rich panel.

    python benchmarks/startup.py [--runs N] [--limit RATIO]

Each round runs both in turn, as new processes with warm file caches; what is printed are medians over the rounds, of
wall-clock time and of the processor time of the child. With ``--limit`` the exit code is 1 where the wall-clock ratio is
above it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

TEXT = "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1"
HERE = Path(__file__).resolve().parent
BARE = (sys.executable, str(HERE / "bare_typer.py"), "show", TEXT)
COMMANDS = {
    "explain TEXT": (sys.executable, "-m", "smtp421", "explain", TEXT),
    "explain --json TEXT": (sys.executable, "-m", "smtp421", "explain", "--json", TEXT),
    "explain ID": (sys.executable, "-m", "smtp421", "explain", "greylisting"),
}


class Cost(NamedTuple):
    """Seconds that one run took."""

    wall: float
    processor: float


def run(command: tuple[str, ...]) -> Cost:
    """Run ``command`` once. Raises CalledProcessError where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as when installed
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd=HERE.parent,
        env=environment,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def ratios(command: tuple[str, ...], runs: int) -> tuple[Cost, Cost]:
    """Median cost of the bare program, and the median of the ratios of each round."""
    for warm in (BARE, command):
        run(warm)
    rounds = [(run(BARE), run(command)) for _ in range(runs)]
    bare = Cost(*(median(costs) for costs in zip(*(bare for bare, _ in rounds), strict=True)))
    return bare, Cost(*(median(ours[index] / bare[index] for bare, ours in rounds) for index in range(2)))


def main() -> int:
    """Measure all commands and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--limit", type=float, help="highest ratio that is allowed for `explain TEXT`")
    options = parser.parse_args()
    worst = 0.0
    print(f"{'command':<22}{'bare, ms':>10}{'x wall':>9}{'x processor':>13}")
    for name, command in COMMANDS.items():
        bare, ratio = ratios(command, options.runs)
        print(f"{name:<22}{bare.wall * 1000:>10.0f}{ratio.wall:>9.2f}{ratio.processor:>13.2f}")
        worst = max(worst, ratio.wall if name == "explain TEXT" else 0)
    return int(options.limit is not None and worst > options.limit)


if __name__ == "__main__":
    sys.exit(main())
