"""A rule to be: what its author says, and what the reply and the other rules tell for the rest."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from smtp421.anonymize import Anonymizer
from smtp421.authoring.corpus import Corpus
from smtp421.authoring.pattern import Pattern, pattern_of
from smtp421.diagnosis.subject import identity_of
from smtp421.model import Attempt
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Citation
from smtp421.rulebook.texts import TEXT_CAP

ANYBODY = "none"
"""In place of a provider: the rule is for whoever says it."""
LONGEST_ID = 50
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_RFC = ("RFC 5321 section 4.2.1", "https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1")
"""What backs a rule of which nothing is known but the reply: a 4yz answer is to be tried again."""
LAST_RESORT = "250 2.0.0 Ok"
"""The counterexample where no other rule has anything like the reply."""


class Given(NamedTuple):
    """What the author says; None leaves it to the reply and the other rules."""

    id: str | None = None
    title: str | None = None
    provider: str | None = None
    """An id, or :data:`ANYBODY`."""
    cause: str | None = None
    severity: str | None = None
    summary: str | None = None
    reference: str | None = None
    """A URL."""
    reference_title: str | None = None


class Draft(NamedTuple):
    """All that a rule says."""

    id: str
    title: str
    provider: str | None
    patterns: tuple[str, ...]
    cause: str
    severity: str | None
    summary: str
    reference: Citation
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    codes: tuple[str, ...] = ()
    enhanced_codes: tuple[str, ...] = ()
    confidence: str | None = None
    priority: int = 0


def scope_of(attempt: Attempt, book: RuleBook) -> str | None:
    """Who says it: the provider that the relay or a mark in the text names, else the software; None where nothing tells."""
    who = identity_of(attempt, book)
    return who.provider or who.software


def words_of(attempt: Attempt, corpus: Corpus) -> Pattern | None:
    """The pattern for the reply that decides."""
    return pattern_of((attempt.inner or attempt.reply).text, corpus)


def id_of(pattern: Pattern, provider: str | None, taken: Collection[str]) -> str:
    """An id in the provider's name space: the pattern's words, and a number where another rule has it already."""
    words = " ".join(pattern.words).encode("ascii", "ignore").decode().lower()
    name = f"{(provider or 'generic').replace('_', '-')}-{_NOT_IN_ID.sub('-', words).strip('-') or 'reply'}"
    name = name[:LONGEST_ID].rpartition("-")[0] if len(name) > LONGEST_ID else name
    number = 1
    made = name
    while made in taken:
        number += 1
        made = f"{name}-{number}"
    return made


def example_of(attempt: Attempt, hidden: Anonymizer) -> str:
    """The reply that decides, with stand-ins for what is private."""
    reply = attempt.inner or attempt.reply
    codes = " ".join(str(code) for code in (reply.code, reply.enhanced_code) if code is not None)
    return hidden.text(f"{codes} {reply.text[:TEXT_CAP]}".strip())


def draft(
    attempt: Attempt, pattern: Pattern, given: Given, book: RuleBook, corpus: Corpus, hidden: Anonymizer, today: date
) -> Draft:
    """Fill in a rule; ``today`` is the day on which its reference was read."""
    provider = given.provider if given.provider is not None else scope_of(attempt, book)
    if provider == ANYBODY:
        provider = None
    example = example_of(attempt, hidden)
    near = corpus.nearest(example, pattern.text)
    reply = attempt.inner or attempt.reply
    # Words that others say as well only tell something together with the codes.
    codes = (str(reply.code),) if pattern.others and reply.code is not None else ()
    enhanced = (str(reply.enhanced_code),) if pattern.others and reply.enhanced_code is not None else ()
    title, url = (given.reference_title or given.reference, given.reference) if given.reference else _RFC
    return Draft(
        id=given.id or id_of(pattern, provider, book.rules),
        title=given.title or f"TODO {example[:60].strip()}",
        provider=provider,
        patterns=(pattern.text,),
        cause=given.cause or "unknown",
        severity=given.severity,
        summary=given.summary or "TODO What the server means by it. What follows for the sender.",
        reference=Citation(title or url, url, today.isoformat()),
        examples=(example, f"smtp; {example}"),
        counterexamples=(near.text if near is not None else LAST_RESORT,),
        codes=codes,
        enhanced_codes=enhanced,
    )
