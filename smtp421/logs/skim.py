"""Skimming: reading large blocks of a log for what is counted in it, instead of line by line.

A format whose records are single lines may have a :class:`Skimmer` besides its reader. It finds the lines that matter in a block
with one pattern, hands the plain cases among them to a :class:`Sink` in parts, and gives back all others to be read as lines; so
whatever it does not know is read as ever. What it hands on must be what its reader tells of the same line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from smtp421.logs.layout import Layout
from smtp421.model import Attempt, Origin, Relay, Reply, Status

Value = TypeVar("Value")

MOST_REMEMBERED = 6_000
"""Answers that are remembered as they stand in the log: many are word for word those of other messages."""


class Answer(NamedTuple):
    """All of a delivery that was not accepted that depends only on the relay and on the words behind it."""

    format: str
    reply: Reply
    origin: Origin | None
    relay: Relay | None
    status: Status | None

    def attempt(
        self, line: int | None, stamp: datetime | None, queue_id: str | None, recipient: str | None, delay: float | None
    ) -> Attempt:
        """The attempt that got it."""
        form, reply, origin, relay, status = self
        return Attempt(reply, form, origin, line, stamp, queue_id, None, recipient, relay, status, delay)


class Refusal(NamedTuple):
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

    def peer(self, relay: Relay | None) -> Any:
        """What an accepted delivery through a relay is counted with; asked for once, as a rule."""
        ...

    def kind(self, answer: Answer) -> Any:
        """What a delivery that was not accepted is counted with; asked for once, as a rule."""
        ...

    def sent(self, peer: Any, session: str | None, queue_id: str, recipient: str, domain: str, delay: str) -> None:
        """Take an accepted delivery. ``delay`` is in seconds."""
        ...

    def refused(self, kind: Any, session: str | None, domain: str, told: tuple[Any, ...]) -> None:
        """Take a delivery that was deferred or refused for good; ``told`` is a :class:`Refusal`."""
        ...


class Memory(Generic[Value]):
    """Values by text: those that were asked for lately, between ``most`` and half of it."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self.young: dict[str, Value] = {}
        """For a quick look."""
        self._old: dict[str, Value] = {}
        self._half = most // 2

    def recall(self, text: str) -> Value | None:
        """One that is not among the young ones."""
        known = self._old.get(text)
        if known is not None:
            self.keep(text, known)
        return known

    def keep(self, text: str, value: Value) -> None:
        """Remember a value."""
        if len(self.young) >= self._half:
            self._old, self.young = self.young, {}
        self.young[text] = value


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
