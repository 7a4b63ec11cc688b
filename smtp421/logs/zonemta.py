"""ZoneMTA: ``id=SESSION ID.SEQ DEFERRED[category] from=A to=B src=address mx=host[address] message-id=<...> (reply)``.

The reply is the last thing on the line, in parentheses, its lines joined by one blank. Left out: the time, where the log's
reader does not add it; the stage; the age. ``src`` is our own sending address. In the records that go to a remote log, the
reply is cut after 312 characters.

Source: lib/sender.js of https://github.com/zone-eu/zone-mta.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.fields import given_up, relay_of
from smtp421.logs.interface import of_lines
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Status
from smtp421.reply import read_reply, read_words

NAME = "zonemta"

_LINE = Lazy(
    r"\bid=(?P<session>\S+) (?P<id>[0-9a-f]+\.\w+) (?P<what>DEFERRED|REJECTED|ACCEPTED)(?:\[(?P<category>[^\]]*)\])? "
    r"from=(?P<sender>\S*) to=(?P<recipient>\S*) src=(?P<source>\S*) mx=(?P<host>[^\s\[]*)(?:\[(?P<address>[^\]]*)\])?.*? "
    r"\((?P<reply>.*)",
    re.DOTALL,
)
_STATUSES = {"DEFERRED": Status.DEFERRED, "REJECTED": Status.BOUNCED, "ACCEPTED": Status.SENT}


def recognises(text: str) -> bool:
    """Whether a line is the outcome of a delivery."""
    return " mx=" in text and _LINE.search(text) is not None


def read(line: Line) -> Iterator[Attempt]:
    """Yield the attempt of a line."""
    found = _LINE.search(line.text)
    if found is None:
        return
    words = found["reply"].strip().removesuffix(")")
    reply = read_reply(words)
    final = reply or read_words(words)
    yield Attempt(
        final,
        NAME,
        Origin.REMOTE if reply else Origin.LOCAL,
        line.number,
        line.timestamp,
        found["id"],
        found["sender"] or None,
        found["recipient"] or None,
        relay_of(found["host"], found["address"]),
        given_up(_STATUSES[found["what"]], final),
        source_address=found["source"] or None,
    )


FORMAT = of_lines(
    NAME,
    "ZoneMTA: sender log",
    recognises,
    read,
    "info Sender/default/4242 id=19a3f2c6d1b00 19a3f2c6d1b000c7f9.001 DEFERRED[greylist] from=news@example.com to=u@example.net "
    "src=192.0.2.2 mx=mx.example.net[192.0.2.1] message-id=<1@example.com> (451 4.7.1 Try again later)",
)
