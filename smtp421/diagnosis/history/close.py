"""From a ledger to a history: the frozen values of what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from heapq import nsmallest

from smtp421.diagnosis.history import following as history_following
from smtp421.diagnosis.history.cells import Cell, Fresh
from smtp421.diagnosis.history.counts import Count, Durations, Spread, united
from smtp421.diagnosis.history.following import count_pauses, last_of
from smtp421.diagnosis.history.ledger import Ledger
from smtp421.diagnosis.history.places import OTHERS
from smtp421.diagnosis.history.scale import Scale
from smtp421.diagnosis.history.tracks import GAPS, Key
from smtp421.diagnosis.history.values import Dropped, Fates, Group, History, Message, RowCount

GREYLIST_WINDOW = "greylist_window"
MOST_WAITING = 1000
"""Waiting messages that are listed one by one."""


def close(ledger: Ledger, thresholds: Mapping[str, float]) -> History:
    """The history of what a ledger has counted so far; the ledger can go on counting.

    The log's last time stands for now. ``thresholds`` are the diagnosis tree's.
    """
    ledger.catch_up()
    scale = Scale(ledger.zone or UTC)
    now = ledger.last
    waiting = _waiting(ledger, now)
    strangers = _strangers(ledger)
    domains = _domains_of(ledger)
    window = thresholds.get(GREYLIST_WINDOW, 0)
    places = ledger.places
    nothing = Fresh()

    def groups(cells: Mapping[Key, Cell]) -> tuple[Group, ...]:
        return tuple(sorted((cell.group(scale, (), nothing, window, {}) for cell in cells.values()), key=_size))

    def deferred() -> Iterator[Group]:
        """The groups, and those in which messages wait that were never tried."""
        for key, cell in ledger.cells.items():
            yield cell.group(scale, waiting.get(key, ()), strangers.get(key, nothing), window, domains.get(key, {}))
        for key, waits in waiting.items():
            if key not in ledger.cells and key in ledger.held:
                number = Count(len(waits))
                reason = min(ledger.held[key].rules.values(), key=lambda decided: (decided.order, decided.rule or "")).count()
                group = Cell(key).group(scale, waits, nothing, window, domains.get(key, {}))
                yield group._replace(rules=() if reason is None else (reason,), messages=number, recipients=number)

    return History(
        first=scale.at(ledger.first),
        last=None if ledger.first is None else scale.at(now),
        sent=sum(load.sent for load in places.loads.values()),
        deferred=sum(load.deferred for load in places.loads.values()),
        bounced=sum(load.bounced for load in places.loads.values()),
        expired=ledger.expired,
        suspended=ledger.suspended,
        asides=ledger.asides,
        messages=united(cell.messages for cell in ledger.cells.values()),
        recipients=united(cell.recipients for cell in ledger.cells.values()),
        fates=Fates(
            sum(cell.delivered for cell in ledger.cells.values()),
            sum(cell.bounced for cell in ledger.cells.values()),
            sum(cell.expired for cell in ledger.cells.values()),
            sum(map(len, waiting.values())),
        ),
        waiting_for=max((wait for waits in waiting.values() for wait in waits), default=0),
        groups=tuple(sorted(deferred(), key=_size)),
        rows=tuple(_rows(ledger)),
        inbound=groups(ledger.inbound),
        hints=tuple(group for group in groups(ledger.hints) if group.key not in ledger.cells),
        domains=tuple(
            sorted(
                (cell.domain(name, scale) for name, cell in places.domains.items() if cell.reasons),
                key=lambda domain: (-domain.deferred, domain.name),
            )
        ),
        domains_reached=sum(1 for cell in places.domains.values() if cell.reached),
        domains_tried=len(places.domains),
        loads=tuple(
            cell.load(scale)
            for _, cell in sorted(places.loads.items(), key=lambda each: (each[0] is None, each[0] or ""))
            if cell.attempts
        ),
        sources=tuple(count.source(address) for address, count in sorted(places.sources.items())),
        schedule=tuple(_schedule(ledger)),
        given_up_after=ledger.following.given_up.spread(),
        unknown=ledger.unknown.found(),
        listed=tuple(_listed(ledger, scale, now)),
        dropped=Dropped(
            ledger.following.finished - min(ledger.following.finished, history_following.MOST_LISTED),
            ledger.following.dropped,
            places.dropped,
            sum(cell.attempts for key, cell in ledger.cells.items() if key.part == OTHERS),
        ),
    )


def _size(group: Group) -> tuple[int, str, str, str, bool]:
    """Sort key: the largest first."""
    return -group.attempts, group.key.cause, group.key.provider or "", *group.key[:2]


def _strangers(ledger: Ledger) -> dict[Key, Fresh]:
    """The deliveries of each group before which nothing had gone to their domain."""
    found: dict[Key, Fresh] = {}
    for domain in ledger.places.domains.values():
        for _, key, waited in domain.strangers():
            found.setdefault(key, Fresh()).add(waited)
    return found


def _waiting(ledger: Ledger, now: int) -> dict[Key, list[int]]:
    """How long the messages of each group have waited that wait still.

    One that was never tried waits for what holds back its domain, where other messages tell.
    """
    found: dict[Key, list[int]] = {}
    for track in ledger.following.tracks:
        key = track.key
        if not track.attempts and key not in ledger.cells:
            domain = ledger.places.domains.get(track.domain)
            if domain is not None and domain.reasons:
                key = max(domain.reasons, key=lambda key: (domain.reasons[key], key.cause, key.provider or ""))
        found.setdefault(key, []).append(track.waited(now))
    return found


def _rows(ledger: Ledger) -> Iterator[RowCount]:
    """The counts of each row, where rows are of more than one group."""
    if ledger.by is None:
        return
    cells: dict[str, list[Cell]] = {}
    for key, cell in ledger.cells.items():
        cells.setdefault(key.part, []).append(cell)
    for name, them in sorted(cells.items()):
        yield RowCount(name, united(cell.messages for cell in them), united(cell.recipients for cell in them))


def _schedule(ledger: Ledger) -> Iterator[Spread]:
    """The pauses between attempts, also of messages that wait."""
    schedule = [Durations() for _ in range(GAPS)]
    for durations, finished in zip(schedule, ledger.following.schedule, strict=True):
        durations.merge(finished)
    for track in ledger.following.tracks:
        count_pauses(track, schedule)
    yield from (spread for durations in schedule if (spread := durations.spread()).number)


def _domains_of(ledger: Ledger) -> dict[Key, dict[str, int]]:
    """The domains of each group, with their attempts; of a group without attempts, those of the messages that wait."""
    found: dict[Key, dict[str, int]] = {}
    for name, domain in ledger.places.domains.items():
        for key, number in domain.reasons.items():
            found.setdefault(key, {})[name] = number
    for track in ledger.following.tracks:
        if track.key not in ledger.cells:
            domains = found.setdefault(track.key, {})
            domains[track.domain] = domains.get(track.domain, 0) + 1
    return found


def _listed(ledger: Ledger, scale: Scale, now: int) -> Iterator[Message]:
    waiting = nsmallest(
        MOST_WAITING, ledger.following.tracks, key=lambda track: (-track.waited(now), track.queue_id, track.recipient)
    )
    for track in (*waiting, *last_of(ledger.following.listed)):
        yield Message(
            track.queue_id,
            track.recipient,
            track.key,
            scale.surely(track.since),
            scale.surely(track.last if track.ended is None else track.ended),
            track.attempts,
            track.gaps,
            track.fate,
            track.waited(now),
        )
