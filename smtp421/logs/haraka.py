"""Haraka: ``[NOTICE] [UUID] [outbound] recipient <address> deferred: reply``, ``[INFO] [UUID] [outbound] Temp failing FILE ...``.

The first is an answer to RCPT, the second one to any other command.

``Temp failing FILE for N seconds: Upstream error: reply`` names no recipient: that comes from the ``[core] recipient`` lines
of the transaction that the UUID begins with, where the message came in by SMTP; the number behind it counts the domains in
their order, or the recipients with ``always_split``. The file's name holds the time of arrival. ``format=logfmt`` and
``format=json`` (log.ini) write the same fields by their names.
Lines of a reply are joined by blanks; at RCPT the enhanced codes of later lines are gone. Left out: the server, unless
connections are logged; the stage of an upstream error. The tab-separated files of the accounting plugin (``df``) are read
too.

Sources: logger.js, outbound/hmail.js, outbound/index.js, outbound/qfile.js, connection.js of https://github.com/haraka/Haraka;
https://github.com/acharkizakaria/haraka-plugin-accounting-files (default fields).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from smtp421.logs.fields import between
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line, read_stamp
from smtp421.logs.memory import Recent
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import parse_enhanced, read_reply, read_words

NAME = "haraka"

_LINE = Lazy(r"\[[A-Z]+\] \[(?P<uuid>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}(?:\.\d+)*|-)\] \[(?P<plugin>[\w./-]+)\] ")
_RECIPIENT = Lazy(r"recipient <(?P<recipient>[^>]*)> (?P<what>deferred|rejected): (?P<reply>.*)", re.DOTALL)
_LOGFMT = Lazy(
    r"\blevel=(?P<level>[A-Z]+) uuid=(?P<uuid>[\w.-]+) origin=(?P<plugin>\S+) "
    r"message=(?:\"(?P<quoted>(?:[^\"\\]|\\.)*+)(?:\"|\\?$)|(?P<plain>\S*))(?P<more>.*)",
    re.DOTALL,
)
_JSON = Lazy(r"\{\"level\":\"[A-Z]+\",\"uuid\":\"[\w.-]+\",\"origin\":\".*\}\s*$", re.DOTALL)
_CORE = Lazy(r"recipient <(?P<recipient>[^>]+)>(?! code=(?!OK|CONT))")
_TEMP = Lazy(r"Temp failing (?P<file>\S+) for (?P<seconds>[\d.]+) seconds: (?P<reason>.*)", re.DOTALL)
_BOUNCE = Lazy(r"bouncing mail: (?P<reason>.*)", re.DOTALL)
_TOO_MANY = Lazy(r"Too many failures \((?P<reason>.*)\)\s*$", re.DOTALL)
_LISTED = Lazy(r"Some recipients (?:temp )?failed: (?P<list>.*)", re.DOTALL)
_DELIVERED = Lazy(
    r"delivered file=(?P<file>\S+) .*?host=(?P<host>\S+) ip=(?P<address>\S+) port=(?P<port>\d{1,5}) "
    r".*?response=(?P<text>.*?) delay="
)
_CONNECTING = Lazy(r"Attempting to deliver to: (?P<host>\[?[^\s\]]+?\]?):(?P<port>\d{1,5})\b")
_LOST = Lazy(
    r"(?P<reason>Ongoing connection failed to \S+ : .*|Remote end \S+ closed connection .*|MX Lookup for \S+ failed: .*)",
    re.DOTALL,
)
_SERVER = Lazy(r"(?<=\s)(?P<address>(?:\d{1,3}\.){3}\d{1,3}|\[?[0-9a-f:]{3,}\]?):(?P<port>\d{1,5}) ")
_ACCOUNTING = Lazy(
    r"(?P<type>df|b)\t(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t(?P<queued>[^\t]*)\t(?P<recipient>[^\t]*@[^\t]*)\t"
)
_UPSTREAM = "Upstream error: "


def recognises(text: str) -> bool:
    """Whether a line is one of Haraka's with its level, transaction and plugin, or a record of the accounting plugin."""
    if text.startswith(("df\t", "b\t")):
        return _ACCOUNTING.match(text) is not None
    return _found(text) is not None


def _found(text: str) -> tuple[str, str, str] | None:
    """The UUID, the plugin and the words of a line in any of the three formats; None where it is not Haraka's."""
    if "] [" in text and (found := _LINE.search(text)):
        return found["uuid"], found["plugin"], text[found.end() :].strip()
    if "origin=" in text and (found := _LOGFMT.search(text)):
        words = re.sub(r"\\(.)", _unescaped, found["quoted"]) if found["plain"] is None else found["plain"]
        return found["uuid"], found["plugin"], f"{words}{found['more']}".strip()
    if '"origin"' in text and (held := _JSON.search(text)):
        try:
            fields = json.loads(held[0])
        except (ValueError, RecursionError):
            return None
        uuid, plugin, words = (str(fields.pop(name, "")) for name in ("uuid", "origin", "message"))
        fields.pop("level", None)
        more = (f'{name}="{value}"' if name == "response" else f"{name}={value}" for name, value in fields.items())
        return uuid, plugin, " ".join((words, *more)).strip()
    return None


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] == "n" else found[1]


class Reader:
    """Remembers the recipients of each transaction, and for each delivery the server, a lost connection and who was named."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._recipients: Recent[str, list[str]] = Recent()
        self._named: Recent[str, dict[str, Attempt]] = Recent()
        self._done: Recent[str, set[str]] = Recent()
        self._each_alone = False
        self._since: Recent[str, Line] = Recent()
        self._relays: Recent[str, Relay] = Recent()
        self._lost: Recent[str, str] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempts that a line of the outbound part tells of."""
        found = _found(line.text)
        if found is None:
            yield from _accounting(line)
            return
        uuid, plugin, rest = found
        if plugin == "core" and (core := _CORE.match(rest)):
            known = self._recipients.setdefault(uuid, [])
            self._since.setdefault(uuid, line)
            if core["recipient"] not in known and len(known) < 500:
                known.append(core["recipient"])
        if plugin != "outbound" or uuid == "-":
            return
        if one := _RECIPIENT.match(rest):
            if one["what"] == "rejected":
                self._done.setdefault(uuid, set()).add(one["recipient"])
            status = Status.DEFERRED if one["what"] == "deferred" else Status.BOUNCED
            reply = read_reply(one["reply"], Stage.RCPT) or read_words(one["reply"], None, Stage.RCPT)
            attempt = self._attempt(line, uuid, one["recipient"], status, reply, Origin.REMOTE)
            self._named.setdefault(uuid, {})[one["recipient"]] = attempt
            yield attempt
        elif temp := _TEMP.match(rest):
            yield from self._failed(line, uuid, temp["reason"], Status.DEFERRED, temp["file"])
        elif bounce := _BOUNCE.match(rest):
            if given_up := _TOO_MANY.match(bounce["reason"]):
                yield from self._last(line, uuid, given_up["reason"])
            else:
                yield from self._failed(line, uuid, bounce["reason"], Status.BOUNCED, None)
        elif sent := _DELIVERED.match(rest):
            relay = Relay(sent["host"].lower(), sent["address"], int(sent["port"]))
            named = self._named.get(uuid) or {}
            for recipient in [name for name in self._of(uuid) if name not in named]:
                if recipient:
                    self._done.setdefault(uuid, set()).add(recipient)
                reply = Reply(250, None, sent["text"].strip('"'), Stage.END_OF_DATA)
                yield self._attempt(line, uuid, recipient, Status.SENT, reply, Origin.REMOTE, relay, _age(line, sent["file"]))
        elif to := _CONNECTING.match(rest):
            host = to["host"].strip("[]").lower()
            address = host if re.fullmatch(r"[\d.]+|[\da-f:]*:[\da-f:]*", host) else None
            self._relays[uuid] = Relay(None if address else host, address, int(to["port"]))
        elif lost := _LOST.match(rest):
            self._lost[uuid] = lost["reason"]

    def close(self) -> Iterator[Attempt]:
        """Every line of Haraka's stands for itself at the end."""
        return iter(())

    def _last(self, line: Line, uuid: str, reason: str) -> Iterator[Attempt]:
        """The attempt that was one too many, where its recipients were not told yet, and that they wait no more."""
        last = dict(self._named.get(uuid) or {})
        untold = list(self._failed(line, uuid, reason, Status.DEFERRED, None))
        yield from untold
        waiting = [attempt for attempt in last.values() if attempt.status is Status.DEFERRED]
        for attempt in (*(waiting if _LISTED.match(reason) else ()), *untold):
            yield attempt._replace(status=Status.EXPIRED, line=line.number, timestamp=line.timestamp)

    def _failed(self, line: Line, uuid: str, reason: str, status: Status, file: str | None) -> Iterator[Attempt]:
        """What befell the whole message: a reply, or Haraka's own reason."""
        if listed := _LISTED.match(reason):
            named = self._named.get(uuid) or {}
            recipients = [name for name in re.findall(r"<([^<>\s]+)>", listed["list"]) if name not in named]
        else:
            recipients = self._of(uuid)
        self._named.pop(uuid, None)
        reply = read_reply(reason.removeprefix(_UPSTREAM))
        lost = self._lost.pop(uuid, None)
        relay = None
        if reply is None and lost and reason.startswith("Tried all MXs"):
            reason = lost
            if server := _SERVER.search(lost):
                relay = Relay(None, server["address"].strip("[]"), int(server["port"]))
        final, origin = (reply, Origin.REMOTE) if reply else (read_words(reason), Origin.LOCAL)
        for recipient in recipients:
            yield self._attempt(line, uuid, recipient, status, final, origin, relay, _age(line, file))

    def _attempt(
        self,
        line: Line,
        uuid: str,
        recipient: str | None,
        status: Status,
        reply: Reply,
        origin: Origin,
        relay: Relay | None = None,
        delay: float | None = None,
    ) -> Attempt:
        relay = relay or self._relays.get(uuid)
        if delay is None and (first := self._since.get(uuid.rpartition(".")[0])):
            delay = between(first.timestamp, line.timestamp)
        return Attempt(reply, NAME, origin, line.number, line.timestamp, uuid, None, recipient, relay, status, delay)

    def _of(self, uuid: str) -> list[str] | list[None]:
        """The recipients of a delivery that still wait: its number in the transaction tells the domain, or the one recipient."""
        of, _, last = uuid.rpartition(".")
        names = self._recipients.get(of) or self._recipients.get(uuid) or []
        domains = list(dict.fromkeys(name.rpartition("@")[2].lower() for name in names))
        number = int(last) if of in self._recipients and last.isdigit() else 1
        self._each_alone = self._each_alone or len(domains) < number <= len(names)
        if number > (len(names) if self._each_alone else len(domains)):
            return [None]
        done = self._done.get(uuid) or set()
        if self._each_alone:
            return names[number - 1 : number]
        return [name for name in names if name.rpartition("@")[2].lower() == domains[number - 1] and name not in done]


def _age(line: Line, file: str | None) -> float | None:
    """Seconds since the message came in: the queue file's name begins with that time in milliseconds."""
    stamp = line.timestamp
    first = re.match(r"(\d{13})_", file or "")
    return between(datetime.fromtimestamp(int(first[1]) / 1000, UTC), stamp) if first else None


def _accounting(line: Line) -> Iterator[Attempt]:
    """A record of a deferral or a bounce with the accounting plugin's default fields, in their order."""
    found = _ACCOUNTING.match(line.text)
    fields = line.text.split("\t")
    if found is None or len(fields) < 10:
        return
    logged = parse_enhanced(fields[8])
    reply = read_reply(fields[9], None, logged)
    stamp, queued = read_stamp(found["time"], line.now), read_stamp(found["queued"], line.now)
    yield Attempt(
        reply or read_words(fields[9], logged),
        NAME,
        Origin.REMOTE if reply else Origin.LOCAL,
        line.number,
        stamp,
        fields[7] or None,
        None,
        found["recipient"].strip("<>"),
        None,
        Status.DEFERRED if found["type"] == "df" else Status.BOUNCED,
        between(queued, stamp),
        source_address=fields[5] or None,
    )


FORMAT = Format(
    NAME,
    "Haraka: log of outbound mail",
    recognises,
    Reader,
    "2026-11-20T22:44:20.577Z [NOTICE] [CBC7DC06-B25A-4710-9BC2-08D15F37ED87.1.1] [outbound] recipient <u@example.net> deferred: "
    "451 4.7.1 Try again later",
)
