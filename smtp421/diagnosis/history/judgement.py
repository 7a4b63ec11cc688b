"""The judgement on a log: each group of deferrals diagnosed anew, with what the history knows, and its severity raised."""

from __future__ import annotations

from typing import NamedTuple

from smtp421.diagnosis.decide import Given, diagnose, given_for
from smtp421.diagnosis.history.evidence import course_of, evidence_for
from smtp421.diagnosis.history.signs import Background, Onset, Sign, cleared, signs_of
from smtp421.diagnosis.history.values import Group, History
from smtp421.model import Attempt, Diagnosis, Evidence, Severity
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Provider


class Judged(NamedTuple):
    """A group of deferrals and what to think of it."""

    group: Group
    diagnosis: Diagnosis
    """Of the first reply of its most serious rule, with the evidence of the log."""
    severity: Severity
    """The diagnosis's, raised by the signs."""
    signs: tuple[Sign, ...]
    cleared: bool
    """Whether all of it came through within minutes, so that nobody need do anything."""
    share: tuple[int, int] | None
    """(deferred for this, all attempts to the same receivers)."""
    onset: Onset | None
    evidence: tuple[Evidence, ...]

    @property
    def cause(self) -> str:
        """The cause, which the history may have found where the text named none."""
        return self.diagnosis.cause

    @property
    def pressing(self) -> bool:
        """Whether somebody should look at it."""
        return not self.cleared and self.severity is not Severity.INFO


class Judgement(NamedTuple):
    """A history and the judgement on its groups, the most pressing first."""

    history: History
    groups: tuple[Judged, ...]
    inbound: tuple[Judged, ...]
    hints: tuple[Judged, ...]


def judge(history: History, book: RuleBook, given: Given = ()) -> Judgement:
    """Judge every group of a history, with evidence from elsewhere (``given``) beside the log's own."""
    background = Background(history, book.tree.thresholds)
    groups = [_judged(group, background, book, given) for group in history.groups if group.rules]
    return Judgement(
        history,
        tuple(sorted(groups, key=urgency)),
        tuple(_beside(group, book, given) for group in history.inbound),
        tuple(_beside(group, book, given) for group in history.hints),
    )


def urgency(judged: Judged) -> tuple[bool, int, int, int, int]:
    """Sort key: what is not over, then the most serious, then what most people wait for."""
    group = judged.group
    return judged.cleared, -judged.severity.rank, -group.fates.waiting, -group.recipients.number, -group.attempts


def _judged(group: Group, background: Background, book: RuleBook, given: Given) -> Judged:
    provider = book.providers.get(group.key.provider) if group.key.provider else None
    evidence = evidence_for(group, background.history, background.thresholds, provider)

    def known(attempt: Attempt, provider: Provider | None) -> tuple[Evidence, ...]:
        return *evidence, *given_for(given, attempt, provider)

    example = group.rules[0].example.attempt
    diagnosis = diagnose(example, book, known)
    signs = signs_of(group, background, (diagnosis.cause, *diagnosis.also))
    course = course_of(group, signs, background.share(group), over=cleared(group, background.thresholds))
    if course is not None:  # what the signs are depends on the cause, which the other evidence may have found
        evidence = (*evidence, course)
        diagnosis = diagnose(example, book, known)
    return Judged(
        group=group,
        diagnosis=diagnosis,
        severity=max((diagnosis.severity, *(sign.severity for sign in signs)), key=lambda level: level.rank),
        signs=signs,
        cleared=cleared(group, background.thresholds),
        share=background.share(group),
        onset=background.onset(group),
        evidence=evidence,
    )


def _beside(group: Group, book: RuleBook, given: Given) -> Judged:
    """A group that is no part of our queue: there is no history of it."""
    diagnosis = diagnose(group.rules[0].example.attempt, book, given)
    return Judged(group, diagnosis, diagnosis.severity, (), cleared=False, share=None, onset=None, evidence=())
