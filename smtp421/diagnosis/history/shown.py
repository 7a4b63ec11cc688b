"""What is shown of attempts that stand for others: made when it is shown, since most are replaced by later ones before that."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from smtp421.bulk import Row

if TYPE_CHECKING:
    from smtp421.diagnosis.history.values import Example

Order = tuple[float, int, str, str]
"""Which of two attempts came first, whatever the order they are counted in: by second, line, queue id and recipient."""
Shown = Any
"""An example, or a row (:class:`smtp421.bulk.Refused`) whose kind makes one."""

_KIND = 4


def example_of(shown: Shown) -> Example:
    """The example."""
    made: Example = shown[_KIND].example(shown) if type(shown) is tuple else shown
    return made


def order_of(row: Row) -> Order:
    """The place of a row."""
    second, line, queue_id, recipient = row[:4]
    return inf if second is None else second, line, queue_id, recipient
