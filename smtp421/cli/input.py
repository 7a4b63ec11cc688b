"""Standard input as text, whatever its encoding."""

from __future__ import annotations

import codecs
import sys

MOST = 4 * 1024 * 1024
"""Bytes read for one explanation; whole logs are for ``scan``."""


def piped() -> bool:
    """Whether something is piped or redirected into us."""
    return not sys.stdin.isatty()


def read_stdin() -> tuple[str, bool]:
    """The text, and whether it was cut at :data:`MOST` bytes."""
    data = sys.stdin.buffer.read(MOST + 1)
    return decode(data[:MOST]), len(data) > MOST


def decode(data: bytes) -> str:
    """UTF-8; UTF-16 where a byte-order mark says so (PowerShell); else Latin-1, which knows every byte."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = len(data) == MOST and error.start >= MOST - 3
        return data[: error.start].decode("utf-8-sig") if cut else data.decode("latin-1")
