"""The deliveries that a history follows: one for each recipient of a message, from the first deferral to its fate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

GAPS = 7
"""Pauses between attempts that are remembered."""


class Fate(StrEnum):
    """What became of a message for one recipient."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    WAITING = "waiting"


_WAITING, _EXPIRED = Fate.WAITING, Fate.EXPIRED
"""Looking an enumeration's member up takes longer than all else that is done with a track."""


_SHORT = tuple(range(1 << 13))
"""Most pauses are of so many seconds: tracks share these numbers, which spares half a megabyte for each 5,000 of them."""


class Key(NamedTuple):
    """What deferrals are counted together by."""

    part: str
    """The domain, relay, rule or source where the report goes by one of these; else empty."""
    own: bool
    """Whether our own side said it."""
    provider: str | None
    cause: str


class Track:
    """A message on its way to one recipient."""

    __slots__ = (
        "attempts",
        "ended",
        "fate",
        "gaps",
        "key",
        "last",
        "queue_id",
        "queued",
        "recipient",
        "since",
        "took",
    )

    def __init__(self, queue_id: str, recipient: str, key: Key, since: int, queued: float | None) -> None:
        self.queue_id = queue_id
        self.recipient = recipient
        self.key = key
        """The reason of the last attempt; without one, that of the line that told why there was none."""
        self.since = since
        """When it was seen first."""
        self.queued = queued
        """Seconds that it had been in the queue by then, where the log tells."""
        self.attempts = 0
        self.last = since
        """When the last attempt was."""
        self.gaps: tuple[int, ...] = ()
        self.fate = _WAITING
        self.ended: int | None = None
        self.took: float | None = None
        """Seconds in the queue when it ended, where the log tells."""

    @property
    def domain(self) -> str:
        """The recipient's."""
        return self.recipient.rpartition("@")[2].lower()

    def attempt(self, second: int, key: Key) -> None:
        """Take a deferral."""
        if self.attempts and len(self.gaps) < GAPS:
            self._pause(second - self.last)
        self.attempts += 1
        self.last = second
        self.key = key

    def end(self, fate: Fate, second: int, took: float | None) -> int:
        """Take what became of it, and give how long it waited; what was accepted or refused was one more attempt."""
        if self.attempts and fate is not _EXPIRED and len(self.gaps) < GAPS:
            self._pause(second - self.last)
        self.fate, self.ended, self.took = fate, second, took
        return self.waited(second)

    def _pause(self, seconds: int) -> None:
        self.gaps += (_SHORT[seconds] if 0 <= seconds < len(_SHORT) else seconds,)

    def waited(self, now: int) -> int:
        """Seconds from its arrival, or from when it was seen first, to its end, else to ``now``."""
        seen = (now if self.ended is None else self.ended) - self.since
        if self.queued:
            seen += int(self.queued)
        took = self.took
        if took is not None and took > seen:
            seen = int(took)
        return seen if seen > 0 else 0


class Tracks:
    """The open ones, by queue id and recipient. Most messages have one recipient: then there is no dictionary below the id."""

    __slots__ = ("_size", "by_id")

    def __init__(self) -> None:
        self.by_id: dict[str, Track | dict[str, Track]] = {}
        """For a look whether there is any."""
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Track]:
        for held in self.by_id.values():
            if isinstance(held, Track):
                yield held
            else:
                yield from held.values()

    def get(self, queue_id: str, recipient: str) -> Track | None:
        """The open one for that recipient."""
        held = self.by_id.get(queue_id)
        if held is None:
            return None
        if isinstance(held, Track):
            return held if held.recipient == recipient else None
        return held.get(recipient)

    def put(self, track: Track) -> None:
        """Add one that is not there yet."""
        held = self.by_id.setdefault(track.queue_id, track)
        if isinstance(held, dict):
            held[track.recipient] = track
        elif held is not track:
            self.by_id[track.queue_id] = {held.recipient: held, track.recipient: track}
        self._size += 1

    def take(self, queue_id: str, recipient: str) -> Track | None:
        """Take out the one for a recipient."""
        held = self.by_id.get(queue_id)
        if isinstance(held, dict):
            track = held.pop(recipient, None)
            if not held:
                del self.by_id[queue_id]
        elif held is not None and held.recipient == recipient:
            del self.by_id[queue_id]
            track = held
        else:
            return None
        self._size -= track is not None
        return track

    def take_all(self, queue_id: str) -> Iterable[Track]:
        """Take out all of a message."""
        held = self.by_id.pop(queue_id, {})
        found = (held,) if isinstance(held, Track) else held.values()
        self._size -= len(found)
        return found

    def take_oldest(self) -> None:
        """Take out the one that was put in first."""
        first = next(iter(self))
        self.take(first.queue_id, first.recipient)


class Event(NamedTuple):
    """What happened to a message that may have been deferred before the part of a log that is read."""

    second: int | None
    queue_id: str
    recipient: str
    """Empty where it happened to all recipients."""
    key: Key | None
    """Of a deferral, or of the reason why it was held back."""
    attempted: bool
    """Whether it was an attempt."""
    fate: Fate
    delay: float | None
    """Seconds in the queue, where the log tells."""
