"""``mailq`` of Postfix (``postqueue -p``) and of Sendmail: a message's line, then reasons in parentheses and recipients below.

A reason holds for the recipients under it. Both repeat the last attempt's reason; they are no attempts of their own. Postfix
prints it whole, Sendmail cuts it at some fifty characters and keeps one a message, whichever recipient it came from. The time is
when the message came in, without a zone; Sendmail leaves out the seconds. Recipients without a reason tell nothing.
Layouts: https://www.postfix.org/postqueue.1.html, and sendmail/queue.c of Sendmail 8
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from smtp421.logs import postfix
from smtp421.logs.interface import Format
from smtp421.logs.line import Line, read_stamp
from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import read_reply, read_words

Reason = tuple[Reply, Origin | None, Relay | None]

_STAMP = r"[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d"
_POSTFIX = rf"(?P<id>[0-9A-Za-z]{{6,20}})[*!#]?[ ]+\d+ [A-Z][a-z]{{2}} (?P<stamp>{_STAMP}:\d\d) +(?P<sender>\S+)\s*$"
_SENDMAIL = rf"(?P<id>[0-9A-Za-z]{{12,16}})[*X?-]?[ ]+\d+ [A-Z][a-z]{{2}} (?P<stamp>{_STAMP}) +(?P<sender><[^>]*>|\S+)\s*$"
_RECIPIENT = r"\s*<?(?P<address>[^\s<>()@]+@?[^\s<>()@]*)>?\s*$"


class Listing:
    """The reader of a listing."""

    def __init__(self, name: str, header: str, entry: str, reason: Callable[[str], Reason]) -> None:
        self._name, self._header, self._entry, self._read_reason = name, header, entry, reason
        self._message: tuple[str, str, datetime | None] | None = None
        self._reason: Reason | None = None

    def claims(self, text: str) -> bool:
        """Whether a line is a header, a message, or below a message."""
        below = not text.strip() or text[:1] in " \t(" or text.startswith("-- ") or ("@" in text and re.match(_RECIPIENT, text))
        return (self._message is not None and bool(below)) or self._header in text or re.match(self._entry, text) is not None

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the state of a recipient."""
        text = line.text
        if entry := re.match(self._entry, text):
            stamp = entry["stamp"] if entry["stamp"].count(":") == 2 else f"{entry['stamp']}:00"
            self._message = entry["id"], entry["sender"].strip("<>"), read_stamp(stamp, line.now)
            self._reason = None
        elif self._header in text or text.startswith("-- ") or self._message is None:
            self._message = None
        elif text.strip().startswith("("):
            self._reason = self._read_reason(text.strip().removeprefix("(").removesuffix(")"))
        elif (recipient := re.match(_RECIPIENT, text)) and self._reason is not None:
            yield self._state(recipient["address"], self._message, self._reason, line)

    def _state(self, recipient: str, message: tuple[str, str, datetime | None], reason: Reason, line: Line) -> Attempt:
        queue_id, sender, stamp = message
        reply, origin, relay = reason
        return Attempt(
            reply, self._name, origin, line.number, stamp, queue_id, sender or None, recipient, relay, Status.SUSPENDED
        )

    def close(self) -> Iterator[Attempt]:
        """Nothing is left open."""
        return iter(())


def _sendmail_reason(text: str) -> Reason:
    """``Deferred: 451 4.7.1 Greylisting in act``, or Sendmail's own words."""
    words = text.removeprefix("Deferred: ")
    reply = read_reply(words)
    return (reply, Origin.REMOTE, None) if reply is not None else (read_words(words), Origin.LOCAL, None)


def _of_listing(name: str, title: str, header: str, entry: str, reason: Callable[[str], Reason], sample: str) -> Format:
    return Format(
        name,
        title,
        lambda text: header in text or re.match(entry, text) is not None,
        lambda: Listing(name, header, entry, reason),
        sample,
    )


POSTFIX = _of_listing(
    "postfix_queue",
    "Postfix: mailq, postqueue -p",
    "-Queue ID-",
    _POSTFIX,
    postfix.read_reason,
    "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n"
    "312BF28A9E7     372 Fri Nov 20 22:30:00  news@example.org\n"
    "(host mx.example.com[192.0.2.1] said: 451 4.7.1 Try again later (in reply to RCPT TO command))\n"
    "                                         u@example.com\n"
    "\n"
    "-- 0 Kbytes in 1 Request.",
)
SENDMAIL = _of_listing(
    "sendmail_queue",
    "Sendmail: mailq",
    "-Q-ID-",
    _SENDMAIL,
    _sendmail_reason,
    "\t\t/var/spool/mqueue (1 request)\n"
    "-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------\n"
    "6AKMZv73000145       31 Fri Nov 20 22:35 <news@example.org>\n"
    "                 (Deferred: 451 4.7.1 Try again later)\n"
    "\t\t\t\t\t <u@example.com>\n"
    "\t\tTotal requests: 1",
)
FORMATS = (POSTFIX, SENDMAIL)
