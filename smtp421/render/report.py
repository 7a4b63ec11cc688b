"""Many diagnoses in a table: who defers, why, how many messages, since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from smtp421.model import Diagnosis, Severity, Status
from smtp421.render import phrases
from smtp421.render.blocks import Footer, Headline, Paragraph, Span, Table, words
from smtp421.render.page import Page
from smtp421.render.panel import SEVERITY_STYLE

if TYPE_CHECKING:
    from smtp421.render.blocks import Document

NOBODY = "?"
"""Stands for a provider that is not known."""


class Group:
    """The deferrals of one provider for one cause."""

    def __init__(self, provider: str, cause: str) -> None:
        self.provider = provider
        self.cause = cause
        self.severity = Severity.INFO
        self.attempts = 0
        self.messages: set[str] = set()
        self.first: datetime | None = None
        self.last: datetime | None = None

    def add(self, diagnosis: Diagnosis) -> None:
        """Count one attempt."""
        attempt = diagnosis.attempt
        self.attempts += attempt.status is not Status.SUSPENDED
        if attempt.queue_id:
            self.messages.add(attempt.queue_id)
        self.severity = max(self.severity, diagnosis.severity, key=lambda severity: severity.rank)
        if attempt.timestamp is not None:
            self.first = attempt.timestamp if self.first is None else min(self.first, attempt.timestamp)
            self.last = attempt.timestamp if self.last is None else max(self.last, attempt.timestamp)

    def to_dict(self) -> dict[str, object]:
        """One of ``groups`` of the page's data."""
        return {
            "provider": self.provider,
            "cause": self.cause,
            "severity": self.severity,
            "attempts": self.attempts,
            "messages": len(self.messages),
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
        }


def report_page(diagnoses: Iterable[Diagnosis]) -> Page:
    """The page about all of them; the largest groups come first."""
    groups: dict[tuple[str, str], Group] = {}
    for diagnosis in diagnoses:
        key = (diagnosis.provider or NOBODY, diagnosis.cause)
        if key not in groups:
            groups[key] = Group(*key)
        groups[key].add(diagnosis)
    ordered = sorted(groups.values(), key=lambda group: (-group.attempts, -group.severity.rank, group.provider, group.cause))
    return Page("report", {"groups": [group.to_dict() for group in ordered]}, _document(ordered))


def _document(groups: list[Group]) -> Document:
    if not groups:
        return (Paragraph(words("No deferral found.")),)
    table = Table(
        ("tries", "messages", "severity", "provider", "cause", "first", "last"),
        tuple(
            (
                words(f"{group.attempts:,}"),
                words(f"{len(group.messages):,}"),
                words(Span(group.severity, SEVERITY_STYLE[group.severity])),
                words(group.provider),
                words(group.cause),
                words(_minute(group.first)),
                words(_minute(group.last)),
            )
            for group in groups
        ),
        frozenset({0, 1}),
    )
    tries, messages = sum(group.attempts for group in groups), len(set().union(*(group.messages for group in groups)))
    title = (
        f"{phrases.count(tries, 'deferral')} of {phrases.count(messages, 'message')}, for {phrases.count(len(groups), 'reason')}"
    )
    advice = Footer(words("What a cause means and what to do: ", Span(f"smtp421 explain {groups[0].cause}", "command")))
    return (Headline("SCAN", "strong", words(title)), table, advice)


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%m-%d %H:%M}"
