"""nullmailer: ``Starting delivery: host: H protocol: smtp file: F``, ``smtp: Failed: reply``, ``Sending failed: reason``.

Lines of a reply follow as they came, each with its code. A delivery is reported at its ``Sending failed:`` or ``Sent
file.`` Before 2.0 the first line reads ``protocol: smtp host: H file: F`` and no line names the recipients. The file's name
begins with the second in which the message came. Its own error output bears no time; through syslog or multilog each line
does. Left out: the stage, the server's address.

Sources: src/send.cc, protocols/smtp.cc, lib/errcodes.cc of https://github.com/bruceg/nullmailer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from smtp421.logs.fields import between
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import follows
from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import read_reply, read_words

NAME = "nullmailer"

_PREFIX = (
    r"(?:^|^@[0-9a-f]{24} |\bnullmailer(?:-send)?(?:\[\d+\])?(?::|\s) ?"
    r"|^\d{4}-\d\d-\d\d[T ]\S+ |^[A-Z][a-z]{2} [ \d]\d [\d:]{8} (?:\S+ )?)"
)
_STARTING = Lazy(
    _PREFIX + r"Starting delivery: (?:host: (?P<host>\S+) protocol: \S+|protocol: \S+ host: (?P<old>\S+)) file: (?P<file>\S+)\s*$"
)
_ENVELOPE = Lazy(_PREFIX + r"From: <(?P<sender>[^>]*)> to: (?P<recipients><.*)")
_FAILED = Lazy(_PREFIX + r"(?:smtp|qmqp): Failed: (?P<text>.*)", re.DOTALL)
_ENDED = Lazy(_PREFIX + r"(?:(?P<sent>Sent file\.)|Sending failed: +(?P<why>\S.*))")
_MORE = Lazy(_PREFIX + r"(?P<text>[245]\d\d(?:[- ].*)?)$", re.DOTALL)
_LINES = 64
_LOCAL = ("Connect failed", "Could not", "Unable to", "Error reading", "Host ")


def recognises(text: str) -> bool:
    """Whether a line is one of those of a delivery that can be told from other programs'."""
    if "Starting delivery: " in text:
        return _STARTING.search(text) is not None
    if ": Failed: " in text:
        return _FAILED.search(text) is not None
    return ("Sending failed: " in text or "Sent file." in text) and _ENDED.search(text) is not None


class Reader:
    """Gathers what is said between the beginning and the end of a delivery; nullmailer does one at a time."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._host: str | None = None
        self._file: str | None = None
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._said: list[str] = []
        self._last: Line | None = None

    def claims(self, text: str) -> bool:
        """Whether a line is nullmailer's, or belongs to the delivery that is open."""
        if recognises(text):
            return True
        if self._file and not self._said and _ENVELOPE.search(text):
            return True
        return bool(self._said) and len(self._said) < _LINES and _MORE.search(text) is not None

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempts of a delivery when it ends."""
        text = line.text
        if start := _STARTING.search(text):
            yield from self.close()
            self._host, self._file = (start["host"] or start["old"]).lower().rstrip("."), start["file"]
        elif failed := _FAILED.search(text):
            self._said = [failed["text"]]
            self._last = line
        elif ended := _ENDED.search(text):
            yield from self._attempts(line, ended["why"])
        elif envelope := _ENVELOPE.search(text):
            self._sender = envelope["sender"]
            self._recipients = re.findall(r"<([^<>\s]+)>", envelope["recipients"])[:500]
        elif (more := _MORE.search(text)) and self._last and follows(self._last, line):
            self._said.append(more["text"])
            self._last = line

    def close(self) -> Iterator[Attempt]:
        """Yield a failure whose end was not told."""
        if self._said and self._last is not None:
            yield from self._attempts(self._last, "")
        self._forget()

    def _attempts(self, line: Line, why: str | None) -> Iterator[Attempt]:
        """One attempt for each recipient; ``why`` is the reason at the end, None for a success."""
        said = "\n".join(self._said)
        reply = read_reply(said)
        if why is None:
            status, final = Status.SENT, Reply(250, None, "")
        else:
            # "Connect failed" tells less than "Connection timed out"; "Temporary error in sending the message", less than either.
            words = why if not said or (said.startswith(_LOCAL) and why and "error in sending" not in why) else said
            final = reply or read_words(words)
            permanent = why.startswith("Permanent") or (not why and final.code is not None and final.code >= 500)
            status = Status.BOUNCED if permanent else Status.DEFERRED
        stamp = line.timestamp
        came = re.match(r"(\d{10})\.", self._file or "")
        recipients: list[str | None] = [*self._recipients]
        for recipient in recipients or [None]:
            yield Attempt(
                final,
                NAME,
                Origin.REMOTE if reply or status is Status.SENT else Origin.LOCAL,
                line.number,
                stamp,
                self._file,
                self._sender,
                recipient,
                Relay(self._host) if self._host else None,
                status,
                between(datetime.fromtimestamp(int(came[1]), UTC), stamp) if came else None,
            )
        self._forget()


FORMAT = Format(
    NAME,
    "nullmailer: output of nullmailer-send, syslog",
    recognises,
    Reader,
    "Starting delivery: host: mx.example.net protocol: smtp file: 1795214950.1224\n"
    "From: <news@example.com> to: <u@example.net>\n"
    "smtp: Failed: 451-4.7.1 Try again\n451 4.7.1 later\n"
    "Sending failed: Temporary error in sending the message",
)
