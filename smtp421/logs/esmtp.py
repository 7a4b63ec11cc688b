"""esmtp: what it prints on its error output, ``address: 450 text``, the text's further lines below it.

The library takes the enhanced code off each line, so none is left. Where the message and not a recipient was refused, esmtp
prints the reply alone: below another answer it is read as one without a recipient, elsewhere like any pasted reply. A broken
connection is ``SMTP server problem ...``. Left out: the time, the server, a queue id, the stage of anything but RCPT.

Sources: main.c, smtp.c of https://esmtp.sourceforge.net/.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import follows
from smtp421.model import Attempt, Origin, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "esmtp"

_RECIPIENT = Lazy(r"(?s)^(?P<recipient>[^\s<>:,;=\"']+@[\w.-]+\w): (?P<reply>[245]\d\d (?!#?[245]\.\d{1,3}\.\d).*)")
_PROBLEM = Lazy(r"(?s)^SMTP server problem (?P<text>\S.*)")
_ALONE = Lazy(r"^[245]\d\d \S")
_OTHER = Lazy(
    r"\t|^\w{3} [ \d]\d \d\d:|^\d{4}-\d\d-\d\d|^@4000|^\d{10}@|^[<{\[#\"]|^\s*$|: to=<|\b\w+=\S+ \w+=|^\S+@\S+: |^\d+ \(null\)"
    r"|^(?:Starting delivery|Rescanning queue|Warning: |Sending failed)"
)
"""What begins a line that is none of a reply's: other answers, and the marks of other programs."""
_LINES = 32


def recognises(text: str) -> bool:
    """Whether a line is an answer for a recipient as esmtp prints it, or its words for a broken connection."""
    return text.startswith("SMTP server problem ") or ("@" in text and _RECIPIENT.match(text) is not None)


class Reader:
    """Keeps an answer open while lines follow that begin nothing else."""

    def __init__(self) -> None:
        self._open: list[Line] = []

    def claims(self, text: str) -> bool:
        """Whether a line is esmtp's, or goes on with an answer."""
        return recognises(text) or (0 < len(self._open) < _LINES and _OTHER.search(text) is None)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the answer that a line ends."""
        if self._open and not follows(self._open[-1], line):
            yield from self.close()
            if not recognises(line.text):
                return
        if recognises(line.text) or _ALONE.match(line.text):
            yield from self.close()
            self._open = [line]
        elif self._open:
            self._open.append(line)

    def close(self) -> Iterator[Attempt]:
        """Yield the answer that is open."""
        lines, self._open = self._open, []
        text = "\n".join(line.text for line in lines)
        if problem := _PROBLEM.match(text):
            yield Attempt(read_words(problem["text"]), NAME, Origin.LOCAL, lines[-1].number, status=Status.DEFERRED)
            return
        found = _RECIPIENT.match(text)
        reply = read_reply(found["reply"], Stage.RCPT) if found else read_reply(text)
        if reply is not None:
            recipient = found["recipient"] if found else None
            yield Attempt(reply, NAME, Origin.REMOTE, lines[-1].number, recipient=recipient, status=_status(reply))


def _status(reply: Reply) -> Status:
    if reply.code is not None and reply.code < 400:
        return Status.SENT
    return Status.BOUNCED if reply.code is not None and reply.code >= 500 else Status.DEFERRED


FORMAT = Format(
    NAME,
    "esmtp: error output",
    recognises,
    Reader,
    "u@example.net: 451 Try again\nin five minutes",
)
