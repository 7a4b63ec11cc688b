"""Halon: the text that mailqueued prints, ``mailqueued: [MESSAGE] [QUEUE] Delivery failed for <address>: 450 reply``.

Which server it was stands in ``Delivering message to [host]:port`` and ``Connecting to [address]:port`` of the same message
id. A broken connection is ``Socket error: ... (CMD_DATA_END)``, after which the failure bears a 400 of Halon's own. Left
out: whatever the site's post-delivery script does not log: its lines, mostly JSON, have no fixed form. Whether it will be
tried again is not told.

Source: https://pastebin.com/C6fbM7KE (lines of a hosted service).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.logs.stages import stage_of_command
from smtp421.model import Attempt, Origin, Relay, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "halon"

_LINE = Lazy(
    r"\bmailqueued(?:\[\d+\])?: \[(?P<message>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\] (?:\[(?P<queue>\d+)\] )"
    r"?(?P<rest>.*)",
    re.DOTALL,
)
_FAILED = Lazy(r"Delivery failed for <(?P<recipient>[^>]*)>: (?P<reply>.*)", re.DOTALL)
_TO = Lazy(r"(?:Delivering message|Connecting) to \[?(?P<host>[^\]\s]+?)\]?:(?P<port>\d{1,5})\b")
_BROKE = "Socket error: "
_STEP = Lazy(r" \((?:CMD_)?(?P<step>[A-Z_]{2,20})\)$")
_FROM = Lazy(r"Processing message from <(?P<sender>[^>]*)> to <")


def recognises(text: str) -> bool:
    """Whether a line is one of mailqueued's about a message."""
    return "mailqueued" in text and _LINE.search(text) is not None


class Reader:
    """Remembers the server, the sender and a broken connection of each message."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._relays: Recent[str, Relay] = Recent()
        self._senders: Recent[str, str] = Recent()
        self._broke: Recent[str, tuple[str, Stage | None]] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempt that failed for a recipient."""
        found = _LINE.search(line.text)
        if found is None:
            return
        message, rest = found["message"], found["rest"]
        if sender := _FROM.match(rest):
            self._senders[message] = sender["sender"]
        elif to := _TO.match(rest):
            self._relays[message] = _relay(self._relays.get(message), to["host"], int(to["port"]))
            self._broke.pop(message, None)
        elif rest.startswith(_BROKE):
            self._broke[message] = _broken(rest.removeprefix(_BROKE))
        elif failed := _FAILED.match(rest):
            yield self._attempt(line, message, found["queue"], failed)

    def close(self) -> Iterator[Attempt]:
        """Every failure was told when its line came."""
        return iter(())

    def _attempt(self, line: Line, message: str, queue: str | None, failed: re.Match[str]) -> Attempt:
        broke = self._broke.get(message)
        reply = read_reply(failed["reply"])
        code = reply.code if reply else None
        if broke:
            final, origin = read_words(broke[0], None, broke[1]), Origin.LOCAL
        else:
            final, origin = (reply, Origin.REMOTE) if reply else (read_words(failed["reply"]), Origin.LOCAL)
        return Attempt(
            final,
            NAME,
            origin,
            line.number,
            line.timestamp,
            queue or message,
            self._senders.get(message),
            failed["recipient"] or None,
            self._relays.get(message),
            Status.BOUNCED if code is not None and code >= 500 else Status.DEFERRED,
        )


def _broken(text: str) -> tuple[str, Stage | None]:
    """The words about a broken connection, and the stage in which it broke."""
    words = text.strip().removesuffix(" (aborting)")
    step = _STEP.search(words[-40:])
    if step is None:
        return words, None
    return words[: -len(step[0])], stage_of_command("." if step["step"] == "DATA_END" else step["step"])


def _relay(known: Relay | None, host: str, port: int) -> Relay:
    """The server so far, with the address or the name that another line gives."""
    if re.fullmatch(r"[\d.]+|[0-9a-fA-F]*:[0-9a-fA-F:]*", host):
        return Relay(known.host if known else None, host, port)
    return Relay(host.lower().rstrip("."), None, port)


FORMAT = Format(
    NAME,
    "Halon: log of mailqueued",
    recognises,
    Reader,
    "Oct 6 11:11:55 (info) mailqueued: [76029eaf-66b1-11e5-a155-af38a3d21179] Delivering message to [mx.example.net]:25 for "
    "1 recipients\n"
    "Oct 6 11:11:56 (info) mailqueued: [76029eaf-66b1-11e5-a155-af38a3d21179] [25427066] Delivery failed for <u@example.net>: "
    "451 4.7.1 Try again later",
)
