"""Skimming: reading large blocks of a log for what is counted in it, instead of line by line.

A format whose records are single lines may have a :class:`Skimmer` besides its reader. It finds the lines that matter in a block
with one pattern, hands the plain cases among them to a :class:`Sink` in parts, and gives back all others to be read as lines; so
whatever it does not know is read as ever. What it hands on must be what its reader tells of the same line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from smtp421.logs.layout import Layout
from smtp421.model import Attempt, Origin, Relay, Reply, Status

MOST_PEERS = 5_000
MOST_ANSWERS = 8_192
"""Answers that are remembered as they stand in the log: many are word for word those of other messages."""


class Peer:
    """The relay of a line, and what was heard of it."""

    __slots__ = ("answers", "counted", "relay")

    def __init__(self, relay: Relay | None) -> None:
        self.relay = relay
        self.answers: dict[str, Answer] = {}
        self.counted: Any = None
        """For the sink: what it counts with."""


class Answer:
    """All of a deferral that depends on the relay and on the words behind it only."""

    __slots__ = ("counted", "format", "origin", "relay", "reply", "status")

    def __init__(self, form: str, reply: Reply, origin: Origin | None, relay: Relay | None, status: Status | None) -> None:
        self.format = form
        self.reply = reply
        self.origin = origin
        self.relay = relay
        self.status = status
        self.counted: Any = None
        """For the sink: what it counts with."""

    def attempt(
        self, line: int | None, stamp: datetime | None, queue_id: str | None, recipient: str, delay: float | None
    ) -> Attempt:
        """The attempt that got it."""
        reply, relay = self.reply, self.relay
        return Attempt(reply, self.format, self.origin, line, stamp, queue_id, None, recipient or None, relay, self.status, delay)


class Deferral(NamedTuple):
    """What of a line is only looked at where it is shown: made without a call, as a plain tuple of this order."""

    stamp: str
    now: datetime
    """The clock, for a stamp without a year."""
    queue_id: str
    recipient: str
    delay: str
    line: int
    text: str
    """The line, where lines are shown; else empty."""


class Sink(Protocol):
    """Takes what a skimmer finds."""

    @property
    def lines(self) -> bool:
        """Whether lines are shown."""
        ...

    def begin(self, name: str) -> None:
        """Take the name of the input that is skimmed from now on."""
        ...

    def turn(self, stamp: datetime | None) -> bool:
        """Take the time of what comes next; whether that is wanted."""
        ...

    def sent(self, peer: Peer, session: str | None, queue_id: str, recipient: str, domain: str, delay: str) -> None:
        """Take an accepted delivery. ``delay`` is in seconds."""
        ...

    def deferred(self, answer: Answer, session: str | None, domain: str, told: tuple[Any, ...]) -> None:
        """Take a deferral; ``told`` is a :class:`Deferral`."""
        ...


class Skimmer(Protocol):
    """Skims one stream."""

    number: int
    """When a block is done: the number of the line behind it."""
    attempts: int
    """Attempts of the block that were handed on."""

    def skim(self, number: int, block: bytes) -> Iterator[tuple[int, bytes]]:
        """Take a block of whole lines, of which the first has a number; yield the lines that are to be read one by one.

        What it hands on comes in the order of the lines, with what it yields in between.
        """
        ...


class Skim(NamedTuple):
    """How a format is skimmed."""

    name: str
    suits: Callable[[Iterable[str]], bool]
    """Whether lines that are samples of a log, are of this format, in a layout that is known, and of none else."""
    open: Callable[[Layout, Sink], Skimmer]
    """A fresh skimmer for one stream."""
