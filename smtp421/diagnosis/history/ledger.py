"""The ledger: takes attempts as they come, and keeps what a history needs in bounded memory.

What comes is laid down in rows and counted many at a time (:meth:`Ledger.catch_up`): where they went, what deferred them, then,
in order, what became of each message.

Ledgers of parts of a log can be merged (:func:`smtp421.diagnosis.history.merge.merge`), in the order of the parts: what comes out
is what one pass over the whole gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Literal

from smtp421.bulk import Row
from smtp421.diagnosis.history.cells import Cell, Decided
from smtp421.diagnosis.history.following import MOST_TRACKED, Following
from smtp421.diagnosis.history.kinds import Kind, row_of
from smtp421.diagnosis.history.places import OTHERS, Places
from smtp421.diagnosis.history.scale import second_of
from smtp421.diagnosis.history.templates import Templates, template_of
from smtp421.diagnosis.history.tracks import Key
from smtp421.diagnosis.history.traffic import LoadCell, When
from smtp421.diagnosis.history.values import Example, Finding, Where
from smtp421.model import Attempt, Origin, Severity, Status

By = Literal["provider", "domain", "cause", "relay", "rule", "source"]
"""What rows are made by; without it, each provider and cause is a row."""

MOST_ROWS = 2_048
"""Rows that are laid down before they are counted."""
MOST_TEXT = 8 << 20
"""Characters of log that they may have been read from, all in all."""
MOST_GROUPS = 5_000
OWN_SIDE = "this server"
UNKNOWN = "unknown"
NO_FINDING = Finding(None, UNKNOWN, None, Severity.WARNING, Origin.REMOTE)
_NOWHERE = Where("", None, "")
_SUSPENDED, _EXPIRED = Status.SUSPENDED, Status.EXPIRED  # looking an enumeration's member up takes longer than comparing with it


class Ledger:
    """Counts attempts: either whole ones (:meth:`add`), or, where millions come, as the rows of :mod:`smtp421.bulk`.

    Rows go to ``sent`` and ``refused`` after :meth:`turn` has told the time; :meth:`rest` is called now and then, and
    :meth:`catch_up` before anything is looked at.
    """

    def __init__(
        self, identify: Callable[[str | None], str | None], *, by: By | None = None, begins: bool = True, most: int = MOST_TRACKED
    ) -> None:
        """``identify`` is the rule book's: the provider of a host. ``begins`` is False for a later part of a log."""
        self.by = by
        self.sent: list[Row] = []
        self.refused: list[Row] = []
        self._text = 0
        self.first: int | None = None
        """The first second that was seen."""
        self.last = 0
        """The last second that was seen."""
        self.zone: tzinfo | None = None
        self.second: int | None = None
        """The time of the attempts that come now."""
        self.suspended = self.asides = self.expired = 0
        self.cells: dict[Key, Cell] = {}
        self.inbound: dict[Key, Cell] = {}
        self.hints: dict[Key, Cell] = {}
        self.held: dict[Key, Cell] = {}
        """Reasons that were only repeated: for messages of which nothing else was seen."""
        self.places = Places(identify)
        self.unknown = Templates()
        self.following = Following(self.cells, self.places, begins=begins, most=most)

    def turn(self, stamp: datetime | None) -> int | None:
        """Go on to the time of the attempts that come next; it in seconds since 1970."""
        second = second_of(stamp)
        self._go_on(second, stamp)
        return second

    def _go_on(self, second: int | None, stamp: datetime | None) -> None:
        self.second = second
        if second is not None and stamp is not None:
            self.zone = stamp.tzinfo or UTC
            self.cover(second)
            self.following.turn(second)

    def add(
        self, attempt: Attempt, finding: Finding | None = None, *, session: str | None = None, where: Where = _NOWHERE
    ) -> Key | None:
        """Lay an attempt down; the group of a deferral.

        ``finding`` is what a deferral was found to be; ``session`` names the process or connection, ``where`` the line.
        """
        status, found, relay, kind = attempt.status, finding or NO_FINDING, attempt.relay, Kind(attempt.status)
        row, part = row_of(Example(attempt, where), kind, session), part_of(self.by, attempt, found)
        self._go_on(row[0], attempt.timestamp)
        if status is None:
            self.asides += 1
            self._beside(self.hints, row, found, part)
            return None
        if (attempt.origin if finding is None else finding.origin) is Origin.INBOUND:
            return self._beside(self.inbound, row, found, part) if finding is not None and status is Status.DEFERRED else None
        if status is _EXPIRED:
            self.expired += 1
            self.refused.append(row)
            self.rest(0)
            return None
        domain = row[5]
        kind.load = self.places.load((relay.host if relay is not None else None) or domain)
        if attempt.source_address and status is not _SUSPENDED:
            self.places.source(attempt.source_address).take(status)
        key = None
        if status is Status.SENT:
            peer = relay is not None and kind.load
            self.sent.append((len(self.refused), row[0], session, row[2], row[3], domain, peer, attempt.delay))
        else:
            self.refused.append(row)
            if status is Status.BOUNCED:
                kind.answered = attempt.origin is Origin.REMOTE
            else:
                kind.finding = found
                kind.decided = self.decided(kind, part)
                if status is Status.DEFERRED:
                    key = kind.decided.cell.key
                    kind.template = template_of(attempt) if found.cause == UNKNOWN else ""
        self.rest(len(attempt.reply.text) + len(where.text))
        return key

    def rest(self, text: int) -> None:
        """Count the rows that were laid down, where they are many; the last were read from ``text`` characters."""
        self._text += text
        if len(self.refused) + len(self.sent) > MOST_ROWS or self._text > MOST_TEXT:
            self.catch_up()

    def catch_up(self) -> None:
        """Count the rows that were laid down."""
        sent, refused = self.sent, self.refused
        self._text = 0
        if not sent and not refused:
            return
        if self.by == "domain":
            refused[:] = self._apart(refused)
        times: dict[LoadCell, list[When]] = defaultdict(list)
        self._sent(sent, times)
        self._refused(refused, times)
        for load, attempts in times.items():
            load.went(attempts)
        self.following.take(sent, refused)
        sent.clear()
        refused.clear()

    def waiting(self) -> dict[Key, int]:
        """How many messages wait, by group."""
        self.catch_up()
        found: dict[Key, int] = {}
        for track in self.following.tracks:
            found[track.key] = found.get(track.key, 0) + 1
        return found

    def at(self, second: int) -> datetime:
        """A second since 1970 by the log's clock."""
        return datetime.fromtimestamp(second, self.zone or UTC)

    def cover(self, second: int) -> None:
        """Reach to a second."""
        if self.first is None:
            self.first = self.last = second
        elif second > self.last:
            self.last = second
        elif second < self.first:
            self.first = second

    def decided(self, kind: Kind, part: str) -> Decided:
        """What deferrals of a kind are counted with, or lines that only repeat a reason; ``part`` is what the report goes by."""
        finding = kind.finding or NO_FINDING
        cell = self._cell(self.held if kind.status is Status.SUSPENDED else self.cells, finding, part)
        return cell.decided(finding.rule, finding.severity)

    def _cell(self, cells: dict[Key, Cell], finding: Finding, part: str) -> Cell:
        key = Key(part, finding.origin is Origin.LOCAL, finding.provider, finding.cause)
        cell = cells.get(key)
        if cell is None:
            if part and len(cells) >= MOST_GROUPS:
                key = key._replace(part=OTHERS)
            cell = cells.setdefault(key, Cell(key))
        return cell

    def _beside(self, cells: dict[Key, Cell], row: Row, finding: Finding, part: str) -> Key:
        """Count what is no attempt of our queue."""
        cell = self._cell(cells, finding, part)
        cell.decided(finding.rule, finding.severity).take([row])
        cell.meet([(row[2], row[3])])
        return cell.key

    # Counting many at a time

    def _apart(self, refused: Iterable[Row]) -> Iterator[Row]:
        """The rows with kinds that tell domains apart."""
        known: dict[tuple[Kind, str], Kind] = {}
        for row in refused:
            kind, domain = row[4:6]
            if kind.decided is None and kind.finding is not None:
                apart = known.get((kind, domain))
                if apart is None:
                    apart = known[kind, domain] = kind.counted_with(self.decided(kind, domain.lower()))
                row = (*row[:4], apart, *row[5:])
            yield row

    def _sent(self, sent: Iterable[Row], times: dict[LoadCell, list[When]]) -> None:
        """Count where accepted deliveries went; when each was made goes into ``times``."""
        places = self.places
        groups: dict[tuple[str, LoadCell | Literal[False]], list[When]] = defaultdict(list)
        for _, second, session, _, _, domain, peer, _ in sent:
            groups[domain, peer].append((second, session))
        for (domain, peer), attempts in groups.items():
            load = peer or places.load(domain.lower())
            load.sent += len(attempts)
            times[load] += attempts
            place = places.domains.get(domain) or places.domain(domain.lower())
            place.accepted(load.provider, attempts, answered=peer is not False)

    def _refused(self, refused: Iterable[Row], times: dict[LoadCell, list[When]]) -> None:
        """Count where other deliveries went, and what for they were deferred; when each was made goes into ``times``."""
        places = self.places
        groups: dict[tuple[str, Kind], list[Row]] = defaultdict(list)
        for row in refused:
            groups[row[5], row[4]].append(row)
        deferred: dict[Decided, list[Row]] = defaultdict(list)
        for (domain, kind), rows in groups.items():
            status, number, decided = kind.status, len(rows), kind.decided
            if status is _SUSPENDED and decided is not None:
                self.suspended += number
                decided.repeat(rows)
            if status is _SUSPENDED or status is _EXPIRED:
                continue
            load = kind.load or places.load(domain.lower())
            attempts = [(row[0], row[6]) for row in rows]
            times[load] += attempts
            place = places.domains.get(domain) or places.domain(domain.lower())
            place.went(load.provider, attempts)
            if decided is None:
                load.bounced += number
                place.bounced += number
                place.answered += kind.answered and number
                continue
            load.deferred += number
            key = decided.cell.key
            place.reasons[key] = place.reasons.get(key, 0) + number
            deferred[decided] += rows
            if kind.template:
                self.unknown.add(kind.template, rows)
        for decided, rows in deferred.items():
            decided.take(rows)


def part_of(by: By | None, attempt: Attempt, finding: Finding) -> str:
    """What of an attempt the report goes by."""
    return _PARTS[by](attempt, finding) if by is not None else ""


_PARTS: Mapping[By, Callable[[Attempt, Finding], str]] = {
    "provider": lambda _, finding: OWN_SIDE if finding.origin is Origin.LOCAL else finding.provider or "?",
    "cause": lambda _, finding: finding.cause,
    "domain": lambda attempt, _: (attempt.recipient or "").rpartition("@")[2].lower() or "?",
    "relay": lambda attempt, _: (attempt.relay.host or attempt.relay.address or "?") if attempt.relay is not None else "?",
    "rule": lambda _, finding: finding.rule or "?",
    "source": lambda attempt, _: attempt.source_address or "?",
}
