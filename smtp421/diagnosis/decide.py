"""The judgement: which rule decides, how sure that is, how serious it is and what to do.

Words beat numbers, specific beats general (the order is the rule book's); what is vague is called so; a wrong "high" is the
worst answer there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from smtp421.diagnosis import evidence as reply_evidence
from smtp421.diagnosis.figures import fill, limits_for
from smtp421.diagnosis.remarks import remarks_on
from smtp421.diagnosis.subject import identity_of, subject_of
from smtp421.diagnosis.tree import Walk, first_answer, in_order, walk
from smtp421.diagnosis.unknown import summary_of_unknown
from smtp421.diagnosis.wait import wait_seconds
from smtp421.model import (
    Attempt,
    Confidence,
    Diagnosis,
    Evidence,
    Fix,
    Helps,
    Origin,
    Reference,
    Retry,
    Rival,
    Severity,
    Status,
    WhoActs,
)
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Cause, FixPage, Provider, Rule
from smtp421.rulebook.providers import Identity

MOST_RIVALS = 5
PROGRAMS = {"exchange": "exchange_server", "exchange_send": "exchange_server", "exchange_tracking": "exchange_server"}
"""Formats of programs that the rules know by another name."""
UNKNOWN = "unknown"
Given: TypeAlias = Iterable[Evidence] | Callable[[Attempt, Provider | None], Iterable[Evidence]]
"""Evidence beyond the reply; or what gives it for an attempt and the provider that answered, where it depends on these."""


class Verdict(NamedTuple):
    """The rules that fit, the first deciding, and what that leaves to say."""

    hits: tuple[tuple[Rule, str], ...]
    """(rule, the words that matched), in rank order."""

    @property
    def rule(self) -> Rule | None:
        """The rule that decides, if any."""
        return self.hits[0][0] if self.hits else None

    @property
    def matched(self) -> str:
        """The words that decided."""
        return self.hits[0][1] if self.hits else ""


def diagnose(attempt: Attempt, book: RuleBook, evidence: Given = (), *, logged: bool = True) -> Diagnosis:
    """Judge one attempt.

    ``evidence`` answers questions of the tree beyond the reply (a log's history, settings, reputation exports, the user); where
    pieces of it disagree, :func:`smtp421.diagnosis.tree.in_order` tells which counts. ``logged`` tells whether the text held
    more than a reply.
    """
    who = identity_of(attempt, book)
    verdict = verdict_of(attempt, book, who)
    rule = verdict.rule
    origin = _origin(attempt, rule)
    confidence = _confidence(verdict)
    cause_id = rule.cause if rule else UNKNOWN
    provider_id = who.provider or _speaker(attempt, rule, origin, book)
    provider = book.providers.get(provider_id) if provider_id else None
    given = tuple(given_for(evidence, attempt, provider))
    if (said := first_answer([item for item in given if item.key == "origin"], list(Origin))) is not None:
        origin = Origin(said.answer)
    told = reply_evidence.from_reply(origin, cause_id, confidence, verdict.matched)
    known = in_order((*given, *told), book.tree) if given else told
    walked = walk(book.tree, known)
    if walked.cause and (cause_id == UNKNOWN or confidence is Confidence.LOW):
        cause_id, confidence = walked.cause, Confidence.MEDIUM
    cause = book.causes.get(cause_id) or book.causes[UNKNOWN]
    own = rule if rule is not None and rule.cause == cause_id else None
    final = is_final(attempt)
    severity = _severity(own, cause, walked, who, origin, book, final=final, in_program=attempt.format == "exception")
    retry = _retry(attempt, own, cause, final=final)
    if severity is Severity.CRITICAL and retry.helps == "yes" and (own is None or own.severity is not severity):
        retry = retry._replace(helps="after_fix")  # what raised the severity does not heal by waiting
    domain = attempt.recipient.rpartition("@")[2] if attempt.recipient and "@" in attempt.recipient else None
    fix_ids = _unique((*((own.fixes if own else ()) or cause.fixes), *_fixes_of(walked, book)))
    pages: list[FixPage] = [book.fixes[fix] for fix in fix_ids if fix in book.fixes]
    fixes = _for_the_reader([fill(page, provider, domain, book.defaults) for page in pages], origin, cause_id)
    return Diagnosis(
        attempt=attempt,
        logged=logged,
        origin=origin,
        provider=provider_id,
        provider_name=provider.name if provider else None,
        rule=rule.id if rule else None,
        title=own.title if own else cause.title,
        cause=cause_id,
        also=own.also if own else rule.also if rule else (),
        severity=severity,
        confidence=confidence,
        who_acts=_who_acts(own, cause, origin),
        summary=own.summary if own and cause_id != UNKNOWN else summary_of_unknown(rule, cause, book),
        retry=retry,
        fixes=fixes,
        path=walked.path,
        next_checks=_unique((*(own.next_checks if own else ()), *walked.open_questions, *cause.next_checks)),
        matched=verdict.matched,
        rivals=_rivals(verdict),
        references=tuple(Reference(page.title, page.url) for page in (rule.references if rule else ())),
        limits=limits_for(cause_id, provider),
        remarks=remarks_on(attempt, verdict.hits, provider),
        evidence=tuple(known),
    )


def given_for(evidence: Given, attempt: Attempt, provider: Provider | None) -> Iterable[Evidence]:
    """The evidence that holds for an attempt at a provider."""
    return evidence(attempt, provider) if callable(evidence) else evidence


def _fixes_of(walked: Walk, book: RuleBook) -> Iterator[str]:
    """What to do after the answers that come from elsewhere than the reply: what that says is in its rule."""
    for step, item in zip(walked.path, walked.answered, strict=True):
        if item is not None and not item.old and item.by != "reply":
            yield from book.tree.nodes[step.node].answers[item.answer].fixes


def verdict_of(attempt: Attempt, book: RuleBook, who: Identity) -> Verdict:
    """The rules that fit; for a chain of answers those that fit the inner one, unless only the outer one's words are known."""
    outer = tuple(book.matches(subject_of(attempt.reply, attempt, who)))
    if attempt.inner is None:
        return Verdict(outer)
    inner = tuple(book.matches(subject_of(attempt.inner, attempt, who)))
    if not inner or (inner[0][0].confidence is Confidence.LOW and outer and outer[0][0].confidence is not Confidence.LOW):
        return Verdict((*outer, *inner))
    return Verdict((*inner, *outer))


def _origin(attempt: Attempt, rule: Rule | None) -> Origin:
    """Who said it: as the form of the text tells, else as the rule's words tell, else the receiver."""
    if attempt.origin is not None:
        return attempt.origin
    if rule is not None and rule.origin is not None:
        return rule.origin
    reply = attempt.reply
    unsaid = reply.code is None and reply.enhanced_code is None and rule is not None and rule.provider is None
    # Servers give codes; words about names, lines and encryption without one are a program's on the sender's side.
    return Origin.LOCAL if unsaid and rule is not None and rule.cause in ("dns", "network", "tls") else Origin.REMOTE


def _for_the_reader(fixes: list[Fix], origin: Origin, cause: str) -> tuple[Fix, ...]:
    """The fixes in order; what only a receiver can do is left out where the reader is not the receiver.

    Where our own server greylists, what its administrator can do goes first.
    """
    if origin is Origin.INBOUND and cause == "greylisting":
        return tuple(sorted(fixes, key=lambda fix: fix.who is not WhoActs.RECEIVER))
    if origin is Origin.INBOUND:
        return tuple(fixes)
    return tuple(fix for fix in fixes if fix.who is not WhoActs.RECEIVER) or tuple(fixes)


def _speaker(attempt: Attempt, rule: Rule | None, origin: Origin, book: RuleBook) -> str | None:
    """Who spoke, where neither relay nor mark tells: the rule's provider, else the program whose own log it is.

    A block list never speaks itself; a receiver only names it.
    """
    named = rule.provider if rule else None
    if named is not None and book.providers[named].kind != "list":
        return named
    program = PROGRAMS.get(attempt.format, attempt.format)
    return program if origin is not Origin.REMOTE and program in book.providers else None


def _confidence(verdict: Verdict) -> Confidence:
    """The rule's confidence, one step down where a rule of equal standing names a cause that the first does not allow."""
    rule = verdict.rule
    if rule is None or rule.cause == UNKNOWN:
        return Confidence.LOW
    if rule.confidence is Confidence.HIGH:
        for other, _ in verdict.hits[1:]:
            contradicts = other.cause not in (rule.cause, *rule.also) and rule.cause not in other.also
            same_standing = other.decided_by == "text" and other.confidence is Confidence.HIGH and other.provider == rule.provider
            if contradicts and same_standing:
                return Confidence.MEDIUM
    return rule.confidence


def is_final(attempt: Attempt) -> bool:
    """Whether the receiver said no for good: a 5yz reply that the sending server did not treat as a deferral."""
    code = attempt.reply.code
    return code is not None and code >= 500 and attempt.status is not Status.DEFERRED


def _severity(
    own: Rule | None,
    cause: Cause,
    walked: Walk,
    who: Identity,
    origin: Origin,
    book: RuleBook,
    *,
    final: bool,
    in_program: bool,
) -> Severity:
    """The rule's severity, else the cause's; raised by the tree's answers and for what cannot heal."""
    severity = own.severity if own and own.severity else cause.severity
    at_large_provider = origin is Origin.LOCAL and who.provider is not None and book.providers[who.provider].large
    if at_large_provider and cause.severity_at_known_provider and (own is None or own.severity is None):
        severity = max(severity, cause.severity_at_known_provider, key=lambda level: level.rank)
    if in_program and cause.severity_in_program:
        severity = max(severity, cause.severity_in_program, key=lambda level: level.rank)
    if walked.raises is not None:
        severity = max(severity, walked.raises, key=lambda level: level.rank)
    if final:
        severity = max(severity, Severity.WARNING, key=lambda level: level.rank)
    return severity


def _who_acts(own: Rule | None, cause: Cause, origin: Origin) -> WhoActs:
    if own is not None and own.who_acts is not None:
        return own.who_acts
    if origin is Origin.LOCAL and cause.who_acts in (WhoActs.RECEIVER, WhoActs.NOBODY):
        return WhoActs.SENDER_ADMIN
    if origin is Origin.INBOUND and cause.who_acts in (WhoActs.SENDER, WhoActs.SENDER_ADMIN):
        return WhoActs.RECEIVER if cause.id == "misconfiguration" else cause.who_acts
    return cause.who_acts


def _retry(attempt: Attempt, own: Rule | None, cause: Cause, *, final: bool) -> Retry:
    """Whether a retry helps and when: the reply's own time first, then the rule's, then the cause's."""
    from_rule = own is not None and own.helps is not None
    helps: Helps = own.helps if own is not None and own.helps is not None else cause.helps
    wait = own.wait_seconds if own is not None and from_rule else cause.wait_seconds
    advice = (own.advice if own is not None and from_rule else None) or cause.advice or ""
    if final and helps == "yes":
        own_advice = own.advice if own is not None and own.advice else "Send it anew once the cause is gone."
        return Retry(
            "after_fix", None, f"This answer is final for this message, so your server will not try it again. {own_advice}"
        )
    if helps == "no":
        return Retry(helps, None, advice)
    decisive = attempt.inner or attempt.reply
    return Retry(helps, wait_seconds(decisive.text) or wait, advice)


def _rivals(verdict: Verdict) -> tuple[Rival, ...]:
    """The runner-ups, those that name another cause first."""
    rule = verdict.rule
    seen: set[str] = {rule.id} if rule else set()
    others: list[Rule] = []
    for other, _ in verdict.hits[1:]:
        if other.id not in seen and other.cause != UNKNOWN:
            seen.add(other.id)
            others.append(other)
    others.sort(key=lambda other: rule is not None and other.cause == rule.cause)
    return tuple(Rival(other.id, other.cause) for other in others[:MOST_RIVALS])


def _unique(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))
