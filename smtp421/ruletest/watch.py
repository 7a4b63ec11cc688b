"""Waiting for files to change.

A look costs one ``stat`` a file, about a millisecond for all rules, so that no package for file events is needed; it also sees
changes on network drives, which such packages miss.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator

INTERVAL = 0.3
"""Seconds between two looks."""

Stamp = tuple[int, int, int]


def changes(
    files: Callable[[], Iterable[str]], stop: Callable[[], bool], *, sleep: Callable[[float], object] = time.sleep
) -> Iterator[list[str]]:
    """Yield the names of files that came, changed or went since the last look, whenever there are any, until ``stop()``."""
    before = _stamps(files())
    while not stop():
        sleep(INTERVAL)
        now = _stamps(files())
        changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        before = now
        if changed:
            yield changed


def _stamps(files: Iterable[str]) -> dict[str, Stamp]:
    stamps = {}
    for name in files:
        try:
            stat = os.stat(name)  # noqa: PTH116 - a hundred files, three times a second
        except OSError:
            continue
        stamps[name] = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
    return stamps
