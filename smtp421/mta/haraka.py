"""Haraka: ``outbound.ini``, and ``limit.ini`` of haraka-plugin-limit in the same text.

When Haraka retries (``outbound/config.js`` of Haraka 3.3): after the pauses of ``temp_fail_intervals``; without it after 64
seconds, which double with each of ``maxTempFailures`` tries. The try after the last pause is the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import ClassVar

from smtp421.mta.durations import compact, figure
from smtp421.mta.interface import CHECKED, Server
from smtp421.mta.limits import domains
from smtp421.mta.model import Block, Fact, Facts, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

_DOCS = "https://github.com/haraka/Haraka/blob/master/docs/Outbound.md"
_PART = re.compile(r"(?P<pause>\d+[smhd])(?:\*(?P<times>\d+))?", re.IGNORECASE)
MAX_TEMP_FAILURES = 13
_SHORTEST = 5
"""Seconds; with a shorter pause Haraka takes its defaults."""
_MOST = 10_000


class Haraka(Server):
    """Haraka 3."""

    id = "haraka"
    title = "Haraka"
    docs = Citation("Haraka - outbound", _DOCS, CHECKED)
    sources: ClassVar = {
        "connections": Citation("Haraka - limit plugin", "https://github.com/haraka/haraka-plugin-limit", CHECKED)
    }
    advice: ClassVar = {
        "first_retry": "; config/outbound.ini\ntemp_fail_intervals=5m,15m,30m,1h*4,2h*6,6h*12",
        "growth": "; config/outbound.ini\ntemp_fail_intervals=5m,15m,30m,1h*4,2h*6,6h*12",
        "ceiling": "; config/outbound.ini\ntemp_fail_intervals=5m,15m,30m,1h*4,2h*6,6h*12",
        "lifetime": "; config/outbound.ini\ntemp_fail_intervals=5m,15m,30m,1h*4,2h*6,6h*12",
        "connections": "; config/limit.ini, with haraka-plugin-limit\n[outbound]\nenabled=true\n{domain}={figure}",
        "ipv6": "; config/outbound.ini\ninet_prefer=v4",
        "tls": "; config/outbound.ini\nenable_tls=true",
    }

    def read(self, text: str, name: str) -> Settings:
        """Keys before and in sections; ``;`` and ``#`` begin comments."""
        options: dict[str, Option] = {}
        blocks: list[Block] = []
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.strip()
            if not line or line[0] in ";#":
                continue
            if line[0] == "[" and line[-1] == "]":
                blocks.append(Block("section", line[1:-1].strip(), {}, number))
                continue
            key, _, value = (part.strip() for part in line.partition("="))
            option = Option(key, value, number)
            if blocks and blocks[-1].name != "main":
                blocks[-1] = blocks[-1]._replace(options={**blocks[-1].options, key: option})
            else:
                options[key] = option
        return Settings(self.id, name, options, tuple(blocks))

    def facts(self, settings: Settings) -> Facts:
        """What the list of pauses comes to."""
        fact = _fact(settings, "temp_fail_intervals", "")
        if not _pauses(fact.value):
            fact = _fact(settings, "maxTempFailures", str(MAX_TEMP_FAILURES))
        if settings.given("temp_fail_intervals") is not None and fact.value == "none":
            fact = _fact(settings, "temp_fail_intervals", "")
        tls = _fact(settings, "enable_tls", "true")
        prefer = _fact(settings, "inet_prefer", "default")
        return Facts(
            first_retry=fact,
            ceiling=fact,
            lifetime=fact._replace(amount=float(sum(self.pauses(settings)))),
            reuse=Fact("(built in)", "a connection for each delivery", state="no"),
            ipv6=prefer._replace(state="both" if prefer.value == "v4" else "prefers"),
            tls=tls._replace(state="none" if tls.value.lower() in ("false", "no", "0") else "may"),
        )

    def pauses(self, settings: Settings) -> list[float]:
        """Seconds before each retry."""
        given = settings.given("temp_fail_intervals")
        if given is not None and given.value.strip().lower() == "none":
            return []
        read = _pauses(given.value) if given is not None else []
        if read:
            return read
        most = settings.given("maxTempFailures")
        tries = int(min((figure(most.value) if most is not None else None) or MAX_TEMP_FAILURES, _MOST))
        return [float(2 ** (number + 5)) for number in range(1, min(tries, 40))]

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:  # noqa: ARG002 - it has no queue runs
        """The sums of the pauses."""
        yield from accumulate(self.pauses(settings), initial=0.0)

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:
        """What ``[outbound]`` of limit.ini says for the provider's domains; else no limit to one destination."""
        names = set(domains(provider)) if provider is not None else set()
        for block in settings.of_kind("section"):
            if block.name == "outbound":
                for key, option in block.options.items():
                    if key in names and figure(option.value):
                        return Fact(f"[outbound] {key}", option.value, option.line, figure(option.value))
        return Fact("[outbound] of limit.ini", "no limit")


def _pauses(text: str) -> list[float]:
    """``1m,5m*2`` as 60, 300, 300; empty where it cannot be read, as Haraka then takes its defaults."""
    pauses: list[float] = []
    for part in re.sub(r"\s+", "", text).split(","):
        found = _PART.fullmatch(part)
        seconds = compact(found["pause"]) if found else None
        times = figure((found["times"] if found else None) or "1") or 0
        if seconds is None or seconds < _SHORTEST or times > _MOST:
            return []
        pauses += [seconds] * int(times)
    return pauses[:_MOST]


def _fact(settings: Settings, key: str, default: str) -> Fact:
    option = settings.given(key)
    return Fact(key, default) if option is None else Fact(key, option.value, option.line)
