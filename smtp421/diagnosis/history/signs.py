"""Signs that deferrals are more than they look like one by one: what raises their severity, as operators judge it.

The thresholds are constants of rules/tree.yaml, each with its name; a sign whose threshold is missing there is not looked for.
What clears within minutes raises nothing: shares and sudden starts count once the trouble has lasted for ``normal_for``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import inf
from typing import NamedTuple

from smtp421.diagnosis.history.values import Bins, Group, History, Key, Load
from smtp421.model import Severity

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


class Background:
    """What a group is held against: the whole history, looked up by provider, domain and reason."""

    def __init__(self, history: History, thresholds: Mapping[str, float]) -> None:
        self.history = history
        self.thresholds = thresholds
        self._loads = {load.provider: load for load in history.loads}
        self._domains = {domain.name: domain for domain in history.domains}
        self._blocked: dict[Key, list[str]] = {}
        least, everything = thresholds.get("least_attempts", inf), thresholds.get("everything_share", inf)
        for domain in history.domains:
            if domain.attempts >= least and domain.deferred >= everything * domain.attempts:
                self._blocked.setdefault(domain.reasons[0][0], []).append(domain.name)

    def loads(self, group: Group) -> list[Load]:
        """What was sent to a group's receivers: to its provider, where our own side is at fault to all."""
        if group.key.own:
            return list(self._loads.values())
        load = self._loads.get(group.key.provider) if group.key.provider else None
        return [] if load is None else [load]

    def blocked(self, group: Group) -> tuple[str, ...]:
        """Domains to which nothing gets, mainly for this group's reason."""
        return () if group.key.own else tuple(self._blocked.get(group.key, ()))

    def share(self, group: Group) -> tuple[int, int] | None:
        """How many of the attempts to a group's receivers were deferred for its reason, from the first of these to the last.

        Where the receivers are no known provider but one domain: of all attempts to that.
        """
        loads = self.loads(group)
        if loads and group.first is not None and group.last is not None:
            start, end = int(group.first.timestamp()), int(group.last.timestamp()) + 1
            tried = sum(_within(load.bins, start - start % load.bins.step, end) for load in loads)
        elif group.domain_count == 1 and group.domains[0][0] in self._domains:
            tried = self._domains[group.domains[0][0]].attempts
        else:
            return None
        return (group.attempts, tried) if 0 < group.attempts <= tried else None

    def onset(self, group: Group) -> Onset | None:
        """When it began, and whether at once; None where the log does not tell."""
        within, least, high = (self.thresholds.get(name) for name in ("sudden_within", "least_attempts", "high_share"))
        loads, first = self.loads(group), self.history.first
        if group.first is None or first is None or within is None or least is None or high is None or not loads:
            return None
        if max(group.bins.step, *(load.bins.step for load in loads)) > within:
            return None
        start = int(group.first.timestamp())
        before = sum(_within(load.bins, 0, start) for load in loads)
        tried = sum(_within(load.bins, start, start + within) for load in loads)
        deferred = _within(group.bins, start - group.bins.step, start + within)
        early = (group.first - first).total_seconds() >= within
        sudden = early and before >= least and deferred >= least and deferred >= high * tried
        return Onset(group.first, sudden, before)


def signs_of(group: Group, background: Background, causes: Iterable[str]) -> tuple[Sign, ...]:
    """The signs of a group; ``causes`` are those that its replies speak of."""
    found = [*_ends(group, background.thresholds)]
    if _lasted(group, background.thresholds):
        found += [*_shares(group, background), *_sudden(group, background)]
    alarming = {sign.id for sign in found if sign.id in ("everything", "sudden")}
    together, enough = len(alarming) + any(cause in _REPUTATION for cause in causes), background.thresholds.get("signs_together")
    if alarming and enough is not None and together >= enough:
        found.append(Sign("investigate", Severity.CRITICAL, together, enough))
    return tuple(found)


def cleared(group: Group, thresholds: Mapping[str, float]) -> bool:
    """Whether all of it came through within minutes: then there is nothing to do."""
    limit, longest = thresholds.get("normal_for"), group.delivered_after.longest
    stuck = group.fates.waiting + group.fates.bounced + group.fates.expired
    return limit is not None and longest is not None and not stuck and longest <= limit


def _within(bins: Bins, start: float, end: float) -> int:
    """The numbers of the bins that begin in a span."""
    return bins.numbers.total(start, end)


def _ends(group: Group, thresholds: Mapping[str, float]) -> Iterator[Sign]:
    """How long messages wait, and how they end."""
    after, patience = thresholds.get("warning_after"), thresholds.get("patience")
    if after is not None and group.longest_wait >= after:
        yield Sign("lasting", Severity.WARNING, group.longest_wait, after)
    if patience is not None and group.key.cause == "unknown" and group.longest_wait >= patience:
        yield Sign("patience", Severity.WARNING, group.longest_wait, patience)
    high, ended = thresholds.get("high_share"), sum(group.fates[:3])
    if high is not None and ended:
        for name, number in (("refused", group.fates.bounced), ("given_up", group.fates.expired)):
            if number >= high * ended:
                yield Sign(name, Severity.WARNING, number / ended, high)


def _shares(group: Group, background: Background) -> Iterator[Sign]:
    """How much of what is sent is deferred."""
    least, high, everything = (background.thresholds.get(name) for name in ("least_attempts", "high_share", "everything_share"))
    if least is None or high is None or everything is None:
        return
    share = background.share(group)
    part = share[0] / share[1] if share is not None and share[1] >= least else 0.0
    blocked = background.blocked(group)
    if part >= everything:
        yield Sign("everything", Severity.WARNING, part, everything)
    elif blocked:
        yield Sign("everything", Severity.WARNING, 1.0, everything, blocked)
    elif part >= high:
        yield Sign("high_share", Severity.WARNING, part, high)


def _sudden(group: Group, background: Background) -> Iterator[Sign]:
    onset = background.onset(group)
    if onset is not None and onset.sudden:
        yield Sign("sudden", Severity.WARNING, onset.before, background.thresholds["least_attempts"])


def _lasted(group: Group, thresholds: Mapping[str, float]) -> bool:
    """Whether it has lasted longer than what is normal."""
    limit = thresholds.get("normal_for")
    if limit is None or group.first is None or group.last is None:
        return False
    return max((group.last - group.first).total_seconds(), group.longest_wait) >= limit
