"""Settings of Postfix that contradict each other, or that change what others mean."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.mta.durations import short
from smtp421.mta.interface import Server
from smtp421.mta.model import Fact, Finding, Level, Settings
from smtp421.mta.postfix_parameters import number_of, time_of

COHORTS = 10
"""What postconf(5) asks for beside a rate delay."""


def conflicts(server: Server, settings: Settings) -> Iterator[Finding]:
    """All that there are."""
    yield from _times(server, settings)
    yield from _destinations(server, settings)


def _times(server: Server, settings: Settings) -> Iterator[Finding]:
    run, least, most, warned = (
        time_of(settings, name)
        for name in ("queue_run_delay", "minimal_backoff_time", "maximal_backoff_time", "delay_warning_time")
    )
    if (run.amount or 0) > (least.amount or 0):
        does = f"The queue is looked at each {short(run.amount or 0)} only; a pause of {short(least.amount or 0)} is not kept."
        why = "postconf(5): queue_run_delay should be at most minimal_backoff_time."
        change = "queue_run_delay = 300s\nminimal_backoff_time = 300s"
        yield _finding(server, "queue_run", Level.WARNING, run, does, change, why)
    if (most.amount or 0) < (least.amount or 0):
        longest, shortest = short(most.amount or 0), short(least.amount or 0)
        does = f"The longest pause ({longest}) is shorter than the shortest ({shortest}), so pauses never grow."
        why = "postconf(5): maximal_backoff_time should be at least minimal_backoff_time."
        yield _finding(server, "backoff_order", Level.WARNING, most, does, "maximal_backoff_time = 4000s", why)
    if not warned.amount:
        does = "Nobody tells the sender that a message waits, until it is given up."
        why = "A notice after some hours lets people call instead of waiting for days; bulk senders leave it off."
        yield _finding(server, "delay_warning", Level.NOTE, warned, does, "delay_warning_time = 4h", why)


def _destinations(server: Server, settings: Settings) -> Iterator[Finding]:
    delay = time_of(settings, "smtp_destination_rate_delay")
    cohorts = number_of(settings, "smtp_destination_concurrency_failed_cohort_limit")
    recipients = number_of(settings, "smtp_destination_recipient_limit")
    if delay.amount and cohorts.amount is not None and cohorts.amount < COHORTS:
        does = f"Beside {delay.setting} one 421 in a greeting, or one failed connection, puts all mail to a destination on hold."
        why = "postconf(5): with a rate delay there is one delivery at a time, and a single failure makes a whole cohort."
        change = f"smtp_destination_concurrency_failed_cohort_limit = {COHORTS}"
        yield _finding(server, "cohort", Level.WARNING, cohorts, does, change, why)
    if recipients.amount == 1:
        does = "Limits on connections and rates count for each recipient, not for each domain."
        why = "postconf(5): with a recipient limit of 1, a destination is a recipient."
        yield _finding(server, "recipients", Level.WARNING, recipients, does, "smtp_destination_recipient_limit = 50", why)


def _finding(server: Server, topic: str, level: Level, fact: Fact, does: str, change: str, why: str) -> Finding:
    return Finding(topic, level, fact.setting, fact.value, fact.line, does, change, why, server.source(topic))
