"""The rows of a report: judged groups, put together by what the reader asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from smtp421.diagnosis.history.counts import Count
from smtp421.diagnosis.history.judgement import Judged, Judgement, urgency
from smtp421.diagnosis.history.values import Bins, Fates
from smtp421.model import Severity


class Row(NamedTuple):
    """One line of a report."""

    name: str
    """What the report goes by: a domain, a relay, ...; empty where each provider and cause is a row."""
    parts: tuple[Judged, ...]
    """The most pressing first; it stands for the row where only one thing can be said."""
    messages: Count
    recipients: Count

    @property
    def worst(self) -> Judged:
        """The most pressing group."""
        return self.parts[0]

    @property
    def severity(self) -> Severity:
        """The highest of what is not over, else the highest."""
        return self.parts[0].severity

    @property
    def attempts(self) -> int:
        """Deferred ones."""
        return sum(part.group.attempts for part in self.parts)

    @property
    def fates(self) -> Fates:
        """What became of the messages."""
        return Fates(*(sum(numbers) for numbers in zip(*(part.group.fates for part in self.parts), strict=True)))

    @property
    def bins(self) -> tuple[Bins, ...]:
        """Attempts over time."""
        return tuple(part.group.bins for part in self.parts)

    @property
    def first(self) -> datetime | None:
        """The first attempt."""
        return min((part.group.first for part in self.parts if part.group.first is not None), default=None)

    @property
    def last(self) -> datetime | None:
        """The last attempt."""
        return max((part.group.last for part in self.parts if part.group.last is not None), default=None)

    @property
    def cleared(self) -> bool:
        """Whether all of it came through within minutes."""
        return all(part.cleared for part in self.parts)

    @property
    def pressing(self) -> bool:
        """Whether somebody should look at it."""
        return self.worst.pressing


def rows_of(judgement: Judgement, keep: Callable[[Judged], bool] = lambda _: True) -> tuple[Row, ...]:
    """The rows of the groups that ``keep`` keeps, the most pressing first."""
    together: dict[str, list[Judged]] = {}
    rows: list[Row] = []
    counts = {row.name: row for row in judgement.history.rows}
    sizes = Counter(judged.group.key.part for judged in judgement.groups)
    for judged in filter(keep, judgement.groups):
        if judged.group.key.part:
            together.setdefault(judged.group.key.part, []).append(judged)
        else:
            rows.append(Row("", (judged,), judged.group.messages, judged.group.recipients))
    for name, parts in together.items():
        # The counts of a row are of all its groups; of some of them nobody has counted what they share.
        whole = counts.get(name) if sizes[name] == len(parts) else None
        messages = whole.messages if whole else _sum([part.group.messages for part in parts])
        recipients = whole.recipients if whole else _sum([part.group.recipients for part in parts])
        rows.append(Row(name, tuple(parts), messages, recipients))
    return tuple(sorted(rows, key=_order))


def _sum(counts: list[Count]) -> Count:
    return Count(sum(count.number for count in counts), exact=len(counts) == 1 and counts[0].exact)


def _order(row: Row) -> tuple[object, ...]:
    attempts = -row.attempts
    return (*urgency(row.worst)[:2], -row.fates.waiting, -row.recipients.number, attempts, row.name, row.worst.group.key.cause)
