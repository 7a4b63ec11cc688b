"""qmail-send (qmail, netqmail, notqmail): ``starting delivery N: msg M to remote ADDRESS``, then ``delivery N: deferral: text``.

The two lines are joined by N; M is the number of the message's queue file and is used again once the message is gone: ``new
msg M`` begins a new one. The text holds the whole reply, with ``_`` for blanks and ``/`` for line ends; what qmail-remote
says itself ends with a code of its own in parentheses, ``(#4.4.1)``. The last deferral of a message that is given up is
logged as ``failure`` and says so. Left out: the server's name, whether ``_`` was a blank, ``%`` or an 8-bit character, and
the stage of a lost connection.

Sources: qmail-log(5); qmail-send.c, qmail-remote.c and qsutil.c of https://cr.yp.to/software/qmail-1.03.tar.gz.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from smtp421.logs.fields import between
from smtp421.logs.interface import Format
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line, read_stamp
from smtp421.logs.memory import Recent
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import parse_enhanced, read_reply, read_words

NAME = "qmail"

_DELIVERY = Lazy(r"\bdelivery (?P<number>\d+): (?P<word>success|deferral|failure): (?P<text>\S.*)", re.DOTALL)
_STARTING = Lazy(r"\bstarting delivery (?P<number>\d+): msg (?P<message>\d+) to (?P<where>remote|local) (?P<recipient>\S+)\s*$")
_NEW = Lazy(r"(?:^|[\s:])new msg (?P<message>\d+)\s*$")
_INFO = Lazy(r"(?:^|[\s:])info msg (?P<message>\d+): bytes \d+ from <(?P<sender>[^>]*)> qp \d+")
_END = Lazy(r"(?:^|[\s:])end msg (?P<message>\d+)\s*$")
_SPLOGGER = Lazy(r"\bqmail(?:-send)?(?:\[\d+\])?: (?=\d{10}\.\d{6} )")
"""Behind it stands splogger's own stamp, which knows the year."""
_MARKS = ("Remote_host_said:_", "_(#4.")

_ADDRESS = r"(?P<{}>\d{{1,3}}(?:\.\d{{1,3}}){{3}}|[\da-fA-F]{{0,4}}(?::[\da-fA-F]{{0,4}}){{2,7}})"
_SAID = Lazy(
    rf"(?:Connected_to_{_ADDRESS.format('connected')}_but_(?P<but>\w{{3,60}}?)|(?:^|/){_ADDRESS.format('address')}_(?P<what>[a-z]\w{{3,60}}?))"
    r"\._?/?Remote_host_said:_(?P<reply>.*)",
    re.DOTALL,
)
_PEER = Lazy(rf"(?:Connected_to_|^|/){_ADDRESS.format('address')}_")
_CLOSING = Lazy(r"/(?:Giving_up_on_|I'm_not_going_to_try_again).*", re.DOTALL)
_OWN_CODE = Lazy(r"\(#(\d\.\d{1,3}\.\d{1,3})\)")
_GIVEN_UP = "I'm_not_going_to_try_again"
_STATUSES = {"success": Status.SENT, "deferral": Status.DEFERRED, "failure": Status.BOUNCED}
_STAGES = {
    "greeting_failed": Stage.CONNECT,
    "my_name_was_rejected": Stage.EHLO,
    "sender_was_rejected": Stage.MAIL,
    "does_not_like_recipient": Stage.RCPT,
    "failed_on_DATA_command": Stage.DATA,
    "failed_after_I_sent_the_message": Stage.END_OF_DATA,
    "accepted_message": Stage.END_OF_DATA,
}


class _Delivery(NamedTuple):
    message: str
    recipient: str
    remote: bool


class _Message(NamedTuple):
    since: datetime | None
    sender: str | None


def recognises(text: str) -> bool:
    """Whether a line is qmail-send's, or the text of a report alone with its underscores."""
    return claims(text) or _alone(text)


def claims(text: str) -> bool:
    """Whether a line is one of qmail-send's that this reader uses."""
    if "delivery " in text:
        return _DELIVERY.search(text) is not None or _STARTING.search(text) is not None
    return " msg " in text and any(known.search(text) is not None for known in (_NEW, _INFO, _END))


def _alone(text: str) -> bool:
    """Whether a report's text stands somewhere in ``text``, recognisable by its underscores."""
    return any(mark in text for mark in _MARKS) and any(
        word.count("_") > 3 and any(mark in word for mark in _MARKS) for word in text.split()
    )


class Reader:
    """Remembers, for each delivery under way, the message and the recipient; for each message, its sender and when it came."""

    claims = staticmethod(claims)

    def __init__(self) -> None:
        self._deliveries: Recent[str, _Delivery] = Recent()
        self._messages: Recent[str, _Message] = Recent()

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the attempt of a delivery report; remember what the other lines tell."""
        text = line.text
        if report := _DELIVERY.search(text):
            attempt = self._report(line, report["number"], report["word"], report["text"].strip())
            if attempt.status is Status.EXPIRED:  # the last deferral, of which qmail-send made a failure
                yield attempt._replace(status=Status.DEFERRED)
            yield attempt
        elif start := _STARTING.search(text):
            self._deliveries[start["number"]] = _Delivery(start["message"], start["recipient"], start["where"] == "remote")
        elif new := _NEW.search(text):
            self._messages[new["message"]] = _Message(_stamp(line), None)
        elif info := _INFO.search(text):
            since = known.since if (known := self._messages.get(info["message"])) else None
            self._messages[info["message"]] = _Message(since, info["sender"])
        elif end := _END.search(text):
            self._messages.pop(end["message"], None)
        elif _alone(text):
            yield self._report(line, "", "deferral", text.strip())

    def close(self) -> Iterator[Attempt]:
        """A delivery that is still under way is no attempt yet."""
        return iter(())

    def _report(self, line: Line, number: str, word: str, text: str) -> Attempt:
        delivery = self._deliveries.pop(number, None)
        message = self._messages.get(delivery.message) if delivery else None
        status = Status.EXPIRED if word == "failure" and _GIVEN_UP in text else _STATUSES[word]
        reply, origin, relay = read_reason(text)
        stamp = _stamp(line)
        return Attempt(
            reply,
            NAME,
            origin if delivery is None or delivery.remote else Origin.LOCAL,
            line.number,
            stamp,
            delivery.message if delivery else None,
            message.sender if message else None,
            delivery.recipient if delivery else None,
            relay,
            status,
            between(message.since, stamp) if message else None,
        )


def read_reason(text: str) -> tuple[Reply, Origin, Relay | None]:
    """Read the text of a report: the remote server's reply, or qmail-remote's own words; and the server's address."""
    peer = _PEER.search(text)
    relay = Relay(None, peer["address"]) if peer else None
    said = _SAID.search(text)
    if said:
        spoken = _CLOSING.sub("/", said["reply"]).removesuffix("/")
        again = re.escape(spoken[:3])
        spoken = re.sub(rf"/(?={again}(?:[-_]|$|/))", "\n", spoken).replace("_", " ")
        reply = read_reply(spoken, _STAGES.get(said["but"] or said["what"]))
        if reply is not None:
            return reply, Origin.REMOTE, relay
    words = _CLOSING.sub("", text).replace("_", " ").replace("/", " ").strip()
    own = _OWN_CODE.search(words)
    return read_words(words, parse_enhanced(own[1]) if own else None), Origin.LOCAL, relay


def _stamp(line: Line) -> datetime | None:
    """The time of a line: splogger's own stamp where there is one."""
    own = _SPLOGGER.search(line.text[:120])
    return read_stamp(line.text[own.end() :][:40], line.now) if own else line.timestamp


FORMAT = Format(
    NAME,
    "qmail, notqmail: qmail-send log (multilog, splogger)",
    recognises,
    Reader,
    "@400000006920a0a1058f4e2c starting delivery 12: msg 3255346 to remote u@example.com\n"
    "@400000006920a0a2058f4e2c delivery 12: deferral: 192.0.2.1_does_not_like_recipient./"
    "Remote_host_said:_451_4.7.1_Try_again_later/Giving_up_on_192.0.2.1./",
)
