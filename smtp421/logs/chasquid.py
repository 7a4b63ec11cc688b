"""chasquid: ``ID from=SENDER to=RECIPIENT failed (temporary): all MXs returned transient failures (last: MAIL+RCPT reply)``.

A reply of several lines runs on in the next physical lines, each with its enhanced code, without the basic one. The trace
log (``Queue.SendLoop ID: RECIPIENT temporary error: ...``) tells the same with line ends spelled ``\\n``, and before it the
server (``Courier.SMTP RECIPIENT: error: "host." returned transient error``); where both go to one place, an attempt counts
once. Left out: the server (mail log), and whether MAIL or RCPT was answered.

Sources: internal/maillog/maillog.go, internal/courier/smtp.go, internal/queue/queue.go of
https://github.com/albertito/chasquid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from smtp421.logs.fields import between
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent, follows
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "chasquid"

_DELIVERY = Lazy(
    r"(?P<id>[\w-]{11}) from=(?P<sender>\S*) to=(?P<recipient>\S+) (?:(?P<sent>sent)\s*$|failed \((?P<how>temporary|"
    r"permanent)\): (?P<text>.*))",
    re.DOTALL,
)
_QUEUED = Lazy(r"(?P<id>[\w-]{11}) from=\S* queued ip=")
_TRACE = Lazy(
    r"Queue\.SendLoop (?P<id>[\w-]{11}): (?:error: )?(?P<recipient>\S+) (?P<how>temporary|permanent) error: (?P<text>.*)",
    re.DOTALL,
)
_TRACE_HOST = Lazy(
    r"Courier\.SMTP (?P<recipient>\S+): error: \\?\"(?P<host>[^\"\\]+)\\?\" returned (?:transient|permanent) error: "
)
_LAST = Lazy(r"all MXs returned transient failures \(last: (?P<text>.*)\)\s*$", re.DOTALL)
_STEP = Lazy(
    r"(?P<step>MAIL\+RCPT|DATA closing|DATA writing:|DATA|Error creating client:|Error saying hello:|TLS error:|STARTTLS) "
    r"(?P<reply>[245]\d\d\b.*)",
    re.DOTALL,
)
_SHORT = Lazy(r"(?P<step>[A-Z][\w+ :]*?) short response: (?P<code>[45]\d\d)\s*$")
_STAGES = {
    "DATA": Stage.DATA,
    "DATA closing": Stage.END_OF_DATA,
    "DATA writing:": Stage.END_OF_DATA,
    "Error creating client:": Stage.CONNECT,
    "Error saying hello:": Stage.EHLO,
    "TLS error:": Stage.STARTTLS,
    "STARTTLS": Stage.STARTTLS,
}
_CODED = Lazy(r"\b[245]\d\d (?P<enhanced>[245]\.\d{1,3}\.\d{1,3}) ")
_QUOTED = Lazy(r"\\(?:x(?P<byte>[0-9a-f]{2})|u(?P<rune>[0-9a-f]{4})|(?P<char>[ntr\"\\]))")
_OTHER = Lazy(
    r"^\s*(?:\d{4}-\d\d-\d\d[ T]\d|[A-Z][a-z]{2} [ \d]\d \d\d:|@4000|<\d+>|\{|\["
    r"|[Ss]tarting delivery|Rescanning queue|Sending failed|smtp: |From: |Message-I[dD]: "
    r"|delivery \d+: |(?:new|info|end) msg |status: )"
)
"""What begins a line of another record, with a stamp or as programs without one do."""
_LINES = 64


def recognises(text: str) -> bool:
    """Whether a line is a delivery of chasquid's mail log, or one of its queue's trace."""
    if " from=" in text:
        return _DELIVERY.search(text) is not None or _QUEUED.search(text) is not None
    return ("Queue.SendLoop" in text and _TRACE.search(text) is not None) or (
        "Courier.SMTP" in text and _TRACE_HOST.search(text) is not None
    )


class Reader:
    """Keeps a failure open until the next line that bears a time, and remembers when messages came and which server answered."""

    def __init__(self) -> None:
        self._open: list[Line] = []
        self._queued: Recent[str, Line] = Recent()
        self._hosts: Recent[str, str] = Recent()
        self._told: Recent[tuple[str, str], Line] = Recent()

    def claims(self, text: str) -> bool:
        """Whether a line is chasquid's own, or goes on with a reply."""
        return recognises(text) or (0 < len(self._open) < _LINES and _goes_on(self._open[0].text, text))

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the failure that a line ends, and the attempt of a line that is whole."""
        if not recognises(line.text):
            if self._open and follows(self._open[-1], line):
                self._open.append(line)
                if _whole("\n".join(part.text for part in self._open)):
                    yield from self.close()
            return
        yield from self.close()
        if host := _TRACE_HOST.search(line.text):
            self._hosts[host["recipient"]] = host["host"].lower().rstrip(".")
        elif queued := _QUEUED.search(line.text):
            self._queued[queued["id"]] = line
        else:
            self._open = [line]
            if _whole(line.text):
                yield from self.close()

    def close(self) -> Iterator[Attempt]:
        """Yield the failure that is open."""
        if not self._open:
            return
        first, number = self._open[0], self._open[-1].number
        text = "\n".join(part.text for part in self._open)
        self._open = []
        found = _TRACE.search(text) or _DELIVERY.search(text)
        if found is None:
            return
        fields = found.groupdict()
        key = (fields["id"], fields["recipient"])
        stamp, told = first.timestamp, self._told.get(key)
        self._told[key] = first
        twice = told is not None and ("Queue.SendLoop" in told.text) != ("Queue.SendLoop" in text)
        if twice and told and told.timestamp and stamp and stamp - told.timestamp < timedelta(seconds=1):
            return
        host = self._hosts.pop(fields["recipient"], None)
        queued = self._queued[fields["id"]].timestamp if fields["id"] in self._queued else None
        status = Status.SENT if fields.get("sent") else Status.DEFERRED if fields["how"] == "temporary" else Status.BOUNCED
        words = fields["text"] or ""
        reply, origin = _reply(_unquoted(words) if "Queue.SendLoop" in text else words, status)
        yield Attempt(
            reply,
            NAME,
            origin,
            number,
            stamp,
            fields["id"],
            fields.get("sender"),
            fields["recipient"],
            Relay(host) if host else None,
            status,
            between(queued, stamp),
        )


def _goes_on(first: str, text: str) -> bool:
    """Whether a line can belong to a reply: most begin with the enhanced code of its first line, some bear none."""
    if (found := _CODED.search(first)) and text.startswith(found["enhanced"]):
        return True
    return _OTHER.match(text) is None and "\t" not in text and "@" not in text.partition(": ")[0]


def _whole(text: str) -> bool:
    """Whether nothing can follow: the closing bracket of ``(last: ...)`` is there, or the line tells of a success or a trace."""
    last = text.find("(last: ")
    if "Queue.SendLoop" in text:
        return True
    if last < 0:
        return text.rstrip().endswith(" sent")
    return text.rstrip().endswith(")") and text.count("(", last) <= text.count(")", last)


def _unquoted(text: str) -> str:
    """Take Go's quoting (strconv.Quote) off the words of the trace; bytes that are no UTF-8 stand there in hexadecimal."""
    return _QUOTED.sub(_meant, text) if "\\" in text else text


def _meant(found: re.Match[str]) -> str:
    number = found["byte"] or found["rune"]
    return chr(int(number, 16)) if number else {"n": "\n", "t": " ", "r": ""}.get(found["char"], found["char"])


def _reply(text: str, status: Status) -> tuple[Reply, Origin]:
    """The reply in a failure's text, and who said it."""
    if status is Status.SENT:
        return Reply(250, None, ""), Origin.REMOTE
    last = _LAST.search(text)
    words = last["text"] if last else text
    if short := _SHORT.match(words):  # nothing but its code, as Go sees it
        return Reply(int(short["code"]), None, "", _STAGES.get(short["step"])), Origin.REMOTE
    step = _STEP.match(words)
    if step is None:
        return read_words(words), Origin.LOCAL
    stage = _STAGES.get(step["step"])
    # Later lines have only the enhanced code: give them the basic one, as they had it.
    spoken = re.sub(r"(?:\n|\\n)(?=[245]\.\d{1,3}\.\d{1,3}(?:\s|$))", rf"\n{step['reply'][:3]}-", step["reply"])
    reply = read_reply(spoken, stage)
    return (reply, Origin.REMOTE) if reply else (read_words(words, None, stage), Origin.LOCAL)


FORMAT = Format(
    NAME,
    "chasquid: mail log, trace",
    recognises,
    Reader,
    "2026-11-20 23:02:09.305051 yz274kFhvUo from=app@example.com to=u@example.net failed (temporary): all MXs returned "
    "transient failures "
    "(last: MAIL+RCPT 451 4.7.1 Try again\n4.7.1 in five minutes)",
)
