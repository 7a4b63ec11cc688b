"""Skimming Postfix's logs: deliveries that were accepted or deferred, in BSD or ISO layout.

One pattern looks at what follows each ``program[process]: ``. Its first branch takes a plain delivery apart; the others only
find what else may tell of an attempt, which :mod:`smtp421.logs.postfix` then reads: bounces, expired messages, rejects, servers
that were not the last to be tried, faults. Most lines (``connect from``, ``client=``, ``message-id=``, ``removed``) fit neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from smtp421.logs.formats import LINE_FORMATS
from smtp421.logs.layout import Layout
from smtp421.logs.line import squeeze
from smtp421.logs.postfix import NAME, QUEUE_ID, daemon_of, read_reason, read_relay, status_of
from smtp421.logs.session import session_of
from smtp421.logs.skim import MOST_ANSWERS, MOST_PEERS, Answer, Peer, Sink, Skim
from smtp421.reply import parse_enhanced

_ASIDE = r"host\ |lost\ connection\ with|conversation\ with|connect\ to\ "
_TOLD = re.compile(
    rf"""\](?=:\ )..(?:
         (?P<queue_id>{QUEUE_ID}):\ (?:
           to=<(?P<recipient>[^>\s\\#@]+@(?P<domain>[^>\s\\#@]+))>,\ (?:orig_to=<[^>]*>,\ )?
           relay=(?P<relay>[^,\s]+),\ (?:conn_use=\d+,\ )?delay=(?P<delay>\d+(?:\.\d+)?),\ delays=[\d./]+,
           \ dsn=(?:2[\d.]+,\ status=sent|(?P<deferred>[45][\d.]+,\ status=deferred\ \(.*))
           | to=<|from=<[^>]*>,\ status=|{_ASIDE}|milter-|reject|hold:|discard
         )
         | NOQUEUE:\ |\w*:?\ ?to=<|{_ASIDE}|queue\ |(?:warning|fatal|error):\s|dsn=|message\ repeated\s
       )""",
    re.VERBOSE,
)
_HEAD = re.compile(r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) \S+ \S")
_BSD = 15
"""Characters of a BSD stamp."""
_ISO = 19
"""Characters of an ISO stamp up to its seconds."""
_MOST_SESSIONS = 20_000
_SERVERS = ("smtpd[", "postscreen[")
_WARNING = "warning: "
_MANY = 50
"""Lines of a sample that are looked at closely."""
_REPEATED = "last message repeated "


def suits(lines: Iterable[str]) -> bool:
    """Whether all lines have a known layout, and what other formats know is not among them."""
    seen = others = 0
    for line in lines:
        if not line:
            continue
        if _HEAD.match(line) is None:
            return False
        if daemon_of(line):
            seen += 1
        elif others < _MANY:
            others += 1
            if any(form.name != NAME and form.recognises(line) for form in LINE_FORMATS):
                return False
    return seen > 0


class PostfixSkimmer:
    """Skims one stream."""

    def __init__(self, layout: Layout, sink: Sink) -> None:
        self.attempts = 0
        self.number = 0
        self._layout = layout
        self._sink = sink
        self._peers: dict[str, Peer] = {}
        self._answers = 0
        self._sessions: dict[str, str | None] = {}
        self._moment = ""
        self._wanted = False

    def skim(self, number: int, block: bytes) -> Iterator[tuple[int, bytes]]:
        """See :class:`smtp421.logs.skim.Skimmer`."""
        text = block.decode("latin-1")  # each character is a byte
        if "\0" in text or "\x1b" in text or _REPEATED in text:
            lines = block.split(b"\n")
            if not lines[-1]:
                lines.pop()
            self.number, self.attempts = number + len(lines), 0
            yield from enumerate(lines, number)
            return
        self._layout.read(number, text.partition("\n")[0])
        bsd = text[3:4] == " "
        sink, show = self._sink, self._sink.lines
        sent, deferred = sink.sent, sink.deferred
        sessions, peers = self._sessions, self._peers
        last, attempts = 0, 0
        moment, wanted = self._moment, self._wanted
        for found in _TOLD.finditer(text):
            queue_id, recipient, domain, relay, delay, tail = found.groups()
            at = found.start()
            start = text.rfind("\n", 0, at) + 1
            if delay is None:
                number += text.count("\n", last, start)
                last = start
                end = text.find("\n", at)
                if self._may_tell(text, start, found):
                    yield number, block[start : end if end >= 0 else len(block)]
                continue
            attempts += 1
            if bsd:
                stamp = now = text[start : start + _BSD]
            else:
                stamp = text[start : text.find(" ", start)]
                now = stamp[:_ISO] + stamp[-6:]
            if now != moment:
                moment, wanted = now, sink.turn(self._layout.moment(stamp))
            if not wanted:
                continue
            tag = text[start + len(stamp) : at]
            try:
                session = sessions[tag]
            except KeyError:
                session = self._session(tag)
            peer = peers.get(relay) or self._peer(relay)
            if tail is None:
                sent(peer, session, queue_id, recipient, domain, delay)
                continue
            number += text.count("\n", last, start)
            last = start
            answer = peer.answers.get(tail) or self._answer(peer, tail)
            line = text[start : found.end()] if show else ""
            deferred(answer, session, domain, (stamp, self._layout.now, queue_id, recipient, delay, number, line))
        self._moment, self._wanted = moment, wanted
        self.attempts = attempts
        self.number = number + text.count("\n", last) + (not text.endswith("\n"))
        self._layout.read(self.number - 1, text[text.rfind("\n", 0, -1) + 1 :].rstrip("\n"))

    def _may_tell(self, text: str, start: int, found: re.Match[str]) -> bool:
        """Whether a line may tell of an attempt: what servers of ours warn of does not, and there are many such lines."""
        at = found.start()
        return not (text.startswith(_WARNING, at + 3) and any(server in text[start:at] for server in _SERVERS))

    def _session(self, tag: str) -> str | None:
        if len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.clear()
        session = self._sessions[tag] = session_of(f"{tag}]")
        return session

    def _peer(self, text: str) -> Peer:
        if len(self._peers) >= MOST_PEERS:
            self._peers.clear()
            self._answers = 0
        peer = self._peers[text] = Peer(read_relay(text))
        return peer

    def _answer(self, peer: Peer, tail: str) -> Answer:
        if self._answers >= MOST_ANSWERS:
            self._answers = 0
            for each in self._peers.values():
                each.answers.clear()
        self._answers += 1
        text = tail if tail.isascii() else tail.encode("latin-1").decode("utf-8", "replace")
        dsn, _, reason = squeeze(text.rstrip("\r")).partition(", status=deferred (")
        reply, origin, said_by = read_reason(reason, peer.relay, parse_enhanced(dsn))
        answer = Answer(NAME, reply, origin, peer.relay or said_by, status_of("deferred", reason))
        peer.answers[tail] = answer
        return answer


SKIM = Skim(NAME, suits, PostfixSkimmer)
