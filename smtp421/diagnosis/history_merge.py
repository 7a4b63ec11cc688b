"""Merging the ledgers of parts of a log."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Protocol, TypeVar

from smtp421.diagnosis.history_cells import Decided
from smtp421.diagnosis.history_ledger import Ledger
from smtp421.diagnosis.history_tracks import Endings, Fate, Track, name_of


class _Mergeable(Protocol):
    def merge(self, other: _Mergeable, /) -> None: ...


Name = TypeVar("Name")
Counter = TypeVar("Counter", bound=_Mergeable)


def merge(earlier: Ledger, later: Ledger) -> Ledger:
    """Put what ``later`` has counted into ``earlier``, which is returned; ``later`` is used up.

    ``later`` was made with ``begins=False``, of the part of the log that follows.
    """
    _merge_counts(earlier, later)
    _merge_tracks(earlier, later)
    return earlier


def _merge_counts(earlier: Ledger, later: Ledger) -> None:
    earlier.zone = later.zone or earlier.zone
    for name in ("timeline", "totals", "messages", "recipients", "given_up", "unknown"):
        getattr(earlier, name).merge(getattr(later, name))
    for name in ("cells", "rows", "inbound", "hints"):
        _merge_each(getattr(earlier, name), getattr(later, name))
    for name in ("domains", "loads", "sources"):
        _merge_each(getattr(earlier.places, name), getattr(later.places, name))
    earlier.places.dropped += later.places.dropped
    for key, decided in later.held.items():
        earlier.held[key] = min(earlier.held.get(key, decided), decided, key=Decided.rank)
    for name in ("suspended", "asides", "expired", "dropped_finished", "dropped_waiting", "dropped_groups"):
        setattr(earlier, name, getattr(earlier, name) + getattr(later, name))
    for fate, number in later.ends.items():
        earlier.ends[fate] += number
    for durations, more in zip(earlier.schedule, later.schedule, strict=True):
        durations.merge(more)


def _merge_each(into: MutableMapping[Name, Counter], more: MutableMapping[Name, Counter]) -> None:
    for name, counter in more.items():
        if name in into:
            into[name].merge(counter)
        else:
            into[name] = counter


def _merge_tracks(earlier: Ledger, later: Ledger) -> None:
    ended = list(later.started.values())
    still_open = sorted(later.tracks, key=lambda track: track.begins)
    _end_open(earlier, later.endings, [*ended, *still_open])
    for track in (*ended, *still_open):
        _append(earlier, track)
    for track in later.again:
        earlier.tracks.put(track)
        earlier.finish(track)
    earlier.listed.extend(later.listed)
    while len(earlier.tracks) > earlier.most:
        earlier.make_room()


def _end_open(earlier: Ledger, endings: Endings, tracks: Sequence[Track]) -> None:
    """End deliveries of the earlier part by ends that the later part saw, of which ``tracks`` are the deliveries."""
    # An end that came when the later part's own delivery to a recipient had begun is none of an earlier one.
    own = {name_of(track.queue_id, track.recipient): track.after for track in tracks if not track.begins}
    open_ones: dict[int, list[Track]] = {}
    for track in earlier.tracks:
        open_ones.setdefault(name_of(track.queue_id, track.recipient), []).append(track)
        open_ones.setdefault(name_of(track.queue_id, None), []).append(track)
    kept = [len(earlier.endings)]
    for number, ending in enumerate(endings):
        matched = False
        for track in open_ones.get(ending.name, ()):
            after = own.get(name_of(track.queue_id, track.recipient))
            if track.fate is Fate.WAITING and (after is None or number < after):
                track.end(ending.fate, ending.second, ending.took)
                earlier.finish(track)
                matched = True
        if not earlier.begins and (ending.whole or not matched):
            earlier.endings.add(ending)
        kept.append(len(earlier.endings))
    for track in tracks:
        track.after = kept[track.after]


def _append(earlier: Ledger, track: Track) -> None:
    """Take a delivery of the later part: the rest of one that is open in the earlier part, or one by itself."""
    known = earlier.tracks.get(track.queue_id, track.recipient)
    if known is not None:
        known.join(track)
        if known.fate is not Fate.WAITING:
            earlier.finish(known)
        return
    track.begins = track.begins or earlier.begins or name_of(track.queue_id, track.recipient) in earlier.started
    earlier.tracks.put(track)
    if track.fate is not Fate.WAITING:
        earlier.finish(track)
