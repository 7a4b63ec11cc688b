"""Following logs that grow, as ``tail -F`` does: through rotation by renaming or by copying, truncation, and files to come.

A file is known by its device and inode. When another one has its name, the old one is still read for a while, since programs go
on writing to it until they are told. That a file was emptied shows in its size, or, where it has grown past it again, in its
first bytes. Whole lines are handed on; a last line without an end, when its file goes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

from smtp421.errors import InputUnreadable
from smtp421.logs.cutter import Cutter
from smtp421.logs.source import CHUNK

INTERVAL = 0.2
"""Seconds between two looks."""
GRACE = 10.0
"""Seconds for which a file that has lost its name is still read."""
_HEAD = 256


def follow(
    paths: Iterable[str | os.PathLike[str]],
    stop: Callable[[], bool],
    *,
    from_start: bool = False,
    interval: float = INTERVAL,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[tuple[Path, bytes]]:
    """Yield ``(path, line)`` for each new line until ``stop()`` says so: from the end of the files, or ``from_start``.

    A file that is not there yet is read from its start when it comes. ``stop`` is asked before each look;
    ``threading.Event().is_set`` and its ``wait`` as ``sleep`` make one that ends at once. Raises
    :class:`smtp421.errors.InputUnreadable` for a directory, and for a file that is there and may not be read.
    """
    looks = max(round(GRACE / interval), 1)
    names = [_Name(Path(path), looks, from_start=from_start) for path in paths]
    try:
        while not stop():
            idle = True
            for name in names:
                for line in name.lines():
                    idle = False
                    yield name.path, line
            if idle:
                sleep(interval)
    finally:
        for name in names:
            name.close()


class _File:
    """An open file, and what of its last line has come."""

    def __init__(self, raw: FileIO, looks: int) -> None:
        self.raw = raw
        self.looks = looks
        """That are still to be taken, once it has lost its name."""
        self._cutter = Cutter()
        self._head = b""

    def lines(self) -> Iterator[bytes]:
        """Yield the lines that have come since the last look; from the start, where the file was emptied meanwhile."""
        if self._emptied():
            yield from self.rest()
            self.raw.seek(0)
            self._head = b""
        while chunk := self.raw.read(CHUNK):
            yield from _lines(self._cutter.push(chunk))
        if len(self._head) < _HEAD:
            self._head = self._first(_HEAD)

    def rest(self) -> Iterator[bytes]:
        """Yield the last line, where no line end has come."""
        yield from _lines(self._cutter.flush())

    def _emptied(self) -> bool:
        return os.fstat(self.raw.fileno()).st_size < self.raw.tell() or self._first(len(self._head)) != self._head

    def _first(self, size: int) -> bytes:
        here = self.raw.tell()
        self.raw.seek(0)
        head = self.raw.read(min(size, here)) or b""
        self.raw.seek(here)
        return head


class _Name:
    """A path, the file that it names now, and files that it has named."""

    def __init__(self, path: Path, looks: int, *, from_start: bool) -> None:
        self.path = path
        self._looks = looks
        self._old: list[_File] = []
        self._file: _File | None = None
        with suppress(FileNotFoundError):
            self._file = self._open()
        if self._file is not None and not from_start:
            self._file.raw.seek(0, os.SEEK_END)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines that have come since the last look."""
        try:
            yield from self._look()
        except OSError as error:
            raise InputUnreadable(path=self.path, reason=error.strerror or error) from error

    def _look(self) -> Iterator[bytes]:
        for old in [*self._old]:
            yield from old.lines()
            old.looks -= 1
            if not old.looks:
                yield from old.rest()
                self._drop(old)
        if self._file is not None:
            yield from self._file.lines()
        if not self._renamed():
            return
        with suppress(OSError, InputUnreadable):  # gone again, or not readable yet: the next look will tell
            file = self._open()
            if self._file is not None:
                self._old.append(self._file)
            self._file = file
        if self._old:
            yield from self._old[-1].lines()
        if self._file is not None:
            yield from self._file.lines()

    def close(self) -> None:
        """Close all files."""
        for file in (*self._old, *([self._file] if self._file else [])):
            file.raw.close()

    def _drop(self, old: _File) -> None:
        old.raw.close()
        self._old.remove(old)

    def _renamed(self) -> bool:
        """Whether the path names another file than the open one; no, while it names none."""
        if self._file is None:
            return True
        with suppress(OSError):
            here, there = os.fstat(self._file.raw.fileno()), self.path.stat()
            return (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino)
        return False

    def _open(self) -> _File:
        try:
            return _File(self.path.open("rb", buffering=0), self._looks)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise InputUnreadable(path=self.path, reason=error.strerror or error) from error


def _lines(block: bytes) -> list[bytes]:
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines
