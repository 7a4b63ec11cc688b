"""All benchmarks, as Markdown for the README: how fast smtp421 is against tools that do a part of its work, in the same run.

    python benchmarks/run.py                                        # 200 MB, 5 rounds: about an hour
    python benchmarks/run.py --sizes 1G --deferred 15 --only scan   # what the README cites
    python benchmarks/run.py --sizes 20M --rounds 1                 # to see that it works

Makes its logs in a temporary folder, which needs as much room as the logs together, and removes them. What is not installed is
said and left out: apt-get install ripgrep pflogsumm libsisimai-perl nodejs npm. Progress goes to standard error. Figures of a
machine that does other things meanwhile are worth nothing; the load is printed.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import classifiers
import follow
import scans
import startup
from make_log import share_of, size_of, write_log
from measure import table

import smtp421

HERE = Path(__file__).resolve().parent
PARTS = ("scan", "classify", "rules", "size", "follow", "start")


def wishes() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=size_of, default=[size_of("200M")], help="of the logs: 200M 1G")
    parser.add_argument("--deferred", nargs="+", type=share_of, default=[0.01, 0.15, 0.9], help="shares of lines, in per cent")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, help="rounds of pflogsumm (default: all)")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2), help="of a second scan, where scan has workers")
    parser.add_argument("--replies", type=int, default=100_000, help="for single replies")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--folder", type=Path, help="where to make the logs (default: a temporary folder)")
    return parser.parse_args()


def report(wish: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The parts that are wanted."""
    rounds = wish.rounds
    if "scan" in wish.only:
        yield "## Logs\n"
        for size in wish.sizes:
            for share in wish.deferred:
                log = _log(folder, size, share)
                logs = {f"{share:.0%} of lines deferred": log}
                yield from scans.compare(logs, rounds, wish.slow_rounds or rounds, wish.jobs)
                log.unlink()
    if "classify" in wish.only:
        yield "## Single replies, one core\n"
        yield from classifiers.compare(_log(folder, wish.replies * 700 + 1_000_000, 0.9), folder, wish.replies, rounds)
    if "rules" in wish.only:
        yield "## Matching, and number of rules (benchmarks/matching.py)\n"
        command = (
            sys.executable,
            str(HERE / "matching.py"),
            "--rounds",
            str(rounds),
            "--replies",
            str(min(wish.replies, 20_000)),
        )
        yield f"```text\n{subprocess.run(command, capture_output=True, text=True, check=True).stdout}```\n"
    if "size" in wish.only:
        yield "## Size of a log\n"
        sizes = [size // part for size in wish.sizes[:1] for part in (8, 4, 2, 1)]
        yield from scans.by_size({f"{size / 1e6:,.0f} MB, 15 %": _log(folder, size, 0.15) for size in sizes}, rounds)
    if "follow" in wish.only:
        yield "## A log that grows\n"
        yield from follow.latencies(20 * rounds, folder)
    if "start" in wish.only:
        yield "## Start-up\n"
        costs = {name: startup.ratios(command, 3 * rounds) for name, command in startup.COMMANDS.items()}
        rows = [(f"`{name}`", bare.wall * 1000 * ratio.wall, ratio.wall) for name, (bare, ratio) in costs.items()]
        yield table(("command", "ms", "x a bare typer program that prints a panel"), rows)


def _log(folder: Path, size: int, share: float) -> Path:
    """Make a log; it is removed with the folder."""
    path = folder / f"{size}-{share}.log"
    with path.open("wb") as out:
        write_log(out, size, deferred=share)
    return path


def main() -> None:
    """Run what is wanted and print it piece by piece."""
    wish = wishes()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    print(f"smtp421 {smtp421.__version__}, {machine}, load {load:.1f} at the start, {wish.rounds} rounds, medians\n")
    with tempfile.TemporaryDirectory(prefix="smtp421-benchmarks-", dir=wish.folder) as folder:
        for piece in report(wish, Path(folder)):
            print(piece, flush=True)
    if hasattr(os, "getloadavg"):
        print(f"load {os.getloadavg()[0]:.1f} at the end", file=sys.stderr)


if __name__ == "__main__":
    main()
