"""What is shown of attempts that stand for others: made when it is shown, since most are replaced by later ones before that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from smtp421.diagnosis.history.values import Example
    from smtp421.model import Attempt

Order = tuple[float, int, str, str]
"""Which of two attempts came first, whatever the order they are counted in: by second, line, queue id and recipient."""


class Sketch(Protocol):
    """What an example is made of."""

    def example(self, *parts: Any) -> Example:
        """The example, given the rest of the tuple that this is the first of."""
        ...


Shown = "Example | tuple[Any, ...]"
"""An example, or a :class:`Sketch` and the rest of which it makes one."""


def example_of(shown: Any) -> Example:
    """The example."""
    made: Example = shown[0].example(*shown[1:]) if type(shown) is tuple else shown
    return made


def order_of(attempt: Attempt) -> Order:
    """The place of an attempt."""
    stamp = attempt.timestamp
    second = float("inf") if stamp is None else int(stamp.timestamp())
    return second, attempt.line or 0, attempt.queue_id or "", attempt.recipient or ""
