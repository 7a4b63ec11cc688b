"""Attempts in bulk: of a log of millions, what is counted, as plain tuples.

Readers make the tuples (:mod:`smtp421.logs.skim`), histories count them (:mod:`smtp421.diagnosis.history.ledger`). The classes
here give the order of their fields; made by calling them, they would cost more than all that is done with them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Row = tuple[Any, ...]
"""A :class:`Sent` or a :class:`Refused`."""


class Sent(NamedTuple):
    """A delivery that was accepted."""

    before: int
    """How many of those that were not accepted came before it and are not counted yet."""
    second: int | None
    """Since 1970; None where the log does not tell."""
    session: str | None
    """The process or connection; see :func:`smtp421.logs.session.session_of`."""
    queue_id: str
    """Empty where there is none."""
    recipient: str
    domain: str
    """The recipient's, as it is written."""
    peer: Any
    """What is counted for the relay; False where none was named."""
    delay: Any
    """Seconds in the queue, as a number or as digits; None where the log does not tell."""


class Refused(NamedTuple):
    """A delivery that was not accepted, or the end of a message that never was."""

    second: int | None
    line: int
    queue_id: str
    recipient: str
    """Empty where it happened to all recipients of a message."""
    kind: Any
    """What those with the same answer are counted with."""
    domain: str
    session: str | None
    delay: float | None
    told: Any
    """What the kind makes an example of, should it be shown."""
