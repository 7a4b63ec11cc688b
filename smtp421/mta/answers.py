"""What settings answer of the diagnosis tree's questions."""

from __future__ import annotations

from collections.abc import Mapping

from smtp421.model import Evidence
from smtp421.mta.durations import short
from smtp421.mta.limits import grants, told_by
from smtp421.mta.model import Fact, Settings
from smtp421.mta.schedule import Schedule, schedule
from smtp421.mta.servers import server
from smtp421.rulebook.pages import Provider

SLACK = 1.0
"""Seconds by which servers round."""


def answers(settings: Settings, thresholds: Mapping[str, float], provider: Provider | None) -> list[Evidence]:
    """``backoff`` and ``rate``, as far as the settings tell."""
    found = (_backoff(settings, thresholds), _rate(settings, provider))
    return [item for item in found if item is not None]


def backoff(planned: Schedule, thresholds: Mapping[str, float]) -> str | None:
    """``sound``, ``too_eager`` or ``too_slow``; None where there is no threshold to hold it against.

    Too eager: the first retry comes too early, or the pauses never reach the half hour that RFC 5321 (4.5.4.1) asks for.
    Too slow: the first retry comes late, or none comes before a greylisting window closes.
    """
    soonest, latest, window = (thresholds.get(name) for name in ("first_retry_least", "first_retry_most", "greylist_window"))
    first = planned.first_retry
    if soonest is None or latest is None:
        return None
    if first is None or (window is not None and first.latest > window):
        return "too_slow"
    if first.earliest + SLACK < soonest or max(planned.pauses) < latest:
        return "too_eager"
    return "too_slow" if first.usual > latest else "sound"


def _backoff(settings: Settings, thresholds: Mapping[str, float]) -> Evidence | None:
    asked = server(settings.mta)
    planned = schedule(asked, settings)
    answer = backoff(planned, thresholds)
    if answer is None:
        return None
    facts, first = asked.facts(settings), planned.first_retry
    named = ", ".join(dict.fromkeys(_named(fact) for fact in (facts.first_retry, facts.ceiling)))
    if asked.queue_run and settings.queue_run is None:
        named += f"; queue runs each {short(planned.queue_run)} assumed"
    told = (
        "no retry"
        if first is None
        else f"first retry after {span(first.earliest, first.latest)}, pauses up to {short(max(planned.pauses))}"
    )
    return Evidence("backoff", answer, f"{settings.name}: {named}; {told}")


def _rate(settings: Settings, provider: Provider | None) -> Evidence | None:
    """A server without a cap opens as many as it likes, which tells nothing about how many it did open."""
    granted = grants(provider, "connections") if provider is not None else ()
    fact = server(settings.mta).connections(settings, provider)
    if provider is None or not granted or fact.amount is None:
        return None
    first, most = granted[0], max(granted, key=lambda each: each[0])
    told = f"{settings.name}: {_named(fact)}; {provider.name} grants {most[0]} ({told_by(most[1])})"
    if fact.amount > most[0]:
        return Evidence("rate", "too_many_connections", told)
    if fact.amount <= first[0]:
        return Evidence(
            "rate", "within_limits", f"{settings.name}: {_named(fact)}; {provider.name} grants {first[0]} ({told_by(first[1])})"
        )
    return None


def _named(fact: Fact) -> str:
    return f"{fact.setting} = {fact.value}" + ("" if fact.given else " (default)")


def span(sooner: float, later: float) -> str:
    """``5 min to 10 min``, ``15 min`` where both are the same."""
    return short(sooner) if short(sooner) == short(later) else f"{short(sooner)} to {short(later)}"
