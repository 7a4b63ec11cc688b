"""Compressed input: gzip, bzip2, xz and Zstandard, known by their first bytes and never by the file's name.

Members, streams and frames that follow one another are read as one text, as ``zcat`` does; zero bytes between them are padding.
What ends too early or is damaged gives what could be read up to there, and a remark.

Sources: RFC 1952 (gzip), https://tukaani.org/xz/xz-file-format.txt (xz), RFC 8878 (Zstandard, with skippable frames).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from smtp421.errors import InputUnreadable, MissingExtra

MOST = 1 << 18
"""Bytes unpacked at a time: a small file may hold a very large text."""

_STEP = 1 << 16
_MEMORY = 1 << 28
"""Bytes that an xz file may ask for; ``xz -9`` needs 65 MiB."""


class Decoder(Protocol):
    """What unpacks one member: the interface of :class:`bz2.BZ2Decompressor`."""

    @property
    def eof(self) -> bool:
        """Whether the member is complete."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without more data."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows the member."""
        ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Unpack at most ``max_length`` bytes."""
        ...


class _Zlib:
    """A gzip member, with zlib of the standard library or of isal."""

    def __init__(self, module: Any) -> None:
        self._inner = module.decompressobj(wbits=31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        tail = self._inner.unconsumed_tail
        text: bytes = self._inner.decompress(tail + data if tail else data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(text) < max_length
        return text


class _Zstandard:
    """A Zstandard frame, with the package zstandard; it cannot bound what it returns, so it is fed in small pieces."""

    _PIECE = 1 << 10
    """A frame packs at most 128 KiB into 4 bytes: 32 MiB in a piece."""

    def __init__(self, module: Any) -> None:
        self._inner = module.ZstdDecompressor().decompressobj()
        self._pending = b""

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        return not self._pending

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data) + self._pending

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        data = self._pending + data
        texts, size, start = [], 0, 0
        while start < len(data) and size < max_length and not self._inner.eof:
            text = self._inner.decompress(data[start : start + self._PIECE])
            texts.append(text)
            size += len(text)
            start += self._PIECE
        self._pending = data[start:]
        return b"".join(texts)


class Packing(NamedTuple):
    """A way of packing."""

    name: str
    marks: tuple[bytes, ...]
    """What a member may begin with."""
    load: Callable[[], tuple[Callable[[], Decoder], type[Exception]]]
    """Import what unpacks it: a maker of decoders, and what they raise over damaged data."""


def _gzip() -> tuple[Callable[[], Decoder], type[Exception]]:
    try:
        module = import_module("isal.isal_zlib")
    except ImportError:
        module = import_module("zlib")
    return lambda: _Zlib(module), module.error


def _bzip2() -> tuple[Callable[[], Decoder], type[Exception]]:
    return import_module("bz2").BZ2Decompressor, OSError


def _xz() -> tuple[Callable[[], Decoder], type[Exception]]:
    module = import_module("lzma")
    return lambda: module.LZMADecompressor(module.FORMAT_XZ, memlimit=_MEMORY), module.LZMAError


def _zstd() -> tuple[Callable[[], Decoder], type[Exception]]:
    if sys.version_info >= (3, 14):
        module = import_module("compression.zstd")
        return module.ZstdDecompressor, module.ZstdError
    try:
        module = import_module("zstandard")
    except ImportError:
        raise MissingExtra(feature="Zstandard input", package="zstandard", extra="zstd") from None
    return lambda: _Zstandard(module), module.ZstdError


PACKINGS = (
    Packing("gzip", (b"\x1f\x8b\x08",), _gzip),
    Packing("bzip2", tuple(b"BZh%d" % level for level in range(1, 10)), _bzip2),
    Packing("xz", (b"\xfd7zXZ\x00",), _xz),
    Packing("Zstandard", (b"\x28\xb5\x2f\xfd", *(bytes((low,)) + b"\x2a\x4d\x18" for low in range(0x50, 0x60))), _zstd),
)
_REFUSED = {
    b"LPKSHHRH": "it is a journal file, give what `journalctl -o json` prints instead",
    b"PK\x03\x04": "it is a ZIP archive, unpack it first",
    b"\x1f\x9d": "it is packed with compress, unpack it first",
    b"\x04\x22\x4d\x18": "it is packed with lz4, unpack it first",
}
_MARKS = (*(mark for packing in PACKINGS for mark in packing.marks), *_REFUSED)


def peek(chunks: Iterator[bytes], marks: tuple[bytes, ...], head: bytes = b"") -> bytes:
    """Take as many chunks as it needs to tell whether the text begins with one of ``marks``; on a pipe, not a byte more."""
    while any(len(head) < len(mark) and mark.startswith(head) for mark in marks):
        chunk = next(chunks, b"")
        if not chunk:
            break
        head += chunk
    return head


def unpacked(chunks: Iterator[bytes], name: str, remark: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the text of ``chunks``, unpacked where it is packed.

    Raises :class:`smtp421.errors.InputUnreadable` for archives and other binary files that are known but not read, and
    :class:`smtp421.errors.MissingExtra` where this Python cannot unpack it.
    """
    head = peek(chunks, _MARKS)
    for mark, reason in _REFUSED.items():
        if head.startswith(mark):
            raise InputUnreadable(path=name, reason=reason)
    packing = packing_of(head)
    if packing is not None:
        yield from _members(packing, head, chunks, name, remark)
        return
    if head:
        yield head
    yield from chunks


def packing_of(head: bytes) -> Packing | None:
    """How a text that begins with ``head`` is packed; None where it is not."""
    return next((packing for packing in PACKINGS if head.startswith(packing.marks)), None)


def _members(packing: Packing, data: bytes, chunks: Iterator[bytes], name: str, remark: Callable[[str], None]) -> Iterator[bytes]:
    try:
        make, fault = packing.load()
    except ImportError as error:
        raise InputUnreadable(path=name, reason=f"this Python was built without {packing.name}") from error
    decoder, pending = make(), data
    while True:
        step = _STEP if decoder.needs_input else 0
        try:
            text = decoder.decompress(pending[:step], MOST)
        except (fault, EOFError, ValueError) as error:
            remark(f"the {packing.name} data is damaged ({error}), what follows could not be read")
            return
        pending = pending[step:]
        if text:
            yield text
        if decoder.eof:
            pending = (decoder.unused_data + pending).lstrip(b"\0")
            while not pending and (chunk := next(chunks, b"")):
                pending = chunk.lstrip(b"\0")
            pending = peek(chunks, packing.marks, pending)
            if not pending:
                return
            if not pending.startswith(packing.marks):
                remark(f"what follows the {packing.name} data was left out")
                return
            decoder = make()
        elif decoder.needs_input and not pending:
            pending = next(chunks, b"")
            if not pending:
                remark(f"the {packing.name} data ends too early, the rest is missing")
                return
