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
    if later.first is not None:
        earlier.cover(later.first)
        earlier.cover(later.last)
    earlier.zone = later.zone or earlier.zone
    for name in ("messages", "recipients", "given_up", "unknown"):
        getattr(earlier, name).merge(getattr(later, name))
    for name in ("cells", "rows", "inbound", "hints", "held"):
        _merge_each(getattr(earlier, name), getattr(later, name))
    for name in ("domains", "loads", "sources"):
        _merge_each(getattr(earlier.places, name), getattr(later.places, name))
    for durations, more in zip(earlier.schedule, later.schedule, strict=True):
        durations.merge(more)
    for name in ("suspended", "asides", "expired", "finished", "dropped_waiting"):
        setattr(earlier, name, getattr(earlier, name) + getattr(later, name))
    earlier.places.dropped += later.places.dropped
    earlier.since = min(earlier.since, later.since)
    for cell in earlier.cells.values():
        cell.row = earlier.rows.get(cell.key.part)
    _merge_messages(earlier, later)
    return earlier


def _merge_each(into: MutableMapping[Name, Counter], more: MutableMapping[Name, Counter]) -> None:
    for name, counter in more.items():
        if name in into:
            into[name].merge(counter)
        else:
            into[name] = counter


def _merge_messages(earlier: Ledger, later: Ledger) -> None:
    for event in later.events:
        earlier.again(event)
    for track in later.tracks:
        earlier.tracks.put(track)
    while len(earlier.tracks) > earlier.most:
        earlier.make_room()
    earlier.listed += later.listed
    earlier.shorten()
