"""Stalwart: ``TIME LEVEL text (delivery.rcpt-to-rejected) queueId = N, to = "A", hostname = "H", code = 450, details = "..."``.

The event in parentheses tells the stage; ``details`` holds the reply without its code, ``reason`` what a connection met
with. In ``multiline`` mode each field stands on a line of its own, indented, below the event. ``delivery.dsn-temp-fail``
repeats an attempt's outcome for the notification and is none. Left out: the server's address.

Sources: crates/trc/src/serializers/text.rs, crates/smtp/src/outbound/session.rs of
https://github.com/stalwartlabs/stalwart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import follows
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "stalwart"

_EVENT = Lazy(r"\b(?:TRACE|DEBUG|INFO|WARN|ERROR)\b.*? \(delivery\.(?P<event>[a-z-]+)\)(?P<rest>.*)", re.DOTALL)
_FIELD = Lazy(
    r"(?<![\w-])(?P<key>[A-Za-z][\w-]*) = (?:\"(?P<text>(?:[^\"\\]|\\.)*)\"|(?P<list>\[[^\]]*\])"
    r"|(?P<bare>[^,\s\]]+))(?=,|\s|$|\])",
    re.DOTALL,
)
_ANSI = Lazy(r"\x1b\[[0-9;]*m")
_INDENTED = Lazy(r"^[\t ]+(?:\x1b\[[0-9;]*m)?[A-Za-z][\w-]*(?:\x1b\[[0-9;]*m)? = ")
_STAGES = {
    "greeting-failed": Stage.CONNECT,
    "connect-error": None,
    "ehlo-rejected": Stage.EHLO,
    "lhlo-rejected": Stage.EHLO,
    "start-tls-error": Stage.STARTTLS,
    "start-tls-unavailable": Stage.STARTTLS,
    "auth-failed": Stage.AUTH,
    "mail-from-rejected": Stage.MAIL,
    "rcpt-to-rejected": Stage.RCPT,
    "rcpt-to-failed": Stage.RCPT,
    "message-rejected": Stage.END_OF_DATA,
    "mx-lookup-failed": None,
    "ip-lookup-failed": None,
    "null-mx": None,
    "implicit-tls-error": None,
    "mta-sts-fetch-error": None,
    "tlsa-dnssec-invalid": None,
    "dane-no-match": Stage.STARTTLS,
    "dane-authentication-failure": Stage.STARTTLS,
    "rate-limit-exceeded": None,
    "concurrency-limit-exceeded": None,
    "missing-outbound-hostname": None,
}
"""Events that end an attempt, and the command that was answered."""
_FIELDS = 40


def recognises(text: str) -> bool:
    """Whether a line is an event of the delivery."""
    return "delivery." in text and _EVENT.search(_ANSI.sub("", text)) is not None


class Reader:
    """Keeps an event open while indented fields follow."""

    def __init__(self) -> None:
        self._open: list[Line] = []

    def claims(self, text: str) -> bool:
        """Whether a line is an event, or a field of the one that is open."""
        return recognises(text) or (0 < len(self._open) < _FIELDS and _INDENTED.match(text) is not None)

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the event that a line ends."""
        if recognises(line.text):
            yield from self.close()
            self._open = [line]
            if " = " in line.text:
                yield from self.close()
        elif self._open and follows(self._open[-1], line):
            self._open.append(line)

    def close(self) -> Iterator[Attempt]:
        """Yield the attempts of the event that is open, one for each recipient."""
        lines, self._open = self._open, []
        if not lines:
            return
        found = _EVENT.search(_ANSI.sub("", "\n".join(line.text for line in lines)))
        if found is None:
            return
        event = found["event"]
        fields = {field["key"]: _value(field) for field in _FIELD.finditer(found["rest"])}
        if event not in _STAGES and event != "delivered":
            return
        reply, origin, status = _outcome(event, fields)
        host = fields.get("hostname", "").rstrip(".").lower()
        for recipient in re.findall(r"[^\s\[\]\",<>]+@[^\s\[\]\",<>]+", fields.get("to", "")) or [None]:
            yield Attempt(
                reply,
                NAME,
                origin,
                lines[-1].number,
                lines[0].timestamp,
                fields.get("queueId"),
                fields.get("from") or None,
                recipient,
                Relay(host) if host else None,
                status,
            )


def _outcome(event: str, fields: dict[str, str]) -> tuple[Reply, Origin, Status]:
    """The reply of an event, who said it and what became of the attempt."""
    stage = _STAGES.get(event)
    code = fields.get("code", "")
    words = fields.get("details") or fields.get("reason") or fields.get("causedBy") or event.replace("-", " ")
    if event == "delivered":
        return Reply(250, None, words if fields.get("details") else ""), Origin.REMOTE, Status.SENT
    reply = (
        read_reply(words if words.startswith(code) else f"{code} {words}", stage) if re.fullmatch(r"[245]\d\d", code) else None
    )
    if reply is None:
        return read_words(words, None, stage), Origin.LOCAL, Status.BOUNCED if event == "null-mx" else Status.DEFERRED
    return reply, Origin.REMOTE, Status.BOUNCED if reply.code is not None and reply.code >= 500 else Status.DEFERRED


def _value(field: re.Match[str]) -> str:
    if field["text"] is None:
        return field["list"] or field["bare"]
    return re.sub(r"\\(.)", lambda escape: {"n": "\n", "r": "", "t": " "}.get(escape[1], escape[1]), field["text"])


FORMAT = Format(
    NAME,
    "Stalwart: text log of the delivery",
    recognises,
    Reader,
    "2026-11-20T22:30:01Z INFO SMTP RCPT TO rejected by remote host (delivery.rcpt-to-rejected) queueId = 304921234567890, "
    'from = "news@example.com", to = "u@example.net", hostname = "mx.example.net", code = 451, details = "4.7.1 Try again later"',
)
