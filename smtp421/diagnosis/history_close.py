"""From a ledger to a history: the frozen values of what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from heapq import nsmallest

from smtp421.diagnosis.history import Dropped, Fates, Group, History, Message, RowCount
from smtp421.diagnosis.history_cells import Cell, Decided, Zone
from smtp421.diagnosis.history_counts import Count, Durations, Spread
from smtp421.diagnosis.history_ledger import Ledger, count_pauses
from smtp421.diagnosis.history_tracks import GAPS, Fate, Key, Track

GREYLIST_WINDOW = "greylist_window"
MOST_WAITING = 1000
"""Waiting messages that are listed one by one."""


def close(ledger: Ledger, thresholds: Mapping[str, float]) -> History:
    """The history of what a ledger has counted so far; the ledger can go on counting.

    The log's last time stands for now. ``thresholds`` are the diagnosis tree's.
    """
    zone = Zone(ledger.zone or UTC)
    now = ledger.timeline.last or 0
    window = thresholds.get(GREYLIST_WINDOW, 0)
    waiting = _waiting(ledger, now)
    longest = max((wait for waits in waiting.values() for wait in waits), default=0)
    return History(
        first=zone.at(ledger.timeline.first),
        last=zone.at(ledger.timeline.last),
        sent=ledger.totals.sent,
        deferred=ledger.totals.deferred,
        bounced=ledger.totals.bounced,
        expired=ledger.expired,
        suspended=ledger.suspended,
        asides=ledger.asides,
        messages=ledger.messages.count(),
        recipients=ledger.recipients.count(),
        fates=Fates(
            ledger.ends[Fate.DELIVERED], ledger.ends[Fate.BOUNCED], ledger.ends[Fate.EXPIRED], sum(map(len, waiting.values()))
        ),
        waiting_for=longest,
        groups=tuple(_groups(ledger.cells, zone, window, waiting, _domains_of(ledger), ledger.held)),
        rows=tuple(RowCount(name, row.messages.count(), row.recipients.count()) for name, row in sorted(ledger.rows.items())),
        inbound=tuple(_groups(ledger.inbound, zone, window, {}, {}, {})),
        hints=tuple(group for group in _groups(ledger.hints, zone, window, {}, {}, {}) if group.key not in ledger.cells),
        domains=tuple(
            sorted(
                (cell.domain(name, zone) for name, cell in ledger.places.domains.items() if cell.deferred),
                key=lambda domain: (-domain.deferred, domain.name),
            )
        ),
        domains_reached=sum(1 for cell in ledger.places.domains.values() if cell.reached),
        domains_tried=len(ledger.places.domains),
        loads=tuple(
            cell.load(provider, zone)
            for provider, cell in sorted(ledger.places.loads.items(), key=lambda each: (each[0] is None, each[0] or ""))
        ),
        sources=tuple(count.source(address) for address, count in sorted(ledger.places.sources.items())),
        schedule=tuple(_schedule(ledger)),
        given_up_after=ledger.given_up.spread(),
        unknown=ledger.unknown.found(),
        listed=tuple(_listed(ledger, zone, now)),
        dropped=Dropped(ledger.dropped_finished, ledger.dropped_waiting, ledger.places.dropped, ledger.dropped_groups),
    )


def _waiting(ledger: Ledger, now: int) -> dict[Key, list[int]]:
    """How long the messages of each group have waited that wait still.

    One that was never tried waits for what holds back its domain, where other messages tell.
    """
    found: dict[Key, list[int]] = {}
    for track in ledger.tracks:
        key = track.key
        if not track.attempts and key not in ledger.cells:
            domain = ledger.places.domains.get(track.domain)
            if domain is not None and domain.reasons:
                key = max(domain.reasons, key=lambda key: (domain.reasons[key], key.cause, key.provider or ""))
        found.setdefault(key, []).append(track.waited(now))
    return found


def _schedule(ledger: Ledger) -> Iterator[Spread]:
    """The pauses between attempts, also of messages that wait."""
    schedule = [Durations() for _ in range(GAPS)]
    for durations, finished in zip(schedule, ledger.schedule, strict=True):
        durations.merge(finished)
    for track in ledger.tracks:
        count_pauses(track, schedule)
    yield from (spread for durations in schedule if (spread := durations.spread()).number)


def _domains_of(ledger: Ledger) -> dict[Key, dict[str, int]]:
    """The domains of each group, with their attempts; of a group without attempts, those of the messages that wait."""
    found: dict[Key, dict[str, int]] = {}
    for name, domain in ledger.places.domains.items():
        for key, number in domain.reasons.items():
            found.setdefault(key, {})[name] = number
    for track in ledger.tracks:
        if track.key not in ledger.cells:
            domains = found.setdefault(track.key, {})
            domains[track.domain] = domains.get(track.domain, 0) + 1
    return found


def _groups(
    cells: Mapping[Key, Cell],
    zone: Zone,
    window: float,
    waiting: Mapping[Key, list[int]],
    domains: Mapping[Key, dict[str, int]],
    held: Mapping[Key, Decided],
) -> Iterator[Group]:
    """The groups by size, and those in which messages wait that were never tried."""

    def group(key: Key, cell: Cell) -> Group:
        waits = waiting.get(key, ())
        return cell.group(key, zone, len(waits), max(waits, default=0), window, domains.get(key, {}))

    groups = [group(key, cell) for key, cell in cells.items()]
    for key, waits in waiting.items():
        if key not in cells and key in held:
            number = Count(len(waits))
            groups.append(group(key, Cell())._replace(rules=(held[key].count(),), messages=number, recipients=number))
    yield from sorted(groups, key=lambda group: (-group.attempts, group.key.cause, group.key.provider or "", *group.key[:2]))


def _listed(ledger: Ledger, zone: Zone, now: int) -> Iterator[Message]:
    def message(track: Track) -> Message:
        return Message(
            track.queue_id,
            track.recipient,
            track.key,
            zone.surely(track.since),
            zone.surely(track.last if track.ended is None else track.ended),
            track.attempts,
            track.gaps,
            track.fate,
            track.waited(now),
        )

    waiting = nsmallest(MOST_WAITING, ledger.tracks, key=lambda track: (-track.waited(now), *_name(track)))
    finished = sorted(
        (*ledger.listed, *ledger.started.values(), *ledger.again),
        key=lambda track: (-(track.ended or 0), track.since, *_name(track)),
    )
    for track in (*waiting, *finished):
        yield message(track)


def _name(track: Track) -> tuple[str, str]:
    return track.queue_id, track.recipient
