"""OpenSMTPD: ``smtpctl show queue`` (``mailq``), one line an envelope, fields between ``|``.

Fields: envelope id, source, agent (``mta``, ``mda``, ``bounce``), flags, sender, recipient as it came and as it is sent to, times
of creation, expiry and last try, tries, state, seconds to or since that state, and the text of the last failure. The text is the
log's ``stat``: the reply with its lines glued, or OpenSMTPD's own words. Nothing tells the server.
Layout: show_queue_envelope() in usr.sbin/smtpd/smtpctl.c of https://github.com/OpenSMTPD/OpenSMTPD
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.fields import between, moment
from smtp421.logs.interface import of_lines
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Status
from smtp421.reply import read_reply, read_words

NAME = "opensmtpd_queue"

_ENVELOPE = r"[0-9a-f]{16}\|(?:inet4|inet6|local|\?)\|(?:mta|mda|bounce|\?)\|"
_FIELDS = 14


def recognises(text: str) -> bool:
    """Whether a line is an envelope of the queue."""
    return text[16:17] == "|" and re.match(_ENVELOPE, text) is not None


def read(line: Line) -> Iterator[Attempt]:
    """Yield the state of an envelope that has failed before."""
    fields = line.text.split("|", _FIELDS - 1)
    if len(fields) < _FIELDS or not fields[-1].strip():
        return
    evpid, _, _, _, sender, recipient, destination, created, _, tried, *_, reason = fields
    reply = read_reply(reason)
    arrived = moment(created, line.now)
    yield Attempt(
        reply or read_words(reason),
        NAME,
        Origin.LOCAL if reply is None else Origin.REMOTE,
        line.number,
        arrived,
        evpid,
        sender if sender != "@" else None,
        destination or recipient,
        None,
        Status.SUSPENDED,
        between(arrived, moment(tried, line.now)),
    )


FORMAT = of_lines(
    NAME,
    "OpenSMTPD: smtpctl show queue",
    recognises,
    read,
    "5f2d3c4b1a0e9d8c|inet4|mta||news@example.org|u@example.com|u@example.com|1795213798|1795559398|1795213801|2|pending|398|"
    "451 4.7.1 Try again later",
)
