"""A memory for readers of records that span lines: it keeps the latest entries and forgets the oldest, so that it cannot grow."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

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
