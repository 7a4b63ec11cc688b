"""Exchange Server: SMTP protocol logs, of send connectors (we are the client) and of receive connectors (we are the server).

CSV with ``#Fields:`` before the columns' names, one line a command or reply; ``session-id`` joins the lines of a session. ``>``
is what we sent and ``<`` what we got: in a send log the replies of others, in a receive log their commands, so that who speaks in
codes tells the two apart. Replies answer commands in order, also where several commands went out at once (PIPELINING).
A recipient stands only in its ``RCPT TO``; what is answered later concerns all that were accepted. The message is told by
``sending message with RecordId N and InternetMessageId <id>``. There is no time of queueing.
Layout: https://learn.microsoft.com/en-us/exchange/mail-flow/connectors/protocol-logging
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from smtp421.logs.fields import endpoint, moment, stage_of
from smtp421.logs.interface import Format
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.logs.table import Layout, Row, Table, header
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "exchange_send"

_ROW = r'"?\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z"?,'
_REPLY = r"[2-5]\d\d(?:[ -]|$)"
_MESSAGE = r"sending message with RecordId (?P<record>\S+) and InternetMessageId (?P<id>\S+)"
_SENDER = r"(?i)MAIL FROM:\s*<(?P<address>[^>]*)>"
_RECIPIENT = r"(?i)RCPT TO:\s*<(?P<address>[^>]*)>"
_STATUSES = {2: Status.SENT, 3: Status.SENT, 4: Status.DEFERRED, 5: Status.BOUNCED}
_FAULTS = ("Failed to connect", "TLS negotiation failed", "Drop connection because TLS")
"""How remarks begin that tell why a session came to nothing."""
_SESSIONS = 2_000
_COMMANDS = 200
"""Commands that wait for a reply in one session; more than PIPELINING sends."""


def _starts(text: str) -> bool:
    return re.match(_ROW, text) is not None


class _Session:
    """What is known of a session: the commands without a reply, the lines of an unfinished reply, and the message under way."""

    def __init__(self) -> None:
        self.commands: deque[str] = deque(maxlen=_COMMANDS)
        self.reply: list[str] = []
        self.greeted = False
        self.sender: str | None = None
        self.recipients: list[str] = []
        """Those accepted so far; in a receive log, those named."""
        self.message: str | None = None

    def begin(self, sender: str | None = None) -> None:
        """Forget the message before."""
        self.sender, self.recipients = sender, []

    def waiting(self) -> list[str]:
        """The recipients whose RCPT TO went out and has no reply yet."""
        return [found["address"] for command in self.commands if (found := re.match(_RECIPIENT, command))]

    def answered(self, data: str) -> tuple[str | None, Reply | None]:
        """The command that a reply answers, and the reply once its last line is there: a line may be a row, or all lines one."""
        self.reply.append(data)
        if data[3:4] == "-" and len(self.reply) < _COMMANDS:
            return None, None
        text, self.reply = "\n".join(self.reply), []
        command = self.commands.popleft() if self.commands else None
        stage = stage_of(command) if command is not None or self.greeted else Stage.CONNECT
        self.greeted = True
        if text.startswith("354"):
            self.commands.appendleft(".")
        return command, read_reply(text, stage)


class Protocol(Table):
    """The reader of a protocol log."""

    def __init__(self) -> None:
        super().__init__(Layout(("session-id",), frozenset({"sessionid", "event", "data"}), _starts, self._event))
        self._sessions: Recent[str, _Session] = Recent(_SESSIONS)

    def _event(self, row: Row, line: Line) -> Iterator[Attempt]:
        name, event = row.get("sessionid", ""), row.get("event", "")
        data, context = row.get("data", ""), row.get("context", "")
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = _Session()
        if event == "-":
            del self._sessions[name]
        speaks = re.match(_REPLY, data) is not None
        if event == "<" and speaks:
            yield from _theirs(session, data, row, line)
        elif event == ">" and speaks:
            yield from _ours(session, data, row, line)
        elif event in ("<", ">"):
            session.commands.append(data)
            if event == "<":
                _note(session, data)
        elif message := re.search(_MESSAGE, f"{data} {context}"):
            session.message = message["id"]
            session.begin()
        elif fault := next((words for words in (data, context) if words.startswith(_FAULTS)), None):
            stage = Stage.STARTTLS if "TLS" in fault else Stage.CONNECT
            yield from _attempts(session, read_words(fault, None, stage), Origin.LOCAL, session.recipients, row, line)
        elif event == "-" and "Error" in context and session.commands:
            reply = read_words(f"connection lost: {context}", None, stage_of(session.commands[0]))
            yield from _attempts(session, reply, Origin.LOCAL, session.recipients or session.waiting(), row, line)


def _theirs(session: _Session, data: str, row: Row, line: Line) -> Iterator[Attempt]:
    """A reply that we got."""
    command, reply = session.answered(data)
    if reply is None or reply.code is None:
        return
    recipient, sender = re.match(_RECIPIENT, command or ""), re.match(_SENDER, command or "")
    accepted, concerned = reply.code < 400, session.recipients
    if recipient:
        concerned = [recipient["address"]]
        if accepted:
            session.recipients.append(recipient["address"])
    elif sender:
        session.begin(sender["address"])
        concerned = session.waiting()
    delivered = reply.stage is Stage.END_OF_DATA and (command == "." or (command or "").rstrip().upper().endswith("LAST"))
    if not accepted or delivered:
        yield from _attempts(session, reply, Origin.REMOTE, concerned, row, line)
    if delivered:
        session.begin()


def _ours(session: _Session, data: str, row: Row, line: Line) -> Iterator[Attempt]:
    """A reply that we gave to a client."""
    command, reply = session.answered(data)
    if reply is not None and reply.code is not None and reply.code >= 400:
        recipient = re.match(_RECIPIENT, command or "")
        yield from _attempts(
            session, reply, Origin.INBOUND, [recipient["address"]] if recipient else session.recipients, row, line
        )


def _note(session: _Session, command: str) -> None:
    """A command of a client."""
    if sender := re.match(_SENDER, command):
        session.begin(sender["address"])
    elif recipient := re.match(_RECIPIENT, command):
        session.recipients.append(recipient["address"])


def _attempts(session: _Session, reply: Reply, origin: Origin, recipients: list[str], row: Row, line: Line) -> Iterator[Attempt]:
    """An attempt for each recipient; one without where none was named yet."""
    address, port = endpoint(row.get("remoteendpoint"))
    inbound = origin is Origin.INBOUND
    named: list[str | None] = [*recipients] or [None]
    for recipient in named:
        yield Attempt(
            reply,
            NAME,
            origin,
            line.number,
            moment(row.get("datetime"), line.now),
            session.message or row.get("sessionid") or None,
            session.sender or None,
            recipient,
            Relay(None, address, port) if address and not inbound else None,
            _STATUSES[(reply.code or 400) // 100],
            source_address=address if inbound else endpoint(row.get("localendpoint"))[0],
        )


_COLUMNS = Layout(("session-id",), frozenset({"sessionid", "event", "data"}), _starts, lambda _row, _line: iter(()))

FORMAT = Format(
    NAME,
    "Exchange Server: SMTP protocol log of a send or receive connector (CSV)",
    lambda text: header(text, _COLUMNS) is not None,
    Protocol,
    "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\n"
    "2026-11-20T22:30:01.100Z,Outbound,08DE27F7A1C2B3D4,9,198.51.100.5:31023,192.0.2.1:25,>,RCPT TO:<u@example.com>,\n"
    "2026-11-20T22:30:01.180Z,Outbound,08DE27F7A1C2B3D4,10,198.51.100.5:31023,192.0.2.1:25,<,451 4.7.1 Try again later,",
)
