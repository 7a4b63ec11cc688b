"""qmail-send: ``delivery N: deferral: text`` with ``_`` for blanks and ``/`` for line ends; the text names no host, only an address.

qmail-remote's own codes stand in parentheses at the end (``(#4.4.1)``) and are not the remote server's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import of_lines
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import parse_enhanced, read_reply, read_words

NAME = "qmail"

_DELIVERY = re.compile(r"\bdelivery (?P<number>\d+): (?P<word>success|deferral|failure): (?P<text>\S.*)", re.DOTALL)
_SAID = re.compile(r"(?P<address>[\d.:a-fA-F]+)_(?:does_not_like_recipient|failed_after_I_sent_the_message|does_not_like_sender|said)[._]?/?.*?(?:Remote_host_said:_(?P<reply>.*)|$)", re.DOTALL)
_BANNER = re.compile(r"Connected_to_(?P<address>[\d.:a-fA-F]+)_but_(?P<what>\w+?)\._?/?(?:Remote_host_said:_(?P<reply>.*))?", re.DOTALL)
_OWN_CODE = re.compile(r"\(#(\d\.\d{1,3}\.\d{1,3})\)")
_GIVEN_UP = "I'm_not_going_to_try_again"


def recognises(text: str) -> bool:
    """Whether a line is qmail-send's delivery report, or the report's text alone with its underscores."""
    return _DELIVERY.search(text) is not None or "Remote_host_said:_" in text or "_(#4." in text


def read(line: Line) -> Iterator[Attempt]:
    """Yield the attempt of a delivery report."""
    found = _DELIVERY.search(line.text)
    word, text = (found["word"], found["text"]) if found else ("deferral", line.text.strip())
    status = {"success": Status.SENT, "deferral": Status.DEFERRED, "failure": Status.BOUNCED}[word]
    if _GIVEN_UP in text:
        status = Status.EXPIRED
    reply, origin, relay = read_reason(text)
    yield Attempt(reply, NAME, origin, line.number, line.timestamp, None, None, None, relay, status)


def read_reason(text: str) -> tuple[Reply, Origin, Relay | None]:
    """Read the text of a report: the remote server's reply, or qmail-remote's own words."""
    said = _SAID.search(text) or _BANNER.search(text)
    if said and said["reply"]:
        spoken = re.sub(r"/(?:Giving_up_on_.*|I'm_not_going_to_try_again.*|)$", "", said["reply"], flags=re.DOTALL)
        spoken = re.sub(r"/(?=[2-5]\d\d[-_ ])", "\n", spoken).replace("_", " ").strip().rstrip("/")
        reply = read_reply(spoken)
        if reply is not None:
            return reply, Origin.REMOTE, Relay(None, said["address"])
    words = text.replace("_", " ").replace("/", " ").strip()
    own = _OWN_CODE.search(words)
    return read_words(words, parse_enhanced(own[1]) if own else None), Origin.LOCAL, Relay(None, said["address"]) if said else None


FORMAT = of_lines(
    NAME,
    'qmail, notqmail: qmail-send log (multilog, splogger)',
    recognises,
    read,
    '@400000006920a0a1 delivery 12: deferral: 192.0.2.1_does_not_like_recipient./Remote_host_said:_451_4.7.1_Try_'
    'again_later/Giving_up_on_192.0.2.1./',
)
