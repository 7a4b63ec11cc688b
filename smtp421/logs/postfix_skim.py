"""Skimming Postfix's logs: deliveries that were accepted, deferred or refused, in BSD or ISO layout.

One pattern looks at what follows each ``program[process]: ``. Its first branch takes a plain delivery apart; the others only
find what else may tell of an attempt, which :mod:`smtp421.logs.postfix` then reads: expired messages, rejects, servers
that were not the last to be tried, faults. Most lines (``connect from``, ``client=``, ``message-id=``, ``removed``) fit neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from smtp421.logs.layout import Layout
from smtp421.logs.line import squeeze
from smtp421.logs.postfix import NAME, daemon_of, is_here, read_reason, read_relay, status_of
from smtp421.logs.session import session_of
from smtp421.logs.skim import MOST_REMEMBERED, Answer, Memory, Sink, Skim, are_of
from smtp421.reply import parse_enhanced

_ASIDE = r"host\ |lost\ connection\ with|conversation\ with|connect\ to\ "
_TOLD = re.compile(
    rf"""\](?=:\ )..(?:
         (?P<queue_id>[0-9A-Za-z]++):\ (?:
           to=<(?P<recipient>[^>@\\#\s]++@(?P<domain>[^>@\\#\s]++))>,\ (?:orig_to=<[^>]*>,\ )?
           relay=(?P<relay>[^,\s]++),\ (?:conn_use=\d+,\ )?delay=(?P<delay>\d++(?:\.\d++)?),\ delays=[^,]++,
           \ dsn=(?:2[\d.]++,\ status=sent|(?P<refused>[45][\d.]++,\ status=(?:deferred|bounced)\ \(.*+))
           | to=<|from=<[^>]*>,\ status=|{_ASIDE}|milter-|reject|hold:|discard
         )
         | NOQUEUE:\ |to=<|{_ASIDE}|queue\ |(?:warning|fatal|error):\s|dsn=|message\ repeated\s
       )""",
    re.VERBOSE,
)
"""Quantifiers are possessive: what does not fit is given up at once."""
_HEAD = re.compile(r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) \S+ \S")
_SPEAKER = re.compile(r"(?:said|to me): \d{3}[- ](?:\d\.\d{1,3}\.\d{1,3} )?((?:[A-Za-z\d-]+\.)+[A-Za-z]{2,})(?=[:,;]? )")
"""A server that names itself first (RFC 5321 4.2): where the relay is known, that tells no more."""
_TRIED = re.compile(r"\((?:delivery temporarily suspended: )?connect to ([^\s\[]+\[[\d.a-fA-F:]+\]:\d+)(?=: [A-Z])")
"""A server that could not be reached: where no relay is named, that tells who was meant."""
_BSD = 15
"""Characters of a BSD stamp."""
_ISO = 19
"""Characters of an ISO stamp up to its seconds."""
_ZONE = 6
"""Characters of its offset from UTC; of a stamp in UTC, the last of its fraction come with the Z."""
_STATUS = ", status="
_ADDRESS, _HERE, _ANY_ID = "\n@", "\n%", "\n#"
"""Marks for the recipient, for the relay and for ids; nothing like them stands in a line."""
_ID = re.compile(
    r"""[\ (\[=#] (?: (?=[A-Za-z\d-]{10}) (?!\d\d\d-)
                     (?:(?:[A-Za-z]{1,3}|[A-Za-z]*+\d++)-)*+
                     [A-Za-z]*+\d++[A-Za-z][A-Za-z\d]*+
                     (?:-(?:[A-Za-z]{1,3}(?![A-Za-z\d])|[A-Za-z]*+\d[A-Za-z\d]*+))*+
                 | (?<!\()\d{7,}+ ) (?![\w@-])""",
    re.VERBOSE,
)
"""Ids, of which no rule asks anything: ten characters and more with a letter behind a digit and without words between dashes, or
a number of seven digits and more."""
_MOST_SESSIONS = 20_000
MOST_SERVERS = 8_000
"""Relays that are remembered: a look costs a hundredth of reading one."""
_SERVERS = ("smtpd[", "postscreen[")
_WARNING = "warning: "


def suits(lines: Iterable[str]) -> bool:
    """Whether all lines have a known layout, and what other formats know is not among them."""
    return are_of(NAME, lines, _HEAD.match, daemon_of)


_Server = tuple[Any, bool, bool, str]
"""What of a relay has a say in what its answers mean, and in what they are counted with.

Its peer, whether it is none, whether it is on this host, and its name where the sink tells relays apart.
"""


class PostfixSkimmer:
    """Skims one stream."""

    def __init__(self, layout: Layout, sink: Sink) -> None:
        self.attempts = 0
        self.number = 0
        self._layout = layout
        self._sink = sink
        self._servers: Memory[_Server] = Memory(MOST_SERVERS)
        self._same: dict[_Server, _Server] = {}
        self._kinds: Memory[Any] = Memory(MOST_REMEMBERED // 2)  # the long way to one is not that long
        self._kinds_alike: Memory[Any] = Memory()
        self._sessions: dict[str, str | None] = {}
        self._stamp = ""
        self._time: tuple[bool, int | None] = False, None

    def skim(self, number: int, block: bytes) -> Iterator[tuple[int, bytes]]:
        """See :class:`smtp421.logs.skim.Skimmer`."""
        text = block.decode("latin-1")  # each character is a byte
        layout, sink = self._layout, self._sink
        bsd, show, sent, refused = text[3:4] == " ", sink.lines, sink.sent, sink.refused
        servers, kinds, sessions = self._servers, self._kinds, self._sessions
        clock, known, (wanted, moment) = layout.now, self._stamp, self._time
        counted = attempts = 0
        for found in _TOLD.finditer(text):
            queue_id, recipient, domain, relay, delay, tail = found.groups()
            at = found.start()
            start = text.rfind("\n", 0, at) + 1
            if delay is None:
                if self._may_tell(text, start, at):
                    number += text.count("\n", counted, start)
                    counted, end = start, text.find("\n", at)
                    yield number, block[start:end] if end >= 0 else block[start:]
                    known = ""  # the line may have been of another time
                continue
            attempts += 1
            if bsd:
                stamp = second = text[start : start + _BSD]
            else:
                stamp = text[start : text.find(" ", start)]
                second = stamp[:_ISO] + stamp[-_ZONE:]
            if second != known:
                known, (wanted, moment) = second, sink.turn(layout.moment(stamp))
                clock = layout.now
            if not wanted:
                continue
            tag = text[start + len(stamp) : at]
            session = sessions[tag] if tag in sessions else self._session(tag)
            server = servers.young[relay] if relay in servers.young else self._server(relay)
            if tail is None:
                sent.append((len(refused), moment, session, queue_id, recipient, domain, server[0], delay))
                continue
            name = relay.rpartition(":")[0] or _HERE
            number += text.count("\n", counted, start)
            counted = start
            answer = server, tail.replace(recipient, _ADDRESS).replace(name, _HERE)
            kind = kinds.young[answer] if answer in kinds.young else self._kind(answer, relay, tail)
            told = stamp, clock, relay, tail, text[start : found.end()] if show else ""
            refused.append((moment, number, queue_id, recipient, kind, domain, session, float(delay), told))
        self.attempts = attempts
        self._stamp, self._time = known, (wanted, moment)
        self.number = number + text.count("\n", counted) + (not text.endswith("\n"))
        sink.rest(len(text))

    def _may_tell(self, text: str, start: int, at: int) -> bool:
        """Whether a line may tell of an attempt: what servers of ours warn of does not, and there are many such lines."""
        return not (text.startswith(_WARNING, at + 3) and any(server in text[start:at] for server in _SERVERS))

    def _session(self, tag: str) -> str | None:
        if len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.clear()
        session = self._sessions[tag] = session_of(f"{tag}]")
        return session

    def _server(self, text: str) -> _Server:
        server = self._servers.recall(text)
        if server is None:
            relay = read_relay(text)
            name = text if self._sink.relays else ""
            server = self._sink.peer(relay), relay is None, is_here(relay), name
            server = self._same.setdefault(server, server)
            self._servers.keep(text, server)
        return server

    def _kind(self, answer: tuple[_Server, str], relay: str, tail: str) -> Any:
        """What those are counted with that got an answer."""
        kind = self._kinds.recall(answer)
        if kind is not None:
            return kind
        alike = self._alike(*answer)
        kind = self._kinds_alike.young.get(alike) or self._kinds_alike.recall(alike)
        if kind is None:
            kind = self._sink.kind(read_answer, relay, tail)
            self._kinds_alike.keep(alike, kind)
        self._kinds.keep(answer, kind)
        return kind

    def _alike(self, server: _Server, words: str) -> tuple[Any, str]:
        """What is the same of all answers that differ in nothing but ids, the name of the server, and where it did not answer."""
        if server[1] and (tried := _TRIED.search(words)):
            other = self._server(tried[1])
            return (server, other), _ID.sub(_ANY_ID, words[: tried.start(1)] + _HERE + words[tried.end() :])
        if not server[1] and (speaker := _SPEAKER.search(words)):
            words = words[: speaker.start(1)] + _HERE + words[speaker.end() :]
        return server, _ID.sub(_ANY_ID, words)


def read_answer(relay: str, tail: str) -> Answer:
    """Read what a line tells of the relay, and all from its enhanced status code on."""
    text = tail if tail.isascii() else tail.encode("latin-1").decode("utf-8", "replace")
    dsn, _, told = squeeze(text.rstrip("\r")).partition(_STATUS)
    status, _, reason = told.partition(" (")
    named = read_relay(relay)
    reply, origin, said_by = read_reason(reason, named, parse_enhanced(dsn))
    return Answer(NAME, reply, origin, named or said_by, status_of(status, reason))


SKIM = Skim(NAME, suits, PostfixSkimmer)
