"""MailEnable: the SMTP activity log, tab-separated: time, ``SMTP-OU``, file, socket, address, verb, command, reply, ...

``SMTP-OU`` is our client, ``SMTP-IN`` our server: what that one answers with 4yz is our own deferral. The message's file
joins the commands; the recipient is that of the RCPT, and a reply to the message holds for all that were accepted. Left
out: the server's name, what becomes of the message; the time is local and names no zone.

Source: https://www.mailenable.com/kb/content/article.asp?ID=ME020170 (the columns).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.logs.stages import stage_of_command
from smtp421.model import Attempt, Origin, Relay, Stage, Status
from smtp421.reply import read_reply

NAME = "mailenable"

_LINE = Lazy(
    r"^\s*(?P<stamp>\d\d/\d\d/\d\d \d\d:\d\d:\d\d)\t(?P<side>SMTP-OU|SMTP-IN)\t(?P<file>[^\t]*)\t(?P<socket>[^\t]*)"
    r"\t(?P<address>[^\t]*)\t"
    r"(?P<verb>[^\t]*)\t(?P<command>[^\t]*)\t(?P<reply>[^\t]*)"
)
_ADDRESS = Lazy(r"<(?P<address>[^<>]*)>")


def recognises(text: str) -> bool:
    """Whether a line is one of the SMTP activity log."""
    return "\tSMTP-" in text and _LINE.match(text) is not None


class Reader:
    """Remembers the recipients that were accepted, and the sender, of each message's session."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._accepted: Recent[tuple[str, str, str], list[str]] = Recent(2_000)
        self._senders: Recent[tuple[str, str, str], str] = Recent(2_000)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield an attempt for each recipient that a refusal meets."""
        found = _LINE.match(line.text)
        if found is None:
            return
        key = (found["side"], found["file"], found["socket"])
        verb = found["verb"].strip().upper()
        named = _ADDRESS.search(found["command"])
        address = named["address"] if named else None
        if verb == "MAIL":
            self._accepted.pop(key, None)
            if address:
                self._senders[key] = address
        reply = read_reply(found["reply"], Stage.CONNECT if verb == "CONN" else stage_of_command(verb))
        if reply is None or reply.code is None:
            return
        if reply.code < 400:
            if verb == "RCPT" and address and len(known := self._accepted.setdefault(key, [])) < 500:
                known.append(address)
            return
        ours = found["side"] == "SMTP-OU"
        recipients: list[str | None] = [address] if verb == "RCPT" else [*self._accepted.get(key, [])] or [None]
        for recipient in recipients:
            yield Attempt(
                reply,
                NAME,
                Origin.REMOTE if ours else Origin.INBOUND,
                line.number,
                _stamp(found["stamp"]),
                found["file"] or None,
                self._senders.get(key),
                recipient,
                Relay(None, found["address"]) if ours and found["address"] else None,
                Status.DEFERRED if reply.code < 500 else Status.BOUNCED,
                source_address=None if ours else found["address"] or None,
            )

    def close(self) -> Iterator[Attempt]:
        """Every refusal was told when it came."""
        return iter(())


def _stamp(text: str) -> datetime | None:
    """The time as UTC: month, day and year of two digits."""
    try:
        return datetime.strptime(text, "%m/%d/%y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


FORMAT = Format(
    NAME,
    "MailEnable: SMTP activity log",
    recognises,
    Reader,
    "11/20/26 22:30:01\tSMTP-OU\t9A8B7C6D5E4F.MAI\t1288\t192.0.2.1\tRCPT\tRCPT TO:<u@example.net>\t451 4.7.1 Try again "
    "later\t30\t96",
)
