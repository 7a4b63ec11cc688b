"""From an attempt to what rules are matched against: the text that decides, and who answered."""

from __future__ import annotations

from smtp421.model import Attempt, Origin, Reply
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Subject
from smtp421.rulebook.providers import Identity


def identity_of(attempt: Attempt, book: RuleBook) -> Identity:
    """The provider that answered. The relay decides, not the recipient's domain; without one, a mark that only one provider writes.

    Where our own server defers a client, the other host's name tells nothing about who spoke.
    """
    text = attempt.reply.text if attempt.inner is None else f"{attempt.reply.text} {attempt.inner.text}"
    host = attempt.relay.host if attempt.relay is not None and attempt.origin is not Origin.INBOUND else None
    return book.identity(host, text)


def subject_of(reply: Reply, attempt: Attempt, who: Identity) -> Subject:
    """What the rules see of a reply."""
    return Subject(
        reply.text, reply.code, reply.enhanced_code, reply.stage or attempt.reply.stage, attempt.origin, who.provider, who.family, who.software
    )
