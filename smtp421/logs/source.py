"""Where lines come from: files, pipes and standard input, packed or not, in UTF-8 or UTF-16.

All go the same way, in chunks of 256 KiB, so that memory stays bounded: read, unpack (:mod:`smtp421.logs.compression`), turn
UTF-16 into UTF-8 and drop byte-order marks, cut at line ends. A pipe is read with read(2), which gives what is there: a line is
handed on as soon as it has come. What goes wrong on the way is a :class:`Remark`, and what came before it is read.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedIOBase, FileIO
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from smtp421.errors import InputUnreadable
from smtp421.logs.compression import packing_of, unpacked
from smtp421.logs.cutter import LONGEST, Cutter, utf8

STDIN = "-"
CHUNK = 1 << 18
_MARK = 8
"""Bytes in which the mark of every packing stands."""
_SAMPLES, _SAMPLE = 32, 1 << 13
_TRUSTED = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
"""Archives made to be reproducible set file times to 1970 or 1980: those say nothing."""


class Remark(NamedTuple):
    """Something about an input that its reader should know; work went on."""

    path: str
    line: int
    """The last line that was read before; 0 where there is none."""
    message: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


def lines_of(block: bytes) -> list[bytes]:
    """The lines of a block, without their ends."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


class Raw(Protocol):
    """What bytes are read from: a :class:`io.FileIO` or its like."""

    def read(self, size: int, /) -> bytes | None:
        """At least one byte as soon as there is one, ``b""`` at the end, None where a pipe that does not block has none yet."""
        ...

    def fileno(self) -> int:
        """The number of the open file; asked for where ``read`` had nothing yet."""
        ...

    def close(self) -> object:
        """Close it."""
        ...


class Source:
    """An input, to be read once. Lines come without their line ends; a carriage return before one is left to the layout."""

    def __init__(
        self,
        name: str,
        raw: Raw,
        *,
        size: int | None = None,
        modified: datetime | None = None,
        start: int = 0,
        end: int | None = None,
        number: int = 1,
        form: str | None = None,
    ) -> None:
        """``start`` and ``end`` are offsets at line ends, where a part of a file is read, and ``number`` that of its first line.

        ``form`` names the format, where it is known of the whole file.
        """
        self.name = name
        self.form = form
        self.size = size
        """Bytes to be read, for a display of progress; None where nobody knows."""
        self.modified = modified
        """When a file was last written to: about when its last line came."""
        self.position = 0
        """Bytes read so far, as they are stored."""
        self.lines_read = number - 1
        self.remarks: list[Remark] = []
        self._raw = raw
        self._start = start
        self._end = end

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line with its number, counted from 1."""
        for number, block in self.blocks():
            pieces = lines_of(block)
            self.lines_read = number + len(pieces) - 1
            yield from enumerate(pieces, number)

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yield blocks of whole lines, each with the number of its first line. All but the last end with a line end.

        Who counts the lines of a block may set ``lines_read``, which spares counting them again.

        Raises :class:`smtp421.errors.InputUnreadable` where nothing can be read, and :class:`smtp421.errors.MissingExtra`.
        """
        cutter = Cutter()
        for chunk in utf8(unpacked(self._chunks(), self.name, self._remark)):
            if block := cutter.push(chunk):
                read = self.lines_read
                yield read + 1, block
                if self.lines_read == read:  # who takes whole blocks may have counted them
                    self.lines_read += block.count(b"\n")
        if block := cutter.flush():
            self.lines_read += 1
            yield self.lines_read, block
        if cutter.cut:
            what = "a line" if cutter.cut == 1 else f"{cutter.cut} lines"
            self.remarks.append(Remark(self.name, 0, f"{what} longer than {LONGEST // 1024} KiB cut"))

    def sample(self) -> list[str]:
        """Lines from all over a file that is not packed, in order; none of a pipe. Reading goes on where it was."""
        raw = self._raw
        if not self.size or not isinstance(raw, FileIO):
            return []
        start = self._start
        last = max(self.size - _SAMPLE, start)
        offsets = [*range(start, last, max((self.size - start) // _SAMPLES, _SAMPLE)), last]
        found: list[str] = []
        try:
            here = raw.tell()
            raw.seek(0)
            if packing_of(raw.read(_MARK) or b"") is not None:
                offsets = []
            for offset in offsets:
                raw.seek(offset)
                chunk = raw.read(_SAMPLE) or b""
                lines = chunk.decode("utf-8", "replace").split("\n")
                if len(chunk) == _SAMPLE:
                    lines.pop()  # it may go on
                found += lines[1:] if offset > start else lines  # the first may have begun before
            raw.seek(here)
        except OSError:
            return []
        return found

    def _chunks(self) -> Iterator[bytes]:
        while True:
            try:
                chunk = self._raw.read(CHUNK if self._end is None else min(CHUNK, self._end - self._start - self.position))
            except OSError as error:
                if not self.position:
                    raise InputUnreadable(path=self.name, reason=error.strerror or error) from error
                self._remark(f"reading failed ({error.strerror or error}), the rest is missing")
                return
            if chunk is None:
                select.select([self._raw.fileno()], [], [])
            elif chunk:
                self.position += len(chunk)
                yield chunk
            else:
                return

    def _remark(self, message: str) -> None:
        self.remarks.append(Remark(self.name, self.lines_read, message))


def open_source(path: str | os.PathLike[str]) -> Source:
    """Open a file, or standard input where ``path`` is ``-``. Raises :class:`smtp421.errors.InputUnreadable`."""
    if path == STDIN:
        return _standard_input()
    name = os.fspath(path)
    try:
        raw = Path(name).open("rb", buffering=0)  # noqa: SIM115
        return _described(name, raw, raw.fileno())
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise InputUnreadable(path=name, reason=getattr(error, "strerror", None) or error) from error


def open_part(path: str, start: int, end: int, number: int, form: str | None = None) -> Source:
    """Open a part of a file that is not packed; see :class:`Source`. Raises :class:`smtp421.errors.InputUnreadable`."""
    try:
        raw = Path(path).open("rb", buffering=0)  # noqa: SIM115
        raw.seek(start)
        return _described(path, raw, raw.fileno(), start=start, end=end, number=number, form=form)
    except OSError as error:
        raise InputUnreadable(path=path, reason=error.strerror or error) from error


def part_ends(path: str, step: int) -> list[int]:
    """Offsets at line ends, about every ``step`` bytes, and the end of a file."""
    ends: list[int] = []
    with Path(path).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        at = step
        while at < size:
            file.seek(at)
            file.readline()
            end = file.tell()
            while b" repeated " in (line := file.readline()):  # it means the line before
                end += len(line)
            ends.append(end)
            at = end + step
    return [*(end for end in ends if end < size), size]


class _Buffered:
    """A standard input that somebody put in place of the real one."""

    def read(self, size: int, /) -> bytes:
        buffer = sys.stdin.buffer
        return buffer.read1(size) if isinstance(buffer, BufferedIOBase) else buffer.read(size)

    def fileno(self) -> int:
        return sys.stdin.fileno()

    def close(self) -> None:
        """It is not ours to close."""


def _standard_input() -> Source:
    try:
        number = sys.stdin.fileno()
        raw = open(number, "rb", buffering=0, closefd=False)  # noqa: SIM115
    except (OSError, ValueError, AttributeError):
        if sys.stdin is None:
            raise InputUnreadable(path=STDIN, reason="there is no standard input") from None
        return Source(STDIN, _Buffered())
    return _described(STDIN, raw, number)


def _described(name: str, raw: Raw, descriptor: int, **part: Any) -> Source:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return Source(name, raw)
    modified = datetime.fromtimestamp(status.st_mtime, UTC) if status.st_mtime > _TRUSTED else None
    return Source(name, raw, size=status.st_size, modified=modified, **part)
