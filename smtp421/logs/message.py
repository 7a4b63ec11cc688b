"""Whole bounce and delay messages, as saved from a mailbox: RFC 3464 reports, and the plain texts of qmail and others.

The machine-readable part names recipient and status; where it holds no reply (OpenSMTPD, Sendmail at times, qmail always) the
text for people does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_string
from email.message import Message
from email.utils import parsedate_to_datetime

from smtp421.logs import dsn, plain
from smtp421.model import Attempt, Origin, Status
from smtp421.reply import collapse, read_reply, read_words

NAME = "dsn"

_HEADERS = re.compile(r"(?:From \S+ .*\n)?(?:(?:[A-Za-z][\w-]*:[ \t]?.*|[ \t]+\S.*)\n){3,}")
_NOTIFIES = re.compile(
    r"multipart/report|^Auto-Submitted:|^From:.*(?:mailer-daemon|postmaster)|^Subject:.*(?:failure notice|delivery|"
    r"undeliver|returned mail|warning: |delayed)|^X-Failed-Recipients:"
    r"|^Return-Path: *<>",
    re.IGNORECASE | re.MULTILINE,
)
_COPY = re.compile(
    r"^(?:--- Below this line is a copy|------ This is a copy of the message|Below is a copy of the original message|"
    r"Message headers follow|   ----- Original message follows)",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"^[ \t]*<?(?P<address>[^\s<>@:]+@[^\s<>@:]+)>?:?(?:[ \t]+(?P<rest>\S.*))?$", re.MULTILINE)
_TRANSCRIPT = re.compile(r"^<<< (?P<reply>[45]\d\d[ -].*(?:\n<<< [45]\d\d[ -].*)*)", re.MULTILINE)
_SAID = re.compile(
    r"(?:Remote host said|SMTP error from remote (?:mail ?(?:er|server)?).*?|said): ?\s*(?P<reply>[45]\d\d[ -].*)", re.DOTALL
)
_GIVEN_UP = re.compile(
    r"permanent error|given up|could not be delivered|permanent fatal errors|not going to try again", re.IGNORECASE
)


def recognises(text: str) -> bool:
    """Whether the text is a mail with headers that some server wrote about a delivery."""
    headers = _HEADERS.match(text.lstrip())
    return headers is not None and _NOTIFIES.search(text[: len(headers[0]) + 400]) is not None


def read(text: str) -> Iterator[Attempt]:
    """Yield an attempt for each recipient that the message reports on."""
    message = message_from_string(text.lstrip())
    told = _told(message)
    reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    stamp = _stamp(message)
    found = False
    for report in reports:
        groups = report.get_payload()
        for group in groups if isinstance(groups, list) else []:
            if not isinstance(group, Message) or "Final-Recipient" not in group:
                continue
            found = True
            yield _from_report(group, told)._replace(timestamp=stamp)
    if not found:
        for address in dict.fromkeys(match["address"] for match in _ADDRESS.finditer(told)):
            status = Status.EXPIRED if _GIVEN_UP.search(told) else Status.DEFERRED
            yield _from_words(address, told, status)._replace(timestamp=stamp)


def _stamp(message: Message) -> datetime | None:
    """The date of the notification; None where there is none that can be read."""
    try:
        stamp = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _told(message: Message) -> str:
    """The text for people: the first plain part, without the copy of the message."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            text = payload.decode(part.get_content_charset("utf-8"), "replace") if isinstance(payload, bytes) else str(payload)
            text = text.replace("\r\n", "\n")
            copy = _COPY.search(text)
            return text[: copy.start()] if copy else text
    return ""


def _from_report(group: Message, told: str) -> Attempt:
    """An attempt from a recipient's fields, helped out by the text for people."""
    lines = "\n".join(f"{name}: {value}" for name, value in group.items())
    attempt = dsn.read(lines)
    recipient = dsn.typed(str(group["Final-Recipient"]))
    action = str(group.get("Action", "")).strip().lower()
    status = {"delayed": Status.DEFERRED, "failed": Status.BOUNCED}.get(action, Status.DEFERRED)
    if attempt is None or (attempt.reply.code is None and attempt.origin is not Origin.LOCAL):
        words = _from_words(recipient, told, status)
        if words.reply.code is not None or attempt is None:
            logged = attempt.reply.enhanced_code if attempt else dsn.code_of(group.get("Status", ""))
            reply = words.reply if words.reply.enhanced_code else words.reply._replace(enhanced_code=logged)
            relay = (attempt.relay if attempt else None) or words.relay
            return words._replace(reply=reply, relay=relay, status=_expired(status, reply.code))
    return attempt._replace(recipient=recipient or attempt.recipient)


def _from_words(recipient: str, told: str, status: Status) -> Attempt:
    """An attempt from the paragraph for people that names the recipient."""
    start = told.find(recipient) if recipient else -1
    section = told[start + len(recipient) :].lstrip(">: \t") if start >= 0 else told
    section = re.split(r"\n[ \t]*\n", section, maxsplit=1)[0] if start >= 0 else section
    said = _SAID.search(section) or _TRANSCRIPT.search(told)
    reply = read_reply(re.sub(r"^<<< ", "", said["reply"], flags=re.MULTILINE)) if said else read_reply(collapse(section))
    if reply is None:
        words = plain.read(section).reply
        reply = words if words.code is not None else read_words(section)
    origin = Origin.REMOTE if said or reply.code is not None else Origin.LOCAL
    return Attempt(
        reply, NAME, origin, recipient=recipient or None, relay=plain.relay_in(section), status=_expired(status, reply.code)
    )


def _expired(status: Status, code: int | None) -> Status:
    """A message given up with a 4yz in hand has expired, not bounced; one refused with a 5yz the other way round."""
    if status in (Status.BOUNCED, Status.EXPIRED) and code is not None:
        return Status.EXPIRED if code < 500 else Status.BOUNCED
    return status
