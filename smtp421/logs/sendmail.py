"""Sendmail: one line for a group of recipients, ``QUEUEID: to=<a>,<b>, delay=..., relay=host. [address], dsn=..., stat=...``.

Only the first line of a reply is logged. ``reply=`` stands there since 8.16 when a server answered; a bare ``stat=Deferred``
repeats the stored status of a host and is no attempt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import of_lines
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Relay, Status
from smtp421.reply import parse_enhanced, read_reply, read_words

NAME = "sendmail"

_DELIVERY = re.compile(r"(?:\b(?P<queue_id>[0-9A-Za-z]{12,16}): )?to=(?P<to>.*?), (?P<middle>(?:ctladdr=|delay=).*?)\bstat=(?P<stat>.*)", re.DOTALL)
_RELAY = re.compile(r"\brelay=(?P<host>[^\s,\[]+)\.? \[(?P<address>[^\]]+)\]")
_DELAY = re.compile(r"\bdelay=(?:(\d+)\+)?(\d\d):(\d\d):(\d\d)")
_REPLY = re.compile(r"\breply=(?P<reply>.*?), (?=stat=|$)", re.DOTALL)
_OCTAL = re.compile(r"(?:\\[0-3][0-7]{2})+")


def recognises(text: str) -> bool:
    """Whether a line is Sendmail's: a recipient list and a ``stat=``."""
    return " stat=" in text and "to=" in text and _DELIVERY.search(text) is not None


def unescape_octal(text: str) -> str:
    """Turn bytes that were logged as ``\\303\\251`` back into the characters that they spell in UTF-8."""
    return _OCTAL.sub(lambda run: bytes(int(part, 8) for part in run[0].split("\\")[1:]).decode("utf-8", "replace"), text)


def read(line: Line) -> Iterator[Attempt]:
    """Yield one attempt for each recipient of the line."""
    found = _DELIVERY.search(line.text)
    if found is None:
        return
    stat = unescape_octal(found["stat"]).strip()
    middle = found["middle"]
    replied = _REPLY.search(middle)
    dsn = re.search(r"\bdsn=([245]\.\d+\.\d+)", middle)
    logged = parse_enhanced(dsn[1]) if dsn else None
    status, reason = _status(stat)
    reply = read_reply(unescape_octal(replied["reply"]), None, logged) if replied else None
    own_policy = "ruleset=" in line.text and "reject=" in line.text
    if reply is None or (reason and reply.code is not None and reply.code < 400):
        reply = read_reply(reason, None, logged)
    # Without an answer the words are Sendmail's own: "Connection refused by host."
    origin = Origin.LOCAL if reply is None or own_policy else Origin.REMOTE
    final = reply or read_words(reason, logged)
    relay = _relay(middle)
    for recipient in re.findall(r"<?([^<>,\s]+)>?(?:,|$)", found["to"].strip()) or [None]:
        yield Attempt(
            final, NAME, origin, line.number, line.timestamp, found["queue_id"], None, recipient, relay, status, _seconds(middle)
        )  # fmt: skip


def _status(stat: str) -> tuple[Status | None, str]:
    """What became of the attempt, and the reason behind it."""
    word, _, reason = stat.partition(": ")
    if word.startswith("Sent"):
        return Status.SENT, stat
    if word == "Deferred":
        return (Status.DEFERRED, reason) if reason else (Status.SUSPENDED, "Deferred")
    if word.startswith("queued"):
        return Status.SUSPENDED, stat
    if word in ("User unknown", "Service unavailable", "Host unknown (Name server") or reason or "unavailable" in word:
        return Status.BOUNCED, reason or stat
    return Status.BOUNCED, stat


def _relay(middle: str) -> Relay | None:
    found = _RELAY.search(middle)
    return Relay(found["host"].rstrip(".").lower(), found["address"]) if found else None


def _seconds(middle: str) -> float | None:
    found = _DELAY.search(middle)
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


FORMAT = of_lines(
    NAME,
    'Sendmail: mail log',
    recognises,
    read,
    'Nov 20 22:35:58 mail sm-mta[310]: 6AKMZwSh000308: to=<u@example.com>, delay=00:00:01, xdelay=00:00:01, maile'
    'r=esmtp, pri=120324, relay=mx.example.com. [192.0.2.1], dsn=4.7.1, reply=451 4.7.1 Try again later, stat=Def'
    'erred: 451 4.7.1 Try again later',
)
