"""A progress bar on standard error, for scans that take over a second; only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from smtp421.scanning import Scan

PATIENCE = 1.0
"""Seconds before it shows."""


@contextmanager
def progress(scan: Scan, total: int | None, *, wanted: bool = True) -> Iterator[None]:
    """Show how far ``scan`` is while the block runs; ``total`` is the size of all its inputs, where it is known."""
    if not wanted or not sys.stderr.isatty():
        yield
        return
    shown: list[Progress] = []
    timer = Timer(PATIENCE, lambda: shown.append(_started(scan, total)))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for bar in shown:
            bar.stop()


def _started(scan: Scan, total: int | None) -> Progress:
    from rich.console import Console, RenderableType
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    class Watching(Progress):
        """Looks at the scan whenever it is drawn; the scan knows nothing of it."""

        def get_renderables(self) -> Iterator[RenderableType]:
            for task in self.tasks:
                self.update(task.id, completed=scan.bytes_read)
                seconds = max(task.elapsed or 0.0, 1e-3) + PATIENCE
                megabytes, lines = scan.bytes_read / seconds / 1e6, scan.lines / seconds
                task.fields["speed"] = f"{megabytes:,.1f} MB/s, {lines:,.0f} lines/s"
            return iter([self.make_tasks_table(self.tasks)])

    speed = TextColumn("{task.fields[speed]}")
    columns = (SpinnerColumn(), TextColumn("reading"), BarColumn(), speed, TimeRemainingColumn())
    bar = Watching(*columns, console=Console(stderr=True), transient=True, refresh_per_second=5)
    bar.add_task("", total=total, speed="")
    bar.start()
    return bar
