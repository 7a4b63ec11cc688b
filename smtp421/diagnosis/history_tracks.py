"""The deliveries that a history follows: one for each recipient of a message, from the first deferral to its fate."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from smtp421.model import Attempt

GAPS = 7
"""Pauses between attempts that are remembered."""


class Fate(StrEnum):
    """What became of a message for one recipient."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    WAITING = "waiting"


FATES = tuple(Fate)
_WHOLE = len(FATES)

Order = tuple[float, int, str, str]
"""Which of two attempts came first, whatever the order they are counted in."""


def order_of(attempt: Attempt) -> Order:
    """The place of an attempt: its time, then its line."""
    stamp = attempt.timestamp
    moment = float("inf") if stamp is None else stamp.timestamp()
    return moment, attempt.line or 0, attempt.queue_id or "", attempt.recipient or ""


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
        "after",
        "attempts",
        "begins",
        "domain",
        "ended",
        "fate",
        "first",
        "gaps",
        "key",
        "last",
        "queue_id",
        "queued",
        "recipient",
        "since",
        "took",
    )

    def __init__(
        self, queue_id: str, recipient: str, key: Key, since: int, queued: float | None, *, begins: bool, after: int = 0
    ) -> None:
        self.queue_id = queue_id
        self.recipient = recipient
        self.domain = recipient.rpartition("@")[2].lower()
        self.key = key
        """The reason of the last attempt; without one, that of the line that told why there was none."""
        self.since = since
        """When it was seen first."""
        self.queued = queued
        """Seconds that it had been in the queue by then, where the log tells."""
        self.begins = begins
        """Whether this is surely its beginning: else it may have begun before the part of the log that was read."""
        self.after = after
        """So many of the ends without beginnings had come before it."""
        self.attempts = 0
        self.first = self.last = since
        """When the first and the last attempt were."""
        self.gaps: tuple[int, ...] = ()
        self.fate = Fate.WAITING
        self.ended: int | None = None
        self.took: float | None = None
        """Seconds in the queue when it ended, where the log tells."""

    def attempt(self, second: int, key: Key) -> None:
        """Take a deferral."""
        if not self.attempts:
            self.first = second
        elif len(self.gaps) < GAPS:
            self.gaps += (second - self.last,)
        self.attempts += 1
        self.last = second
        self.key = key

    def end(self, fate: Fate, second: int, took: float | None) -> None:
        """Take what became of it; what was accepted or refused was one more attempt."""
        if self.attempts and fate is not Fate.EXPIRED and len(self.gaps) < GAPS:
            self.gaps += (second - self.last,)
        self.fate, self.ended, self.took = fate, second, took

    def join(self, later: Track) -> None:
        """Take what another, for the same recipient of the same message, saw later."""
        if later.attempts:
            between = (later.first - self.last,) if self.attempts else ()
            self.gaps = (*self.gaps, *between, *later.gaps)[:GAPS]
            self.first = self.first if self.attempts else later.first
            self.attempts += later.attempts
            self.last, self.key = later.last, later.key
            self.fate, self.ended, self.took = later.fate, later.ended, later.took
        elif later.ended is not None:
            self.end(later.fate, later.ended, later.took)

    def waited(self, now: int) -> int:
        """Seconds from its arrival, or from when it was seen first, to its end, else to ``now``."""
        seen = (now if self.ended is None else self.ended) - self.since + int(self.queued or 0)
        return max(seen, int(self.took or 0), 0)


class Tracks:
    """The open ones, by queue id and recipient. Most messages have one recipient: then there is no dictionary below the id."""

    __slots__ = ("_by_id", "_size")

    def __init__(self) -> None:
        self._by_id: dict[str, Track | dict[str, Track]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Track]:
        for held in self._by_id.values():
            if isinstance(held, Track):
                yield held
            else:
                yield from held.values()

    def get(self, queue_id: str, recipient: str) -> Track | None:
        """The open one for that recipient."""
        held = self._by_id.get(queue_id)
        if held is None:
            return None
        if isinstance(held, Track):
            return held if held.recipient == recipient else None
        return held.get(recipient)

    def of(self, queue_id: str) -> tuple[Track, ...]:
        """All of a message."""
        held = self._by_id.get(queue_id)
        return () if held is None else (held,) if isinstance(held, Track) else tuple(held.values())

    def put(self, track: Track) -> None:
        """Add one that is not there yet."""
        held = self._by_id.get(track.queue_id)
        if held is None:
            self._by_id[track.queue_id] = track
        elif isinstance(held, Track):
            self._by_id[track.queue_id] = {held.recipient: held, track.recipient: track}
        else:
            held[track.recipient] = track
        self._size += 1

    def drop(self, track: Track) -> None:
        """Take one out that is there."""
        held = self._by_id[track.queue_id]
        if isinstance(held, Track) or len(held) == 1:
            del self._by_id[track.queue_id]
        else:
            del held[track.recipient]
        self._size -= 1

    def oldest(self) -> Track:
        """The one that was put in first."""
        return next(iter(self))


class Ending(NamedTuple):
    """An end without a beginning: of a message that was sent at once, or that was deferred before this part of the log."""

    name: int
    """Of the recipient of a message, or of the message (:func:`name_of`)."""
    second: int
    fate: Fate
    took: float | None
    whole: bool
    """Whether it ends the message for all recipients."""


class Endings:
    """Ends without beginnings, 25 bytes each; where a log is read in parts, the part before tells which of them matter."""

    __slots__ = ("_fates", "_names", "_seconds", "_took")

    def __len__(self) -> int:
        return len(self._names)

    def __init__(self) -> None:
        self._names, self._seconds = array("Q"), array("q")
        self._fates, self._took = array("B"), array("d")

    def __iter__(self) -> Iterator[Ending]:
        for name, second, fate, took in zip(self._names, self._seconds, self._fates, self._took, strict=True):
            yield Ending(name, second, FATES[fate % _WHOLE], None if took < 0 else took, fate >= _WHOLE)

    def add(self, ending: Ending) -> None:
        """Remember one."""
        self._names.append(ending.name)
        self._seconds.append(ending.second)
        self._fates.append(FATES.index(ending.fate) + _WHOLE * ending.whole)
        self._took.append(-1.0 if ending.took is None else ending.took)


def name_of(queue_id: str, recipient: str | None) -> int:
    """A number for a recipient of a message, or for the message."""
    text = queue_id if recipient is None else f"{queue_id}\n{recipient}"
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest())
