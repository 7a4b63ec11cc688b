"""Postfix: smtp(8), lmtp(8), error(8), local(8), virtual(8) and pipe(8) deliveries, smtpd(8) and postscreen(8) rejects.

One line a recipient and attempt: ``QUEUEID: to=<...>, relay=host[address]:port, delay=..., dsn=..., status=... (reason)``.
The reason runs to the last parenthesis of the line, since replies hold parentheses, ``said:`` and ``to=`` themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from smtp421.logs.interface import of_lines
from smtp421.logs.line import Line
from smtp421.logs.stages import stage_of_command
from smtp421.model import Attempt, EnhancedCode, Origin, Relay, Reply, Stage, Status
from smtp421.reply import collapse, parse_enhanced, read_reply, read_words

NAME = "postfix"

# Short queue ids are hexadecimal, long ones (enable_long_queue_ids) base 52 with a "z" in them.
QUEUE_ID = r"(?:[0-9A-F]{5,15}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20})"
_DELIVERY = re.compile(
    rf"""(?:(?P<queue_id>{QUEUE_ID}):[ ])? to=<\s*(?P<recipient>[^>]*)>,\s*(?:orig_to=<[^>]*>,\s*)?
         relay=(?P<relay>[^,\s]+(?:\[[^\]]*\])?(?::\d+)?),\s (?P<middle>[^()]*?) \bstatus=(?P<status>\w+)\s?\(?(?P<reason>.*)""",
    re.VERBOSE | re.DOTALL,
)
_STATUS_ONLY = re.compile(
    r"\bdsn=(?P<dsn>[245]\.\d+\.\d+),\s*status=(?P<status>deferred|bounced|expired)\s?\((?P<reason>.*)", re.DOTALL
)
_HOST_LINE = re.compile(
    rf"(?:(?P<queue_id>{QUEUE_ID}):\s)?(?P<reason>(?:host\s\S+\[[^\]]*\](?::\d+)?\s(?:said|refused\sto\stalk\sto\sme):\s"
    rf"|(?:lost\sconnection|conversation)\swith\s\S+\[).*)",
    re.DOTALL,
)
_CONNECT = re.compile(r"(?P<reason>connect to (?P<relay>\S+\[[^\]]*\](?::\d+)?): .*)", re.DOTALL)
_INBOUND = re.compile(
    rf"""(?:(?P<queue_id>NOQUEUE|{QUEUE_ID}):\s)?
         (?:milter-)?(?P<verb>reject|hold|discard)(?:_warning)?:\s(?P<event>[A-Z][\w -]*)\sfrom\s
         (?P<client>\S+\[[^\]]*\](?::\d+)?|\[[^\]]*\](?::\d+)?):\s (?P<reply>.*?)
         (?:;\s(?:from=<(?P<sender>[^>]*)>?)?(?:,?\s*to=<(?P<recipient>[^>]*)>)?(?:,?\s(?:proto|helo)=.*|\s*$)|$)""",
    re.VERBOSE | re.DOTALL,
)
_MILTER_TAIL = re.compile(
    r"\b(?P<event>DATA|END-OF-MESSAGE|RCPT|MAIL|CONNECT|EHLO) from (?P<client>\S+\[[^\]]*\]): (?P<reply>.*?); from=", re.DOTALL
)
_DAEMON = re.compile(r"(?P<service>[\w.-]+)/(?:[\w.-]+/)*(?P<daemon>[a-z]+)\[\d+\]:?\s+(?:\[ID \d+ [\w.]+\]\s+)?")
DAEMONS = frozenset(
    "smtp lmtp error retry local virtual pipe qmgr oqmgr nqmgr bounce smtpd cleanup postscreen master pickup "
    "trivial-rewrite relay discard".split()
)
_EXPIRED = re.compile(rf"(?P<queue_id>{QUEUE_ID}): from=<(?P<sender>[^>]*)>, status=(?:force-)?expired, returned to sender")
_SUSPENDED = "delivery temporarily suspended: "
_SOFT = "SOFTBOUNCE"
"""``status=`` of a 5yz reply that ``soft_bounce`` turns into a deferral: the message stays in the queue."""
_SAID = re.compile(
    r"host (?P<relay>[^\s\[]+(?:\[[^\]]*\])?(?::\d+)?) (?P<how>said|refused to talk to me):\s+(?P<reply>.*)", re.DOTALL
)
_OPENS_WITH_CODE = re.compile(r"[\s\"'(]*[245]\d\d[- ]")
_SAID_WITHIN = re.compile(
    r"(?P<how>refused to start TLS|authentication failed; server \S+\[[^\]]*\](?::\d+)? said): (?P<reply>[45]\d\d.*)", re.DOTALL
)
"""A server's answer inside Postfix's own sentence: the sentence stays, since it tells what the answer was to."""
_IN_REPLY = re.compile(r"\(in reply to (?P<command>[\w ]+?) command\)*\s*\)*$")
_WHILE = re.compile(
    r"while (?P<doing>receiving the initial server greeting|performing the (?:EHLO|HELO|LHLO) handshake|sending "
    r"(?P<command>[\w ]+))"
)
_WRAPPED = re.compile(r"[ \t]*\n[ \t]*")
"""A line end inside a reason is where a mail or a terminal wrapped it; Postfix itself logs none."""
_RELAY = re.compile(r"(?P<host>[^\[\s]+)(?:\[(?P<address>[^\]]*)\])(?::(?P<port>\d+))?")
_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_THROTTLED = re.compile(
    r"(?:queue (?P<domain>\S+): )?(?P<dsn>[245]\.\d+\.\d+) delivery temporarily suspended: (?P<reason>.*)", re.DOTALL
)
_CLIENT_TRANSCRIPT = re.compile(r"^\s*Out: (?P<reply>[45]\d\d .*?)(?=^\s*(?:In|Out): |\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


def recognises(text: str) -> bool:
    """Whether a line is Postfix's: a daemon's name before the process id, or the words of a delivery record."""
    if daemon_of(text) or ("status=" in text and (("relay=" in text and "to=<" in text) or _EXPIRED.search(text))):
        return True
    if _OPENS_WITH_CODE.match(text):
        return False
    return bool(
        _STATUS_ONLY.search(text)
        or "milter-reject: " in text
        or "NOQUEUE: reject: " in text
        or "NOQUEUE: reject_warning: " in text
        or _SAID_WITHIN.search(text)
        or re.search(r"host \S+?\[[^\]]*\](?::\d+)? (?:said|refused to talk to me): ", text)
        or _MILTER_TAIL.search(text)
        or re.search(r"\bconnect to \S+\[[^\]]*\]:\d+: ", text)
        or re.search(r"(?:lost connection|conversation) with \S+\[[^\]]*\] (?:while|timed out)", text)
    )


def read(line: Line) -> Iterator[Attempt]:
    """Yield the attempts that a line tells of: one, or none where it speaks of something else."""
    text = line.text
    daemon = daemon_of(text)
    body = text[daemon.end() :] if daemon else text
    name = daemon["daemon"] if daemon else None
    if name in ("smtpd", "postscreen", "cleanup") or (
        name is None and ("reject: " in body or "reject_warning: " in body or _MILTER_TAIL.search(body))
    ):
        yield from _inbound(line, body)
    elif delivery := _DELIVERY.search(body):
        yield _delivery(line, delivery)
    elif expired := _EXPIRED.search(body):
        yield Attempt(
            read_words("message expired: returned to sender"),
            NAME,
            Origin.LOCAL,
            line.number,
            line.timestamp,
            expired["queue_id"],
            expired["sender"],
            status=Status.EXPIRED,
        )
    elif partial := _STATUS_ONLY.search(body):
        reply, origin, relay = read_reason(partial["reason"], None, parse_enhanced(partial["dsn"]))
        yield Attempt(
            reply, NAME, origin, line.number, line.timestamp, relay=relay, status=status_of(partial["status"], partial["reason"])
        )
    elif other := (_HOST_LINE.search(body) or _CONNECT.search(body)):
        queue_id = other.groupdict().get("queue_id")
        reply, origin, relay = read_reason(other["reason"])
        yield Attempt(reply, NAME, origin, line.number, line.timestamp, queue_id, relay=relay)
    elif throttled := _THROTTLED.search(body):
        reply, origin, relay = read_reason(throttled["reason"], None, parse_enhanced(throttled["dsn"]))
        yield Attempt(reply, NAME, origin, line.number, line.timestamp, relay=relay, status=Status.SUSPENDED)
    elif name in ("qmgr", "oqmgr", "nqmgr", "error", "smtp", "lmtp", "local", "pipe", "virtual", "master") and _is_fault(body):
        yield Attempt(
            read_words(re.sub(r"^(?:warning|error|fatal): ", "", body)), NAME, Origin.LOCAL, line.number, line.timestamp
        )


def daemon_of(text: str) -> re.Match[str] | None:
    """The program part of the line, where it is a Postfix daemon's."""
    for match in _DAEMON.finditer(text[:260]):
        if match["daemon"] in DAEMONS:
            return match
    return None


def _is_fault(body: str) -> bool:
    """Whether a line without a recipient still tells why mail waits."""
    return bool(
        re.search(
            r"warning: connect to transport|delivery temporarily suspended|fatal: |warning: .*(?:unavailable|refused|No "
            r"such file)",
            body,
        )
    )


def _delivery(line: Line, found: re.Match[str]) -> Attempt:
    fields = dict(re.findall(r"(\w+)=([^,\s]+)", found["middle"]))
    reason = found["reason"]
    relay = read_relay(found["relay"])
    reply, origin, said_by = read_reason(reason, relay, parse_enhanced(fields.get("dsn", "")))
    delay = fields.get("delay", "")
    return Attempt(
        reply,
        NAME,
        origin,
        line.number,
        line.timestamp,
        found["queue_id"],
        None,
        collapse(found["recipient"]) or None,
        relay or said_by,
        status_of(found["status"], reason),
        float(delay) if re.fullmatch(r"\d+(?:\.\d+)?", delay) else None,
    )


def status_of(word: str, reason: str) -> Status | None:
    """What ``status=`` means, before its reason in parentheses."""
    if word in ("deferred", _SOFT):
        return Status.SUSPENDED if reason.lstrip("(").startswith(_SUSPENDED) else Status.DEFERRED
    return {"sent": Status.SENT, "bounced": Status.BOUNCED, "expired": Status.EXPIRED, "undeliverable": Status.BOUNCED}.get(word)


def read_reason(
    reason: str, relay: Relay | None = None, logged: EnhancedCode | None = None
) -> tuple[Reply, Origin | None, Relay | None]:
    """Read what stands in Postfix's parentheses: a server's reply, or Postfix's own reason.

    Returns the reply, who said it, and the relay that the reason names, or the line itself (``relay``) where both are the same.
    """
    reason = reason.rstrip()
    if "\n" in reason:
        reason = _WRAPPED.sub(" ", reason)
    if reason.endswith(")") and reason.count(")") > reason.count("("):
        reason = reason[:-1].rstrip()
    stage = None
    at = reason.rfind("(in reply to ")
    command = _IN_REPLY.match(reason, at) if at >= 0 else None
    if command:
        stage = stage_of_command(command["command"])
        reason = reason[:at].rstrip()
    reason = reason.removeprefix("(").removeprefix(_SUSPENDED)
    said = _SAID.match(reason.lstrip())
    if said:
        name, how, words = said.groups()
        if relay is not None and name == f"{relay.host}[{relay.address}]":  # as a rule
            who: Relay | None = relay
        else:
            who = read_relay(name) or (Relay(name.lower()) if _BARE_HOST.fullmatch(name) else None)
        stage = stage or (Stage.CONNECT if how != "said" else None)
        reply = read_reply(words, stage, logged) or read_words(words, logged, stage)
        return reply, Origin.LOCAL if is_here(who) else Origin.REMOTE, who
    connect = _CONNECT.match(reason)
    named = read_relay(connect["relay"]) if connect else read_relay(reason)
    if doing := _WHILE.search(reason):
        stage = _stage_while(doing)
    refused = _SAID_WITHIN.search(reason)
    if refused:
        stage = Stage.STARTTLS if "start TLS" in refused["how"] else Stage.AUTH
        reply = read_words(reason, logged, stage)
        inner = read_reply(refused["reply"])
        return (
            Reply(inner.code if inner else None, (inner and inner.enhanced_code) or logged, reply.text, stage),
            Origin.REMOTE,
            named,
        )
    bare = read_reply(reason, stage, logged)
    if bare is not None:
        # Other servers that log in Postfix's form, and transports that answer for themselves, leave "host X said" out.
        return bare, Origin.LOCAL if is_here(relay) else Origin.REMOTE, relay or named
    return read_words(reason, logged, stage), Origin.LOCAL, named


def _stage_while(doing: re.Match[str]) -> Stage | None:
    """The stage in which a connection was lost: "while sending RCPT TO"."""
    if doing["command"]:
        return stage_of_command(doing["command"].split(" --")[0])
    return Stage.CONNECT if "greeting" in doing["doing"] else Stage.EHLO


def _inbound(line: Line, body: str) -> Iterator[Attempt]:
    found = _INBOUND.search(body) or _MILTER_TAIL.search(body)
    if not found:
        return
    fields = found.groupdict()
    stage = stage_of_command(found["event"].removesuffix(" command"))
    reply = read_reply(found["reply"], stage) or read_words(found["reply"], None, stage)
    status = Status.BOUNCED if reply.code is not None and reply.code >= 500 else Status.DEFERRED
    queue_id = fields.get("queue_id")
    host, _, address = found["client"].partition("[")
    address = address.split("]")[0]
    # A client on this host is our own program handing mail in: then the fault is ours and the mail is outbound.
    local = host == "localhost.localdomain" and address == "127.0.0.1"
    yield Attempt(
        reply,
        NAME,
        Origin.LOCAL if local else Origin.INBOUND,
        line.number,
        line.timestamp,
        None if queue_id == "NOQUEUE" else queue_id,
        fields.get("sender"),
        fields.get("recipient"),
        None,
        status,
        source_address=address or None,
    )


def read_transcript(text: str) -> Attempt | None:
    """Read the session transcript that smtpd mails to its postmaster (``notify_classes``): ours were the ``Out:`` lines."""
    if "ranscript of session follows" not in text:
        return None
    replies = [found for block in _CLIENT_TRANSCRIPT.finditer(text) if (found := read_reply(block["reply"])) is not None]
    return Attempt(replies[-1], NAME, Origin.INBOUND, status=Status.DEFERRED) if replies else None


@lru_cache(maxsize=2048)
def read_relay(text: str) -> Relay | None:
    """The relay that a text names first: ``host[address]:port``."""
    found = _RELAY.search(text)
    if not found or found["host"] in ("none", "local"):
        return None
    port = found["port"]
    return Relay(found["host"].lower().rstrip(".").lstrip("("), found["address"] or None, int(port) if port else None)


def is_here(relay: Relay | None) -> bool:
    """Whether the relay is on this host: a socket, or the loopback address under no real name."""
    if relay is None:
        return False
    address = relay.address or ""
    return address.startswith(("private/", "/", "public/")) or (
        address in ("127.0.0.1", "::1") and relay.host in ("127.0.0.1", "localhost", "::1")
    )


FORMAT = of_lines(
    NAME,
    "Postfix: mail log (syslog, maillog_file, journal)",
    recognises,
    read,
    "Nov 20 22:29:59 mail postfix/smtp[207]: DADBA28A9C3: to=<u@example.com>, relay=mx.example.com[192.0.2.1]:25,"
    " delay=0.14, delays=0.01/0.12/0.01/0, dsn=4.7.0, status=deferred (host mx.example.com[192.0.2.1] said: 421 4"
    ".7.0 Try again later (in reply to MAIL FROM command))",
)
