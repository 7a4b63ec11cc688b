"""What readers of records that span lines share: a memory that forgets its oldest entries, so that it cannot grow."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from smtp421.logs.line import Line

Key = TypeVar("Key")
Value = TypeVar("Value")

SIZE = 20_000
"""Entries: more than any queue has deliveries under way at a time."""


class Recent(OrderedDict[Key, Value]):
    """A dictionary of the ``size`` keys that were set last."""

    def __init__(self, size: int = SIZE) -> None:
        super().__init__()
        self._size = size

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._size:
            self.popitem(last=False)


def follows(last: Line, line: Line) -> bool:
    """Whether ``line`` is the one right behind ``last``, so that it can go on with it."""
    return last.number is None or line.number is None or line.number == last.number + 1 + last.text.count("\n")
