"""The compiled rule book on disk: JSON lines that are checked before they are used, and replaced in silence where they fail.

Line 1 is the header, line 2 the index, then comes one line a page. Nothing in the file is ever executed, and whatever is wrong
with it only means that the book is compiled anew.

A book holds for the content of all rule files. So as not to read them at every start, the header also has a *stamp*: size,
times and inode of each file, and those of this program's own files. Only where the stamp differs is the content compared. Files
that changed a moment ago have no stamp yet, since they may change once more within the resolution of their times.
"""

from __future__ import annotations

import json
import os
import time
from _blake2 import blake2b  # not from hashlib: that loads OpenSSL, at a cost that every start would feel
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from smtp421.rulebook.sources import RuleFile, RuleSource, RuleText, read_files

FORMAT = 10
"""To be raised whenever the compiled form changes its meaning."""
KEPT = 4
"""Cache files that are kept: one for each set of rule folders used lately."""
SETTLED_NS = 2_000_000_000
"""A file that did not change for so long gets a stamp."""


class Stored(NamedTuple):
    """A compiled rule book as it was stored."""

    head: dict[str, Any]
    pages: memoryview
    """One line a page."""


class BookCache:
    """The place of one book: that of these sources, for this version of the program."""

    def __init__(self, folder: Path, sources: Sequence[RuleSource], files: Sequence[RuleFile], version: str) -> None:
        named = "\0".join([str(FORMAT), version, *(f"{source.label}\0{source.path.absolute()}" for source in sources)])
        self._files = files
        self._folder = folder
        self._file = folder / f"rules-{_digest(named.encode('utf-8', 'surrogatepass'))}.jsonl"
        self._stamp = _stamp(files)

    def read(self) -> Stored | None:
        """The stored book; None where there is none, or none that can be trusted."""
        try:
            with self._file.open("rb") as file:
                if not _is_own(os.fstat(file.fileno())):
                    return None
                line, body = file.readline(), file.read()
            header = json.loads(line.decode())
            if header["format"] != FORMAT or header["check"] != crc32(body) or header["length"] != len(body):
                return None
            if not self._stamp or header["stamp"] != self._stamp:
                if header["content"] != _content(read_files(self._files)):
                    return None
                if self._stamp:
                    self._store({**header, "stamp": self._stamp}, body)
            end = body.index(b"\n")
            return Stored(json.loads(body[:end].decode()), memoryview(body)[end + 1 :])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def write(self, texts: Iterable[RuleText], head: dict[str, Any], pages: bytes) -> None:
        """Store a book, readable for its owner only. A folder that cannot be written to is left alone."""
        body = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + pages
        header = {
            "format": FORMAT,
            "check": crc32(body),
            "length": len(body),
            "stamp": self._stamp,
            "content": _content(texts),
        }
        self._store(header, body)

    def _store(self, header: dict[str, Any], body: bytes) -> None:
        draft = self._file.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(json.dumps(header).encode() + b"\n" + body)
            draft.replace(self._file)
            self._tidy()
        except OSError:
            with suppress(OSError):
                draft.unlink()

    def _tidy(self) -> None:
        """Remove all but the newest books."""
        books = sorted(self._folder.glob("rules-*.jsonl"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for book in books[KEPT:]:
            book.unlink()


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _is_own(stat: os.stat_result) -> bool:
    """Whether nobody but the user can have written a file."""
    return not hasattr(os, "getuid") or (stat.st_uid == os.getuid() and not stat.st_mode & 0o022)


def _program() -> list[str]:
    """This program's own files: a checkout that changes must not read what an older one wrote."""
    with os.scandir(Path(__file__).parent) as entries:
        return sorted(entry.path for entry in entries if entry.name.endswith(".py"))


def _stamp(files: Sequence[RuleFile]) -> str:
    """Sizes, times and inodes of all files; empty where one changed a moment ago or cannot be asked."""
    told: list[object] = []
    newest = 0
    try:
        for path in (*(file.path for file in files), *_program()):
            stat = os.stat(path)  # noqa: PTH116 - a hundred files at every start
            newest = max(newest, stat.st_mtime_ns, stat.st_ctime_ns)
            told += (path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    except OSError:
        return ""
    return _digest(repr(told).encode("utf-8", "surrogatepass")) if newest + SETTLED_NS < time.time_ns() else ""


def _content(texts: Iterable[RuleText]) -> str:
    """A digest of names and contents of all files, and of what the program's own files look like."""
    digest = blake2b(digest_size=20)
    for path in _program():
        stat = Path(path).stat()
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    for text in texts:
        head = (text.source.label, text.source.path, text.path, text.refused, len(text.data))
        digest.update("\0".join(map(str, head)).encode("utf-8", "surrogatepass"))
        digest.update(text.data)
    return digest.hexdigest()
