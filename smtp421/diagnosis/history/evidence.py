"""What a history answers of the diagnosis tree's questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smtp421.diagnosis.history.signs import Sign
from smtp421.diagnosis.history.values import Group, History
from smtp421.model import Evidence
from smtp421.rulebook.pages import Provider

SOURCE = "the log"
GREYLISTING = "greylisting"
_ON_THE_WAY = frozenset({"network", "dns", "timeout", "tls"})
"""Causes by which our own side fails to reach a destination."""


def evidence_for(
    group: Group, history: History, thresholds: Mapping[str, float], provider: Provider | None
) -> tuple[Evidence, ...]:
    """Answers for the deferrals of a group; ``provider`` is the one that they are of."""
    found = (_scope(group, history, thresholds), _contact(group), _backoff(history, thresholds), _rate(history, provider))
    return tuple(item for item in found if item is not None)


def course_of(group: Group, signs: Sequence[Sign], share: tuple[int, int] | None, *, over: bool) -> Evidence | None:
    """How long it has lasted and how much it hits, as the signs tell; ``over`` where all of it came through within minutes."""
    seen = {sign.id for sign in signs}
    if not seen and not over:
        return None
    answer = next((course for course, names in _COURSES if seen & names), "brief")
    told = [f"{group.attempts:,} deferrals" + (f" of {share[1]:,} attempts" if share is not None else "")]
    if group.first is not None and group.last is not None and group.last > group.first:
        told.append(f"within {_short(int((group.last - group.first).total_seconds()))}")
    if group.longest_wait:
        told.append(f"the oldest has waited {_short(group.longest_wait)}")
    told += [_SIGNS[sign.id] for sign in signs if sign.id in _SIGNS]
    return _told("course", answer, ", ".join(told))


_COURSES = (
    ("alarming", {"investigate"}),
    ("everything", {"everything", "sudden"}),
    ("lasting", {"lasting", "patience", "refused", "given_up", "high_share"}),
)
"""Answers of the node "how long has it lasted?" by signs, the most serious first."""
_SIGNS = {
    "everything": "nothing gets through",
    "sudden": "it began at once",
    "refused": "some refused for good later",
    "given_up": "some given up",
}


def _told(key: str, answer: str, told: str) -> Evidence:
    return Evidence(key, answer, f"{SOURCE}: {told}", "log")


def _scope(group: Group, history: History, thresholds: Mapping[str, float]) -> Evidence | None:
    """Whether our own side fails to reach one destination or all."""
    least, few = thresholds.get("least_attempts"), thresholds.get("high_share")
    if not group.key.own or group.key.cause not in _ON_THE_WAY or least is None or few is None:
        return None
    hit, tried, reached = group.domain_count, history.domains_tried, history.domains_reached
    told = f"{hit} of {tried} domains, {reached} reached"
    if not reached and tried > 1 and group.attempts >= least:
        return _told("scope", "all", told)
    if reached and hit < few * tried:
        return _told("scope", "one", told)
    return None


def _contact(group: Group) -> Evidence | None:
    """Whether it was the first contact: told by how it ended, for most of those that have ended."""
    ended = group.fates.delivered + group.fates.bounced + group.fates.expired
    if group.key.own:
        return None
    if group.greylisted * 2 > ended:
        told = f"{group.greylisted} of {ended} went through later, nothing had gone to their domain before"
        return _told("first_contact", "yes", told)
    if ended and group.strangers * 2 < ended and group.key.cause != GREYLISTING:
        return _told("first_contact", "no", f"mail had gone to {ended - group.strangers} of {ended} before")
    return None


def _backoff(history: History, thresholds: Mapping[str, float]) -> Evidence | None:
    """Whether the first retry comes when receivers expect it."""
    soonest, latest = thresholds.get("first_retry_least"), thresholds.get("first_retry_most")
    first = history.schedule[0] if history.schedule else None
    if first is None or first.median is None or soonest is None or latest is None:
        return None
    if first.number < thresholds.get("least_attempts", 0):
        return None
    answer = "too_eager" if first.median < soonest else "too_slow" if first.median > latest else "sound"
    return _told("backoff", answer, f"half of {first.number} first retries within {_short(first.median)}")


def _rate(history: History, provider: Provider | None) -> Evidence | None:
    """Whether it was sent faster, or over more connections, than the provider grants."""
    load = next((load for load in history.loads if provider is not None and load.provider == provider.id), None)
    if load is None or provider is None:
        return None
    slow_enough = False
    for what, span, peak in (
        ("messages_per_minute", "minute", load.busiest_minute),
        ("messages_per_hour", "hour", load.busiest_hour),
    ):
        most = _most(provider, what, ("provider",))
        if most is not None and peak is not None:
            if peak[1] > most[0]:
                told = f"{peak[1]:,} attempts in a {span}, {most[0]:,} granted ({most[1]})"
                return _told("rate", "too_fast", told)
            slow_enough = True
    most = _most(provider, "connections", ("provider", "community"))
    if most is None or load.connections is None:
        return None
    told = f"{load.connections} connections at once, {most[0]} granted ({most[1]})"
    if load.connections > most[0]:
        return _told("rate", "too_many_connections", told)
    return _told("rate", "within_limits", told) if slow_enough else None


def _most(provider: Provider, what: str, kinds: tuple[str, ...]) -> tuple[int, str] | None:
    """The most that any source of some kinds grants without a condition, and who says so: beyond that, it was too much."""
    figures = [
        (limit.value, limit.source)
        for limit in provider.limits
        if limit.what == what and limit.kind in kinds and isinstance(limit.value, int)
        if what == "connections" or limit.note is None
    ]
    return max(figures, default=None)


def _short(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 7200 else f"{round(seconds / 3600)} h"
