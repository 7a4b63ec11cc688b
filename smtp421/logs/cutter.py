"""From chunks of bytes to blocks of whole lines in UTF-8, in bounded memory and wherever the chunks were cut."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from smtp421.logs.compression import peek

LONGEST = 1 << 18
"""Bytes of a line that are kept; no log record is that long."""

_MARKS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Cutter:
    """Cuts a text that comes in chunks into blocks of whole lines. Of a line longer than ``longest`` the beginning is kept.

    Zero bytes before such a line, as a crash or a copytruncate leaves them, do not count.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self.cut = 0
        """How many lines were too long."""
        self._longest = longest
        self._rest = bytearray()
        self._skipping = self._leading = False

    def push(self, chunk: bytes) -> bytes:
        """Take a chunk; what is complete now, ending with a line end, or nothing."""
        if self._skipping:
            end = chunk.find(b"\n")
            if end < 0:
                return b""
            chunk, self._skipping = chunk[end:], False
        if self._leading:
            chunk = chunk.lstrip(b"\0")
            self._leading = not chunk
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._rest += chunk
            self._bound()
            return b""
        block = bytes(self._rest) + chunk[:end] if self._rest else chunk[:end]
        self._rest = bytearray(chunk[end:])
        self._bound()
        return self._shortened(block)

    def flush(self) -> bytes:
        """The last line, where no line end closed it."""
        rest, self._rest, self._skipping = bytes(self._rest), bytearray(), False
        return rest

    def _bound(self) -> None:
        if len(self._rest) > self._longest:
            self._rest = self._rest.lstrip(b"\0")
            self._leading = not self._rest
        if len(self._rest) > self._longest:
            del self._rest[self._longest :]
            self._skipping = True
            self.cut += 1

    def _shortened(self, block: bytes) -> bytes:
        """The block without what is too long; looked at in strides, for hardly any block holds such a line."""
        parts: list[bytes] = []
        start = done = 0
        while len(block) - start > self._longest + 1:
            end = block.rfind(b"\n", start, start + self._longest + 1)
            if end < 0:
                end = block.find(b"\n", start)
                line = block[start:end].lstrip(b"\0")
                self.cut += len(line) > self._longest
                parts += (block[done:start], line[: self._longest])
                done = end
            start = end + 1
        return b"".join((*parts, block[done:])) if parts else block


def utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the text in UTF-8: from UTF-16 where a byte-order mark says so, else as it is, without a mark."""
    head = peek(chunks, (codecs.BOM_UTF8, *_MARKS_16))
    if head.startswith(_MARKS_16):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        yield decoder.decode(head).encode("utf-8", "replace")
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")
        return
    yield head.removeprefix(codecs.BOM_UTF8)
    yield from chunks
