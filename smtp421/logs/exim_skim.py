"""Skimming Exim's main log: deliveries that were accepted. Whatever else may tell of an attempt is read as lines.

One pattern looks at what follows the stamp of each line. Most lines (``<=``, ``Completed``, queue runs, looked-up names) fit none
of its branches. Lines that go on others, behind blanks, tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from smtp421.logs.exim import EVENT, MESSAGE_ID, NAME, recognises
from smtp421.logs.layout import Layout
from smtp421.logs.skim import Memory, Sink, Skim, are_of
from smtp421.model import Relay

_STAMP = r"\d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d"
_MORE = r"(?P<more>(?:\.\d{1,6})?(?:\ [+-]\d{4})?)(?:\ \[\d++\])?\ "
_TOLD = re.compile(
    rf"""\n(?P<second>{_STAMP}){_MORE}(?:
         (?P<queue_id>{MESSAGE_ID})\ (?:
           [=-]>\ (?P<recipient>[^\s<>@(\\:]++@(?P<domain>[^\s<>@(\\:]++))\ (?:(?:[A-GI-Z][A-Z]*+=|<)[^\s"]*+\ )*+
           H=(?P<host>[^\s\[(]++)(?:\ \([^)\n]*\))?\ \[(?P<address>[^\]\n]++)\](?P<rest>[^\n]*+)
           | (?P<other>==|\*\*|[=-]>)\  | H=[^\n]*?(?P<problem>SMTP\ error|in\ response\ to|SMTP\ timeout|rejected\ )
         )
         | (?!(?:{MESSAGE_ID})\ (?:<=|Completed|H=))[^\n]*?(?P<inbound>rejected\ |SMTP\ error|\ sender\ verify\ defer\ for\ <)
       )""",
    re.VERBOSE,
)
"""Quantifiers are possessive where they can be: what does not fit is given up at once."""
_HEAD = re.compile(rf"{_STAMP}[. ]|\s|$")
_PLACE = re.compile(rf"{_STAMP}{_MORE}(?:{MESSAGE_ID})\ ")
"""Where the message id of a line stands that has one."""
_QUEUED = " QT="


def suits(lines: Iterable[str]) -> bool:
    """Whether all lines look like the main log's, and what other formats know is not among them."""
    return are_of(NAME, lines, _fits, recognises)


def _fits(line: str) -> bool:
    """Whether a line begins like one of the main log, or goes on another; and has its message id, if any, in its place."""
    return _HEAD.match(line) is not None and (_PLACE.match(line) is not None or not (recognises(line) and EVENT.search(line)))


class EximSkimmer:
    """Skims one stream."""

    def __init__(self, layout: Layout, sink: Sink) -> None:
        self.attempts = 0
        self.number = 0
        self._layout = layout
        self._sink = sink
        self._peers: Memory[Any] = Memory()
        self._second = ""
        self._time: tuple[bool, int | None] = False, None

    def skim(self, number: int, block: bytes) -> Iterator[tuple[int, bytes]]:
        """See :class:`smtp421.logs.skim.Skimmer`."""
        text = "\n" + block.decode("latin-1")  # each character is a byte, but the first
        layout, sink, sent, refused = self._layout, self._sink, self._sink.sent, self._sink.refused
        known, (wanted, moment) = self._second, self._time
        counted = attempts = 0
        for found in _TOLD.finditer(text):
            second, more, queue_id, recipient, domain, host, address, rest, *_ = found.groups()
            if rest is None or _QUEUED in rest or '"' in address:
                start = found.start()
                number += text.count("\n", counted + 1, start + 1)
                counted, end = start, text.find("\n", start + 1)
                yield number, block[start : end - 1] if end >= 0 else block[start:]
                known = ""  # the line may have been of another time
                continue
            attempts += 1
            if second != known:
                known, (wanted, moment) = second, sink.turn(layout.moment(second + more))
            if wanted:
                peer = self._peers.young[host] if host in self._peers.young else self._peer(host)
                sent.append((len(refused), moment, None, queue_id, recipient, domain, peer, None))
        self.attempts = attempts
        self._second, self._time = known, (wanted, moment)
        self.number = number + text.count("\n", counted + 1) + (not text.endswith("\n"))
        sink.rest(len(text))

    def _peer(self, host: str) -> Any:
        peer = self._peers.recall(host)
        if peer is None:
            peer = self._sink.peer(Relay(host.lower().rstrip(".")))
            self._peers.keep(host, peer)
        return peer


SKIM = Skim(NAME, suits, EximSkimmer)
