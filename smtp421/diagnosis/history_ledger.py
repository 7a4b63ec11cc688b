"""The ledger: takes attempts as they come, and keeps what a history needs in bounded memory.

Ledgers of parts of a log can be merged (:func:`merge`), in the order of the parts: what comes out is what one pass over the
whole gives. For that a ledger of a later part (``begins=False``) keeps what may have begun before it: the first delivery of each
recipient of a message, and ends without beginnings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Literal

from smtp421.diagnosis.history import Example, Finding, Where
from smtp421.diagnosis.history_cells import Cell, Decided, Outcomes, People
from smtp421.diagnosis.history_counts import Distinct, Durations, Timeline, mixed
from smtp421.diagnosis.history_places import OTHERS, Places
from smtp421.diagnosis.history_templates import Templates
from smtp421.diagnosis.history_tracks import GAPS, Ending, Endings, Fate, Key, Track, Tracks, name_of, order_of
from smtp421.model import Attempt, Origin, Severity, Status

By = Literal["provider", "domain", "cause", "relay", "rule", "source"]
"""What rows are made by; without it, each provider and cause is a row."""

MOST_TRACKED = 200_000
"""Messages that are followed at a time, one for each recipient."""
MOST_LISTED = 10_000
"""Messages with an end that are remembered one by one."""
MOST_GROUPS = 5_000
FRESH = 300
"""Seconds in the queue at most for the attempt that was seen first to be taken for the first."""
OWN_SIDE = "this server"
UNKNOWN = "unknown"
_AT_ONCE = 1.0
"""Seconds in the queue below which a message that was sent cannot have been deferred before."""
_NO_FINDING = Finding(None, UNKNOWN, None, Severity.WARNING, Origin.REMOTE)
_NOWHERE = Where("", None, "")
_ENDS = {Status.SENT: Fate.DELIVERED, Status.BOUNCED: Fate.BOUNCED, Status.EXPIRED: Fate.EXPIRED}


class Ledger:
    """Counts attempts."""

    def __init__(
        self, identify: Callable[[str | None], str | None], *, by: By | None = None, begins: bool = True, most: int = MOST_TRACKED
    ) -> None:
        """``identify`` is the rule book's: the provider of a host. ``begins`` is False for a later part of a log."""
        self.by = by
        self.begins = begins
        self.most = most
        self.timeline = Timeline()
        self.zone: tzinfo | None = None
        self.totals = Outcomes()
        self.suspended = self.asides = self.expired = 0
        self.messages, self.recipients = Distinct(), Distinct()
        self.cells: dict[Key, Cell] = {}
        self.rows: dict[str, People] = {}
        self.inbound: dict[Key, Cell] = {}
        self.hints: dict[Key, Cell] = {}
        self.held: dict[Key, Decided] = {}
        """The first line for each reason that was only repeated: for messages of which nothing else was seen."""
        self.places = Places(identify)
        self.ends = dict.fromkeys(Fate, 0)
        self.schedule = [Durations() for _ in range(GAPS)]
        self.given_up = Durations()
        self.unknown = Templates()
        self.tracks = Tracks()
        self.listed: deque[Track] = deque(maxlen=MOST_LISTED)
        self.started: dict[int, Track] = {}
        """In a later part of a log: the first delivery of each recipient of a message, where it has ended."""
        self.again: list[Track] = []
        """In a later part of a log: ended deliveries under an id that was used before."""
        self.endings = Endings()
        self.dropped_finished = self.dropped_waiting = self.dropped_groups = 0

    def add(
        self, attempt: Attempt, finding: Finding | None = None, *, session: str | None = None, where: Where = _NOWHERE
    ) -> Key | None:
        """Count an attempt; the group of a deferral.

        ``finding`` is what a deferral was found to be; ``session`` names the process or connection, ``where`` the line.
        """
        stamp, status = attempt.timestamp, attempt.status
        second = None
        if stamp is not None:
            second = int(stamp.timestamp())
            self.zone = stamp.tzinfo or UTC
            self.timeline.add(second)
        origin = attempt.origin if finding is None else finding.origin
        if status is None:
            self.asides += 1
            self._beside(self.hints, attempt, finding or _NO_FINDING, second, where)
            return None
        if origin is Origin.INBOUND:
            known = finding if finding is not None and status is Status.DEFERRED else None
            return None if known is None else self._beside(self.inbound, attempt, known, second, where)
        if status is Status.DEFERRED:
            return self._deferred(attempt, finding or _NO_FINDING, second, session, where)
        if status is Status.SUSPENDED:
            self.suspended += 1
            self._suspended(attempt, finding or _NO_FINDING, second, where)
            return None
        if status is Status.EXPIRED:
            self.expired += 1
        else:
            self.places.done(attempt, second, session, self.totals)
        if attempt.queue_id:
            self._end(attempt, _ENDS[status], second)
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

    # What is no attempt of our queue

    def _beside(self, cells: dict[Key, Cell], attempt: Attempt, finding: Finding, second: int | None, where: Where) -> Key:
        key, cell = self._cell(cells, self._key(attempt, finding))
        cell.add(finding.rule, finding.severity, second, Example(attempt, where), order_of(attempt))
        cell.meet(*_people(attempt))
        return key

    def _suspended(self, attempt: Attempt, finding: Finding, second: int | None, where: Where) -> None:
        key = self._key(attempt, finding)
        decided = Decided(finding.rule, finding.severity, Example(attempt, where), order_of(attempt))
        self.held[key] = min(self.held.get(key, decided), decided, key=Decided.rank)
        queue_id, recipient = attempt.queue_id, attempt.recipient or ""
        if queue_id and second is not None and self.tracks.get(queue_id, recipient) is None:
            self._begin(attempt, queue_id, recipient, key, second)

    # Attempts

    def _deferred(self, attempt: Attempt, finding: Finding, second: int | None, session: str | None, where: Where) -> Key:
        key, cell = self._cell(self.cells, self._key(attempt, finding))
        cell.add(finding.rule, finding.severity, second, Example(attempt, where), order_of(attempt))
        message, recipient = _people(attempt)
        cell.meet(message, recipient)
        if self.by is not None:
            row = self.rows.get(key.part)
            if row is None:
                row = self.rows[key.part] = People()
            row.meet(message, recipient)
        self.messages.add(message)
        self.recipients.add(recipient)
        self.totals.deferred += 1
        self.places.deferred(attempt, second, session, key)
        if finding.cause == UNKNOWN:
            self.unknown.add(attempt)
        if attempt.queue_id and second is not None:
            queue_id, name = attempt.queue_id, attempt.recipient or ""
            track = self.tracks.get(queue_id, name) or self._begin(attempt, queue_id, name, key, second)
            track.attempt(second, key)
        return key

    # Messages

    def _begin(self, attempt: Attempt, queue_id: str, recipient: str, key: Key, second: int) -> Track:
        if len(self.tracks) >= self.most:
            self.make_room()
        begins = self.begins or name_of(queue_id, recipient) in self.started
        track = Track(queue_id, recipient, key, second, attempt.delay, begins=begins, after=len(self.endings))
        self.tracks.put(track)
        return track

    def _end(self, attempt: Attempt, fate: Fate, second: int | None) -> None:
        """End the delivery to a recipient; where a line names none (Postfix's qmgr), to all recipients of the message."""
        queue_id, recipient = attempt.queue_id or "", attempt.recipient
        found = self.tracks.of(queue_id) if recipient is None else (self.tracks.get(queue_id, recipient),)
        for track in found:
            if track is not None:
                track.end(fate, track.last if second is None else second, attempt.delay)
                self.finish(track)
        if self.begins or second is None:
            return
        at_once = attempt.delay is not None and attempt.delay < _AT_ONCE
        if recipient is None or (found == (None,) and not at_once):
            self.endings.add(Ending(name_of(queue_id, recipient), second, fate, attempt.delay, recipient is None))

    def finish(self, track: Track) -> None:
        """Close a delivery that has ended; one that may have begun earlier, or to a domain that took mail earlier, is kept."""
        self.tracks.drop(track)
        if self.begins:
            self.settle(track)
        elif track.begins:
            self.again.append(track)
        else:
            if len(self.started) >= self.most:
                self.settle(self.started.pop(next(iter(self.started))))
            self.started[name_of(track.queue_id, track.recipient)] = track

    def settle(self, track: Track) -> None:
        """Count a delivery of which all is known."""
        fate, ended = track.fate, track.ended or track.last
        domain = self.places.domains.get(track.domain)
        stranger = domain is not None and (domain.first_sent is None or domain.first_sent >= track.since)
        waited = track.waited(ended)
        if track.attempts:
            self._cell(self.cells, track.key)[1].end(track, waited, stranger=stranger)
            self.ends[fate] += 1
        if fate is Fate.EXPIRED:
            self.given_up.add(waited)
        count_pauses(track, self.schedule)
        self.dropped_finished += len(self.listed) == MOST_LISTED
        self.listed.append(track)

    def make_room(self) -> None:
        """Give up following the oldest message."""
        self.tracks.drop(self.tracks.oldest())
        self.dropped_waiting += 1

    # Names

    def _key(self, attempt: Attempt, finding: Finding) -> Key:
        part = _PARTS[self.by](attempt, finding) if self.by is not None else ""
        return Key(part, finding.origin is Origin.LOCAL, finding.provider, finding.cause)

    def _cell(self, cells: dict[Key, Cell], key: Key) -> tuple[Key, Cell]:
        cell = cells.get(key)
        if cell is None:
            if key.part and len(cells) >= MOST_GROUPS:
                self.dropped_groups += 1
                key = key._replace(part=OTHERS)
            cell = cells.setdefault(key, Cell())
        return key, cell


def count_pauses(track: Track, schedule: Sequence[Durations]) -> None:
    """Count the pauses between the attempts of a message whose first attempt was seen."""
    if track.queued is None or track.queued <= FRESH:
        for durations, gap in zip(schedule, track.gaps, strict=False):
            durations.add(gap)


def _people(attempt: Attempt) -> tuple[int, int]:
    """Numbers for the message and the recipient; a message without an id is told by its recipient."""
    recipient = mixed((attempt.recipient or "").lower())
    return mixed(attempt.queue_id) if attempt.queue_id else recipient, recipient


_PARTS: Mapping[By, Callable[[Attempt, Finding], str]] = {
    "provider": lambda _, finding: OWN_SIDE if finding.origin is Origin.LOCAL else finding.provider or "?",
    "cause": lambda _, finding: finding.cause,
    "domain": lambda attempt, _: (attempt.recipient or "").rpartition("@")[2].lower() or "?",
    "relay": lambda attempt, _: (attempt.relay.host or attempt.relay.address or "?") if attempt.relay is not None else "?",
    "rule": lambda _, finding: finding.rule or "?",
    "source": lambda attempt, _: attempt.source_address or "?",
}
