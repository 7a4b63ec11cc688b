"""Exim: the main log (also through syslog), ``==`` deferrals, ``**`` failures and the lines of each host tried.

Exim writes an attempt twice: ``ID H=host [address]: SMTP error ...`` for the host and ``ID == recipient ... defer (N) ...``
for the recipient. Only the second is an attempt. Numbers in ``defer (N)`` moved between versions, so the words decide. Line
ends of a reply are spelled ``\\n``, 8-bit bytes in octal. ``** recipient: retry timeout exceeded`` holds no reply: it gets
the last one. In syslog a long line comes in parts, ``[1/3]``, ``[2\\3]``, where the backslash stands for a line end behind
the part. Left out: the age of a message, unless a delivery tells it (``QT=``).

Sources: https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html; src/log.c and src/deliver.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.logs.sendmail import unescape_octal
from smtp421.logs.stages import stage_of_command
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "exim"

MESSAGE_ID = r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{6}-[0-9A-Za-z]{11}-[0-9A-Za-z]{4}"
EVENT = Lazy(rf"(?:\b(?P<queue_id>{MESSAGE_ID}) )(?P<mark>==|\*\*|=>|->|<=|Completed|H=)(?P<rest>.*)", re.DOTALL)
_PART = Lazy(r"\bexim4?\[(?P<pid>\d+)\]: (?P<mark>\[(?P<number>\d{1,3})(?P<kind>[/\\])(?P<of>\d{1,3})\] )(?P<text>.*)", re.DOTALL)
_RECIPIENT = Lazy(r"\s*(?P<address>[^\s<]\S*)?(?: \((?P<expanded>[^)]*)\))?(?: <(?P<parent>[^>]*)>)?(?= |:|$)")
_HOST = Lazy(r"\b(?:H=|host )(?P<host>[^\s\[]+)(?: \([^)]*\))? \[(?P<address>[^\]]+)\](?::(?P<port>\d{1,5}))?")
_DEFER = Lazy(r"\bdefer \((?P<number>-?\d+)\):?\s*")
_AFTER = Lazy(
    r"SMTP error from remote mail(?:er| server)? ?after "
    r"(?:pipelined )?(?P<what>initial connection|end of data|sending data block|"
    r"(?P<verb>[A-Z]+)(?: (?:FROM|TO):<[^>]*>(?: [A-Z]+=\S+)*| \S+)?)"
    r"(?:: ?host (?P<host>\S+) \[(?P<address>[^\]]+)\](?::\d+)?)?: ?(?P<reply>.*)",
    re.DOTALL,
)
_HELO_CLOSED = Lazy(r"in response to (?:EHLO|HELO) \S+ \((?:EHLO|HELO) response was: (?P<reply>.*)\)$", re.DOTALL)
_HELO_CLOSED_OPEN = Lazy(r"\((?:EHLO|HELO) response was: (?P<reply>[245]\d\d.*?)\)?$", re.DOTALL)
_INBOUND = Lazy(
    r"H=(?P<host>[^\s\[]+)?(?: \([^)]*\))? ?\[(?P<address>[^\]]+)\].*?(?:F=<(?P<sender>[^>]*)> )?"
    r"(?:(?:temporarily rejected|rejected|deferred) (?P<event>[A-Z]+(?: after)?|connection\b.*?)"
    r"(?: ?<(?P<recipient>[^>]*)>)?:?\s+(?P<reason>.*)|(?P<verify>sender verify defer for <(?P<verified>[^>]*)>: .*))",
    re.DOTALL,
)
_BELOW = Lazy(
    r"(?P<what>SMTP error from remote mail(?:er| server)? ?after [^\n]*:)[ \t]*\n\s*"
    r"(?P<reply>(?:host \S+ \[[^\]]+\][^\n]*?:\s+)?[45]\d\d\b.*?)(?=\n[ \t]*\n|\n[ \t]*\S+@\S+[ \t]*\n|\s*\Z)",
    re.DOTALL,
)
"""What a notification says, with the reply on the lines that follow."""
_TOLD = Lazy(r"^[ \t]*(?P<address>[^\s<>@]+@[^\s<>@]+)[ \t]*$", re.MULTILINE)
_TIMES = Lazy(r"(?: (?:DT|QT|RT)=[\d.]+[\w.]*)+$")
"""What ``log_selector = +all`` puts behind the words."""
_TIME_INSIDE = Lazy(r" (?:DT|QT|RT)=[\d.]+[\w.]*(?=: )")
_LEADING = Lazy(r"^(?:(?:I=\[[^\]]+\](?::\d+)?|DT=[\d.]+[\w.]*|H=\S+(?: \([^)]*\))? \[[^\]]+\](?::\d+)?)\*?:? ?)+")
_A_HOST = Lazy(r"(?:^|(?<=\s))H=\S+(?: \([^)]*\))? \[[^\]]+\](?::\d+)?\*?(?: I=\[[^\]]+\](?::\d+)?)?(?: DT=[\d.]+[\w.]*)?:? ?")
_CONFIRMED = Lazy(r" C=\"(?P<reply>(?:[^\"\\]|\\.)*)\"")
_QUEUED = Lazy(r" QT=(?P<time>[\d.dhms]+)")
_UNIT = Lazy(r"(\d{1,9}(?:\.\d{1,6})?)([dhms])")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SUSPENDED = ("retry time not reached", "Retry time not yet reached", "host is on a retry list", "retry-time not reached")
_PARTS = 40
_VERIFY = " sender verify defer for <"
"""What our own Exim writes beside the refusal, of the sender whose address it could not check."""


def recognises(text: str) -> bool:
    """Whether a line is Exim's: a message id with an event mark, its own sentence about a remote error, or a part of a line."""
    if EVENT.search(text[:200]) is not None or " temporarily rejected " in text or _VERIFY in text:
        return True
    return ("SMTP error from remote mail" in text and " after " in text) or ("exim" in text and _PART.search(text) is not None)


class Reader:
    """Puts the parts of long syslog lines together, and remembers the last answer for each recipient, for when it expires."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._parts: Recent[str, Line] = Recent(200)
        self._answers: Recent[tuple[str | None, str | None], Attempt] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempts of a line that is whole."""
        part = _PART.search(line.text)
        if part is None:
            yield from self._whole(line)
            return
        pid, open_line = part["pid"], self._parts.get(part["pid"])
        if part["number"] == "1" or open_line is None:
            joined = line._replace(text=line.text.replace(part["mark"], "", 1))
        else:
            joined = line._replace(text=open_line.text + part["text"])
        if part["number"] == part["of"] or int(part["number"]) >= _PARTS:
            self._parts.pop(pid, None)
            yield from self._whole(joined)
        else:
            self._parts[pid] = joined._replace(text=joined.text + "\n") if part["kind"] == "\\" else joined

    def close(self) -> Iterator[Attempt]:
        """Yield what the parts tell whose last one did not come."""
        for left in self._parts.values():
            yield from self._whole(left)
        self._parts.clear()

    def _whole(self, line: Line) -> Iterator[Attempt]:
        for attempt in read(line):
            key = (attempt.queue_id, attempt.recipient)
            if attempt.status is Status.DEFERRED:
                self._answers[key] = attempt
            elif attempt.status is Status.EXPIRED and attempt.reply.code is None and (last := self._answers.pop(key, None)):
                yield attempt._replace(reply=last.reply, origin=last.origin, relay=last.relay)
                continue
            yield attempt


def read(line: Line) -> Iterator[Attempt]:
    """Yield the attempt that a line tells of, if any; one for a host (no recipient) has no status."""
    text = unescape_octal(line.text)
    event = EVENT.search(text)
    if event is None:
        inbound = _INBOUND.search(text) if "rejected " in text or _VERIFY in text else None
        if inbound:
            yield _inbound(line, inbound)
        elif "SMTP error from remote mail" in text:
            yield _attempt(line, None, text, None, None)
        return
    mark, rest, queue_id = event["mark"], event["rest"], event["queue_id"]
    if mark == "==":
        status = Status.SUSPENDED if any(words in rest for words in _SUSPENDED) else Status.DEFERRED
        yield _attempt(line, queue_id, rest, _recipient(rest), status)
    elif mark == "**":
        status = Status.EXPIRED if "retry timeout exceeded" in rest else Status.BOUNCED
        yield _attempt(line, queue_id, rest, _recipient(rest), status)
    elif mark in ("=>", "->"):
        yield _delivery(line, queue_id, rest)
    elif mark == "H=" and any(words in rest for words in ("SMTP error", "in response to", "SMTP timeout", "rejected ")):
        inbound = _INBOUND.search(f"H={rest}") if "rejected " in rest and "SMTP error" not in rest else None
        yield _inbound(line, inbound) if inbound else _attempt(line, queue_id, f"H={rest}", None, None)


def read_notice(text: str) -> Attempt | None:
    """Read what Exim writes to a sender whose message is late or has failed: the reply stands on lines of its own there."""
    found = _BELOW.search(text)
    if found is None:
        return None
    above = text[: found.start()].rsplit("\n\n", 1)[-1]
    reply, origin, relay = read_reason(f"{found['what']} {found['reply']}")
    recipient = _TOLD.search(above)
    given_up = "retry timeout exceeded" in found["reply"] or "permanent error" in text or (reply.code or 400) >= 500
    status = Status.DEFERRED if not given_up else Status.BOUNCED if (reply.code or 400) >= 500 else Status.EXPIRED
    return Attempt(
        reply, NAME, origin, recipient=recipient["address"] if recipient else None, relay=relay or _relay(above), status=status
    )


def _delivery(line: Line, queue_id: str, rest: str) -> Attempt:
    confirmed, queued = _CONFIRMED.search(rest), _QUEUED.search(rest)
    reply = read_reply(confirmed["reply"]) if confirmed else None
    delay = sum(float(part[1]) * _SECONDS[part[2]] for part in _UNIT.finditer(queued["time"])) if queued else None
    return Attempt(
        reply or Reply(250, None, ""),
        NAME,
        Origin.REMOTE,
        line.number,
        line.timestamp,
        queue_id,
        None,
        _recipient(rest),
        _relay(rest),
        Status.SENT,
        delay,
    )


def _recipient(rest: str) -> str | None:
    found = _RECIPIENT.match(rest)
    if not found:
        return None
    address = (found["address"] or "").rstrip(":") or found["parent"]
    return found["parent"] if address and "@" not in address and found["parent"] else address


def _attempt(line: Line, queue_id: str | None, rest: str, recipient: str | None, status: Status | None) -> Attempt:
    reply, origin, relay = read_reason(rest)
    return Attempt(reply, NAME, origin, line.number, line.timestamp, queue_id, None, recipient, relay, status)


def read_reason(rest: str) -> tuple[Reply, Origin, Relay | None]:
    """Read what follows the recipient in a ``==`` or ``**`` line: the reply, who said it, the host."""
    rest = _TIMES.sub("", rest.rstrip())
    relay = _relay(rest)
    after = _AFTER.search(rest)
    if after:
        if after["host"]:
            relay = Relay(after["host"].lower(), after["address"])
        stage = _stage(after["what"], after["verb"])
        reply = read_reply(after["reply"], stage)
        return reply or read_words(after["reply"], None, stage), Origin.REMOTE, relay
    closed = _HELO_CLOSED.search(rest) or _HELO_CLOSED_OPEN.search(rest)
    if closed:
        reply = read_reply(closed["reply"], Stage.EHLO)
        if reply is not None:
            return reply, Origin.REMOTE, relay
    reason = rest
    if defer := _DEFER.search(rest):
        reason = rest[defer.end() :]
    elif rest.lstrip().startswith("H="):
        reason = rest.split("]: ", 1)[-1]
    else:
        reason = _behind_address(rest)
    return read_words(_A_HOST.sub("", _LEADING.sub("", _TIME_INSIDE.sub("", reason)))), Origin.LOCAL, relay


def _behind_address(rest: str) -> str:
    """The reason in ``** rcpt R=... T=...: reason`` and ``** rcpt: reason``."""
    reason = rest
    for _ in range(12):
        part, colon, tail = reason.partition(": ")
        if not colon:
            break
        reason, word = tail, part.rpartition(" ")[2]
        if "@" in word or word.startswith("T=") or word.endswith(">"):
            return reason
    return rest


def _stage(what: str, verb: str | None) -> Stage | None:
    """The stage in ``SMTP error from remote mail server after ...``."""
    if verb:
        return stage_of_command(verb)
    return Stage.CONNECT if what == "initial connection" else Stage.END_OF_DATA


def _relay(rest: str) -> Relay | None:
    found = _HOST.search(rest)
    if not found:
        return None
    return Relay(found["host"].lower().rstrip("."), found["address"], int(found["port"]) if found["port"] else None)


def _inbound(line: Line, found: re.Match[str]) -> Attempt:
    words, event = found["verify"] or found["reason"], found["event"]
    reply = read_reply(words) or read_words(words)
    return Attempt(
        reply._replace(stage=stage_of_command(event.split(" ")[0]) if event else None),
        NAME,
        Origin.INBOUND,
        line.number,
        line.timestamp,
        None,
        found["sender"] or found["verified"],
        found["recipient"],
        None,
        # A verification that failed is no refusal yet: the line of that follows.
        None if event is None else Status.DEFERRED if "temporarily" in line.text else Status.BOUNCED,
        source_address=found["address"],
    )


FORMAT = Format(
    NAME,
    "Exim: main log",
    recognises,
    Reader,
    "2026-11-20 22:35:57 1xUXD3-00001U-0Q == u@example.com R=dns T=remote_smtp defer (-44) H=mx.example.com [192.0.2.1]: "
    "SMTP error from remote mail server after RCPT TO:<u@example.com>: 451 4.7.1 Try again later",
)
