"""Signs that deferrals are more than they look like one by one: what raises their severity, as operators judge it.

The thresholds are constants of rules/tree.yaml, each with its name; a sign whose threshold is missing there is not looked for.
What clears within minutes raises nothing: shares and sudden starts count once the trouble has lasted for ``normal_for``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from smtp421.diagnosis.history import Bins, Group, History, Load
from smtp421.model import Severity

INVESTIGATE = 2
"""So many of the signs "everything", "sudden" and "reputation" together are critical."""
_REPUTATION = frozenset({"reputation", "blocklist"})


class Sign(NamedTuple):
    """Something in a log's history that raises the severity."""

    id: str
    severity: Severity
    figure: float
    """Seconds, a share or a number, by the sign."""
    limit: float
    """The threshold that it reached, in the same unit."""
    names: tuple[str, ...] = ()
    """The domains that it is about."""


class Onset(NamedTuple):
    """When it began."""

    at: datetime
    sudden: bool
    before: int
    """Attempts to the same receivers before, none of them deferred for this."""


def signs_of(group: Group, history: History, thresholds: Mapping[str, float], causes: Iterable[str]) -> tuple[Sign, ...]:
    """The signs of a group; ``causes`` are those that its replies speak of."""
    found = list(_signs(group, history, thresholds))
    alarming = [sign for sign in found if sign.id in ("everything", "sudden")]
    together = len({sign.id for sign in alarming}) + any(cause in _REPUTATION for cause in causes)
    if alarming and together >= INVESTIGATE:
        found.append(Sign("investigate", Severity.CRITICAL, together, INVESTIGATE))
    return tuple(found)


def cleared(group: Group, thresholds: Mapping[str, float]) -> bool:
    """Whether all of it came through within minutes: then there is nothing to do."""
    limit, longest = thresholds.get("normal_for"), group.delivered_after.longest
    stuck = group.fates.waiting + group.fates.bounced + group.fates.expired
    return limit is not None and longest is not None and not stuck and longest <= limit


def share_of(group: Group, history: History) -> tuple[int, int] | None:
    """How many of the attempts to a group's receivers were deferred for its reason, from the first of these to the last.

    The receivers are the provider's, for our own side all, else those of its domain (then over the whole log).
    """
    loads = _loads(group, history)
    if loads and group.first is not None and group.last is not None:
        start, end = int(group.first.timestamp()), int(group.last.timestamp()) + 1
        tried = sum(_within(load.bins, start - start % load.bins.step, end) for load in loads)
        return (group.attempts, tried) if group.attempts <= tried else None
    names = {name for name, _ in group.domains}
    known = [domain for domain in history.domains if domain.name in names]
    return (group.attempts, known[0].attempts) if group.domain_count == len(known) == 1 else None


def onset_of(group: Group, history: History, thresholds: Mapping[str, float]) -> Onset | None:
    """When it began, and whether at once; None where the log does not tell."""
    within, least, high = (thresholds.get(name) for name in ("sudden_within", "least_attempts", "high_share"))
    if group.first is None or within is None or least is None or high is None:
        return None
    loads = _loads(group, history)
    if not loads or max(group.bins.step, *(load.bins.step for load in loads)) > within:
        return None
    start = int(group.first.timestamp())
    before = sum(_within(load.bins, 0, start) for load in loads)
    tried = sum(_within(load.bins, start, start + within) for load in loads)
    deferred = _within(group.bins, start - group.bins.step, start + within)
    early = history.first is not None and (group.first - history.first).total_seconds() >= within
    sudden = early and before >= least and deferred >= least and deferred >= high * tried
    return Onset(group.first, sudden, before)


def _loads(group: Group, history: History) -> list[Load]:
    """What was sent to a group's receivers."""
    return [load for load in history.loads if group.key.own or (load.provider or "") == group.key.provider]


def _within(bins: Bins, start: float, end: float) -> int:
    """The numbers of the bins that begin in a span."""
    return sum(number for second, number in bins.numbers if start <= second < end)


def _signs(group: Group, history: History, thresholds: Mapping[str, float]) -> Iterator[Sign]:
    after = thresholds.get("warning_after")
    if after is not None and group.longest_wait >= after:
        yield Sign("lasting", Severity.WARNING, group.longest_wait, after)
    patience = thresholds.get("patience")
    if patience is not None and group.key.cause == "unknown" and group.longest_wait >= patience:
        yield Sign("patience", Severity.WARNING, group.longest_wait, patience)
    if group.fates.bounced:
        yield Sign("refused", Severity.WARNING, group.fates.bounced, 1)
    if group.fates.expired:
        yield Sign("given_up", Severity.WARNING, group.fates.expired, 1)
    if not _lasted(group, thresholds):
        return
    yield from _shares(group, history, thresholds)
    onset = onset_of(group, history, thresholds)
    if onset is not None and onset.sudden:
        yield Sign("sudden", Severity.WARNING, onset.before, thresholds["least_attempts"])


def _shares(group: Group, history: History, thresholds: Mapping[str, float]) -> Iterator[Sign]:
    least, high, all_of_it = (thresholds.get(name) for name in ("least_attempts", "high_share", "everything_share"))
    share = share_of(group, history)
    if least is None or high is None or all_of_it is None:
        return
    if share is not None and share[1] >= least:
        part = share[0] / share[1]
        if part >= all_of_it:
            yield Sign("everything", Severity.WARNING, part, all_of_it)
            return
        if part >= high:
            yield Sign("high_share", Severity.WARNING, part, high)
    blocked = tuple(
        domain.name
        for domain in history.domains
        if domain.attempts >= least and domain.deferred >= all_of_it * domain.attempts and domain.reasons[0][0] == group.key
    )
    if blocked and not group.key.own:
        yield Sign("everything", Severity.WARNING, 1.0, all_of_it, blocked)


def _lasted(group: Group, thresholds: Mapping[str, float]) -> bool:
    """Whether it has lasted longer than what is normal."""
    limit = thresholds.get("normal_for")
    if limit is None or group.first is None or group.last is None:
        return False
    return max((group.last - group.first).total_seconds(), group.longest_wait) >= limit
