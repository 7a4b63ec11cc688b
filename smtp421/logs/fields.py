"""Values as logs and webhooks put them into fields: replies with a type before them, times, hosts with their addresses.

Everything here takes what a file or a stranger's JSON holds: nothing raises, what cannot be read is None.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from smtp421.logs.line import read_stamp
from smtp421.logs.stages import stage_of_command
from smtp421.model import EnhancedCode, Relay, Reply, Stage, Status
from smtp421.reply import parse_enhanced, read_reply, read_words

# Patterns are strings here: `re` compiles each when it is first used, which most runs never do.
_TYPE = r"\s*(?:[sS][mM][tT][pP]|[xX]-[\w-]+)\s*;\s*"
_HOST = r"(?P<host>[\w.-]*[\w-])\.?(?:\s*[\[(](?P<address>[0-9a-fA-F:.]+)[\])])?(?::(?P<port>\d{1,5}))?"
_ADDRESS = r"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+"
_BRACKETED = r"\[(?P<address>[^\]\s]+)\](?::(?P<port>\d{1,5}))?"
_NUMBER = r"\d{9,16}(?:\.\d+)?"
_ALIASES = {"BDAT": ".", "X-ANONYMOUSTLS": "STARTTLS", "X-EXPS": "AUTH"}
"""Commands that mean another's stage: BDAT carries the message to its end, Exchange has its own names."""


def text_of(value: object) -> str | None:
    """A field as text: None where it is missing, empty or no scalar."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def code_of(value: object) -> int | None:
    """A reply code, given as a number or as text; None where it is none of RFC 5321's."""
    text = text_of(value) or ""
    return int(text) if len(text) == 3 and text.isascii() and text.isdigit() and text[0] in "245" else None


def enhanced_of(value: object) -> EnhancedCode | None:
    """An enhanced status code at the beginning of a field: ``4.7.0`` or PowerMTA's ``4.7.0 (undefined status)``."""
    return parse_enhanced(text_of(value) or "")


def reply_of(text: str, code: int | None = None, enhanced: EnhancedCode | None = None, stage: Stage | None = None) -> Reply:
    """Make a reply of a field's words, which may begin with a type (``smtp;``), and of the codes that other fields give.

    The codes in the words come first: what a service repeats in its own fields, it made of them.
    """
    typed = re.match(_TYPE, text)
    words = text[typed.end() :] if typed else text
    reply = None
    if code is not None:
        reply = read_reply(words if words.lstrip().startswith(str(code)) else f"{code} {words}", stage, enhanced)
    return reply or read_reply(words, stage, enhanced) or read_words(words, enhanced, stage)


def moment(value: object, now: datetime) -> datetime | None:
    """A time: seconds, milliseconds or microseconds since 1970 as a number or as text, or a stamp; UTC where it names no zone."""
    text = text_of(value)
    if text is None:
        return None
    try:
        if re.fullmatch(_NUMBER, text, re.ASCII):
            number = float(text)
            while number > 1e11:
                number /= 1000
            return datetime.fromtimestamp(number, UTC)
        return read_stamp(re.sub(r"^(\d{4})/(\d\d)/(\d\d)\b", r"\1-\2-\3", text[:64]), now)
    except (ValueError, OverflowError, OSError):
        return None


def between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from one time to another; None where one is missing or the clock ran backwards."""
    if start is None or end is None or end < start:
        return None
    return (end - start).total_seconds()


def relay_of(host: object, address: object = None) -> Relay | None:
    """A server: ``mx.example.com``, ``mx.example.com (192.0.2.1)``, ``[192.0.2.1]:25``; ``address`` is the field of its own."""
    name, own = text_of(host), _plain(text_of(address))
    if name is None or name.lower() in ("none", "unknown", "-", "n/a"):
        return Relay(None, own) if own else None
    if bracketed := re.match(_BRACKETED, name):
        return Relay(None, own or bracketed["address"], int(bracketed["port"]) if bracketed["port"] else None)
    if plain := _plain(name):
        return Relay(None, own or plain)
    found = re.match(_HOST, name)
    if found is None:
        return Relay(None, own) if own else None
    return Relay(found["host"].lower(), own or found["address"], int(found["port"]) if found["port"] else None)


def endpoint(value: object) -> tuple[str | None, int | None]:
    """The address and the port of ``192.0.2.1:25`` or ``[2001:db8::1]:25``."""
    text = text_of(value) or ""
    head, _, tail = text.rpartition(":")
    port = int(tail) if head and tail.isascii() and tail.isdigit() and len(tail) <= 5 else None
    return _plain((head if port is not None else text).strip("[]")), port


def _plain(text: str | None) -> str | None:
    """The text where it is an IP address and nothing else."""
    text = (text or "").strip("[]")
    return text if re.fullmatch(_ADDRESS, text) else None


def stage_of(command: object) -> Stage | None:
    """The stage of a command as the client sent it, ``RCPT TO:<u@example.com>``; ``.`` stands for the end of the message."""
    verb = re.split(r"[\s:]", text_of(command) or "", maxsplit=1)[0].upper()
    return stage_of_command(_ALIASES.get(verb, verb))


def given_up(status: Status, reply: Reply) -> Status:
    """What a service calls a bounce is an expiration where the last answer was a 4yz: it was retried until time ran out."""
    klass = reply.code // 100 if reply.code is not None else reply.enhanced_code.klass if reply.enhanced_code else None
    return Status.EXPIRED if status is Status.BOUNCED and klass == 4 else status
