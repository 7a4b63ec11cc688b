"""From an attempt to what rules are matched against: the text that decides, and who answered."""

from __future__ import annotations

from smtp421.model import Attempt, Origin, Reply
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Subject
from smtp421.rulebook.providers import Identity


def identity_of(attempt: Attempt, book: RuleBook) -> Identity:
    """Who answered; in a chain of answers the words of both tell."""
    text = attempt.reply.text if attempt.inner is None else f"{attempt.reply.text} {attempt.inner.text}"
    return book.who(attempt.relay.host if attempt.relay is not None else None, attempt.reply.code, text, attempt.origin)


def subject_of(reply: Reply, attempt: Attempt, who: Identity) -> Subject:
    """What the rules see of a reply."""
    stage = reply.stage or attempt.reply.stage
    origin = attempt.origin
    if origin is None and attempt.inner is None and reply.code is not None:
        origin = Origin.REMOTE  # who gives a reply code is a server; rules for a program's own words do not ask for one
    return Subject(reply.text, reply.code, reply.enhanced_code, stage, origin, who.provider, who.family, who.software)
