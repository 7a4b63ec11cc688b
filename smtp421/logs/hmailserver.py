"""hMailServer: ``"SMTPC"<TAB>thread<TAB>session<TAB>"time"<TAB>"address"<TAB>"RECEIVED: 450 reply"``, a dialogue line by line.

``SMTPC`` is our client, ``SMTPD`` our server: what that one sends with 4yz is our own deferral. The lines of a reply are
one record, with ``[nl]`` between them. The recipient is that of the last RCPT of the session; a reply to the message itself
holds for all that were accepted. Left out: the server's name, a message id, the recipient of a reply before RCPT, what
becomes of the message.

Source: source/Server/Common/Application/Logger.cpp of https://github.com/hmailserver/hmailserver.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.fields import stage_of
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.model import Attempt, Origin, Relay, Stage, Status
from smtp421.reply import read_reply

NAME = "hmailserver"

_LINE = Lazy(
    r"\"(?P<side>SMTP[CD])\"\s+\d+\s+(?P<session>\d+)\s+\"(?P<time>[^\"]*)\"\s+\"(?P<address>[^\"]*)\"\s+\"(?P<who>SENT|"
    r"RECEIVED): (?P<text>.*)",
    re.DOTALL,
)
_ADDRESS = Lazy(r"<(?P<address>[^<>]*)>")


class _Session:
    """What has been said in a session so far."""

    def __init__(self) -> None:
        self.stage = Stage.CONNECT
        self.sender: str | None = None
        self.asked: str | None = None
        self.accepted: list[str] = []


def recognises(text: str) -> bool:
    """Whether a line is one of an SMTP dialogue."""
    return '"SMTP' in text and _LINE.search(text) is not None


class Reader:
    """Follows the sessions: which command the next reply answers, and for whom."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._sessions: Recent[tuple[str, str], _Session] = Recent(2_000)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield an attempt for each recipient that a refusal meets."""
        found = _LINE.search(line.text)
        if found is None:
            return
        ours = found["side"] == "SMTPC"
        session = self._sessions.setdefault((found["side"], found["session"]), _Session())
        text = found["text"].strip().removesuffix('"')
        if (found["who"] == "SENT") == ours:
            _follow(session, text)
            return
        if text.startswith("354") and session.stage is Stage.DATA:
            # What follows is the message, and the next reply answers its end.
            session.stage = Stage.END_OF_DATA
        reply = read_reply(text.replace("[nl]", "\n"), session.stage)
        if reply is None or reply.code is None:
            return
        if reply.code < 400:
            if session.stage is Stage.RCPT and session.asked and len(session.accepted) < 500:
                session.accepted.append(session.asked)
            return
        if session.stage is Stage.RCPT:
            recipients: list[str | None] = [session.asked]
        else:
            recipients = [*session.accepted] or [None]
        for recipient in recipients:
            yield Attempt(
                reply,
                NAME,
                Origin.REMOTE if ours else Origin.INBOUND,
                line.number,
                line.timestamp,
                None,
                session.sender,
                recipient,
                Relay(None, found["address"]) if ours else None,
                Status.DEFERRED if reply.code < 500 else Status.BOUNCED,
                source_address=None if ours else found["address"],
            )

    def close(self) -> Iterator[Attempt]:
        """Every refusal was told when it came."""
        return iter(())


def _follow(session: _Session, text: str) -> None:
    """Take up a command of the client."""
    stage = stage_of(text)
    if stage is None:
        return
    session.stage = stage
    address = _ADDRESS.search(text)
    if stage is Stage.MAIL:
        session.sender, session.accepted = (address["address"] if address else None), []
    elif stage is Stage.RCPT:
        session.asked = address["address"] if address else None


FORMAT = Format(
    NAME,
    "hMailServer: log",
    recognises,
    Reader,
    '"SMTPC"\t102\t2\t"2026-01-02 10:00:01.003"\t"192.0.2.1"\t"SENT: RCPT TO:<u@example.net>"\n'
    '"SMTPC"\t102\t2\t"2026-01-02 10:00:01.004"\t"192.0.2.1"\t"RECEIVED: 451-4.7.1 Try again[nl]451 4.7.1 later"',
)
