"""esmtp: what it prints on its error output, ``address: 450 text``, the text's further lines below it.

The library takes the enhanced code off each line, so none is left. Of each message the answer to its end comes first, alone, or
``0 (null)`` where it came to none; then the recipients in turn. One that was accepted (``250``) shares the answer to the
message. A broken connection is ``SMTP server problem ...``. Left out: the time, the server, a queue id, the stage of anything but
RCPT; at the beginning of a file an answer that stands alone is read like any pasted reply.

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

_RECIPIENT = Lazy(r"(?s)^(?P<recipient>[^\s<>:,;=\"']+@[\w.-]+\w): (?P<reply>[245]\d\d (?![245]\.\d{1,3}\.\d).*)")
_PROBLEM = Lazy(r"(?s)^SMTP server problem (?P<text>\S.*)")
_ALONE = Lazy(r"^[245]\d\d \S")
_NOTHING = Lazy(r"^0 \(null\)\s*$")
"""Of the message: no answer."""
_OTHER = Lazy(
    r"\t|^\w{3} [ \d]\d \d\d:|^\d{4}-\d\d-\d\d|^@4000|^\d{10}@|^[<{\[#\"]|^\s*$|: to=<|\b\w+=\S+ \w+=|^\S+@\S+: "
    r"|^(?:Starting delivery|Rescanning queue|Warning: |Sending failed)"
)
"""What begins a line that is none of a reply's: other answers, and the marks of other programs."""
_LINES = 32


def recognises(text: str) -> bool:
    """Whether a line is an answer for a recipient as esmtp prints it, its word for none, or those for a broken connection."""
    if text.startswith(("SMTP server problem ", "0 (null)")):
        return text[0] == "S" or _NOTHING.match(text) is not None
    return "@" in text and _RECIPIENT.match(text) is not None


class Reader:
    """Keeps an answer open while lines follow that begin nothing else, and the answer to a message for its recipients."""

    def __init__(self) -> None:
        self._open: list[Line] = []
        self._before: Line | None = None
        self._message: Attempt | None = None

    def claims(self, text: str) -> bool:
        """Whether a line is esmtp's, goes on with an answer, or parts two."""
        if recognises(text):
            return True
        if self._before is None:
            return False
        return not text.strip() or _ALONE.match(text) is not None or (0 < len(self._open) < _LINES and not _OTHER.search(text))

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the answer that a line ends."""
        if self._before and not follows(self._before, line):
            yield from self.close()
            if not recognises(line.text):
                return
        self._before = line
        if recognises(line.text) or _ALONE.match(line.text):
            yield from self._answer()
            if not _RECIPIENT.match(line.text):
                yield from self._unclaimed()
            if not _NOTHING.match(line.text):
                self._open = [line]
        elif self._open and line.text.strip():  # a blank line parts answers, and may be one of a reply's
            self._open.append(line)

    def close(self) -> Iterator[Attempt]:
        """Yield the answer that is open."""
        yield from self._answer()
        yield from self._unclaimed()
        self._before = None

    def _unclaimed(self) -> Iterator[Attempt]:
        """Yield the answer to a message of which no recipient was told."""
        message, self._message = self._message, None
        if message is not None and message.recipient is None:
            yield message

    def _answer(self) -> Iterator[Attempt]:
        """Yield what the open lines tell; the answer to a message waits for its recipients."""
        lines, self._open = self._open, []
        text = "\n".join(line.text for line in lines)
        if problem := _PROBLEM.match(text):
            yield Attempt(read_words(problem["text"]), NAME, Origin.LOCAL, lines[-1].number, status=Status.DEFERRED)
            return
        found = _RECIPIENT.match(text)
        reply = read_reply(found["reply"], Stage.RCPT) if found else read_reply(text)
        if reply is None:
            return
        recipient = found["recipient"] if found else None
        attempt = Attempt(reply, NAME, Origin.REMOTE, lines[-1].number, recipient=recipient, status=_status(reply))
        if recipient is None:
            self._message = attempt
            return
        if attempt.status is Status.SENT and self._message is not None:
            attempt = self._message = self._message._replace(line=attempt.line, recipient=recipient)
        yield attempt


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
