"""Merging the ledgers of parts of a log."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Protocol, TypeVar

from smtp421.diagnosis.history.ledger import Ledger


class _Mergeable(Protocol):
    def merge(self, other: _Mergeable, /) -> None: ...


Name = TypeVar("Name")
Counter = TypeVar("Counter", bound=_Mergeable)


def merge(earlier: Ledger, later: Ledger) -> Ledger:
    """Put what ``later`` has counted into ``earlier``, which is returned; ``later`` is used up.

    ``later`` was made with ``begins=False``, of the part of the log that follows. Numbers are added up; what happened in the
    later part to messages that may have begun before it is taken up in order.
    """
    earlier.catch_up()
    later.catch_up()
    if later.first is not None:
        earlier.cover(later.first)
        earlier.cover(later.last)
    earlier.zone = later.zone or earlier.zone
    earlier.unknown.merge(later.unknown)
    for name in ("cells", "inbound", "hints", "held"):
        _merge_each(getattr(earlier, name), getattr(later, name))
    for name in ("domains", "loads", "sources"):
        _merge_each(getattr(earlier.places, name), getattr(later.places, name))
    for name in ("suspended", "asides", "expired"):
        setattr(earlier, name, getattr(earlier, name) + getattr(later, name))
    earlier.places.dropped += later.places.dropped
    earlier.following.merge(later.following)
    return earlier


def _merge_each(into: MutableMapping[Name, Counter], more: MutableMapping[Name, Counter]) -> None:
    for name, counter in more.items():
        if name in into:
            into[name].merge(counter)
        else:
            into[name] = counter
