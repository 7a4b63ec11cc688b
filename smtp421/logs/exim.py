"""Exim: the main log (also through syslog), ``==`` deferrals, ``**`` failures and the lines of each host tried.

Exim writes an attempt twice: ``ID H=host [address]: SMTP error ...`` for the host and ``ID == recipient ... defer (N) ...`` for
the recipient. Only the second is an attempt. Numbers in ``defer (N)`` moved between versions, so the words decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import of_lines
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "exim"

_ID = r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{6}-[0-9A-Za-z]{11}-[0-9A-Za-z]{4}"
_EVENT = re.compile(rf"(?:\b(?P<queue_id>{_ID}) )(?P<mark>==|\*\*|=>|->|<=|Completed|H=)(?P<rest>.*)", re.DOTALL)
_RECIPIENT = re.compile(r"\s*(?P<address>[^\s<]\S*)?(?: \((?P<expanded>[^)]*)\))?(?: <(?P<parent>[^>]*)>)?(?= |:|$)")
_HOST = re.compile(r"\b(?:H=|host )(?P<host>[^\s\[]+)(?: \([^)]*\))? \[(?P<address>[^\]]+)\](?::(?P<port>\d+))?")
_DEFER = re.compile(r"\bdefer \((?P<number>-?\d+)\):?\s*")
_AFTER = re.compile(
    r"SMTP error from remote mail(?:er| server)? ?after (?P<what>initial connection|(?:pipelined )?(?:end of data|sending data block|[A-Z]+(?: (?:FROM|TO):<[^>]*>(?: [A-Z]+=\S+)*| \S+)?))"
    r"(?:: ?host (?P<host>\S+) \[(?P<address>[^\]]+)\](?::\d+)?)?: ?(?P<reply>.*)",
    re.DOTALL,
)
_HELO_CLOSED = re.compile(r"in response to (?:EHLO|HELO) \S+ \((?:EHLO|HELO) response was: (?P<reply>.*)\)\s*$", re.DOTALL)
_HELO_CLOSED_OPEN = re.compile(r"\((?:EHLO|HELO) response was: (?P<reply>[245]\d\d.*?)\)?\s*$", re.DOTALL)
_INBOUND = re.compile(
    r"H=(?P<host>\S+)?(?: \([^)]*\))? \[(?P<address>[^\]]+)\].*?(?:F=<(?P<sender>[^>]*)> )?(?:temporarily rejected|rejected|deferred) (?P<event>[A-Z]+(?: after)?|connection\b.*?)(?: ?<(?P<recipient>[^>]*)>)?:?\s+(?P<reason>.*)",
    re.DOTALL,
)
_SUSPENDED = ("retry time not reached", "host is on a retry list", "retry-time not reached")


def recognises(text: str) -> bool:
    """Whether a line is Exim's: a message id with an event mark, or Exim's own sentence about a remote error."""
    return bool(_EVENT.search(text[:200])) or ("SMTP error from remote mail" in text and " after " in text) or " temporarily rejected " in text


def read(line: Line) -> Iterator[Attempt]:
    """Yield the attempt that a line tells of, if any; one for a host (no recipient) has no status."""
    event = _EVENT.search(line.text)
    if event is None:
        inbound = _INBOUND.search(line.text) if "rejected " in line.text else None
        if inbound:
            yield from _inbound(line, inbound)
        elif "SMTP error from remote mail" in line.text:
            yield _attempt(line, None, line.text, None, None)
        return
    mark, rest, queue_id = event["mark"], event["rest"], event["queue_id"]
    if mark == "==":
        status = Status.SUSPENDED if any(words in rest for words in _SUSPENDED) else Status.DEFERRED
        yield _attempt(line, queue_id, rest, _recipient(rest), status)
    elif mark == "**":
        status = Status.EXPIRED if "retry timeout exceeded" in rest else Status.BOUNCED
        yield _attempt(line, queue_id, rest, _recipient(rest), status)
    elif mark in ("=>", "->"):
        yield Attempt(Reply(250, None, ""), NAME, Origin.REMOTE, line.number, line.timestamp, queue_id, None, _recipient(rest), _relay(rest), Status.SENT)
    elif mark == "H=" and ("SMTP error" in rest or "in response to" in rest or "SMTP timeout" in rest or "rejected " in rest):
        inbound = _INBOUND.search(f"H={rest}") if "rejected " in rest and "SMTP error" not in rest else None
        if inbound:
            yield from _inbound(line, inbound)
        else:
            yield _attempt(line, queue_id, f"H={rest}", None, None)


def _recipient(rest: str) -> str | None:
    found = _RECIPIENT.match(rest)
    if not found:
        return None
    address = found["address"] or found["parent"]
    return found["parent"] if address and "@" not in address and found["parent"] else address


def _attempt(line: Line, queue_id: str | None, rest: str, recipient: str | None, status: Status | None) -> Attempt:
    reply, origin, relay = read_reason(rest)
    return Attempt(reply, NAME, origin, line.number, line.timestamp, queue_id, None, recipient, relay, status)


def read_reason(rest: str) -> tuple[Reply, Origin, Relay | None]:
    """Read what follows the recipient in a ``==`` or ``**`` line: the reply, who said it, the host."""
    relay = _relay(rest)
    after = _AFTER.search(rest)
    if after:
        if after["host"]:
            relay = Relay(after["host"].lower(), after["address"])
        stage = _stage(after["what"])
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
        # "** rcpt R=... T=...: reason" and "** rcpt: reason"
        reason = re.sub(r"^.*?(?:T=\S+?|\S+@\S+?|>): ", "", rest, count=1, flags=re.DOTALL)
    reason = re.sub(r"^H=\S+(?: \([^)]*\))? \[[^\]]+\](?::\d+)?:? ?", "", reason)
    reason = re.sub(r"(?:^|(?<=\s))H=\S+(?: \([^)]*\))? \[[^\]]+\](?::\d+)?:? ?", "", reason)
    return read_words(reason), Origin.LOCAL, relay


def _stage(what: str) -> Stage | None:
    what = what.removeprefix("pipelined ").lower()
    for start, stage in (
        ("initial", Stage.CONNECT),
        ("helo", Stage.EHLO),
        ("ehlo", Stage.EHLO),
        ("lhlo", Stage.EHLO),
        ("starttls", Stage.STARTTLS),
        ("auth", Stage.AUTH),
        ("mail", Stage.MAIL),
        ("rcpt", Stage.RCPT),
        ("data", Stage.DATA),
        ("end of data", Stage.END_OF_DATA),
        ("sending data", Stage.END_OF_DATA),
    ):
        if what.startswith(start):
            return stage
    return None


def _relay(rest: str) -> Relay | None:
    found = _HOST.search(rest)
    if not found:
        return None
    return Relay(found["host"].lower().rstrip("."), found["address"], int(found["port"]) if found["port"] else None)


def _inbound(line: Line, found: re.Match[str]) -> Iterator[Attempt]:
    reply = read_reply(found["reason"]) or read_words(found["reason"])
    event = (found["event"] or "").split(" ")[0]
    stage = {"RCPT": Stage.RCPT, "MAIL": Stage.MAIL, "DATA": Stage.DATA, "EHLO": Stage.EHLO, "HELO": Stage.EHLO}.get(event)
    yield Attempt(
        Reply(reply.code, reply.enhanced_code, reply.text, stage), NAME, Origin.INBOUND, line.number, line.timestamp, None, found["sender"], found["recipient"],
        None, Status.DEFERRED if "temporarily" in line.text else Status.BOUNCED, source_address=found["address"],
    )  # fmt: skip


FORMAT = of_lines(
    NAME,
    'Exim: main log',
    recognises,
    read,
    '2026-11-20 22:35:57 1xUXD3-00001U-0Q == u@example.com R=dns T=remote_smtp defer (-44) H=mx.example.com [192.'
    '0.2.1]: SMTP error from remote mail server after RCPT TO:<u@example.com>: 451 4.7.1 Try again later',
)
