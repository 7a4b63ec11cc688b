"""OpenSMTPD: ``SESSION mta delivery evpid=ID from=<> to=<> rcpt=<-> source= relay="address (host)" delay= result= stat="reply"``.

A reply before MAIL FROM is not there: it stands in ``SESSION mta error reason=BANNER rejected: 421 ...``, and some seconds
later the delivery only says ``stat="Network error on destination MXs"`` with ``relay="domain"``. The two are joined over the
session's host: one that took mail for that domain before, or is named like it, else the only host that failed in that time.
Where no host failed since the last such delivery of an envelope, none was tried: its routes were disabled, and what failed
before is repeated. An envelope that expires is reported with the last reply it got. Lines of a reply are glued: the codes of
later lines are gone, and so are the line ends (``Please try againin 180 seconds.``). Left out: the stage of a reply, and
which servers a domain has. Versions 6.0 to 6.3 spell ``mta event=delivery``, older ones ``relay: TempFail for ID:
session=...``.

Sources: mta.c, mta_session.c, log.c and smtp_session.c of https://github.com/OpenSMTPD/OpenSMTPD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from smtp421.logs.fields import stage_of
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.logs.memory import Recent
from smtp421.logs.stages import stage_of_command
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import REPLY_CODE, read_reply, read_words

NAME = "opensmtpd"

_EVENT = Lazy(r"\b(?P<session>[0-9a-f]{16}) (?P<who>mta|mda|smtp) (?:event=)?(?P<event>[a-z][a-z-]+)\b ?(?P<rest>.*)", re.DOTALL)
_DELIVERY = Lazy(
    r"evpid=(?P<evpid>[0-9a-f]{16}) from=<(?P<sender>[^>]*)> to=<(?P<recipient>[^>]*)> .*?"
    r"(?:relay=\"(?P<relay>[^\"]*)\" )?delay=(?P<delay>\w+) result=\"?(?P<result>\w+)\"? stat=\"?(?P<stat>.*?)\"?$",
    re.DOTALL,
)
_OLD = Lazy(
    r"(?:^|[\s|])(?P<where>relay|delivery): (?P<result>Ok|TempFail|PermFail|Loop|Expire) for (?P<evpid>[0-9a-f]{16}): "
    r"(?:session=(?P<session>[0-9a-f]{16}), )?from=<(?P<sender>[^>]*)>, to=<(?P<recipient>[^>]*)>, "
    r"(?:.*?\brelay=(?P<relay>[^,]*), )?.*?delay=(?P<delay>\w+), stat=(?P<stat>.*)",
    re.DOTALL,
)
_CONNECTING = Lazy(r"address=(?:[a-z+]+)://(?P<address>[\d.]+|\[?[0-9a-fA-F:]+?\]?):(?P<port>\d{1,5}) host=(?P<host>\S+)")
_SMTP_OUT = Lazy(
    r"smtp-out: (?:Connecting to \S+?://(?P<address>[\d.]+|\[?[0-9a-fA-F:]+?\]?):(?P<port>\d{1,5}) \((?P<host>\S+)\) on session "
    r"(?P<session>[0-9a-f]{16})|Error on session (?P<failed>[0-9a-f]{16}): (?P<reason>.*))"
)
_REJECTED = Lazy(r"(?P<what>[A-Z]+) rejected: (?P<reply>.*)", re.DOTALL)
_FAILED_COMMAND = Lazy(r"command=\"(?P<command>.*?)\" result=\"(?P<reply>[45]\d\d.*?)\"?$", re.DOTALL)
_RELAY = Lazy(r"(?P<address>\[?[0-9a-fA-F.:]+\]?) \((?P<host>[^)]+)\)")
_GLUED = Lazy(rf"{REPLY_CODE}-(?P<enhanced>[245]\.\d{{1,3}}\.\d{{2,3}})")
_DELAY = Lazy(r"(\d{1,9})([dhms])")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_RESULTS = {
    "Ok": Status.SENT,
    "TempFail": Status.DEFERRED,
    "PermFail": Status.BOUNCED,
    "Loop": Status.BOUNCED,
    "Expire": Status.EXPIRED,
}
_NO_HOST = "Network error on destination MXs"
_WINDOW = timedelta(minutes=10)
"""How long before such a delivery its cause is looked for: some connections may have run into their time limits first."""


class _Failure(NamedTuple):
    reply: Reply
    origin: Origin
    relay: Relay
    stamp: datetime | None


def recognises(text: str) -> bool:
    """Whether a line is OpenSMTPD's: a session and what happened in it, an expiry, or a delivery of an old version."""
    if " mta " in text or " smtp " in text or " mda " in text:
        return _EVENT.search(text) is not None
    return (
        ("smtpd[" in text or "Expire for " in text or "Fail for " in text)
        and (" for " in text or "smtp-out: " in text)
        and (_OLD.search(text) or _SMTP_OUT.search(text)) is not None
    )


class Reader:
    """Remembers the sessions that have taken no mail yet, what failed at which host, and the last answer for each envelope."""

    claims = staticmethod(recognises)

    def __init__(self) -> None:
        self._sessions: Recent[str, Relay] = Recent()
        self._clients: Recent[str, str] = Recent()
        self._failures: Recent[str, _Failure] = Recent(500)
        self._hosts: Recent[str, str] = Recent()
        self._answers: Recent[str, _Failure] = Recent()
        self._blamed: Recent[str, _Failure] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempt of a delivery, and what failed before MAIL FROM as an attempt without a recipient."""
        text = line.text
        if event := _EVENT.search(text):
            session, rest = event["session"], event["rest"]
            if event["event"] == "delivery" and (found := _DELIVERY.search(rest)):
                self._sessions.pop(session, None)
                yield self._delivery(line, found, event["who"] == "mda")
            elif event["who"] == "smtp":
                yield from self._inbound(line, session, rest)
            elif event["event"] == "error":
                yield from self._failed(line, session, rest.removeprefix("reason="))
            elif event["event"] == "connecting" and (to := _CONNECTING.search(rest)):
                self._sessions[session] = _server(to)
        elif old := _OLD.search(text):
            if old["session"]:
                self._sessions.pop(old["session"], None)
            yield self._delivery(line, old, old["where"] == "delivery")
        elif out := _SMTP_OUT.search(text):
            if out["session"]:
                self._sessions[out["session"]] = _server(out)
            else:
                yield from self._failed(line, out["failed"], out["reason"])

    def close(self) -> Iterator[Attempt]:
        """Nothing waits for the end: what could not be joined was reported as it stood."""
        return iter(())

    def _delivery(self, line: Line, found: re.Match[str], local: bool) -> Attempt:
        status = _RESULTS.get(found["result"])
        evpid, recipient, stat = found["evpid"], found["recipient"], found["stat"].strip().removesuffix('"')
        domain = recipient.rpartition("@")[2].lower()
        server = _RELAY.match(found["relay"] or "")
        relay = _answering(server["host"], server["address"]) if server else None
        reply = None if local else read_reply(_unglued(stat))
        origin = Origin.REMOTE if reply is not None and not (relay and relay.host == "localhost") else Origin.LOCAL
        final = reply or read_words(stat)
        if relay is not None and relay.host:
            self._hosts[domain] = relay.host
        if stat.startswith(_NO_HOST) and (cause := self._cause(domain, found["relay"], line.timestamp)):
            final, origin, relay = cause.reply, cause.origin, cause.relay
            if status is Status.DEFERRED and self._blamed.get(evpid) is cause:
                status = Status.SUSPENDED
            self._blamed[evpid] = cause
        if status is Status.EXPIRED and (last := self._answers.get(evpid)):
            final, origin, relay = last.reply, last.origin, last.relay
        if status in (Status.DEFERRED, Status.SUSPENDED):
            self._answers[evpid] = _Failure(final, origin, relay or Relay(None), line.timestamp)
        else:
            self._answers.pop(evpid, None)
        return Attempt(
            final, NAME, origin, line.number, line.timestamp, evpid, found["sender"] or None, recipient or None,
            relay if relay and (relay.host or relay.address) else None, status, _seconds(found["delay"]),
        )  # fmt: skip

    def _failed(self, line: Line, session: str, reason: str) -> Iterator[Attempt]:
        """A session that broke before it took any mail: the later ones say nothing that their deliveries do not say."""
        relay = self._sessions.pop(session, None)
        rejected = _REJECTED.match(reason)
        if relay is None and not rejected:
            return
        reply = None
        if rejected:
            stage = Stage.CONNECT if rejected["what"] == "BANNER" else stage_of_command(rejected["what"])
            reply = read_reply(_unglued(rejected["reply"]), stage)
        origin = Origin.LOCAL if reply is None else Origin.REMOTE
        final = reply or read_words(reason)
        if relay is not None and relay.host:
            self._failures[relay.host] = _Failure(final, origin, relay, line.timestamp)
        yield Attempt(final, NAME, origin, line.number, line.timestamp, relay=relay)

    def _cause(self, domain: str, relay: str | None, now: datetime | None) -> _Failure | None:
        """What failed at the domain's server, or at the smart host named by ``relay``; None where several could be meant."""
        recent = {
            host: failure
            for host, failure in self._failures.items()
            if now is None or failure.stamp is None or timedelta(0) <= now - failure.stamp <= _WINDOW
        }
        for known in ((relay or "").lower(), self._hosts.get(domain)):
            if known in recent:
                return recent[known]
        named = [host for host in recent if _named_like(host, domain)]
        if named:
            return recent[named[-1]]
        return next(iter(recent.values())) if len(recent) == 1 else None

    def _inbound(self, line: Line, session: str, rest: str) -> Iterator[Attempt]:
        """A command of a client that our own server turned away."""
        if client := re.match(r"address=(?P<address>[0-9a-fA-F.:]+)", rest):
            self._clients[session] = client["address"]
        if not (failed := _FAILED_COMMAND.search(rest)):
            return
        command = failed["command"]
        reply = read_reply(failed["reply"], stage_of(command))
        address = re.search(r"TO:\s*<(?P<address>[^>]*)>", command, re.IGNORECASE)
        if reply is not None and reply.code is not None:
            status = Status.DEFERRED if reply.code < 500 else Status.BOUNCED
            yield Attempt(
                reply, NAME, Origin.INBOUND, line.number, line.timestamp, recipient=address["address"] if address else None,
                status=status, source_address=self._clients.get(session),
            )  # fmt: skip


def _unglued(stat: str) -> str:
    """Begin the lines of a reply anew where their enhanced code was left between them: ``DKIM.4.7.26  Authentication``."""
    first = _GLUED.match(stat)
    if first is None:
        return stat
    return first[0] + stat[first.end() :].replace(first["enhanced"], f"\n{first[0]} ")


def _named_like(host: str, domain: str) -> bool:
    """Whether a host's name holds the domain's: ``mx.example.com``, ``example-com.mail.example.net``, ``mx1.example.net``."""
    labels, parts = host.lower().split("."), domain.split(".")
    # Of example.co.uk and of mail.example.com the owner's name is "example".
    owner = parts[-3] if len(parts) > 2 and len(parts[-2]) <= 3 else parts[-2] if len(parts) > 1 else domain
    if host.lower().endswith(f".{domain}") or domain.replace(".", "-") in labels:
        return True
    return len(owner) > 2 and owner != "mail" and any(label == owner or label.startswith(f"{owner}-") for label in labels)


def _answering(host: str, address: str) -> Relay:
    """The relay of ``address (host)``; a server without a name has its address in both places."""
    plain = address.strip("[]")
    return Relay(None if host.strip("[]") == plain else host.lower().rstrip("."), plain)


def _server(found: re.Match[str]) -> Relay:
    return Relay(found["host"].lower().rstrip("."), found["address"].strip("[]"), int(found["port"]))


def _seconds(delay: str) -> float | None:
    parts = [int(part[1]) * _SECONDS[part[2]] for part in _DELAY.finditer(delay)]
    return float(sum(parts)) if parts else None


FORMAT = Format(
    NAME,
    "OpenSMTPD: mail log",
    recognises,
    Reader,
    "Nov 20 22:37:58 mail smtpd[27]: 32abb80e7ebc32c3 mta delivery evpid=41f60daf2b1ece54 from=<news@example.com>"
    ' to=<u@example.net> rcpt=<-> source="192.0.2.2" relay="192.0.2.1 (mx.example.net)" delay=1m38s result="TempFail"'
    ' stat="451 4.7.1 Try again later"',
)
