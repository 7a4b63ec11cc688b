"""esmtp: what it prints on its error output, ``address: 450 text``, the text's further lines below it.

The library takes the enhanced code off each line, so none is left. Where the message and not a recipient was refused, esmtp
prints the reply alone, and where the connection broke, ``SMTP server problem ...``; the first is no log line and is read
like any pasted reply. Left out: the time, the server, a queue id, the enhanced code, the stage of anything but RCPT.

Sources: main.c, smtp.c of https://esmtp.sourceforge.net/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import Format
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "esmtp"

_RECIPIENT = re.compile(r"^(?P<recipient>[^\s<>:,;=\"']+@[\w.-]+\w): (?P<reply>[245]\d\d (?!#?[245]\.\d{1,3}\.\d).*)", re.DOTALL)
_PROBLEM = re.compile(r"^SMTP server problem (?P<text>\S.*)", re.DOTALL)
_NEW = re.compile(r"^[245]\d\d[ -]|^\S+@\S+: |^\w{3} [ \d]\d \d\d:|^\d{4}-\d\d-\d\d|^@4000|^[<{\[#]|^\s*$|: to=<")
_LINES = 32


def recognises(text: str) -> bool:
    """Whether a line is an answer for a recipient as esmtp prints it, or its words for a broken connection."""
    return _PROBLEM.match(text) is not None or ("@" in text and _RECIPIENT.match(text) is not None)


class Reader:
    """Keeps an answer open while lines follow that begin nothing else."""

    def __init__(self) -> None:
        self._open: list[Line] = []

    def claims(self, text: str) -> bool:
        """Whether a line is esmtp's, or goes on with an answer."""
        return recognises(text) or (bool(self._open) and len(self._open) < _LINES and _NEW.search(text) is None)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the answer that a line ends."""
        if recognises(line.text):
            yield from self.close()
            if problem := _PROBLEM.match(line.text):
                yield Attempt(read_words(problem["text"]), NAME, Origin.LOCAL, line.number, status=Status.DEFERRED)
            else:
                self._open = [line]
        elif self._open:
            self._open.append(line)

    def close(self) -> Iterator[Attempt]:
        """Yield the answer that is open."""
        text = "\n".join(line.text for line in self._open)
        found = _RECIPIENT.match(text)
        reply = read_reply(found["reply"], Stage.RCPT) if found else None
        if found and reply and reply.code is not None:
            status = Status.SENT if reply.code < 400 else Status.DEFERRED if reply.code < 500 else Status.BOUNCED
            number = self._open[-1].number
            yield Attempt(reply, NAME, Origin.REMOTE, number, recipient=found["recipient"], status=status)
        self._open = []


FORMAT = Format(
    NAME,
    "esmtp: error output",
    recognises,
    Reader,
    "u@example.net: 451 Try again\nin five minutes",
)
