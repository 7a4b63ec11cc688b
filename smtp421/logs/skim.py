"""Skimming: reading large blocks of a log for what is counted in it, instead of line by line.

A format whose records are single lines may have a :class:`Skimmer` besides its reader. It finds the lines that matter in a block
with one pattern, hands the plain cases among them to a :class:`Sink` as rows, and gives back all others to be read as lines; so
whatever it does not know is read as ever. What it hands on must be what its reader tells of the same line.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from smtp421.bulk import Row
from smtp421.logs.formats import LINE_FORMATS
from smtp421.logs.layout import Layout
from smtp421.model import Attempt, Origin, Relay, Reply, Status

Value = TypeVar("Value")

MOST_REMEMBERED = 4_096
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


class Words(NamedTuple):
    """The ``told`` of a :class:`smtp421.bulk.Refused`, from which it is read again should it be shown; made as a plain tuple."""

    stamp: str
    now: datetime
    """The clock, for a stamp without a year."""
    relay: str
    answer: str
    text: str
    """The line, where lines are shown; else empty."""


Read = Callable[[str, str], Answer]
"""Reads what a log tells of a relay, and of its answer."""


class Sink(Protocol):
    """Takes what a skimmer finds."""

    sent: list[Row]
    """Takes a :class:`smtp421.bulk.Sent`."""
    refused: list[Row]
    """Takes a :class:`smtp421.bulk.Refused`, with :class:`Words`."""

    @property
    def lines(self) -> bool:
        """Whether lines are shown."""
        ...

    @property
    def relays(self) -> bool:
        """Whether the same answer of two relays may be counted with different things."""
        ...

    def begin(self, name: str) -> None:
        """Take the name of the input that is skimmed from now on."""
        ...

    def turn(self, stamp: datetime | None) -> tuple[bool, int | None]:
        """Take the time of what comes next; whether that is wanted, and its second."""
        ...

    def peer(self, relay: Relay | None) -> Any:
        """What an accepted delivery through a relay is counted with: the same for relays whose host names say the same."""
        ...

    def kind(self, read: Read, relay: str, answer: str) -> Any:
        """What deliveries that got an answer are counted with; asked for once, as a rule."""
        ...

    def rest(self, text: int) -> None:
        """Called now and then, after so many characters: what was found so far may be counted."""
        ...


class Memory(Generic[Value]):
    """Values by key: those that were asked for lately, between ``most`` and half of it."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self.young: dict[Hashable, Value] = {}
        """For a quick look."""
        self._old: dict[Hashable, Value] = {}
        self._half = most // 2

    def recall(self, key: Hashable) -> Value | None:
        """One that is not among the young ones."""
        known = self._old.get(key)
        if known is not None:
            self.keep(key, known)
        return known

    def keep(self, key: Hashable, value: Value) -> None:
        """Remember a value."""
        if len(self.young) >= self._half:
            self._old, self.young = self.young, {}
        self.young[key] = value


class Skimmer(Protocol):
    """Skims one stream."""

    number: int
    """When a block is done: the number of the line behind it."""
    attempts: int
    """Attempts of the block that were handed on."""

    def skim(self, number: int, block: bytes) -> Iterator[tuple[int, bytes]]:
        """Take a block of whole lines that is not :func:`odd <is_odd>`, of which the first has a number.

        Yield the lines that are to be read one by one.

        What it hands on comes in the order of the lines, with what it yields in between.
        """
        ...


_MANY = 50
"""Lines of a sample that are looked at closely."""
_REPEATED = b"last message repeated "


def is_odd(block: bytes) -> bool:
    """Whether a block holds what only the layout knows how to read: zeros, escapes, a line that stands for the one before."""
    return b"\0" in block or b"\x1b" in block or _REPEATED in block


def first_of(block: bytes) -> bytes:
    """The first line of a block."""
    end = block.find(b"\n")
    return block[:end] if end >= 0 else block


def last_of(block: bytes) -> bytes:
    """The last line of a block."""
    return block[block.rfind(b"\n", 0, -1) + 1 :].rstrip(b"\n")


def are_of(name: str, lines: Iterable[str], fits: Callable[[str], object], tells: Callable[[str], object]) -> bool:
    """Whether sample lines are of a format: all that hold something fit, one tells at least, others know none of the rest."""
    seen = others = 0
    for line in filter(None, lines):
        if not fits(line):
            return False
        if tells(line):
            seen += 1
        elif others < _MANY:
            others += 1
            if any(form.name != name and form.recognises(line) for form in LINE_FORMATS):
                return False
    return seen > 0


class Skim(NamedTuple):
    """How a format is skimmed."""

    name: str
    suits: Callable[[Iterable[str]], bool]
    """Whether lines that are samples of a log, are of this format, in a layout that is known, and of none else."""
    open: Callable[[Layout, Sink], Skimmer]
    """A fresh skimmer for one stream."""
