"""Output files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from smtp421.errors import OutputUnwritable


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write a file beside ``path`` and put it into its place when all is written; on any error ``path`` stays as it was.

    What is no plain file (a pipe, a terminal) is written to as it is. Raises :class:`smtp421.errors.OutputUnwritable`.
    """
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="") as device:
                device.writelines(pieces)
            return
        _replace(target, pieces)
    except OSError as error:
        raise OutputUnwritable(path=path, reason=error.strerror or error) from error


def _replace(target: Path, pieces: Iterable[str]) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with beside.open("x", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
