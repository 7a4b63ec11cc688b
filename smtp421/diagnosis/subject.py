"""From an attempt to what rules are matched against: the text that decides, and who answered."""

from __future__ import annotations

import re

from smtp421.model import Attempt, Origin, Reply
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Subject
from smtp421.rulebook.providers import Identity

# RFC 5321 4.2: a greeting and a 421 begin with the domain of the server that speaks.
_SPEAKER = re.compile(r"<?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})\.?>?(?=[\s:,;]|$)", re.IGNORECASE)
_LOOKED_UP = re.compile(r"\bname=(?P<host>[\w-]+(?:\.[\w-]+)+)")


def identity_of(attempt: Attempt, book: RuleBook) -> Identity:
    """The provider that answered. The relay decides, not the recipient's domain; without one, a mark of one provider does.

    A reply without either may begin with its server's name, and a failed look-up names the domain that was meant. Where our own
    server defers a client, the other host's name tells nothing about who spoke.
    """
    text = attempt.reply.text if attempt.inner is None else f"{attempt.reply.text} {attempt.inner.text}"
    if attempt.origin is Origin.INBOUND:
        return book.identity(None, text)
    if attempt.relay is not None and attempt.relay.host:
        return book.identity(attempt.relay.host, text)
    known = book.identity(None, text)
    if known.provider is not None:
        return known
    named = _LOOKED_UP.search(text) if attempt.reply.code is None else _SPEAKER.match(text)
    return book.identity(named["host"], text) if named else known


def subject_of(reply: Reply, attempt: Attempt, who: Identity) -> Subject:
    """What the rules see of a reply."""
    stage = reply.stage or attempt.reply.stage
    origin = attempt.origin
    if origin is None and attempt.inner is None and reply.code is not None:
        origin = Origin.REMOTE  # who gives a reply code is a server; rules for a program's own words do not ask for one
    return Subject(reply.text, reply.code, reply.enhanced_code, stage, origin, who.provider, who.family, who.software)
