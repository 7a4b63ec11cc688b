"""From a scan into a history: which attempts count, and what of a report is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from smtp421.diagnosis.decide import Given, diagnose
from smtp421.diagnosis.finding import finding
from smtp421.diagnosis.history.cells import Decided, LoadCell
from smtp421.diagnosis.history.judgement import Judged, Judgement, judge
from smtp421.diagnosis.history.ledger import NO_FINDING, UNKNOWN, By, Ledger, part_of
from smtp421.diagnosis.history.templates import template_of
from smtp421.diagnosis.history.tracks import Fate
from smtp421.diagnosis.history.values import Example, Finding, Where
from smtp421.logs.line import read_stamp
from smtp421.logs.session import session_of
from smtp421.logs.skim import Answer, Refusal
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
        self._tallies: dict[int, tuple[Finding | None, Decided | None]] = {}
        self.sent = self.ledger.accepted

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

    def begin(self, name: str) -> None:
        """Take the name of the input that is skimmed from now on."""
        self._name = name

    def turn(self, stamp: datetime | None) -> bool:
        """Take the time of what comes next; whether that is wanted."""
        if not self._sieve.in_time(stamp):
            return False
        self.ledger.turn(stamp)
        return True

    def peer(self, relay: Relay | None) -> LoadCell | Literal[False]:
        """What is counted for the provider of a relay; where the log names none, its domain will tell."""
        return self.ledger.places.load(relay.host) if relay is not None and relay.host else False

    def kind(self, answer: Answer) -> _Kind:
        """What deliveries that got the same answer are counted with."""
        attempt = answer.attempt(None, None, None, None, None)
        load = self.peer(answer.relay)
        if answer.status not in REPORTED:
            return _Kind(answer, None, self._name, load)
        found = finding(attempt, self._book)
        kind = _Kind(answer, found, self._name, load)
        if found.cause == UNKNOWN:
            kind.template = template_of(attempt)
        if self.ledger.by is None and not kind.held:
            known, kind.decided = self._tallies.get(id(found), (None, None))  # one object for each case, so this is quick
            if known is not found:
                kind.decided = self.ledger.decided(found, "")
                self._tallies[id(found)] = found, kind.decided
        elif self.ledger.by != "domain":
            kind.decided = self._decided(kind, part_of(self.ledger.by, attempt, found))
        return kind

    def refused(self, kind: _Kind, session: str | None, domain: str, told: tuple[Any, ...]) -> None:
        """Count a delivery that was deferred or refused for good."""
        _, _, queue_id, recipient, text, line, _ = told
        ledger, delay = self.ledger, float(text)
        if kind.held:
            decided = kind.decided or self._decided(kind, domain.lower())
            ledger.held_back(decided, queue_id, recipient, delay, line, (kind, *told))
            return
        places = ledger.places
        place = places.domains.get(domain) or places.domain(domain.lower())
        load = kind.load or places.load(domain.lower())
        if kind.finding is None:
            ledger.bounced(load, place, session, answered=kind.answer.origin is Origin.REMOTE)
            ledger.end(Fate.BOUNCED, queue_id, recipient, delay, place)
            return
        decided, shown = kind.decided or self._decided(kind, domain.lower()), (kind, *told)
        if kind.template:
            ledger.unknown.add(kind.template, (ledger.second or 0, line, queue_id, recipient), shown)
        ledger.deferred(decided, load, place, session, queue_id, recipient, delay, line, shown)

    def _decided(self, kind: _Kind, part: str) -> Decided:
        found = kind.finding or NO_FINDING
        return self.ledger.reason(found, part) if kind.held else self.ledger.decided(found, part)


class _Kind:
    """What deliveries that got the same answer are counted with."""

    __slots__ = ("answer", "decided", "finding", "held", "load", "name", "template")

    def __init__(self, answer: Answer, found: Finding | None, name: str, load: LoadCell | Literal[False] = False) -> None:
        """``found`` is None for what was refused for good."""
        self.answer = answer
        self.finding = found
        self.name = name
        self.load = load
        self.held = answer.status is Status.SUSPENDED
        self.template = ""
        self.decided: Decided | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """All that an example needs: what a worker sends back counts no more."""
        return _Kind, (self.answer, self.finding, self.name)

    def example(self, *parts: Any) -> Example:
        """The example that a deferral makes."""
        told = Refusal(*parts)
        stamp = read_stamp(told.stamp, told.now)
        attempt = self.answer.attempt(told.line, stamp, told.queue_id, told.recipient, float(told.delay))
        text = told.text.encode("latin-1").decode("utf-8", "replace").rstrip("\r")
        return Example(attempt, Where(self.name, told.line, text[:LINE]))
