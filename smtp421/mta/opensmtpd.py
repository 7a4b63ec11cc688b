"""OpenSMTPD: ``smtpd.conf``.

When smtpd retries (``scheduler_ramqueue.c`` of OpenSMTPD 6.8): the n-th retry comes 400 seconds times n squared after the
message came; nothing but the lifetime can be set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from smtp421.mta.durations import compact, figure
from smtp421.mta.interface import CHECKED, Server
from smtp421.mta.limits import domains
from smtp421.mta.model import Block, Fact, Facts, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

_TTL = re.compile(r"queue\s+ttl\s+(?P<value>\w+)")
_LIMIT = re.compile(r"mta\s+limit\s+(?:for\s+domain\s+\"?(?P<domain>[^\"\s]+)\"?\s+)?(?P<pairs>.+)")
_ACTION = re.compile(r"action\s+\"?(?P<name>[\w.-]+)\"?\s+relay\b(?P<rest>.*)")
BASE = 400
"""Seconds: ``BACKOFF_TRANSFER``."""
DEFAULTS = {"max-conn-per-connector": 20, "max-conn-per-domain": 100, "session-mail-max": 100}
"""``limit_mta_set_defaults`` (limit.c). A connector is a destination as seen from one source address (mta.c)."""


class OpenSmtpd(Server):
    """OpenSMTPD 6.4 and later."""

    id = "opensmtpd"
    title = "OpenSMTPD"
    docs = Citation("OpenBSD - smtpd.conf(5)", "https://man.openbsd.org/smtpd.conf.5", CHECKED)
    sources: ClassVar = {
        **dict.fromkeys(
            ("first_retry", "growth", "ceiling"),
            Citation(
                "OpenSMTPD - scheduler_ramqueue.c",
                "https://github.com/OpenSMTPD/OpenSMTPD/blob/master/usr.sbin/smtpd/scheduler_ramqueue.c",
                CHECKED,
            ),
        ),
        **dict.fromkeys(
            ("connections", "messages_per_connection", "ipv6"),
            Citation("OpenSMTPD - limit.c", "https://github.com/OpenSMTPD/OpenSMTPD/blob/master/usr.sbin/smtpd/limit.c", CHECKED),
        ),
    }
    advice: ClassVar = {
        "lifetime": "queue ttl 4d",
        "connections": 'mta limit for domain "{domain}" max-conn-per-domain {figure}',
        "messages_per_connection": 'mta limit for domain "{domain}" session-mail-max {figure}',
        "ipv6": "mta limit inet4",
    }

    def read(self, text: str, name: str) -> Settings:
        """``queue ttl``, ``mta limit`` and relay actions."""
        options: dict[str, Option] = {}
        blocks: list[Block] = []
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.partition("#")[0].strip()
            if ttl := _TTL.fullmatch(line):
                options["queue ttl"] = Option("queue ttl", ttl["value"], number)
            elif limit := _LIMIT.fullmatch(line):
                words = limit["pairs"].split()
                pairs = {key: Option(key, value, number) for key, value in pairwise(words) if value.isdecimal()}
                pairs |= {word: Option(word, "", number) for word in words if word in ("inet4", "inet6")}
                blocks.append(Block("mta limit", limit["domain"] or "", pairs, number))
            elif action := _ACTION.match(line):
                rest = {"relay": Option("relay", action["rest"].strip(), number)}
                blocks.append(Block("action", action["name"], rest, number))
        return Settings(self.id, name, options, tuple(blocks))

    def facts(self, settings: Settings) -> Facts:
        """The schedule is built in."""
        fixed = Fact("(built in)", f"{BASE} s times the square of the try")
        option = settings.given("queue ttl")
        seconds = compact(option.value) if option else None
        lifetime = Fact(
            "queue ttl",
            option.value if option and seconds else "4d",
            option.line if option and seconds else None,
            seconds or 4 * 86400.0,
        )
        return Facts(first_retry=fixed, ceiling=fixed, lifetime=lifetime, ipv6=_ipv6(settings), tls=_tls(settings))

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:  # noqa: ARG002 - it has no queue runs
        """0, 400, 1600, 3600, ... seconds, as long as the message has not expired."""
        lifetime = self.facts(settings).lifetime.amount or 0.0
        number = 0
        while number == 0 or BASE * number * number < lifetime:
            yield float(BASE * number * number)
            number += 1

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:
        """The smaller one of the limits from one source address and for the domain, all of its hosts together."""
        found = [_limit(settings, key, provider) for key in ("max-conn-per-connector", "max-conn-per-domain")]
        return min(found, key=lambda fact: fact.amount or 0)

    def relay(self, settings: Settings) -> Option | None:
        """``host`` of a relay action."""
        for block in settings.of_kind("action"):
            rest = block.options["relay"].value
            if host := re.search(r"\bhost\s+\"?(?:[a-z+]+://)?(?:[^@\"\s]*@)?([^\s\":]+)", rest):
                return Option(f"action {block.name}", host[1], block.line)
        return None

    def messages_per_connection(self, settings: Settings, provider: Provider | None) -> Fact | None:
        """``session-mail-max``."""
        return _limit(settings, "session-mail-max", provider)


def _limit(settings: Settings, key: str, provider: Provider | None) -> Fact:
    """A limit for the provider's domains, else the general one."""
    names = set(domains(provider)) if provider is not None else set()
    for own in (True, False):
        for block in settings.of_kind("mta limit"):
            if key in block.options and (block.name in names if own else not block.name):
                option = block.options[key]
                shown = f'{key} for "{block.name}"' if own else key
                return Fact(shown, option.value, option.line, figure(option.value))
    return Fact(key, str(DEFAULTS[key]), None, float(DEFAULTS[key]))


def _ipv6(settings: Settings) -> Fact:
    for block in settings.of_kind("mta limit"):
        for word, state in (("inet4", "ipv4"), ("inet6", "ipv6")):
            if word in block.options and not block.name:
                return Fact("mta limit", word, block.line, state=state)
    return Fact("mta limit", "inet4 and inet6", state="both")


def _tls(settings: Settings) -> Fact:
    for block in settings.of_kind("action"):
        rest = block.options["relay"].value
        host = re.search(r"\bhost\s+\"?(\S+?://)", rest)
        if (host is None and re.search(r"\btls\b", rest)) or (host is not None and host[1] in ("smtp+tls://", "smtps://")):
            return Fact(f"action {block.name}", f"relay {rest}", block.line, state="must")
        if host is not None and host[1] == "smtp+notls://":
            return Fact(f"action {block.name}", f"relay {rest}", block.line, state="none")
    return Fact("relay", "TLS where offered", state="may")
