"""Postfix: ``postconf -n`` (or ``-d``), ``main.cf``, and lines of ``master.cf`` or ``postconf -M`` beside them.

When the queue manager retries (qmgr(8), ``qmgr_active.c`` of Postfix 3.7): after a deferral the queue file may be touched
again when as much time as the message is old has gone by, but at least ``minimal_backoff_time`` and at most
``maximal_backoff_time``; the next scan of the deferred queue after that, one each ``queue_run_delay``, tries it. An attempt
that is deferred when the message is ``maximal_queue_lifetime`` old was the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf
from typing import ClassVar

from smtp421.mta.durations import figure
from smtp421.mta.interface import CHECKED, Server, first_run
from smtp421.mta.model import Block, Fact, Facts, Finding, Option, Settings
from smtp421.mta.postfix_parameters import fact_of, number_of, seconds_of, time_of, value_of
from smtp421.rulebook.pages import Citation, Provider

_POSTCONF = "https://www.postfix.org/postconf.5.html"
_SETTING = re.compile(r"(?P<name>[A-Za-z][\w.-]*)\s*=\s*(?P<value>.*)")
_SERVICE = re.compile(
    r"(?P<name>\S+)\s+(?:inet|unix|fifo|unix-dgram|pass)\s+(?:[-yn]\s+){3}\S+\s+(?P<most>\S+)\s+(?P<command>\S.*)"
)


class Postfix(Server):
    """Postfix 2.4 and later."""

    id = "postfix"
    title = "Postfix"
    docs = Citation("Postfix - configuration parameters", _POSTCONF, CHECKED)
    sources: ClassVar = {
        topic: Citation(f"Postfix - {name}", f"{_POSTCONF}#{name}", CHECKED)
        for topic, name in {
            "first_retry": "minimal_backoff_time",
            "growth": "maximal_backoff_time",
            "ceiling": "maximal_backoff_time",
            "lifetime": "maximal_queue_lifetime",
            "connections": "default_destination_concurrency_limit",
            "rate": "default_destination_rate_delay",
            "messages_per_connection": "smtp_connection_reuse_count_limit",
            "reuse": "smtp_tls_connection_reuse",
            "ipv6": "inet_protocols",
            "tls": "smtp_tls_security_level",
            "queue_run": "queue_run_delay",
            "backoff_order": "maximal_backoff_time",
            "delay_warning": "delay_warning_time",
            "cohort": "default_destination_concurrency_failed_cohort_limit",
            "recipients": "default_destination_recipient_limit",
        }.items()
    }
    advice: ClassVar = {
        "first_retry": "queue_run_delay = 300s\nminimal_backoff_time = 300s",
        "growth": "maximal_backoff_time = 4000s",
        "ceiling": "maximal_backoff_time = 4000s",
        "lifetime": "maximal_queue_lifetime = 5d\nbounce_queue_lifetime = 5d",
        "connections": "smtp_destination_concurrency_limit = {figure}",
        "rate": "smtp_destination_rate_delay = 1s",
        "messages_per_connection": "smtp_connection_reuse_count_limit = {one_less}",
        "reuse": "smtp_connection_cache_on_demand = yes\nsmtp_tls_connection_reuse = yes",
        "ipv6": "inet_protocols = all\nsmtp_address_preference = any",
        "tls": "smtp_tls_security_level = may",
    }

    def read(self, text: str, name: str) -> Settings:
        """Settings of ``main.cf`` and services of ``master.cf``; a later setting wins, as in Postfix."""
        options: dict[str, Option] = {}
        blocks: list[Block] = []
        for number, line in _logical(text):
            if service := _SERVICE.fullmatch(line):
                service_options = {"maxproc": Option("maxproc", service["most"], number)}
                for override in re.findall(r"-o\s+\{?\s*([\w.]+)\s*=\s*([^\s}]*)", service["command"]):
                    service_options[override[0]] = Option(override[0], override[1], number)
                service_options["command"] = Option("command", service["command"].split()[0], number)
                blocks.append(Block("service", service["name"], service_options, number))
            elif setting := _SETTING.fullmatch(line):
                options[setting["name"]] = Option(setting["name"], setting["value"].strip(), number)
        return Settings(self.id, name, options, tuple(blocks))

    def facts(self, settings: Settings) -> Facts:
        """What queue manager and SMTP client do with these settings."""
        minimal, run = time_of(settings, "minimal_backoff_time"), time_of(settings, "queue_run_delay")
        first = run if (run.amount or 0) > (minimal.amount or 0) else minimal
        return Facts(
            first_retry=first,
            ceiling=time_of(settings, "maximal_backoff_time"),
            lifetime=time_of(settings, "maximal_queue_lifetime"),
            reuse=_reuse(settings),
            rate=_rate(settings),
            ipv6=_ipv6(settings),
            tls=_tls(settings),
        )

    def interval(self, settings: Settings) -> float:
        """``queue_run_delay``."""
        return seconds_of(settings, "queue_run_delay")

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:
        """As the queue manager does it; the scan takes what is due within a second (``qmgr_active_feed``)."""
        interval, lifetime = self.interval(settings), seconds_of(settings, "maximal_queue_lifetime")
        age = 0.0
        yield age
        while age < lifetime:
            age = first_run(max(age + self.pause(settings, age) - 1, age + 1), interval, phase)
            yield age

    def pause(self, settings: Settings, age: float) -> float:
        """Seconds for which a message of that age is left alone (``qmgr_active_done_3_generic``)."""
        most, least = seconds_of(settings, "maximal_backoff_time"), seconds_of(settings, "minimal_backoff_time")
        return max(min(age, most), least)

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:
        """The limit of the transport that serves the provider, where one bears its name; else that of ``smtp``."""
        for transport in (*_transports(settings, provider), "smtp"):
            delay = time_of(settings, f"{transport}_destination_rate_delay")
            if delay.amount:
                return delay._replace(amount=1.0)  # qmgr_transport_create: one at a time, so that there is a pause between two
            limit = number_of(settings, f"{transport}_destination_concurrency_limit")
            service = next((block for block in settings.of_kind("service") if block.name == transport), None)
            most = service.options["maxproc"] if service is not None else None
            processes = figure(most.value) if most is not None else None
            if most is not None and processes and processes < (limit.amount or inf):
                return Fact(f"process limit of {transport} (master.cf)", most.value, most.line, processes)
            if transport == "smtp" or f"{transport}_destination_concurrency_limit" in settings.options:
                return limit
        raise AssertionError("smtp is always there")

    def messages_per_connection(self, settings: Settings, provider: Provider | None) -> Fact | None:  # noqa: ARG002 - one for all
        """``smtp_connection_reuse_count_limit`` counts reuses: one message more goes over the connection."""
        fact = number_of(settings, "smtp_connection_reuse_count_limit")
        return fact._replace(amount=fact.amount + 1 if fact.amount else None)

    def relay(self, settings: Settings) -> Option | None:
        """``relayhost``, without brackets and port."""
        option = settings.given("relayhost")
        host = re.sub(r"^\[|\]?(?::\w+)?$", "", option.value) if option is not None else ""
        return Option("relayhost", host, option.line) if option is not None and host else None

    def extras(self, settings: Settings) -> Iterator[Finding]:
        """Settings that contradict each other, and a sender who is told nothing."""
        from smtp421.mta.postfix_conflicts import conflicts

        return conflicts(self, settings)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first: one that begins with a blank goes on (postconf(5)); no comments."""
    parts: list[str] = []
    start = 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if line[0] in " \t" and parts:
            parts.append(stripped)
            continue
        if parts:
            yield start, " ".join(parts)
        parts, start = [stripped], number
    if parts:
        yield start, " ".join(parts)


def _transports(settings: Settings, provider: Provider | None) -> Iterator[str]:
    """Transports that bear the provider's name, so that they very likely serve it."""
    if provider is None:
        return
    names = {provider.id, provider.family, provider.id.replace("_", ""), provider.id.partition("_")[0]}
    known = [block.name for block in settings.of_kind("service")]
    known += [
        name.removesuffix("_destination_concurrency_limit")
        for name in settings.options
        if name.endswith("_destination_concurrency_limit")
    ]
    yield from (name for name in dict.fromkeys(known) if name.lower().replace("-", "_") in names)


def _rate(settings: Settings) -> Fact:
    name = "smtp_destination_rate_delay"
    seconds = seconds_of(settings, name)
    return fact_of(settings, name)._replace(amount=60 / seconds if seconds else None)


def _reuse(settings: Settings) -> Fact:
    on_demand = fact_of(settings, "smtp_connection_cache_on_demand")
    if on_demand.value.lower() == "no" and not value_of(settings, "smtp_connection_cache_destinations"):
        return on_demand._replace(state="no")
    reuse = fact_of(settings, "smtp_tls_connection_reuse")
    return reuse._replace(state="yes" if reuse.value.lower() == "yes" else "plain")


def _ipv6(settings: Settings) -> Fact:
    protocols, preference = fact_of(settings, "inet_protocols"), fact_of(settings, "smtp_address_preference")
    names = set(re.split(r"[\s,]+", protocols.value.lower()))
    if "all" in names or {"ipv4", "ipv6"} <= names:
        return preference._replace(state="prefers") if preference.value.lower() == "ipv6" else protocols._replace(state="both")
    return protocols._replace(state="ipv6" if "ipv6" in names else "ipv4")


def _tls(settings: Settings) -> Fact:
    level = fact_of(settings, "smtp_tls_security_level")
    if not level.value:
        for name, state in (("smtp_enforce_tls", "must"), ("smtp_use_tls", "may")):
            old = fact_of(settings, name)
            if old.value.lower() == "yes":
                return old._replace(state=state)
        return level._replace(state="none")
    states = {"none": "none", "may": "may", "dane": "may"}
    return level._replace(state=states.get(level.value.lower(), "must"))
