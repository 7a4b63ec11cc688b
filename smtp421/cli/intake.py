"""From a scan into a history: which attempts count, and what of a report is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from smtp421.bulk import Refused, Row
from smtp421.diagnosis.decide import Given, diagnose
from smtp421.diagnosis.finding import finding
from smtp421.diagnosis.history.judgement import Judged, Judgement, judge
from smtp421.diagnosis.history.kinds import Kind
from smtp421.diagnosis.history.ledger import UNKNOWN, By, Ledger, part_of
from smtp421.diagnosis.history.templates import template_of
from smtp421.diagnosis.history.traffic import LoadCell
from smtp421.diagnosis.history.values import Example, Finding, Where
from smtp421.logs.line import read_stamp
from smtp421.logs.session import session_of
from smtp421.logs.skim import Read, Words
from smtp421.model import Attempt, Diagnosis, Origin, Relay, Severity, Status
from smtp421.scanning import REPORTED

if TYPE_CHECKING:
    from smtp421.anonymize import Anonymizer
    from smtp421.logs.line import Line
    from smtp421.rulebook import RuleBook
    from smtp421.scanning import Scan

LINE = 500
"""Characters of a log line that are kept to be shown."""


class Sieve(NamedTuple):
    """What is wanted of a log. Times without a zone are compared with the clock that the log is written by."""

    since: datetime | None = None
    until: datetime | None = None
    provider: str | None = None
    cause: str | None = None
    least: Severity | None = None

    @property
    def chooses(self) -> bool:
        """Whether it leaves rows of a report out."""
        return any(wanted is not None for wanted in (self.provider, self.cause, self.least))

    def in_time(self, stamp: datetime | None) -> bool:
        """Whether a time lies between the times; one that is not known does."""
        if stamp is None or (self.since is None and self.until is None):
            return True
        wall = stamp.replace(tzinfo=None)

        def at(limit: datetime) -> datetime:
            return wall if limit.tzinfo is None else stamp

        return (self.since is None or at(self.since) >= self.since) and (self.until is None or at(self.until) <= self.until)

    def wants(self, provider: str | None, cause: str, severity: Severity) -> bool:
        """Whether deferrals of that kind are wanted."""
        if self.provider not in (None, provider) or self.cause not in (None, cause):
            return False
        return self.least is None or severity.rank >= self.least.rank

    def keeps(self, judged: Judged) -> bool:
        """Whether a row is wanted."""
        return self.wants(judged.group.key.provider, judged.cause, judged.severity)


class Intake:
    """Takes what a scan finds, and counts it: as attempts, or in the parts that skimming gives (:mod:`smtp421.logs.skim`)."""

    def __init__(
        self,
        book: RuleBook,
        sieve: Sieve,
        *,
        by: By | None = None,
        lines: bool = False,
        anonymizer: Anonymizer | None = None,
        evidence: Given = (),
        begins: bool = True,
    ) -> None:
        """``lines`` keeps log lines to be shown; ``evidence`` is what the scan was given.

        ``begins`` is False for a later part of a log.
        """
        self.ledger = Ledger(book.identify, by=by, begins=begins)
        self.lines = lines
        self._book = book
        self._sieve = sieve
        self._anonymizer = anonymizer
        self._evidence = evidence
        self._name = ""
        self._scan: Scan | None = None
        self._looked = 0
        self.sent, self.refused, self.rest = self.ledger.sent, self.ledger.refused, self.ledger.rest

    @property
    def skims(self) -> bool:
        """Whether it takes parts: not what is made unrecognisable, nor what evidence has a say in; that goes line by line."""
        return self._anonymizer is None and not self._evidence

    def take(self, scan: Scan) -> None:
        """Count all that a scan finds."""
        self._scan = scan
        scan.count(self)

    def fresh(self) -> bool:
        """Whether anything was counted since this was asked last."""
        before, self._looked = self._looked, 0 if self._scan is None else self._scan.attempts
        return self._looked != before

    def wanted(self, scan: Scan, *, counted: bool = True) -> Iterator[Diagnosis]:
        """Yield the diagnoses that are wanted; all of them are counted, if ``counted``."""
        if counted:
            scan.watch = self.attempt
        for found in scan:
            if not self._sieve.in_time(found.attempt.timestamp):
                continue
            if self._anonymizer is not None:
                found = diagnose(self._anonymizer.attempt(found.attempt), self._book, self._evidence, logged=found.logged)
            if self._sieve.wants(found.provider, found.cause, found.severity):
                yield found

    def judgement(self) -> Judgement:
        """What to think of all that was taken so far."""
        from smtp421.diagnosis.history.close import close

        return judge(close(self.ledger, self._book.tree.thresholds), self._book, self._evidence)

    # Whole attempts

    def attempt(self, attempt: Attempt, name: str, line: Line | None) -> None:
        """Count an attempt that a line of an input told of."""
        if not self._sieve.in_time(attempt.timestamp):
            return
        if self._anonymizer is not None:
            attempt = self._anonymizer.attempt(attempt)
        found = self._finding(attempt) if attempt.status in REPORTED else None
        text = "" if line is None else line.text
        where = Where(name, attempt.line, self._shown(text, line) if self.lines else "")
        self.ledger.add(attempt, found, session=session_of(text), where=where)

    def _finding(self, attempt: Attempt) -> Finding:
        if self._evidence:
            return Finding.of(diagnose(attempt, self._book, self._evidence))
        return finding(attempt, self._book)

    def _shown(self, text: str, line: Line | None) -> str:
        stamp = "" if line is None or line.stamp is None else f"{line.stamp.isoformat()} "
        text = stamp + text[:LINE]
        return text if self._anonymizer is None else self._anonymizer.text(text)

    # Parts: a sink of smtp421.logs.skim

    @property
    def relays(self) -> bool:
        """Whether relays are told apart."""
        return self.ledger.by == "relay"

    def begin(self, name: str) -> None:
        """Take the name of the input that is skimmed from now on."""
        self._name = name

    def turn(self, stamp: datetime | None) -> tuple[bool, int | None]:
        """Take the time of what comes next; whether that is wanted, and its second."""
        if not self._sieve.in_time(stamp):
            return False, None
        return True, self.ledger.turn(stamp)

    def peer(self, relay: Relay | None) -> LoadCell | Literal[False]:
        """What is counted for the provider of a relay; where the log names none, its domain will tell."""
        return self.ledger.places.load(relay.host) if relay is not None and relay.host else False

    def kind(self, read: Read, relay: str, answer: str) -> Kind:
        """What deliveries that got the same answer are counted with."""
        told = read(relay, answer)
        attempt = told.attempt(None, None, None, None, None)
        kind = _Kind(told.status, self._name, read)
        kind.load = self.peer(told.relay) or None
        if told.status not in REPORTED:
            kind.answered = told.origin is Origin.REMOTE
            return kind
        kind.finding = found = finding(attempt, self._book)
        if found.cause == UNKNOWN and told.status is not Status.SUSPENDED:
            kind.template = template_of(attempt)
        if self.ledger.by != "domain":
            kind.decided = self.ledger.decided(kind, part_of(self.ledger.by, attempt, found))
        return kind


class _Kind(Kind):
    """What deliveries that were skimmed have in common."""

    __slots__ = ("_name", "_read")

    def __init__(self, status: Status | None, name: str, read: Read) -> None:
        """``name`` is the input's; ``read`` reads the words again, where they are to be shown."""
        super().__init__(status)
        self._name = name
        self._read = read

    def __reduce__(self) -> tuple[Any, ...]:
        return _Kind, (None, self._name, self._read)

    def example(self, row: Row) -> Example:
        """The example that one of them makes."""
        refused = Refused(*row)
        words = Words(*refused.told)
        stamp = read_stamp(words.stamp, words.now)
        answer = self._read(words.relay, words.answer)
        attempt = answer.attempt(refused.line, stamp, refused.queue_id, refused.recipient, refused.delay)
        text = words.text.encode("latin-1").decode("utf-8", "replace").rstrip("\r")
        return Example(attempt, Where(self._name, refused.line, text[:LINE]))
