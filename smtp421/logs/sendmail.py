"""Sendmail: one line for a group of recipients, ``QUEUEID: to=<a>,<b>, delay=..., relay=host. [address], dsn=..., stat=...``.

Only the first line of a reply is logged, and of a long one the middle is cut out (``...``). ``reply=`` stands there since
8.16 when a server answered. A bare ``stat=Deferred``, or one with a lost connection, whose ``relay=`` has no address repeats
the stored status of a host and is no attempt; with the address, the connection broke in the session. A 454 for TLS
may be our own server's: it stands in ``ruleset=tls_server, ... reject=`` of the same process, or says that the handshake
failed.

Sources: sendmail/deliver.c, usersmtp.c and conf.c of https://ftp.sendmail.org/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.model import Attempt, EnhancedCode, Origin, Relay, Reply, Status
from smtp421.reply import parse_enhanced, read_reply, read_words

NAME = "sendmail"

_START = Lazy(r"(?:(?:\b(?P<queue_id>[0-9A-Za-z]{12,16}))?: |^|\s)(?=to=)")
_DELIVERY = Lazy(
    r"to=(?P<to>.*?), (?P<middle>(?:ctladdr=|delay=(?:\d{1,6}\+)?\d\d:).*?)\bstat=(?P<stat>.*)",
    re.DOTALL,
)
_STARTS = 3
"""So many places in a line are tried, that no line can be made up that takes long."""
_RELAY = Lazy(r"\brelay=(?:\[[^\]\s]+\]|(?P<host>[^\s,\[\]]+))(?: \[(?:IPv6:)?(?P<address>[^\]]+)\])?")
_DELAY = Lazy(r"\bdelay=(?:(\d{1,6})\+)?(\d\d):(\d\d):(\d\d)")
_DSN = Lazy(r"\bdsn=([245]\.\d+\.\d+)")
_REPLY = Lazy(r"\breply=(?P<reply>.*), $", re.DOTALL)
_STAT = Lazy(r", stat=")
_SENT = Lazy(r"Sent \((.*?)\)?$", re.DOTALL)
_OCTAL = Lazy(r"(?:\\[23][0-7]{2})+")
_PROCESS = Lazy(r"\[(\d+)\]: ")
_OWN_TLS = Lazy(r"\bruleset=tls_(?:server|rcpt|clt|client), .*?\breject=(?P<reply>[45]\d\d .*)", re.DOTALL)
_CLIENT = Lazy(
    r"\bruleset=check_(?P<check>\w+), (?:arg1=<?(?P<argument>[^,>]*)>?, )?.*?"
    r"\brelay=(?P<relay>.*?), reject=(?P<reply>[45]\d\d .*)",
    re.DOTALL,
)
"""What our own server answered a client (RFC 5321 4.2); ``arg1`` is the recipient of check_rcpt."""
_TROUBLE = Lazy(r"\bSYSERR\([^)]*\): (?P<reason>.*)", re.DOTALL)
_LOST = ("Connection reset by ", "Connection timed out with ", "Connection refused by ")
_OWN_WORDS = (
    *_LOST,
    "reply: read error from ",
    "TLS handshake failed",
)


def recognises(text: str) -> bool:
    """Whether a line is Sendmail's: a recipient list and a ``stat=``, a refusal by its own rules, or trouble of its own."""
    if " stat=" in text:
        return _delivery(text) is not None
    if "ruleset=" in text:
        return _OWN_TLS.search(text) is not None or _CLIENT.search(text) is not None
    return "SYSERR(" in text and _TROUBLE.search(text) is not None


def _delivery(text: str) -> tuple[str | None, re.Match[str]] | None:
    """The queue id and the fields of a delivery; None where the line is none."""
    for start in islice(_START.finditer(text), _STARTS):
        if found := _DELIVERY.match(text[start.end() :]):
            return start["queue_id"], found
    return None


def _as_said(text: str) -> str:
    """The words of a field: octal bytes put back, and a backslash that was logged as two."""
    return unescape_octal(text).replace("\\\\", "\\") if "\\" in text else text


def unescape_octal(text: str) -> str:
    """Turn bytes that were logged as ``\\303\\251`` back into what they spell in UTF-8, or else in Latin-1."""
    return _OCTAL.sub(_bytes, text) if "\\" in text else text


def _bytes(run: re.Match[str]) -> str:
    spelled = bytes(int(part, 8) for part in run[0].split("\\")[1:])
    try:
        return spelled.decode("utf-8")
    except UnicodeDecodeError:
        return spelled.decode("latin-1")


class Reader:
    """Remembers what our own TLS rules said to a process, for the delivery that it logs next."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._refused: Recent[str, str] = Recent(500)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempts of a line, those that our own rules ended as such."""
        process = _PROCESS.search(line.text)
        key = process[1] if process else ""
        if own := _OWN_TLS.search(line.text):
            self._refused[key] = own["reply"].strip()
            return
        if beside := _beside(line):
            yield beside
            return
        refused = self._refused.pop(key, None)
        for attempt in read(line):
            if refused and "reply=" not in line.text and line.text.rstrip().endswith(refused):
                yield attempt._replace(reply=attempt.reply._replace(code=None), origin=Origin.LOCAL)
            else:
                yield attempt

    def close(self) -> Iterator[Attempt]:
        """Every delivery was told when its line came."""
        return iter(())


def _beside(line: Line) -> Attempt | None:
    """What is no delivery: a client that our own rules turned away, trouble of our own."""
    if "ruleset=" in line.text and (found := _CLIENT.search(line.text)):
        reply = read_reply(_as_said(found["reply"]))
        if reply is not None:
            return Attempt(
                reply,
                NAME,
                Origin.INBOUND,
                line.number,
                line.timestamp,
                recipient=found["argument"] or None if found["check"] == "rcpt" else None,
                relay=_relay(f"relay={found['relay']},"),
                status=Status.DEFERRED if reply.code is not None and reply.code < 500 else Status.BOUNCED,
            )
    if "SYSERR(" in line.text and " stat=" not in line.text and (trouble := _TROUBLE.search(line.text)):
        return Attempt(read_words(trouble["reason"]), NAME, Origin.LOCAL, line.number, line.timestamp)
    return None


def read(line: Line) -> Iterator[Attempt]:
    """Yield one attempt for each recipient of the line."""
    delivery = _delivery(line.text)
    if delivery is None:
        return
    queue_id, found = delivery
    middle, stat = _parts(found)
    dsn = _DSN.search(middle)
    logged = parse_enhanced(dsn[1]) if dsn else None
    relay = _relay(middle)
    connected = relay is not None and relay.address is not None
    status, reason = _status(stat, connected)
    if status is Status.SENT:
        accepted = _SENT.match(stat)
        reply, remote = Reply(250, logged, accepted[1] if accepted else ""), connected
    else:
        reply, remote = _answer(middle, reason, logged)
    recipients: list[str | None] = [name for part in found["to"].split(",") if (name := part.strip(" <>"))]
    for recipient in recipients or [None]:
        yield Attempt(
            reply,
            NAME,
            Origin.REMOTE if remote else Origin.LOCAL,
            line.number,
            line.timestamp,
            queue_id,
            None,
            recipient,
            relay,
            status,
            _seconds(middle),
        )


def _parts(found: re.Match[str]) -> tuple[str, str]:
    """The fields before ``stat=``, and what it says; a reply may hold those words too, and is then repeated whole in it."""
    middle, stat = found["middle"], found["stat"]
    fields, replied, reply = f"{middle}stat={stat}".partition("reply=")
    if replied and ", stat=" in stat:
        for split in islice(_STAT.finditer(reply), _STARTS):
            said, told = reply[: split.start()], reply[split.end() :]
            if told.endswith(said):
                return f"{fields}reply={said}, ", _as_said(told).strip()
    return middle, _as_said(stat).strip()


def _answer(middle: str, reason: str, logged: EnhancedCode | None) -> tuple[Reply, bool]:
    """The reply of a line, or Sendmail's own reason; and whether a server said it."""
    replied = _REPLY.search(middle)
    reply = read_reply(_as_said(replied["reply"]), None, logged) if replied else None
    if reply is None:
        reply = read_reply(reason, None, logged)
    if reply is None:
        return read_words(reason, logged), False
    if reply.text.startswith(_OWN_WORDS):
        # Sendmail puts codes before its own sentences too.
        return reply._replace(code=None), False
    return reply, True


def _status(stat: str, connected: bool) -> tuple[Status | None, str]:
    """What became of the attempt, and the reason behind it.

    Where Sendmail did not connect (no address in ``relay=``), it repeats what it remembers of the host.
    """
    word, _, reason = stat.partition(": ")
    if word.startswith("Sent"):
        return Status.SENT, stat
    if word == "Deferred":
        remembered = not connected and (not reason or reason.startswith(_LOST))
        return Status.SUSPENDED if remembered else Status.DEFERRED, reason or stat
    if word.startswith("queued"):
        return Status.SUSPENDED, stat
    return Status.BOUNCED, reason or stat


def _relay(middle: str) -> Relay | None:
    found = _RELAY.search(middle)
    if found is None or not (found["host"] or found["address"]) or found["host"] == "local":
        return None
    return Relay(found["host"].rstrip(".").lower() if found["host"] else None, found["address"])


def _seconds(middle: str) -> float | None:
    found = _DELAY.search(middle)
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


FORMAT = Format(
    NAME,
    "Sendmail: mail log",
    recognises,
    Reader,
    "Nov 20 22:35:58 mail sm-mta[310]: 6AKMZwSh000308: to=<u@example.com>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, "
    "pri=120324, relay=mx.example.com. [192.0.2.1], dsn=4.7.1, reply=451 4.7.1 Try again later, "
    "stat=Deferred: 451 4.7.1 Try again later",
)
