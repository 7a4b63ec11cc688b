"""msmtp: ``host=H tls=on auth=off from=A recipients=A,B smtpstatus=450 smtpmsg='reply' errormsg='own words' exitcode=EX_...``.

One line an invocation. Line ends of the reply are spelled ``\\n``; an apostrophe in it became ``?``. There is no queue:
whoever called msmtp must try again. Left out: the server's address, a queue id; where one of several recipients was
refused, the others got nothing either, and only ``errormsg`` names the one.

Sources: src/msmtp.c (msmtp_construct_env and log functions), src/smtp.c of https://git.marlam.de/gitweb/?p=msmtp.git.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import of_lines
from smtp421.logs.lazy import Lazy
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Relay, Reply, Stage, Status
from smtp421.reply import read_reply, read_words

NAME = "msmtp"

_LINE = Lazy(
    r"host=(?P<host>\S+)(?: port=(?P<port>\d{1,5}))? tls=(?:on|off) auth=\S+ (?:user=\S* )?from=(?P<sender>\S*) "
    r"recipients=(?P<recipients>\S*)"
    r"(?: mailsize=\d+)?(?: smtpstatus=(?P<code>[2-5]\d\d))?(?: smtpmsg='(?P<reply>[^']*)')?(?: errormsg='(?P<error>.*?)')? "
    r"exitcode=(?P<exit>EX_\w+)",
    re.DOTALL,
)
_STAGES = (
    ("cannot get initial OK message", Stage.CONNECT),
    ("does not accept EHLO or HELO", Stage.EHLO),
    ("STARTTLS", Stage.STARTTLS),
    ("uthentication failed", Stage.AUTH),
    ("envelope from address", Stage.MAIL),
    ("recipient address", Stage.RCPT),
    ("does not accept mail data", Stage.DATA),
    ("did not accept the mail", Stage.END_OF_DATA),
)
_REFUSED = Lazy(r"recipient address (?P<recipient>\S+) not accepted")


def recognises(text: str) -> bool:
    """Whether a line is the record of an invocation."""
    return " exitcode=EX_" in text and _record(text) is not None


def _record(text: str) -> re.Match[str] | None:
    """The fields of a line, which begin with the first ``host=``."""
    start = text.find("host=")
    return _LINE.match(text[start:]) if start >= 0 else None


def read(line: Line) -> Iterator[Attempt]:
    """Yield an attempt for the recipient that was refused, else one for each."""
    found = _record(line.text)
    if found is None:
        return
    error = found["error"] or ""
    stage = next((stage for words, stage in _STAGES if words in error), None)
    reply = read_reply(found["reply"] or "", stage)
    if reply is None and found["code"]:
        reply = Reply(int(found["code"]), None, read_words(found["reply"] or error).text, stage)
    if found["exit"] == "EX_OK":
        status, final = Status.SENT, reply or Reply(250, None, "")
    else:
        final = reply or read_words(error, None, stage)
        status = Status.BOUNCED if final.code is not None and final.code >= 500 else Status.DEFERRED
    origin = Origin.LOCAL if reply is None and status is not Status.SENT else Origin.REMOTE
    refused = _REFUSED.search(error)
    recipients = [refused["recipient"]] if refused else [name for name in found["recipients"].split(",") if name] or [None]
    relay = Relay(found["host"].lower(), None, int(found["port"]) if found["port"] else None)
    for recipient in recipients:
        yield Attempt(
            final, NAME, origin, line.number, line.timestamp, None, found["sender"] or None, recipient, relay, status
        )  # fmt: skip


FORMAT = of_lines(
    NAME,
    "msmtp: logfile, syslog",
    recognises,
    read,
    "Nov 20 22:46:57 host=mx.example.net tls=off auth=off from=news@example.com recipients=u@example.net smtpstatus=451 "
    "smtpmsg='451 4.7.1 Try again later' errormsg='recipient address u@example.net not accepted by the server' "
    "exitcode=EX_UNAVAILABLE",
)
