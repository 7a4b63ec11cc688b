"""The ledger: takes attempts as they come, and keeps what a history needs in bounded memory.

Ledgers of parts of a log can be merged (:func:`smtp421.diagnosis.history.merge.merge`), in the order of the parts: what comes out
is what one pass over the whole gives. For that a ledger of a later part (``begins=False``) follows no message that may have been
deferred before the part: what happened to it is kept in order, and the merge takes it up where the earlier part left off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from operator import attrgetter
from typing import Any, Literal

from smtp421.diagnosis.history.cells import Cell, Decided, DomainCell, LoadCell, People
from smtp421.diagnosis.history.counts import Distinct, Durations, mixed
from smtp421.diagnosis.history.places import OTHERS, Places
from smtp421.diagnosis.history.shown import order_of
from smtp421.diagnosis.history.templates import Templates, template_of
from smtp421.diagnosis.history.tracks import GAPS, Event, Fate, Key, Track, Tracks
from smtp421.diagnosis.history.values import Example, Finding, Where
from smtp421.model import Attempt, Origin, Severity, Status

By = Literal["provider", "domain", "cause", "relay", "rule", "source"]
"""What rows are made by; without it, each provider and cause is a row."""

MOST_TRACKED = 200_000
"""Messages that are followed at a time, one for each recipient."""
MOST_LISTED = 1000
"""Messages with an end that are remembered one by one: those that ended last."""
MOST_GROUPS = 5_000
AS_THEY_ARE = 64
"""Different durations of each kind that are kept as they are for a while, before they are rounded."""
FRESH = 300
"""Seconds in the queue at most for the attempt that was seen first to be taken for the first."""
MARGIN = 120
"""Seconds by which clocks may disagree: a message that arrived later than that in a part of a log surely began in it."""
OWN_SIDE = "this server"
UNKNOWN = "unknown"
_AT_ONCE = 1.0
"""Seconds in the queue below which a message that was sent cannot have been deferred before."""
NO_FINDING = Finding(None, UNKNOWN, None, Severity.WARNING, Origin.REMOTE)
_NOWHERE = Where("", None, "")
_ENDS = {Status.SENT: Fate.DELIVERED, Status.BOUNCED: Fate.BOUNCED, Status.EXPIRED: Fate.EXPIRED}
_NEVER = float("inf")


class Ledger:
    """Counts attempts: either whole ones (:meth:`add`), or, where millions come, the few parts of them that count.

    The parts go to :meth:`deferred`, :meth:`held_back` and :meth:`sent`, after :meth:`turn` has told the time.
    """

    def __init__(
        self, identify: Callable[[str | None], str | None], *, by: By | None = None, begins: bool = True, most: int = MOST_TRACKED
    ) -> None:
        """``identify`` is the rule book's: the provider of a host. ``begins`` is False for a later part of a log."""
        self.by = by
        self.begins = begins
        self.most = most
        self.first: int | None = None
        """The first second that was seen."""
        self.last = 0
        """The last second that was seen."""
        self.zone: tzinfo | None = None
        self.second: int | None = None
        """The time of the attempts that come now."""
        self.suspended = self.asides = self.expired = 0
        self.messages, self.recipients = Distinct(), Distinct()
        self.cells: dict[Key, Cell] = {}
        self.rows: dict[str, People] = {}
        self.inbound: dict[Key, Cell] = {}
        self.hints: dict[Key, Cell] = {}
        self.held: dict[Key, Cell] = {}
        """Reasons that were only repeated: for messages of which nothing else was seen."""
        self.places = Places(identify)
        self.schedule = [Durations() for _ in range(GAPS)]
        self.given_up = Durations()
        self.unknown = Templates()
        self.tracks = Tracks()
        self.finished = 0
        self.listed: list[Track] = []
        self.events: list[Event] = []
        """In a later part of a log: what happened to messages that may have begun before it."""
        self.before: set[str] = set()
        """The ids of these messages."""
        self.since = -_NEVER if begins else _NEVER
        """Messages that arrived then or later surely began in this part."""
        self.dropped_waiting = 0

    def turn(self, stamp: datetime | None) -> None:
        """Go on to the time of the attempts that come next."""
        if stamp is None:
            self.second = None
            return
        second = self.second = int(stamp.timestamp())
        self.zone = stamp.tzinfo or UTC
        self.cover(second)
        if self.since == _NEVER:
            self.since = second + MARGIN

    def add(
        self, attempt: Attempt, finding: Finding | None = None, *, session: str | None = None, where: Where = _NOWHERE
    ) -> Key | None:
        """Count an attempt; the group of a deferral.

        ``finding`` is what a deferral was found to be; ``session`` names the process or connection, ``where`` the line.
        """
        self.turn(attempt.timestamp)
        status, finding_ = attempt.status, finding or NO_FINDING
        origin = attempt.origin if finding is None else finding.origin
        if status is None:
            self.asides += 1
            self._beside(self.hints, attempt, finding_, where)
            return None
        if origin is Origin.INBOUND:
            known = finding is not None and status is Status.DEFERRED
            return self._beside(self.inbound, attempt, finding_, where) if known else None
        queue_id, recipient, relay = attempt.queue_id, attempt.recipient, attempt.relay
        if status is Status.EXPIRED:
            self.expired += 1
            if queue_id:
                self.end(Fate.EXPIRED, queue_id, recipient, attempt.delay)
            return None
        order, shown = order_of(attempt), Example(attempt, where)
        if status is Status.SUSPENDED:
            reason = self.reason(finding_, part_of(self.by, attempt, finding_))
            self.held_back(reason, queue_id, recipient, attempt.delay, attempt.line or 0, shown)
            return None
        domain = (recipient or "").rpartition("@")[2].lower()
        load = self.places.load((relay.host if relay is not None else None) or domain)
        cell = self.places.domain(domain)
        source = self.places.source(attempt.source_address) if attempt.source_address else None
        if status is Status.DEFERRED:
            if source is not None:
                source.deferred += 1
            decided = self.decided(finding_, part_of(self.by, attempt, finding_))
            if finding_.cause == UNKNOWN:
                self.unknown.add(template_of(attempt), order, shown)
            self.deferred(decided, load, cell, session, queue_id, recipient or "", attempt.delay, attempt.line or 0, shown)
            return decided.cell.key
        if status is Status.SENT:
            if source is not None:
                source.sent += 1
            cell.answered += relay is not None
            self.sent(load, cell, session)
        else:
            if source is not None:
                source.bounced += 1
            self.bounced(load, cell, session, answered=attempt.origin is Origin.REMOTE)
        if queue_id:
            self.end(_ENDS[status], queue_id, recipient, attempt.delay, cell)
        return None

    def waiting(self) -> dict[Key, int]:
        """How many messages wait, by group."""
        found: dict[Key, int] = {}
        for track in self.tracks:
            found[track.key] = found.get(track.key, 0) + 1
        return found

    def at(self, second: int) -> datetime:
        """A second since 1970 by the log's clock."""
        return datetime.fromtimestamp(second, self.zone or UTC)

    # What attempts are counted with

    def decided(self, finding: Finding, part: str) -> Decided:
        """What deferrals of a finding are counted with; ``part`` is what the report goes by."""
        return self._cell(self.cells, finding, part).decided(finding.rule, finding.severity)

    def reason(self, finding: Finding, part: str) -> Decided:
        """What lines are counted with that only repeat a reason."""
        return self._cell(self.held, finding, part).decided(finding.rule, finding.severity)

    def _cell(self, cells: dict[Key, Cell], finding: Finding, part: str) -> Cell:
        key = Key(part, finding.origin is Origin.LOCAL, finding.provider, finding.cause)
        cell = cells.get(key)
        if cell is None:
            if part and len(cells) >= MOST_GROUPS:
                key = key._replace(part=OTHERS)
            row = self.rows.setdefault(key.part, People()) if self.by is not None and cells is self.cells else None
            cell = cells.setdefault(key, Cell(key, row))
        return cell

    def _beside(self, cells: dict[Key, Cell], attempt: Attempt, finding: Finding, where: Where) -> Key:
        """Count what is no attempt of our queue."""
        cell = self._cell(cells, finding, part_of(self.by, attempt, finding))
        decided = cell.decided(finding.rule, finding.severity)
        shown = Example(attempt, where)
        decided.take(self.second, attempt.line or 0, attempt.queue_id, attempt.recipient or "", shown)
        cell.meet(*_people(attempt.queue_id, attempt.recipient or ""))
        return cell.key

    # Attempts

    def deferred(
        self,
        decided: Decided,
        load: LoadCell,
        domain: DomainCell,
        session: str | None,
        queue_id: str | None,
        recipient: str,
        delay: float | None,
        line: int,
        shown: Any,
    ) -> None:
        """Count a deferral. ``shown`` is the example that it makes (:func:`smtp421.diagnosis.history.shown.example_of`)."""
        decided.take(self.second, line, queue_id, recipient, shown)
        cell, second = decided.cell, self.second
        key = cell.key
        load.deferred += 1
        domain.reasons[key] = domain.reasons.get(key, 0) + 1
        self._went(load, domain, session)
        track = None
        if queue_id and second is not None:
            known = self.tracks.by_id.get(queue_id)
            if known.__class__ is Track and known.recipient == recipient:
                track = known
            else:
                track = self._track(second, queue_id, recipient, key, delay, attempted=True)
        if track is None or track.key is not key or not track.attempts:
            self._meet(cell, queue_id, recipient)
        if track is not None and second is not None:
            track.attempt(second, key)

    def held_back(
        self, decided: Decided, queue_id: str | None, recipient: str | None, delay: float | None, line: int, shown: Any
    ) -> None:
        """Count a line that repeats an older reason: no attempt, but the message waits for it."""
        self.suspended += 1
        second = self.second
        decided.show((_NEVER if second is None else second, line, queue_id or "", recipient or ""), shown)
        if queue_id and second is not None:
            self._track(second, queue_id, recipient or "", decided.cell.key, delay, attempted=False)

    def accepted(
        self, load: LoadCell | Literal[False], session: str | None, queue_id: str, recipient: str, name: str, delay: str
    ) -> None:
        """Count what a relay accepted for a domain, and end the delivery. Without ``load`` no relay was named."""
        places = self.places
        domain = places.domains.get(name) or places.domain(name.lower())
        if load:
            domain.answered += 1
        else:
            load = places.load(name.lower())
        self.sent(load, domain, session)
        if queue_id in self.tracks.by_id or not self.begins:
            self.end(Fate.DELIVERED, queue_id, recipient, float(delay), domain)

    def sent(self, load: LoadCell, domain: DomainCell, session: str | None) -> None:
        """Count what was accepted; :meth:`end` ends the delivery."""
        load.sent += 1
        domain.sent += 1
        second = self.second
        if second is not None and (domain.first_sent is None or second < domain.first_sent):
            domain.first_sent = second
        self._went(load, domain, session)

    def bounced(self, load: LoadCell, domain: DomainCell, session: str | None, *, answered: bool) -> None:
        """Count what was refused for good; :meth:`end` ends the delivery."""
        load.bounced += 1
        domain.bounced += 1
        domain.answered += answered
        self._went(load, domain, session)

    def _went(self, load: LoadCell, domain: DomainCell, session: str | None) -> None:
        """Count where an attempt went, and when."""
        if domain.provider is not load.provider:
            domain.answer(load.provider)
        second = self.second
        if second is None:
            return
        times = load.times
        if times.start <= second < times.end:
            times.number += 1
        else:
            times.turn(second)
        if session is not None:
            peak = load.peak
            if peak.second != second:
                peak.turn(second)
            peak.names.add(session)
        if domain.first is None or second < domain.first:
            domain.first = second

    def _meet(self, cell: Cell, queue_id: str | None, recipient: str) -> None:
        """Count the message and the recipient of a deferral. They count once, so this may be left out where it was done."""
        message, name = _people(queue_id, recipient)
        cell.meet(message, name)
        if cell.row is not None:
            cell.row.meet(message, name)
        self.messages.add(message)
        self.recipients.add(name)

    # Messages

    def _track(
        self, second: int, queue_id: str, recipient: str, key: Key, delay: float | None, *, attempted: bool
    ) -> Track | None:
        """The open delivery, or a new one; None where it may have begun before this part of the log."""
        if not self.begins and self._may_be_older(second, queue_id, delay):
            self.events.append(Event(second, queue_id, recipient, key, attempted, Fate.WAITING, delay))
            return None
        track = self.tracks.get(queue_id, recipient)
        if track is None:
            while len(self.tracks) >= self.most:
                self.make_room()
            track = Track(queue_id, recipient, key, second, delay)
            self.tracks.put(track)
        return track

    def end(
        self, fate: Fate, queue_id: str, recipient: str | None, delay: float | None, domain: DomainCell | None = None
    ) -> None:
        """End the delivery to a recipient; where a line names none (Postfix's qmgr), to all recipients of the message.

        ``domain`` is the recipient's, where it is at hand.
        """
        if not self.begins:
            if delay is not None and delay < _AT_ONCE and queue_id not in self.before and queue_id not in self.tracks.by_id:
                return
            if self._may_be_older(self.second, queue_id, delay):
                self.events.append(Event(self.second, queue_id, recipient, None, False, fate, delay))
                return
        self._end(self.second, fate, queue_id, recipient, delay, domain)

    def again(self, event: Event) -> None:
        """Take what a later part of the log could not."""
        second, queue_id, recipient, key, attempted, fate, delay = event
        if not self.begins and self._may_be_older(second, queue_id, delay):
            self.events.append(event)
        elif key is None or second is None:
            self._end(second, fate, queue_id, recipient, delay, None)
        else:
            track = self._track(second, queue_id, recipient or "", key, delay, attempted=attempted)
            if track is not None and attempted:
                track.attempt(second, key)

    def _may_be_older(self, second: int | None, queue_id: str, delay: float | None) -> bool:
        """Whether a message may have begun before this part of the log."""
        if queue_id in self.tracks.by_id:
            return False
        if queue_id in self.before:
            return True
        if second is not None and delay is not None and second - delay >= self.since:
            return False
        self.before.add(queue_id)
        return True

    def _end(
        self, second: int | None, fate: Fate, queue_id: str, recipient: str | None, delay: float | None, domain: DomainCell | None
    ) -> None:
        found = self.tracks.of(queue_id) if recipient is None else (self.tracks.get(queue_id, recipient),)
        for track in found:
            if track is not None:
                track.end(fate, track.last if second is None else second, delay)
                self.tracks.drop(track)
                self._settle(track, domain or self.places.domains.get(track.domain))

    def _settle(self, track: Track, domain: DomainCell | None) -> None:
        """Count a delivery that has ended."""
        fate, key, ended = track.fate, track.key, track.last if track.ended is None else track.ended
        waited = track.waited(ended)
        if track.attempts:
            cell = self.cells[key]
            if fate is Fate.DELIVERED:
                cell.delivered += 1
                counted = cell.waits.counted
                counted[waited] = counted.get(waited, 0) + 1
            elif fate is Fate.BOUNCED:
                cell.bounced += 1
            else:
                cell.expired += 1
            if domain is not None and (domain.first_sent is None or domain.first_sent >= track.since):
                domain.end(track.since, key, waited if fate is Fate.DELIVERED else -1)
        if fate is Fate.EXPIRED:
            self.given_up.add(waited)
        count_pauses(track, self.schedule)
        self.finished += 1
        self.listed.append(track)
        if len(self.listed) >= 3 * MOST_LISTED:
            self.shorten()

    def shorten(self) -> None:
        """Keep those that ended last, and round durations."""
        self.listed = last_of(self.listed)
        for durations in self.schedule:
            durations.shorten(AS_THEY_ARE)
        for cell in self.cells.values():
            cell.waits.shorten(AS_THEY_ARE)

    def make_room(self) -> None:
        """Give up following the oldest message."""
        self.tracks.drop(self.tracks.oldest())
        self.dropped_waiting += 1

    def cover(self, second: int) -> None:
        """Reach to a second."""
        if self.first is None:
            self.first = self.last = second
        elif second > self.last:
            self.last = second
        elif second < self.first:
            self.first = second


def last_of(tracks: list[Track]) -> list[Track]:
    """Those that ended last, as many as are listed, in the order of their ends: the last first."""
    tracks.sort(key=attrgetter("since", "queue_id", "recipient"))
    tracks.sort(key=attrgetter("ended"), reverse=True)
    return tracks[:MOST_LISTED]


def count_pauses(track: Track, schedule: Sequence[Durations]) -> None:
    """Count the pauses between the attempts of a message whose first attempt was seen."""
    if track.queued is None or track.queued <= FRESH:
        for durations, gap in zip(schedule, track.gaps, strict=False):
            durations.counted[gap] = durations.counted.get(gap, 0) + 1


def _people(queue_id: str | None, recipient: str) -> tuple[int, int]:
    """Numbers for the message and the recipient; a message without an id is told by its recipient."""
    name = mixed(recipient.lower())
    return mixed(queue_id) if queue_id else name, name


def part_of(by: By | None, attempt: Attempt, finding: Finding) -> str:
    """What of an attempt the report goes by."""
    return _PARTS[by](attempt, finding) if by is not None else ""


_PARTS: Mapping[By, Callable[[Attempt, Finding], str]] = {
    "provider": lambda _, finding: OWN_SIDE if finding.origin is Origin.LOCAL else finding.provider or "?",
    "cause": lambda _, finding: finding.cause,
    "domain": lambda attempt, _: (attempt.recipient or "").rpartition("@")[2].lower() or "?",
    "relay": lambda attempt, _: (attempt.relay.host or attempt.relay.address or "?") if attempt.relay is not None else "?",
    "rule": lambda _, finding: finding.rule or "?",
    "source": lambda attempt, _: attempt.source_address or "?",
}
