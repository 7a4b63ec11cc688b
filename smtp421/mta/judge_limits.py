"""Hold settings against the limits of providers: connections, messages over one connection, messages a minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from smtp421.mta.judging import Check, finding, listed, short_name
from smtp421.mta.limits import at_times, domains, grants, told_by
from smtp421.mta.model import Fact, Finding, Level
from smtp421.rulebook.pages import LimitPage, Provider

Granted: TypeAlias = tuple[Provider, int, LimitPage]
"""A provider, what it grants, and who says so."""


def connections(given: Check) -> Iterator[Finding]:
    """One finding for each setting; the providers whose limits it breaks are named in it."""
    broken: dict[Fact, list[Granted]] = {}
    kept: dict[Fact, list[Provider]] = {}
    for provider in given.providers:
        granted = grants(provider, "connections")
        if not granted:
            continue
        fact = given.server.connections(given.settings, provider)
        if fact.amount is None or fact.amount > granted[0][0]:
            broken.setdefault(fact, []).append((provider, *max(granted, key=lambda each: each[0])))
        else:
            kept.setdefault(fact, []).append(provider)
    for fact, over in broken.items():
        beyond = [each for each in over if fact.amount is None or fact.amount > each[1]]
        level = Level.WARNING if beyond else Level.NOTE
        many = "Any number of" if fact.amount is None else f"Up to {fact.amount:.0f}"
        lowest = [(provider, *grants(provider, "connections")[0]) for provider, _, _ in beyond or over]
        fewer = f"these grant fewer: {_named(beyond)}" if beyond else f"by some accounts these grant fewer: {_named(lowest)}"
        does = f"{many} connections at a time to one destination; {fewer}."
        why = f"Connections at a time are counted, not messages; {_begin(lowest)}"
        yield finding(given, "connections", level, fact, does, why, _filled(given, "connections", lowest))
    for fact, within in kept.items():
        does = (
            f"At most {fact.amount:.0f} at a time: within the limits of {listed([short_name(provider) for provider in within])}."
        )
        yield finding(given, "connections", Level.OK, fact, does, "Connections at a time are what providers count first.")


def per_connection(given: Check) -> Iterator[Finding]:
    """Messages over one connection: more than a provider takes only costs a deferral, so this is a note."""
    over: dict[Fact, list[Granted]] = {}
    for provider in given.providers:
        granted = grants(provider, "messages_per_connection")
        fact = given.server.messages_per_connection(given.settings, provider)
        if granted and fact is not None and (fact.amount is None or fact.amount > granted[0][0]):
            over.setdefault(fact, []).append((provider, *granted[0]))
    for fact, beyond in over.items():
        many = "Any number of" if fact.amount is None else f"Up to {fact.amount:.0f}"
        does = f"{many} messages over one connection; these end a session sooner: {_named(beyond)}."
        why = f"The receiver ends the session with a deferral after its own count; {_begin(beyond)}"
        change = _filled(given, "messages_per_connection", beyond)
        yield finding(given, "messages_per_connection", Level.NOTE, fact, does, why, change)


def rate(given: Check) -> Iterator[Finding]:
    """Messages a minute, where a provider grants a rate that holds always."""
    fact = given.facts.rate
    if fact is None:
        return
    for provider in given.providers:
        granted = [each for each in grants(provider, "messages_per_minute") if not at_times(each[1])]
        unlimited = fact.amount is None and len(given.providers) == 1
        if granted and (unlimited or (fact.amount is not None and fact.amount > granted[0][0])):
            many = "No limit" if fact.amount is None else f"Up to {fact.amount:.0f}"
            does = f"{many} of messages a minute to one destination; {short_name(provider)} grants {granted[0][0]}."
            why = f"Beyond it, the receiver defers for the rate ({told_by(granted[0][1])})."
            yield finding(given, "rate", Level.NOTE, fact, does, why, _filled(given, "rate", [(provider, *granted[0])]))
    if fact.amount is None:
        does = "Messages go as fast as the connections carry them."
        yield finding(
            given, "rate", Level.OK, fact, does, "Large providers name no rate; set one for those that answer 421 for it."
        )
    else:
        does = f"At most {fact.amount:.0f} messages a minute to one destination."
        yield finding(given, "rate", Level.OK, fact, does, "It holds for every destination, slow ones and fast ones.")


def _named(over: Sequence[Granted]) -> str:
    return listed([f"{short_name(provider)} {most}" for provider, most, _ in over])


def _usual(over: Sequence[Granted]) -> Granted:
    """The figure that most of them grant, the lower one of two."""
    figures = [figure for _, figure, _ in over]
    usual = min(figures, key=lambda figure: (-figures.count(figure), figure))
    return next(each for each in over if each[1] == usual)


def _begin(over: Sequence[Granted]) -> str:
    """The figure to begin with, and who says so."""
    provider, figure, limit = _usual(over)
    strictest = min(over, key=lambda each: each[1])
    less = f" The strictest is {short_name(strictest[0])} with {strictest[1]}." if strictest[1] < figure else ""
    return f"{figure} is a good beginning ({short_name(provider)}: {told_by(limit)}).{less}"


def _filled(given: Check, topic: str, over: Sequence[Granted]) -> str:
    """The server's advice on a topic with the figure to begin with."""
    provider, figure, _ = _usual(over)
    known = domains(provider)
    return given.server.advice.get(topic, "").format(
        figure=figure,
        one_less=max(figure - 1, 1),
        domain=known[0] if known else "example.com",
        transport=provider.id.replace("_", ""),
        mx=provider.mx[0] if provider.mx else "example.com",
    )
