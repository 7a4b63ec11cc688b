"""Judge settings: what each one does, what to set and why, held against the tree's thresholds and the providers' limits.

The thresholds are the named constants of rules/tree.yaml; where one is missing, nothing is judged by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from smtp421.mta.answers import SLACK, span
from smtp421.mta.durations import short
from smtp421.mta.judge_limits import connections, per_connection, rate
from smtp421.mta.judging import Check, finding, listed, short_name
from smtp421.mta.limits import required_tls
from smtp421.mta.model import Finding, Level, Settings
from smtp421.mta.schedule import schedule
from smtp421.mta.servers import server
from smtp421.rulebook.pages import Provider

RFC = "RFC 5321, 4.5.4.1"
_STEADY = 1.05
"""Pauses that differ by less do not grow."""


def check(settings: Settings, thresholds: Mapping[str, float], providers: Iterable[Provider]) -> tuple[Finding, ...]:
    """All findings, in the order of the topics. ``providers`` are those whose limits count."""
    asked = server(settings.mta)
    given = Check(asked, settings, asked.facts(settings), schedule(asked, settings), thresholds, tuple(providers))
    topics = (_first_retry, _growth, _ceiling, _lifetime, connections, rate, per_connection, _reuse, _ipv6, _tls)
    found = [each for topic in topics for each in topic(given)]
    return (*found, *_relay(given), *asked.extras(settings))


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
        yield finding(given, "first_retry", Level.CRITICAL, fact, does, why)
        return
    does = f"The first retry comes after {span(first.earliest, first.latest)}{_assumed(given)}."
    expected = f"Receivers expect the first retry after {short(soonest)} to {short(latest)}"
    if window is not None and first.latest > window:
        why = f"Greylisting forgets the first try after {short(window)} at the latest; each retry counts as a first one again."
        yield finding(given, "first_retry", Level.CRITICAL, fact, does, why)
    elif first.earliest + SLACK < soonest:
        why = f"{expected}; sooner ones look like abuse, count against limits and come before greylisting lets them pass."
        yield finding(given, "first_retry", Level.WARNING, fact, does, why)
    elif first.usual > latest:
        why = f"{expected}; greylisted and briefly deferred mail is late without need."
        yield finding(given, "first_retry", Level.WARNING, fact, does, why)
    else:
        yield finding(given, "first_retry", Level.OK, fact, does, f"{expected}.")


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
        yield finding(given, "growth", Level.WARNING, fact, does, why)
    else:
        yield finding(
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
        yield finding(given, "ceiling", Level.WARNING, fact, does, why)
    elif longest > long:
        yield finding(given, "ceiling", Level.NOTE, fact, does, why)


def _lifetime(given: Check) -> Iterator[Finding]:
    least, day = given.thresholds.get("lifetime_least"), given.thresholds.get("greylist_window")
    fact = given.facts.lifetime
    if least is None or fact.amount is None:
        return
    does = f"A message that stays deferred is given up after {short(fact.amount)}."
    why = f"{RFC}: give up after 4 to 5 days at least; "
    if day is not None and fact.amount < day:
        why += "below a day an incident of the receiver, or a night, loses mail."
        yield finding(given, "lifetime", Level.CRITICAL, fact, does, why)
    elif fact.amount < least:
        why += "a weekend without anybody at the receiver's side loses mail."
        yield finding(given, "lifetime", Level.WARNING, fact, does, why)
    else:
        yield finding(given, "lifetime", Level.OK, fact, does, why + "this is long enough.")


# The way there


def _reuse(given: Check) -> Iterator[Finding]:
    fact = given.facts.reuse
    if fact is None:
        return
    if fact.state == "no":
        does = "Each message opens a connection of its own."
        why = "Connections are what receivers count; one that carries several messages spares the others."
        yield finding(given, "reuse", Level.WARNING if given.server.advice.get("reuse") else Level.NOTE, fact, does, why)
    elif fact.state == "plain":
        does = "A busy destination's connections are used again only without TLS; with TLS each message opens its own."
        why = "All large providers speak TLS, so that their limits on connections are reached sooner than need be."
        yield finding(given, "reuse", Level.NOTE, fact, does, why)
    else:
        yield finding(given, "reuse", Level.OK, fact, "Connections carry several messages.", "It spares connections.")


def _ipv6(given: Check) -> Iterator[Finding]:
    fact = given.facts.ipv6
    if fact is None:
        return
    if fact.state == "ipv6":
        does = "Mail goes out over IPv6 only; hosts without it cannot be reached."
        yield finding(given, "ipv6", Level.WARNING, fact, does, "Many receivers have no IPv6 address for mail.")
    elif fact.state == "prefers":
        does = "IPv6 is tried first wherever the receiver has it."
        why = "Receivers are stricter there: without PTR, SPF or DKIM for the IPv6 address they defer what they take over IPv4."
        yield finding(given, "ipv6", Level.NOTE, fact, does, why)
    elif fact.state == "both":
        does = "Mail goes out over IPv4 and IPv6."
        why = "The IPv6 address needs its own PTR and its place in SPF; where it has none, switch IPv6 off."
        yield finding(given, "ipv6", Level.NOTE, fact, does, why, _off(given))
    else:
        yield finding(given, "ipv6", Level.OK, fact, "Mail goes out over IPv4 only.", "One address to look after.")


def _off(given: Check) -> str:
    return "inet_protocols = ipv4" if given.server.id == "postfix" else given.server.advice.get("ipv6", "")


def _tls(given: Check) -> Iterator[Finding]:
    fact = given.facts.tls
    if fact is None:
        return
    strict = [short_name(provider) for provider in given.providers if required_tls(provider) is not None]
    if fact.state == "none":
        does = "Mail goes out in the clear."
        why = f"Everybody on the way can read it{f', and {listed(strict)} take none without TLS' if strict else ''}."
        yield finding(given, "tls", Level.WARNING, fact, does, why)
    elif fact.state == "must":
        does = "Mail to servers without TLS, or whose certificate does not pass, waits in the queue and is given up in the end."
        yield finding(
            given, "tls", Level.NOTE, fact, does, "Ask for TLS by destination, and use it elsewhere where it is offered."
        )
    else:
        yield finding(given, "tls", Level.OK, fact, "TLS is used where the receiver offers it.", "As providers ask for.")


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
