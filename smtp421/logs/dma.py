"""dma (DragonFly Mail Agent): ``dma[ID]: remote delivery deferred: host [address] failed after RCPT TO: reply``.

Line ends of the reply are CR LF, which rsyslog writes as ``#015#012``.

The recipient stands in other lines of the same ID: ``mail to=<address> queued as ID``, ``<address> trying delivery``. A
host that cannot be reached is ``connect to host [address] failed: reason``; a message that is given up, ``delivery failed,
bouncing as``. Old versions write the ID behind the process: ``dma[pid]: ID: remote delivery deferred: ...``. Left out: that
a message expired, which shows only in a bounce that no refusal went before.

Sources: net.c, dma.c, mail.c of https://github.com/corecode/dma.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from smtp421.logs.fields import between
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.logs.stages import stage_of_command
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "dma"

_LINE = Lazy(r"\bdma(?:\[(?P<tag>[0-9a-f]+(?:\.[0-9a-f]+)?)\])?: (?:(?P<old>[0-9a-f]+\.[0-9a-f]+): )?(?P<rest>.*)", re.DOTALL)
_FAILED = Lazy(
    r"remote delivery (?:(?P<deferred>deferred: )|to )(?P<host>\S+) \[(?P<address>[^\]]*)\] failed after (?P<step>[A-Za-z "
    r"]+?): (?P<reply>.*)",
    re.DOTALL,
)
_CONNECT = Lazy(r"connect to (?P<host>\S+) \[(?P<address>[^\]]*)\] failed: .*", re.DOTALL)
_GREETING = Lazy(r"Could not perform server greeting at (?P<host>\S+) \[(?P<address>[^\]]*)\]: (?P<reply>.*)", re.DOTALL)
_OWN = Lazy(r"(?:remote delivery deferred: |remote delivery to \S+ failed: |local delivery deferred: )(?P<reason>.*)", re.DOTALL)
_QUEUED = Lazy(r"mail to=<(?P<recipient>[^>]*)> queued as (?P<id>[0-9a-f.]+)")
_TRYING = Lazy(r"<(?P<recipient>[^>]*)> (?P<what>trying delivery|delivery successful)")
_NEW = Lazy(r"new mail from .*envelope_from=<(?P<sender>[^>]*)>")
_GIVEN_UP = "delivery failed, bouncing as "


def recognises(text: str) -> bool:
    """Whether a line is dma's and tells of a message."""
    if "dma" not in text:
        return False
    found = _LINE.search(text)
    return found is not None and _told(found["rest"]) is not None


def _told(rest: str) -> re.Match[str] | None:
    """What a line says, where this reader uses it."""
    for known in (_FAILED, _CONNECT, _QUEUED, _TRYING, _NEW, _OWN, _GREETING):
        if found := known.match(rest):
            return found
    return re.match(re.escape(_GIVEN_UP), rest)


class Reader:
    """Remembers for each queue id the recipient, the sender, when it came and what the last attempt met with."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._recipients: Recent[str, str] = Recent()
        self._senders: Recent[str, str] = Recent()
        self._since: Recent[str, datetime | None] = Recent()
        self._last: Recent[str, Attempt] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempt that a line tells of; remember what the other lines tell."""
        found = _LINE.search(line.text)
        if found is None:
            return
        queue_id, rest = found["old"] or found["tag"] or "", found["rest"]
        if new := _NEW.match(rest):
            self._senders[queue_id] = new["sender"]
        elif queued := _QUEUED.match(rest):
            self._recipients[queued["id"]] = queued["recipient"]
            self._since[queued["id"]] = line.timestamp
        elif trying := _TRYING.match(rest):
            self._recipients[queue_id] = trying["recipient"]
            if trying["what"] == "delivery successful":
                self._last.pop(queue_id, None)
                yield self._attempt(line, queue_id, Reply(250, None, ""), Origin.REMOTE, None, Status.SENT)
        elif rest.startswith(_GIVEN_UP):
            last = self._last.pop(queue_id, None)
            if last is not None and last.status is Status.DEFERRED:
                yield last._replace(status=Status.EXPIRED, line=line.number, timestamp=line.timestamp)
        elif attempt := self._failed(line, queue_id, rest):
            self._last[queue_id] = attempt
            yield attempt

    def close(self) -> Iterator[Attempt]:
        """Every failure was told when its line came."""
        return iter(())

    def _failed(self, line: Line, queue_id: str, rest: str) -> Attempt | None:
        if failed := _FAILED.match(rest):
            stage = Stage.END_OF_DATA if failed["step"] == "final DATA" else stage_of_command(failed["step"])
            reply = read_reply(failed["reply"], stage)
            relay = Relay(failed["host"].lower().rstrip("."), failed["address"])
            status = Status.DEFERRED if failed["deferred"] else Status.BOUNCED
            final = reply or read_words(failed["reply"], None, stage)
            return self._attempt(line, queue_id, final, Origin.REMOTE if reply else Origin.LOCAL, relay, status)
        if connect := _CONNECT.match(rest):
            relay = Relay(connect["host"].lower().rstrip("."), connect["address"])
            return self._attempt(line, queue_id, read_words(connect[0]), Origin.LOCAL, relay, Status.DEFERRED)
        if greeting := _GREETING.match(rest):  # dma gives up at once, whatever the reply is
            reply = read_reply(greeting["reply"], Stage.EHLO)
            relay = Relay(greeting["host"].lower().rstrip("."), greeting["address"])
            final = reply or read_words(greeting["reply"], None, Stage.EHLO)
            return self._attempt(line, queue_id, final, Origin.REMOTE if reply else Origin.LOCAL, relay, Status.BOUNCED)
        if own := _OWN.match(rest):
            status = Status.DEFERRED if "deferred" in own[0][:24] else Status.BOUNCED
            return self._attempt(line, queue_id, read_words(own["reason"]), Origin.LOCAL, None, status)
        return None

    def _attempt(self, line: Line, queue_id: str, reply: Reply, origin: Origin, relay: Relay | None, status: Status) -> Attempt:
        stamp, since = line.timestamp, self._since.get(queue_id)
        return Attempt(
            reply,
            NAME,
            origin,
            line.number,
            stamp,
            queue_id or None,
            self._senders.get(queue_id.partition(".")[0]),
            self._recipients.get(queue_id),
            relay,
            status,
            between(since, stamp),
        )


FORMAT = Format(
    NAME,
    "dma (DragonFly Mail Agent): mail log",
    recognises,
    Reader,
    "Nov 20 22:48:44 mail dma[310433]: mail to=<u@example.net> queued as 310433.561ebfc4cf40\n"
    "Nov 20 22:48:44 mail dma[310433.561ebfc4cf40]: remote delivery deferred: mx.example.net [192.0.2.1] failed after RCPT TO: "
    "451-4.7.1 Try again#015#012451 4.7.1 later",
)
