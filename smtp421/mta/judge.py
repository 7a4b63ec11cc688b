"""Judge settings: what each one does, what to set and why, held against the tree's thresholds and the providers' limits.

The thresholds are the named constants of rules/tree.yaml; where one is missing, nothing is judged by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from smtp421.mta.answers import SLACK, span
from smtp421.mta.durations import short
from smtp421.mta.interface import Server
from smtp421.mta.limits import at_times, domains, grants, required_tls, told_by
from smtp421.mta.model import Fact, Facts, Finding, Level, Settings
from smtp421.mta.schedule import Schedule, schedule
from smtp421.mta.servers import server
from smtp421.rulebook.pages import LimitPage, Provider

RFC = "RFC 5321, 4.5.4.1"
SHOWN = 4
"""Providers that are named in one finding."""
_STEADY = 1.05
"""Pauses that differ by less do not grow."""


class Check(NamedTuple):
    """What there is to judge."""

    server: Server
    settings: Settings
    facts: Facts
    schedule: Schedule
    thresholds: Mapping[str, float]
    providers: tuple[Provider, ...]


def check(settings: Settings, thresholds: Mapping[str, float], providers: Iterable[Provider]) -> tuple[Finding, ...]:
    """All findings, in the order of the topics. ``providers`` are those whose limits count."""
    asked = server(settings.mta)
    given = Check(asked, settings, asked.facts(settings), schedule(asked, settings), thresholds, tuple(providers))
    topics = (_first_retry, _growth, _ceiling, _lifetime, _connections, _rate, _per_connection, _reuse, _ipv6, _tls)
    found = [finding for topic in topics for finding in topic(given)]
    return (*found, *_relay(given), *asked.extras(settings))


def _finding(given: Check, topic: str, level: Level, fact: Fact, does: str, why: str, change: str | None = None) -> Finding:
    wanted = level is not Level.OK
    advised = given.server.advice.get(topic, "") if change is None else change
    source = given.server.source(topic)
    return Finding(topic, level, fact.setting, fact.value, fact.line, does, advised if wanted else "", why, source)


# Backoff


def _first_retry(given: Check) -> Iterator[Finding]:
    soonest, latest, window = (
        given.thresholds.get(name) for name in ("first_retry_least", "first_retry_most", "greylist_window")
    )
    first, fact = given.schedule.first_retry, given.facts.first_retry
    if soonest is None or latest is None:
        return
    if first is None:
        does = "A deferred message is not tried again."
        why = "Every deferral becomes a bounce, and greylisting cannot be passed."
        yield _finding(given, "first_retry", Level.CRITICAL, fact, does, why)
        return
    does = f"The first retry comes after {span(first.earliest, first.latest)}{_assumed(given)}."
    expected = f"Receivers expect the first retry after {short(soonest)} to {short(latest)}"
    if window is not None and first.latest > window:
        why = f"Greylisting forgets the first try after {short(window)} at the latest; each retry counts as a first one again."
        yield _finding(given, "first_retry", Level.CRITICAL, fact, does, why)
    elif first.earliest + SLACK < soonest:
        why = f"{expected}; sooner ones look like abuse, count against limits and come before greylisting lets them pass."
        yield _finding(given, "first_retry", Level.WARNING, fact, does, why)
    elif first.usual > latest:
        why = f"{expected}; greylisted and briefly deferred mail is late without need."
        yield _finding(given, "first_retry", Level.WARNING, fact, does, why)
    else:
        yield _finding(given, "first_retry", Level.OK, fact, does, f"{expected}.")


def _growth(given: Check) -> Iterator[Finding]:
    half_hour = given.thresholds.get("first_retry_most")
    pauses, fact = given.schedule.pauses, given.facts.ceiling
    if not pauses or half_hour is None:
        return
    attempts = given.schedule.attempts
    tries = f"{len(attempts):,}{' and more' if given.schedule.cut else ''} tries in {short(attempts[-1].usual)}"
    grow = max(pauses) > pauses[0] * _STEADY
    how = (
        f"Pauses grow from {short(pauses[0])} to {short(max(pauses))}" if grow else f"Pauses do not grow from {short(pauses[0])}"
    )
    does = f"{how}: {tries}{_assumed(given)}."
    if max(pauses) < half_hour:
        why = f"{RFC} asks for pauses of {short(half_hour)} and more; quick retries keep a rate limit busy and look like abuse."
        yield _finding(given, "growth", Level.WARNING, fact, does, why)
    else:
        yield _finding(
            given, "growth", Level.OK, fact, does, f"{RFC}: two tries in the first hour, then one each two or three hours."
        )


def _ceiling(given: Check) -> Iterator[Finding]:
    long, longer = given.thresholds.get("warning_after"), given.thresholds.get("patience")
    pauses, fact = given.schedule.pauses, given.facts.ceiling
    if not pauses or long is None or longer is None:
        return
    longest = max(pauses)
    does = f"A message waits up to {short(longest)} between two tries."
    why = f"When the receiver takes mail again, yours still waits for that long; {RFC} has a try each two or three hours."
    if longest > longer:
        yield _finding(given, "ceiling", Level.WARNING, fact, does, why)
    elif longest > long:
        yield _finding(given, "ceiling", Level.NOTE, fact, does, why)


def _lifetime(given: Check) -> Iterator[Finding]:
    least, day = given.thresholds.get("lifetime_least"), given.thresholds.get("greylist_window")
    fact = given.facts.lifetime
    if least is None or fact.amount is None:
        return
    does = f"A message that stays deferred is given up after {short(fact.amount)}."
    why = f"{RFC}: give up after 4 to 5 days at least; "
    if day is not None and fact.amount < day:
        why += "below a day an incident of the receiver, or a night, loses mail."
        yield _finding(given, "lifetime", Level.CRITICAL, fact, does, why)
    elif fact.amount < least:
        why += "a weekend without anybody at the receiver's side loses mail."
        yield _finding(given, "lifetime", Level.WARNING, fact, does, why)
    else:
        yield _finding(given, "lifetime", Level.OK, fact, does, why + "this is long enough.")


# Limits of providers


def _connections(given: Check) -> Iterator[Finding]:
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
        does = f"{many} connections at a time to one destination; these grant fewer: {_named(beyond or over)}."
        lowest = [(provider, *grants(provider, "connections")[0]) for provider, _, _ in beyond or over]
        why = f"Connections at a time are counted, not messages; {_begin(lowest)}"
        yield _finding(given, "connections", level, fact, does, why, _filled(given, "connections", lowest))
    for fact, within in kept.items():
        does = (
            f"At most {fact.amount:.0f} at a time: within the limits of {_list([_short_name(provider) for provider in within])}."
        )
        yield _finding(given, "connections", Level.OK, fact, does, "Connections at a time are what providers count first.")


def _per_connection(given: Check) -> Iterator[Finding]:
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
        yield _finding(given, "messages_per_connection", Level.NOTE, fact, does, why, change)


def _rate(given: Check) -> Iterator[Finding]:
    fact = given.facts.rate
    if fact is None:
        return
    for provider in given.providers:
        granted = [each for each in grants(provider, "messages_per_minute") if not at_times(each[1])]
        unlimited = fact.amount is None and len(given.providers) == 1
        if granted and (unlimited or (fact.amount is not None and fact.amount > granted[0][0])):
            many = "No limit" if fact.amount is None else f"Up to {fact.amount:.0f}"
            does = f"{many} of messages a minute to one destination; {_short_name(provider)} grants {granted[0][0]}."
            why = f"Beyond it, the receiver defers for the rate ({told_by(granted[0][1])})."
            yield _finding(given, "rate", Level.NOTE, fact, does, why, _filled(given, "rate", [(provider, *granted[0])]))
    if fact.amount is None:
        does = "Messages go as fast as the connections carry them."
        yield _finding(
            given, "rate", Level.OK, fact, does, "Large providers name no rate; set one for those that answer 421 for it."
        )
    else:
        does = f"At most {fact.amount:.0f} messages a minute to one destination."
        yield _finding(given, "rate", Level.OK, fact, does, "It holds for every destination, slow ones and fast ones.")


def _reuse(given: Check) -> Iterator[Finding]:
    fact = given.facts.reuse
    if fact is None:
        return
    if fact.state == "no":
        does = "Each message opens a connection of its own."
        why = "Connections are what receivers count; one that carries several messages spares the others."
        yield _finding(given, "reuse", Level.WARNING if given.server.advice.get("reuse") else Level.NOTE, fact, does, why)
    elif fact.state == "plain":
        does = "A busy destination's connections are used again only without TLS; with TLS each message opens its own."
        why = "All large providers speak TLS, so that their limits on connections are reached sooner than need be."
        yield _finding(given, "reuse", Level.NOTE, fact, does, why)
    else:
        yield _finding(given, "reuse", Level.OK, fact, "Connections carry several messages.", "It spares connections.")


# The way there


def _ipv6(given: Check) -> Iterator[Finding]:
    fact = given.facts.ipv6
    if fact is None:
        return
    if fact.state == "ipv6":
        does = "Mail goes out over IPv6 only; hosts without it cannot be reached."
        yield _finding(given, "ipv6", Level.WARNING, fact, does, "Many receivers have no IPv6 address for mail.")
    elif fact.state == "prefers":
        does = "IPv6 is tried first wherever the receiver has it."
        why = "Receivers are stricter there: without PTR, SPF or DKIM for the IPv6 address they defer what they take over IPv4."
        yield _finding(given, "ipv6", Level.NOTE, fact, does, why)
    elif fact.state == "both":
        does = "Mail goes out over IPv4 and IPv6."
        why = "The IPv6 address needs its own PTR and its place in SPF; where it has none, switch IPv6 off."
        yield _finding(given, "ipv6", Level.NOTE, fact, does, why, _off(given))
    else:
        yield _finding(given, "ipv6", Level.OK, fact, "Mail goes out over IPv4 only.", "One address to look after.")


def _off(given: Check) -> str:
    return "inet_protocols = ipv4" if given.server.id == "postfix" else given.server.advice.get("ipv6", "")


def _tls(given: Check) -> Iterator[Finding]:
    fact = given.facts.tls
    if fact is None:
        return
    strict = [_short_name(provider) for provider in given.providers if required_tls(provider) is not None]
    if fact.state == "none":
        does = "Mail goes out in the clear."
        why = f"Everybody on the way can read it{f', and {_list(strict)} take none without TLS' if strict else ''}."
        yield _finding(given, "tls", Level.WARNING, fact, does, why)
    elif fact.state == "must":
        does = "Mail to servers without TLS, or whose certificate does not pass, waits in the queue and is given up in the end."
        yield _finding(
            given, "tls", Level.NOTE, fact, does, "Ask for TLS by destination, and use it elsewhere where it is offered."
        )
    else:
        yield _finding(given, "tls", Level.OK, fact, "TLS is used where the receiver offers it.", "As providers ask for.")


def _relay(given: Check) -> Iterator[Finding]:
    relay = given.server.relay(given.settings)
    if relay is not None:
        does = f"All mail goes to {relay.value}: its limits count, and it is the one that retries at the receivers."
        why = (
            "Give its id with --provider to hold the settings against its limits."
            if not given.providers
            else "Its limits are known."
        )
        source = given.server.source("relay")
        yield Finding("relay", Level.OK, relay.name, relay.value, relay.line, does, "", why, source)


# Words


def _assumed(given: Check) -> str:
    if given.server.queue_run is None or given.settings.queue_run is not None:
        return ""
    return f" (with queue runs each {short(given.schedule.queue_run)}: {given.server.queue_run[1]})"


Granted = tuple[Provider, int, LimitPage]
"""A provider, what it grants, and who says so."""


def _short_name(provider: Provider) -> str:
    """The first of a provider's names: Outlook.com for "Outlook.com, Hotmail, Live, MSN"."""
    return re.split(r", | \(", provider.name)[0]


def _named(over: Sequence[Granted]) -> str:
    return _list([f"{_short_name(provider)} {most}" for provider, most, _ in over])


def _list(names: list[str]) -> str:
    """``a, b, c and 5 more``."""
    shown = names[:SHOWN] if len(names) > SHOWN + 1 else names
    left = len(names) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")


def _usual(over: Sequence[Granted]) -> Granted:
    """The figure that most of them grant, the lower one of two."""
    figures = [figure for _, figure, _ in over]
    usual = min(figures, key=lambda figure: (-figures.count(figure), figure))
    return next(each for each in over if each[1] == usual)


def _begin(over: Sequence[Granted]) -> str:
    """The figure to begin with, and who says so."""
    provider, figure, limit = _usual(over)
    strictest = min(over, key=lambda each: each[1])
    less = f" The strictest is {_short_name(strictest[0])} with {strictest[1]}." if strictest[1] < figure else ""
    return f"{figure} is a good beginning ({_short_name(provider)}: {told_by(limit)}).{less}"


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
