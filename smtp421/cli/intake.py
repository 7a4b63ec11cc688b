"""From a scan into a history: which attempts count, and what of a report is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from smtp421.diagnosis.decide import Given, diagnose
from smtp421.diagnosis.history import Finding, Where
from smtp421.diagnosis.history_judgement import Judged, Judgement, judge
from smtp421.diagnosis.history_ledger import By, Ledger
from smtp421.logs.session import session_of
from smtp421.model import Attempt, Diagnosis, Severity, Status

if TYPE_CHECKING:
    from smtp421.anonymize import Anonymizer
    from smtp421.diagnosis.history import Key
    from smtp421.logs.line import Line
    from smtp421.rulebook import RuleBook
    from smtp421.scanning import Scan

LINE = 500
"""Characters of a log line that are kept to be shown."""


class Sieve(NamedTuple):
    """What is wanted of a log. Times have no zone: they are compared with the clock that the log is written by."""

    since: datetime | None = None
    until: datetime | None = None
    provider: str | None = None
    cause: str | None = None
    least: Severity | None = None

    @property
    def chooses(self) -> bool:
        """Whether it leaves rows of a report out."""
        return any(wanted is not None for wanted in (self.provider, self.cause, self.least))

    def in_time(self, attempt: Attempt) -> bool:
        """Whether an attempt lies between the times; one whose time is not known does."""
        if attempt.timestamp is None or (self.since is None and self.until is None):
            return True
        wall = attempt.timestamp.replace(tzinfo=None)
        return (self.since is None or wall >= self.since) and (self.until is None or wall <= self.until)

    def wants(self, provider: str | None, cause: str, severity: Severity) -> bool:
        """Whether deferrals of that kind are wanted."""
        if self.provider not in (None, provider) or self.cause not in (None, cause):
            return False
        return self.least is None or severity.rank >= self.least.rank

    def keeps(self, judged: Judged) -> bool:
        """Whether a row is wanted."""
        return self.wants(judged.group.key.provider, judged.cause, judged.severity)


class Intake:
    """Takes what a scan finds, and counts it."""

    def __init__(
        self,
        book: RuleBook,
        sieve: Sieve,
        *,
        by: By | None = None,
        lines: bool = False,
        anonymizer: Anonymizer | None = None,
        evidence: Given = (),
    ) -> None:
        """``lines`` keeps log lines to be shown; ``evidence`` is what the scan was given."""
        self.ledger = Ledger(book.identify, by=by)
        self._book = book
        self._sieve = sieve
        self._lines = lines
        self._anonymizer = anonymizer
        self._evidence = evidence
        self._where = Where("", None, "")
        self._session: str | None = None

    def take(self, scan: Scan) -> Iterator[tuple[Key | None, Diagnosis]]:
        """Yield the diagnoses that are in time, each with the group that it was counted in."""
        scan.watch = self._watch
        for found in scan:
            if not self._sieve.in_time(found.attempt):
                continue
            if self._anonymizer is not None:
                found = diagnose(self._anonymizer.attempt(found.attempt), self._book, self._evidence, logged=found.logged)
            yield self.ledger.add(found.attempt, Finding.of(found), session=self._session, where=self._where), found

    def wanted(self, scan: Scan) -> Iterator[Diagnosis]:
        """Yield the diagnoses that are wanted."""
        for _, found in self.take(scan):
            if self._sieve.wants(found.provider, found.cause, found.severity):
                yield found

    def judgement(self) -> Judgement:
        """What to think of all that was taken so far."""
        from smtp421.diagnosis.history_close import close

        return judge(close(self.ledger, self._book.tree.thresholds), self._book, self._evidence)

    def _watch(self, attempt: Attempt, name: str, line: Line | None) -> None:
        text = "" if line is None else line.text
        self._session = session_of(text)
        self._where = Where(name, attempt.line, self._shown(text, line) if self._lines else "")
        if attempt.status in (Status.SENT, Status.BOUNCED) and self._sieve.in_time(attempt):
            if self._anonymizer is not None:
                attempt = self._anonymizer.attempt(attempt)
            self.ledger.add(attempt, session=self._session, where=self._where)

    def _shown(self, text: str, line: Line | None) -> str:
        stamp = "" if line is None or line.stamp is None else f"{line.stamp.isoformat()} "
        text = stamp + text[:LINE]
        return text if self._anonymizer is None else self._anonymizer.text(text)
