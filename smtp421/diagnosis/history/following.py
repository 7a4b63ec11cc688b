"""What becomes of messages: each is followed from its first deferral to its end, for every recipient, in bounded memory.

In a later part of a log (``begins=False``) no message is followed that may have been deferred before the part: what happened to
it is kept in order, and merging takes it up where the earlier part left off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter

from smtp421.bulk import Row
from smtp421.diagnosis.history.cells import Cell
from smtp421.diagnosis.history.counts import Durations
from smtp421.diagnosis.history.places import Places
from smtp421.diagnosis.history.tracks import GAPS, Event, Fate, Key, Track, Tracks
from smtp421.model import Status

MOST_TRACKED = 200_000
"""Messages that are followed at a time, one for each recipient."""
MOST_LISTED = 1000
"""Messages with an end that are remembered one by one: those that ended last."""
AS_THEY_ARE = 64
"""Different durations of each kind that are kept as they are for a while, before they are rounded."""
FRESH = 300
"""Seconds in the queue at most for the attempt that was seen first to be taken for the first."""
MARGIN = 120
"""Seconds by which clocks may disagree: a message that arrived later than that in a part of a log surely began in it."""
_AT_ONCE = 1.0
"""Seconds in the queue below which a message that was sent cannot have been deferred before."""
_EXPIRED, _SUSPENDED = Status.EXPIRED, Status.SUSPENDED  # looking an enumeration's member up takes longer than all else here
_DELIVERED = Fate.DELIVERED
_NEVER = float("inf")


class Following:
    """Follows messages, and counts how they end."""

    def __init__(self, cells: Mapping[Key, Cell], places: Places, *, begins: bool, most: int) -> None:
        """``cells`` are the groups of deferrals; ``most`` messages are followed at a time."""
        self.tracks = Tracks()
        self.finished = 0
        self.dropped = 0
        """Messages that were followed until there were too many."""
        self.listed: list[Track] = []
        self.schedule = [Durations() for _ in range(GAPS)]
        self.given_up = Durations()
        self.events: list[Event] = []
        """In a later part of a log: what happened to messages that may have begun before it."""
        self.most = most
        self._cells = cells
        self._places = places
        self._begins = begins
        self._before: set[str] = set()
        """The ids of these messages."""
        self._since = -_NEVER if begins else _NEVER
        """Messages that arrived then or later surely began in this part."""

    def turn(self, second: int) -> None:
        """Take the time of what comes next."""
        if self._since == _NEVER:
            self._since = second + MARGIN

    def take(self, sent: Sequence[Row], refused: Sequence[Row]) -> None:
        """Take rows (:mod:`smtp421.bulk`) in their order."""
        met: dict[Cell, list[tuple[str, str]]] = defaultdict(list)
        by_id, simple = self.tracks.by_id, self._begins
        ends = self._ends_among(sent, refused)
        ends.append((len(refused) + 1,))  # never reached: so there always is a next one
        ended = 0
        for number, (second, _, queue_id, recipient, kind, _, _, delay, _) in enumerate(refused):
            while ends[ended][0] <= number:
                self._sent(ends[ended])
                ended += 1
            decided = kind.decided
            if decided is None:
                if queue_id:
                    self._end(second, Fate.EXPIRED if kind.status is _EXPIRED else Fate.BOUNCED, queue_id, recipient, delay)
                continue
            cell = decided.cell
            key, status = cell.key, kind.status
            track = None
            if queue_id and second is not None:
                known = by_id.get(queue_id)
                if known is None and simple and len(self.tracks) < self.most:
                    track = Track(queue_id, recipient, key, second, delay)
                    self.tracks.put(track)
                elif known.__class__ is Track and known.recipient == recipient:
                    track = known
                else:
                    track = self._track(second, queue_id, recipient, key, delay, attempted=status is not _SUSPENDED)
            if status is _SUSPENDED:
                continue
            if track is None:
                met[cell].append((queue_id, recipient))
                continue
            if track.key is not key or not track.attempts:  # messages count once
                met[cell].append((queue_id, recipient))
            track.attempt(second, key)
        for end in ends[ended:-1]:
            self._sent(end)
        for cell, them in met.items():
            cell.meet(them)

    def merge(self, later: Following) -> None:
        """Take up what happened in a later part of the log."""
        self.finished += later.finished
        self.dropped += later.dropped
        self.given_up.merge(later.given_up)
        for durations, more in zip(self.schedule, later.schedule, strict=True):
            durations.merge(more)
        self._since = min(self._since, later._since)
        for event in later.events:
            self._again(event)
        for track in later.tracks:
            self.tracks.put(track)
        while len(self.tracks) > self.most:
            self._make_room()
        self.listed += later.listed
        self._shorten()

    def _ends_among(self, sent: Sequence[Row], refused: Sequence[Row]) -> list[Row]:
        """The accepted deliveries that may end something."""
        known = self.tracks.by_id
        touched = {row[2] for row in refused}
        if self._begins:
            return [row for row in sent if row[3] in known or row[3] in touched]
        touched |= self._before
        return [row for row in sent if row[3] in known or row[3] in touched or (row[3] and not _is_at_once(row[7]))]

    def _sent(self, row: Row) -> None:
        _, second, _, queue_id, recipient, _, _, delay = row
        self._end(second, _DELIVERED, queue_id, recipient, None if delay is None else float(delay))

    def _track(
        self, second: int, queue_id: str, recipient: str, key: Key, delay: float | None, *, attempted: bool
    ) -> Track | None:
        """The open delivery, or a new one; None where it may have begun before this part of the log."""
        if not self._begins and self._may_be_older(second, queue_id, delay):
            self.events.append(Event(second, queue_id, recipient, key, attempted, Fate.WAITING, delay))
            return None
        track = self.tracks.get(queue_id, recipient)
        if track is None:
            while len(self.tracks) >= self.most:
                self._make_room()
            track = Track(queue_id, recipient, key, second, delay)
            self.tracks.put(track)
        return track

    def _end(self, second: int | None, fate: Fate, queue_id: str, recipient: str, delay: float | None) -> None:
        """End the delivery to a recipient; where a line names none (Postfix's qmgr), to all recipients of the message."""
        if not self._begins:
            if delay is not None and delay < _AT_ONCE and queue_id not in self._before and queue_id not in self.tracks.by_id:
                return
            if self._may_be_older(second, queue_id, delay):
                self.events.append(Event(second, queue_id, recipient, None, False, fate, delay))
                return
        self._surely_end(second, fate, queue_id, recipient, delay)

    def _surely_end(self, second: int | None, fate: Fate, queue_id: str, recipient: str, delay: float | None) -> None:
        if recipient:
            track = self.tracks.take(queue_id, recipient)
            if track is not None:
                self._settle(track, fate, second, delay)
            return
        for track in self.tracks.take_all(queue_id):
            self._settle(track, fate, second, delay)

    def _again(self, event: Event) -> None:
        """Take what a later part of the log could not."""
        second, queue_id, recipient, key, attempted, fate, delay = event
        if not self._begins and self._may_be_older(second, queue_id, delay):
            self.events.append(event)
        elif key is None or second is None:
            self._surely_end(second, fate, queue_id, recipient, delay)
        else:
            track = self._track(second, queue_id, recipient, key, delay, attempted=attempted)
            if track is not None and attempted:
                track.attempt(second, key)

    def _may_be_older(self, second: int | None, queue_id: str, delay: float | None) -> bool:
        """Whether a message may have begun before this part of the log."""
        if queue_id in self.tracks.by_id:
            return False
        if queue_id in self._before:
            return True
        if second is not None and delay is not None and second - delay >= self._since:
            return False
        self._before.add(queue_id)
        return True

    def _settle(self, track: Track, fate: Fate, second: int | None, delay: float | None) -> None:
        """End a delivery and count it."""
        waited = track.end(fate, track.last if second is None else second, delay)
        if track.attempts:
            cell, since = self._cells[track.key], track.since
            if fate is _DELIVERED:
                cell.delivered += 1
                counted = cell.waits.counted
                counted[waited] = counted.get(waited, 0) + 1
            elif fate is Fate.BOUNCED:
                cell.bounced += 1
            else:
                cell.expired += 1
            domain = self._places.domains.get(track.domain)
            if domain is not None and (domain.first_sent is None or domain.first_sent >= since):
                domain.end(since, track.key, waited if fate is _DELIVERED else -1)
        if fate is Fate.EXPIRED:
            self.given_up.add(waited)
        count_pauses(track, self.schedule)
        self.finished += 1
        self.listed.append(track)
        if len(self.listed) >= 4 * MOST_LISTED:
            self._shorten()

    def _shorten(self) -> None:
        """Keep those that ended last, and round durations."""
        self.listed = last_of(self.listed)
        for durations in self.schedule:
            durations.shorten(AS_THEY_ARE)
        for cell in self._cells.values():
            cell.waits.shorten(AS_THEY_ARE)

    def _make_room(self) -> None:
        """Give up following the oldest message."""
        self.tracks.take_oldest()
        self.dropped += 1


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


def _is_at_once(delay: str | float | None) -> bool:
    return delay is not None and float(delay) < _AT_ONCE
