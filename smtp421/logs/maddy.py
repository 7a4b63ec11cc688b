"""maddy: ``queue: delivery attempt failed<TAB>{"msg_id":"I","rcpt":"A","remote_server":"H","smtp_code":450,...}``.

One line for each recipient and attempt, the fields as JSON. ``smtp_msg`` may begin with ``host said: ``; ``reason`` holds
the words of the error below it. A message that is given up is ``queue: not delivered, ...`` for the same id and recipient,
without the reply. Left out: the server's address, the stage, the age.

Sources: internal/target/queue/queue.go, framework/log/log.go, framework/exterrors of https://github.com/foxcpp/maddy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.fields import code_of, relay_of
from smtp421.logs.interface import Format
from smtp421.logs.jsonish import Event, objects
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.model import Attempt, EnhancedCode, Origin, Reply, Status
from smtp421.reply import collapse, parse_enhanced, read_words

NAME = "maddy"

_LINE = Lazy(
    r"(?:^|[\s:])[\w./-]*queue: (?P<what>delivery attempt failed|not delivered, [a-z ]+|delivered)\s+(?P<fields>\{.*\})\s*$",
    re.DOTALL,
)
_SAID = Lazy(r"^(?P<host>[\w.-]+?)\.? said: ")


def recognises(text: str) -> bool:
    """Whether a line is one of the queue's about a recipient."""
    return "queue: " in text and _LINE.search(text) is not None


class Reader:
    """Remembers the last failure of each message and recipient, for the line that tells of giving up."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._last: Recent[tuple[str, str], Attempt] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempt of a line; a permanent refusal was told by the line of the attempt."""
        found = _LINE.search(line.text)
        fields = next(objects(found["fields"]), None) if found else None
        if found is None or fields is None:
            return
        key = (str(fields.get("msg_id", "")), str(fields.get("rcpt", "")))
        if found["what"] == "delivery attempt failed":
            attempt = self._last[key] = _failure(line, fields)
            yield attempt
            return
        last = self._last.pop(key, None)
        if found["what"] == "delivered":
            reply = Reply(250, None, "")
            yield Attempt(
                reply, NAME, Origin.REMOTE, line.number, line.timestamp, key[0] or None, None, key[1] or None, status=Status.SENT
            )  # fmt: skip
        elif last is not None and last.status is Status.DEFERRED:
            yield last._replace(status=Status.EXPIRED, line=line.number, timestamp=line.timestamp)

    def close(self) -> Iterator[Attempt]:
        """Every failure was told when its line came."""
        return iter(())


def _failure(line: Line, fields: Event) -> Attempt:
    code = code_of(fields.get("smtp_code"))
    server = str(fields.get("remote_server") or "").rstrip(".").lower()
    words = collapse(str(fields.get("smtp_msg") or fields.get("reason") or fields.get("err") or ""))
    said = _SAID.match(words)
    if said:
        server = server or said["host"].lower()
        words = words[said.end() :]
    enhanced = _enhanced(fields.get("smtp_enchcode"))
    reply = read_words(words, enhanced)
    # Without a server that said it, code and words are maddy's own.
    remote = code is not None and bool(said or server)
    return Attempt(
        Reply(code, reply.enhanced_code, reply.text),
        NAME,
        Origin.REMOTE if remote else Origin.LOCAL,
        line.number,
        line.timestamp,
        str(fields.get("msg_id") or "") or None,
        None,
        str(fields.get("rcpt") or "") or None,
        relay_of(server),
        Status.BOUNCED if code is not None and code >= 500 else Status.DEFERRED,
    )


def _enhanced(value: object) -> EnhancedCode | None:
    """An enhanced code, given as text or as a list of three numbers."""
    if isinstance(value, list):
        value = ".".join(str(part) for part in value)
    return parse_enhanced(value) if isinstance(value, str) else None


FORMAT = Format(
    NAME,
    "maddy: log of the queue",
    recognises,
    Reader,
    '2026-11-20T22:30:01.123Z queue: delivery attempt failed\t{"msg_id":"4f1c2d3e","rcpt":"u@example.net","reason":"Try '
    'again later",'
    '"remote_server":"mx.example.net.","smtp_code":451,"smtp_enchcode":"4.7.1","smtp_msg":"mx.example.net. said: Try again '
    'later"}',
)
