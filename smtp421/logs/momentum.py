"""Momentum (Message Systems, SparkPost): mainlog and bouncelog, fields parted by ``@``, the fifth is the type of the record.

``T`` is a deferral: epoch, message id, batch, connection, T, domain, bytes, binding group, binding, stage, retries, age,
address, text. Its recipient is only a domain; the address comes from the reception (``R``) of the same message id. ``P`` is
a refusal, ``D`` a delivery, ``B`` a bounce with the whole address. The text is last and may hold ``@``. A text that begins
with ``[internal]`` is Momentum's own. Left out: the server's name; the stage is a number without a published meaning.

Source: https://support.sparkpost.com/momentum/4/log-formats-mainlog and log-formats-bouncelog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import read_reply, read_words

NAME = "momentum"

_LINE = Lazy(r"^\s*(?P<epoch>\d{10})@(?P<id>[^@\s]+)@[^@\s]*@[^@\s]*@(?P<type>[RDTPB])@(?P<rest>.*)", re.DOTALL)
_INTERNAL = ("[internal]", "no adequate servers")
"""Marks of Momentum's own words; the second had none in old versions."""
_NUMBER = Lazy(r"\d{1,9}(?:\.\d{1,9})?")


def recognises(text: str) -> bool:
    """Whether a line is a record of the mainlog or the bouncelog."""
    return text.count("@") >= 6 and _LINE.match(text) is not None


class Reader:
    """Remembers for each message id its recipients and its sender."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._received: Recent[str, tuple[str, str]] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempt of a record; remember a reception."""
        found = _LINE.match(line.text)
        if found is None:
            return
        kind, rest = found["type"], found["rest"]
        fields = rest.split("@")
        if kind == "R" and len(fields) >= 4:
            self._received[found["id"]] = (f"{fields[0]}@{fields[1]}", "@".join(fields[2:4]).strip("@"))
        elif kind in "TP" and len(fields) >= 9:
            yield self._attempt(line, found, fields[0], fields[7], "@".join(fields[8:]), fields[6])
        elif kind == "D" and len(fields) >= 7:
            yield self._attempt(line, found, fields[0], fields[6], "", fields[5])
        elif kind == "B" and len(fields) >= 11:
            self._received[found["id"]] = (f"{fields[0]}@{fields[1]}", "@".join(fields[2:4]).strip("@"))
            yield self._attempt(line, found, fields[1], fields[9], "@".join(fields[10:]), "")

    def close(self) -> Iterator[Attempt]:
        """Every record stands for itself."""
        return iter(())

    def _attempt(self, line: Line, found: re.Match[str], domain: str, address: str, text: str, age: str) -> Attempt:
        recipient, sender = self._received.get(found["id"], (None, None))
        if recipient is not None and recipient.rpartition("@")[2].lower() != domain.lower():
            recipient = None
        reply = read_reply(text)
        own = any(mark in text[:40] for mark in _INTERNAL)
        status = {"T": Status.DEFERRED, "D": Status.SENT}.get(found["type"], Status.BOUNCED)
        if own and "exceeded max time" in text:
            status = Status.EXPIRED
        if reply is None:
            reply = Reply(250, None, "") if status is Status.SENT else read_words(text)
        return Attempt(
            reply,
            NAME,
            Origin.LOCAL if own or reply.code is None else Origin.REMOTE,
            line.number,
            datetime.fromtimestamp(int(found["epoch"]), UTC),
            found["id"],
            sender,
            recipient,
            Relay(None, address) if address else None,
            status,
            float(age) if _NUMBER.fullmatch(age) else None,
        )


FORMAT = Format(
    NAME,
    "Momentum: mainlog, bouncelog",
    recognises,
    Reader,
    "1064869320@00/00-25593-CBD987F3@00/00-03736-F4101B54@00/00-04532-A3456B54@R@u@example.net@news@example.com@192.0.2.7@"
    "201@esmtp@a@b\n"
    "1064869327@00/00-25593-CBD987F3@00/00-03736-F4101B54@00/00-04532-A3456B54@T@example.net@0@group-a@binding-a@15@0@18.53@"
    "192.0.2.1"
    "@451 4.7.1 Try again later",
)
