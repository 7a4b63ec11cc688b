"""sSMTP: ``sSMTP[pid]: RCPT TO:<address> (reply)``, for other commands only ``sSMTP[pid]: reply``.

Only the last line of a reply is logged. A reply to HELO or EHLO is followed by our own name in parentheses. There is no
queue: whoever called sSMTP must try again. Left out: the server, a queue id, the recipient unless RCPT was answered, the
stage of other replies.

Source: ssmtp.c of https://packages.debian.org/source/stable/ssmtp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import of_lines
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "ssmtp"

_LINE = Lazy(r"\bsSMTP(?:\[\d+\])?: (?P<rest>\S.*)", re.DOTALL | re.IGNORECASE)
_RCPT = Lazy(r"RCPT TO:\s?<(?P<recipient>[^>]*)> \((?P<reply>.*)", re.DOTALL)
_SENT = Lazy(r"Sent mail for (?P<sender>\S+) \((?P<reply>2\d\d.*?)\) uid=")
_CONNECT = Lazy(
    r"(?:Unable to connect to \"?|Cannot open |Unable to locate )(?P<host>[\w.-]+)\"?(?:(?: port |:)(?P<port>\d{1,5}))?"
)
_OUR_NAME = Lazy(r" \([\w-]+(?:\.[\w-]+)+\)$")
_CHATTER = ("Creating SSL connection", "SSL connection using", "Set ", "Setting ")


def recognises(text: str) -> bool:
    """Whether a line bears sSMTP's name."""
    return "sSMTP" in text and _LINE.search(text) is not None


def read(line: Line) -> Iterator[Attempt]:
    """Yield the attempt of a line; what sSMTP says about its own working is none."""
    found = _LINE.search(line.text)
    if found is None or found["rest"].startswith(_CHATTER):
        return
    rest = found["rest"].strip()
    recipient, sender, relay, stage = None, None, None, None
    if rcpt := _RCPT.match(rest):
        recipient, rest, stage = rcpt["recipient"], rcpt["reply"].removesuffix(")"), Stage.RCPT
    elif sent := _SENT.match(rest):
        sender, rest = sent["sender"], "250"
    elif connect := _CONNECT.match(rest):
        relay = Relay(connect["host"].lower().rstrip("."), None, int(connect["port"]) if connect["port"] else None)
    elif re.match(r"[45]\d\d[ -]", rest) and _OUR_NAME.search(rest):
        rest, stage = _OUR_NAME.sub("", rest), Stage.EHLO
    reply = read_reply(rest, stage)
    final = reply or read_words(rest)
    yield Attempt(
        final,
        NAME,
        Origin.REMOTE if reply else Origin.LOCAL,
        line.number,
        line.timestamp,
        None,
        sender,
        recipient,
        relay,
        _status(final),
    )


def _status(reply: Reply) -> Status:
    if reply.code is None or 400 <= reply.code < 500:
        return Status.DEFERRED
    return Status.SENT if reply.code < 400 else Status.BOUNCED


FORMAT = of_lines(
    NAME,
    "sSMTP: mail log",
    recognises,
    read,
    "Nov 20 22:47:27 mail sSMTP[259]: RCPT TO:<u@example.net> (451 4.7.1 Try again later)",
)
