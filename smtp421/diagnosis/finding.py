"""What a history needs of a diagnosis, without making one for each attempt of a log.

A :class:`Finding` depends on few things: the rule that decides, the provider, who spoke as far as the form of the text tells,
the program whose log it is, and whether the answer was final. So it is worked out once for each combination, by
:func:`smtp421.diagnosis.decide.diagnose`, and remembered.
"""

from __future__ import annotations

from functools import lru_cache

from smtp421.diagnosis.decide import diagnose, is_final, verdict_of
from smtp421.diagnosis.history.values import Finding
from smtp421.diagnosis.subject import identity_of
from smtp421.model import Attempt, Origin
from smtp421.rulebook import RuleBook

MAX_REMEMBERED = 50_000
"""Combinations that are remembered for a book."""


Case = tuple[int | None, str | None, Origin | None, bool, str, bool]
"""All of an attempt that its finding depends on, see :func:`case_of`: rule, provider, who spoke as far as the text's form tells,
whether the reply has a code as servers' replies do, the program whose log it is, and whether the answer was final."""


def finding(attempt: Attempt, book: RuleBook) -> Finding:
    """What an attempt is counted as: ``Finding.of(diagnose(attempt, book))``, only faster."""
    case = case_of(attempt, book)
    known = _known(book)
    found = known.get(case)
    if found is None:
        if len(known) >= MAX_REMEMBERED:
            known.clear()
        found = known[case] = Finding.of(diagnose(attempt, book))
    return found


def case_of(attempt: Attempt, book: RuleBook) -> Case:
    """What diagnoses are alike by: of two attempts of the same case, all is the same that does not quote their texts."""
    reply, relay = attempt.reply, attempt.relay
    code, enhanced = reply.code, reply.enhanced_code
    if attempt.inner is None:
        host = None if relay is None else relay.host
        provider, rule = book.classify(host, code, enhanced, reply.text, reply.stage, attempt.origin)
    else:
        provider, rule = _of_chain(attempt, book)
    numbered = code is not None or enhanced is not None
    return rule, provider, attempt.origin, numbered, attempt.format, is_final(attempt)


@lru_cache(maxsize=4)
def _known(book: RuleBook) -> dict[Case, Finding]:  # noqa: ARG001 - one dictionary for each book
    """The findings of a book so far."""
    return {}


def _of_chain(attempt: Attempt, book: RuleBook) -> tuple[str | None, int | None]:
    """The provider and the rule that decides, where one server reports another's answer."""
    who = identity_of(attempt, book)
    rule = verdict_of(attempt, book, who).rule
    return who.provider, None if rule is None else book.number_of(rule.id)
