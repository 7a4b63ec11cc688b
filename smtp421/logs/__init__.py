"""Readers: one a format, line or text in, :class:`smtp421.model.Attempt` out; and the tables that choose among them.

Line formats are tried on each line, in the order of ``LINE_FORMATS``; text formats on what is no log line, in the order of
``TEXT_FORMATS``. A new line format is a module with a ``FORMAT`` (see :mod:`smtp421.logs.interface`) and a row in
:mod:`smtp421.logs.formats`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from types import ModuleType

from smtp421.logs import dsn, event, exception, exchange, exim, jsonish, message, plain, postfix
from smtp421.logs.clean import clean
from smtp421.logs.formats import LINE_FORMATS, PASTE_FORMATS
from smtp421.logs.interface import LineFormat, Reader
from smtp421.logs.line import Line, logical_lines, squeeze
from smtp421.model import Attempt, Status

LONGEST = 16_384
"""Characters of a paste that is no log in which a reply is looked for."""
__all__ = ["LINE_FORMATS", "TEXT_FORMATS", "Stream", "read_paste"]

TEXT_FORMATS: tuple[ModuleType, ...] = (exchange, event, exception)

_NEW_REPLY = re.compile(r"^[\s\"'`>*-]*(?P<code>[245]\d\d)(?P<more>-| |$)", re.MULTILINE)
_TELLS = (Status.DEFERRED, Status.SUSPENDED, Status.EXPIRED, Status.BOUNCED, None)
"""What is worth explaining, the likeliest to be meant first."""


class Stream:
    """The readers of one stream of lines: each line goes to the format that knows it, also in a mixed file."""

    def __init__(self, formats: Iterable[LineFormat] = LINE_FORMATS) -> None:
        self._formats = tuple(formats)
        self._open: dict[str, Reader] = {}
        self._last: Reader | None = None

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempts that a line completes; none where no reader knows it."""
        text = squeeze(line.text)
        if text is not line.text:
            line = line._replace(text=text)
        reader = self._reader(text)
        if reader is not None:
            self._last = reader
            yield from reader.read(line)

    def close(self) -> Iterator[Attempt]:
        """Yield what the end of the stream completes."""
        for reader in self._open.values():
            yield from reader.close()

    def _reader(self, text: str) -> Reader | None:
        if self._last is not None and self._last.claims(text):
            return self._last
        for form in self._formats:
            opened = self._open.get(form.name)
            if form.recognises(text) or (opened is not None and opened.claims(text)):
                return self._open.setdefault(form.name, opened or form.open())
        return None


def read_paste(text: str, now: datetime) -> list[Attempt]:
    """Read pasted text: every attempt in it that tells of trouble, the one that was most likely meant first.

    ``now`` is the clock, for stamps that name no year. The list is empty only where the text is.
    """
    if message.recognises(text) and (reported := list(message.read(text))):
        return sorted(reported, key=_standing)
    if carried := _carried(text, now):
        return carried
    if (objects := jsonish.whole(text, now)) is not None and (found := _in_lines(objects)):
        return found
    text = squeeze(clean(text))
    if not text.strip():
        return []
    if transcript := postfix.read_transcript(text):
        return [transcript]
    if dsn.recognises(text) and (notified := dsn.read(text)) is not None:
        return [notified]
    if noticed := exim.read_notice(text):
        return [noticed]
    if found := _in_lines(logical_lines(text, now)):
        return found
    text = text[:LONGEST]
    for reader in TEXT_FORMATS:
        if reader.recognises(text) and (attempt := reader.read(text)) is not None:
            return [attempt]
    return [plain.read(block) for block in _blocks(text)]


def _carried(text: str, now: datetime) -> list[Attempt]:
    """What the lines tell that something carries: JSON of a logger, a table, a prefix; empty where nothing does."""
    if "{" not in text and _NEW_REPLY.match(text):
        return []
    from smtp421.logs.layout import Layout  # here, since a bare reply does not need it

    layout = Layout(now)
    lines = [line for number, raw in enumerate(text.split("\n"), start=1) for line in layout.read(number, raw)]
    lines += layout.close()
    # Cleaning would eat the backslashes of JSON, also behind a prefix.
    return _in_lines(line for line in lines if layout.opened or '{"' in line.text)


def _in_lines(lines: Iterable[Line]) -> list[Attempt]:
    """What log lines tell, the likeliest to be meant first; empty where none is a log line."""
    stream = Stream(PASTE_FORMATS)
    attempts = [attempt for line in lines for attempt in stream.read(line)]
    return sorted((attempt for attempt in (*attempts, *stream.close()) if attempt.status in _TELLS), key=_standing)


def _standing(attempt: Attempt) -> tuple[bool, int]:
    """Sort key: attempts with a remote or coded reason first, then by what became of them."""
    return attempt.reply.code is None and attempt.reply.enhanced_code is None, _TELLS.index(attempt.status)


def _blocks(text: str) -> list[str]:
    """Split a paste of several replies into one block a reply; anything else stays whole."""
    starts: list[int] = []
    open_code = None
    for found in _NEW_REPLY.finditer(text):
        if open_code != found["code"]:
            starts.append(found.start())
        open_code = found["code"] if found["more"] == "-" else None
    failures = [start for start in starts if text[start:].lstrip(" \t\"'`>*-\n")[:1] in "45"]
    if len(failures) < 2:
        return [text]
    ends = [*starts[1:], len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True) if start in failures]
