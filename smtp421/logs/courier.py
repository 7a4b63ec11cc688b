"""Courier: ``courieresmtp: id=ID,from=<>,addr=<>: line of the reply``, one log line for each, closed by ``...,status: deferred``.

The lines of an answer share id and address. A line that is longer than some 160 characters is cut and ends with ``...``.
Left out: the server (only a delivery names it, ``success: delivered: host [address]``), the stage, and how old the message
is. What courieresmtpd answers to clients (``courieresmtpd: error,relay=address,from=<>,to=<>: 451 ...``) is our own
server's deferral.

Sources: courier/cdmsgq.C, courier/module.esmtp and courier/submit.C of https://github.com/svarshavchik/courier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from smtp421.logs.fields import given_up
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import read_reply, read_words

NAME = "courier"

_DELIVERY = Lazy(
    r"\bcourier(?P<module>esmtp|local|fax|uucp|dsn): id=(?P<id>[0-9A-F.]{20,}),from=<(?P<sender>[^>]*)>,"
    r"addr=<(?P<recipient>[^>]*)>"
    r"(?:,size=\d+)?(?P<rest>.*)",
    re.DOTALL,
)
_DELIVERED = Lazy(r"delivered: (?P<host>\S+) \[(?P<address>[^\]]+)\]")
_INBOUND = Lazy(
    r"\bcourieresmtpd: error,relay=(?:::ffff:)?(?P<client>[0-9a-fA-F.:]+)(?=,).*?"
    r"(?:,from=<(?P<sender>[^>]*)>)?(?:,to=<(?P<recipient>[^>]*)>)?(?:: |,msg=\")(?P<reply>[45]\d\d[ -].*)",
    re.DOTALL,
)
_CODE = Lazy(r"[245]\d\d(?=[- ]|$)")
_LINES = 64
"""A reply has no more lines than that; what follows belongs to one that was never closed."""


class _Open(NamedTuple):
    lines: list[str]
    sender: str
    relay: Relay | None
    last: Line


def recognises(text: str) -> bool:
    """Whether a line is one of a Courier delivery module, or a client's command that courieresmtpd turned away."""
    return "courier" in text and (_DELIVERY.search(text) is not None or _INBOUND.search(text) is not None)


class Reader:
    """Gathers the lines of an answer by message and recipient until its status comes."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._open: Recent[tuple[str, str, str], _Open] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempt that a status line closes."""
        found = _DELIVERY.search(line.text)
        if found is None:
            yield from _inbound(line)
            return
        key = (found["module"], found["id"], found["recipient"])
        rest = found["rest"]
        now = self._open.get(key) or _Open([], found["sender"], None, line)
        if rest.startswith(",status: "):
            self._open.pop(key, None)
            yield _attempt(key, now._replace(last=line), rest.removeprefix(",status: ").strip())
        elif rest.startswith(",success: "):
            to = _DELIVERED.search(rest)
            if found["module"] != "esmtp":
                self._open.pop(key, None)
                yield _attempt(key, now._replace(last=line), "success")
            elif to:
                self._open[key] = now._replace(relay=Relay(to["host"].lower().rstrip("."), to["address"]))
        elif rest.startswith(": ") and len(now.lines) < _LINES:
            now.lines.append(rest[2:])
            self._open[key] = now._replace(last=line)

    def close(self) -> Iterator[Attempt]:
        """Yield the answers whose status line did not come: what became of them is not known."""
        for key, left in self._open.items():
            if left.lines:
                yield _attempt(key, left, "")
        self._open.clear()


def _attempt(key: tuple[str, str, str], answer: _Open, word: str) -> Attempt:
    module, queue_id, recipient = key
    text = "\n".join(_first_reply(answer.lines))
    reply = read_reply(text) if module == "esmtp" else None
    status = {"deferred": Status.DEFERRED, "failure": Status.BOUNCED, "success": Status.SENT}.get(word)
    final = reply or (Reply(250, None, text) if status is Status.SENT else read_words(text))
    return Attempt(
        final,
        NAME,
        Origin.LOCAL if reply is None else Origin.REMOTE,
        answer.last.number,
        answer.last.timestamp,
        queue_id,
        answer.sender or None,
        recipient or None,
        answer.relay,
        given_up(status, final) if status else None,
    )


def _first_reply(lines: list[str]) -> list[str]:
    """The lines of the reply that counts: with pipelining (RFC 2920) those to later commands are logged below it."""
    code = _CODE.match(lines[0]) if lines else None
    others = (number for number, line in enumerate(lines) if (other := _CODE.match(line)) and code and other[0] != code[0])
    return lines[: next(others, len(lines))]


def _inbound(line: Line) -> Iterator[Attempt]:
    found = _INBOUND.search(line.text)
    reply = read_reply(found["reply"]) if found else None
    if found is None or reply is None or reply.code is None:
        return
    yield Attempt(
        reply,
        NAME,
        Origin.INBOUND,
        line.number,
        line.timestamp,
        None,
        found["sender"],
        found["recipient"],
        None,
        Status.DEFERRED if reply.code < 500 else Status.BOUNCED,
        source_address=found["client"],
    )


FORMAT = Format(
    NAME,
    "Courier: mail log",
    recognises,
    Reader,
    "Nov 20 22:46:59 mail courieresmtp: id=000000000031030B.000000006B00CDE3.00000031,from=<news@example.com>,addr=<u@"
    "example.net>:"
    " 451 4.7.1 Try again later\n"
    "Nov 20 22:46:59 mail courieresmtp: id=000000000031030B.000000006B00CDE3.00000031,from=<news@example.com>,addr=<u@"
    "example.net>,"
    "status: deferred",
)
