"""Bare replies, one a line or several lines with ``421-`` before the last: lists that people collect, and test files.

Nothing but the reply is told: no time, recipient or server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs import plain
from smtp421.logs.interface import Format
from smtp421.logs.line import Line
from smtp421.model import Attempt, Status

NAME = "replies"

_LINE = re.compile(r"\s*[\"'`]?(?P<code>[45]\d\d)(?P<more>[- ])(?=\S)")
MOST_LINES = 40
LONGEST = 4096
"""Characters of a reply that are read."""


def recognises(text: str) -> bool:
    """Whether a line begins with a reply code of failure."""
    return _LINE.match(text) is not None


class Replies:
    """The reader: keeps the lines of a reply until its last one."""

    def __init__(self) -> None:
        self._lines: list[Line] = []

    def claims(self, text: str) -> bool:
        """As :func:`recognises`."""
        return recognises(text)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the reply that this line ends."""
        found = _LINE.match(line.text)
        if found is None:
            return
        if self._lines and self._lines[0].text.lstrip(" \t\"'`")[:3] != found["code"]:
            yield from self.close()
        self._lines.append(line)
        if found["more"] == " " or len(self._lines) >= MOST_LINES:
            yield from self.close()

    def close(self) -> Iterator[Attempt]:
        """Yield the reply whose last line is missing."""
        lines, self._lines = self._lines, []
        if lines:
            attempt = plain.read("\n".join(line.text for line in lines)[:LONGEST])
            final = attempt.reply.code is not None and attempt.reply.code >= 500
            status = Status.BOUNCED if final else Status.DEFERRED
            yield attempt._replace(format=NAME, line=lines[-1].number, status=status)


FORMAT = Format(
    NAME,
    "Bare replies, one a line",
    recognises,
    Replies,
    "421-4.7.0 mx.example.com Too many connections from your address,\n421 4.7.0 try again later",
)
