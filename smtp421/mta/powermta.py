"""PowerMTA: the configuration file with its ``<domain>`` blocks, also inside ``<virtual-mta>``.

When PowerMTA retries: a queue is retried after the intervals of ``retry-after``, one after the other and the last one over
and over, until a message is older than ``bounce-after``. Its documentation is not public; the meanings and defaults are those
of copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from smtp421.mta.durations import compact, figure, per_minute
from smtp421.mta.interface import CHECKED, Server
from smtp421.mta.limits import domains
from smtp421.mta.model import Block, Fact, Facts, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

_OPEN = re.compile(r"<(?P<kind>[a-z-]+)(?:\s+(?P<name>[^>]*?))?\s*>", re.IGNORECASE)
_CLOSE = re.compile(r"</(?P<kind>[a-z-]+)\s*>", re.IGNORECASE)
_PAIR = re.compile(r"(?P<name>[a-z][\w-]*)(?:\s+(?P<value>.*))?", re.IGNORECASE)
DEFAULTS = {
    "retry-after": "10m",
    "bounce-after": "4d12h",
    "max-smtp-out": "20",
    "max-msg-per-connection": "0",
    "max-msg-rate": "unlimited",
}
"""Directives of ``<domain>`` that stand nowhere."""
_OFF = frozenset({"no", "false", "0"})


class PowerMta(Server):
    """PowerMTA 3.5 and later."""

    id = "powermta"
    title = "PowerMTA"
    docs = Citation(
        "PowerMTA - a configuration with the defaults in its comments (the user guide is not public)",
        "https://pastebin.com/aeJaV82Y",
        CHECKED,
    )
    advice: ClassVar = {
        "first_retry": "<domain *>\n  retry-after 10m,20m,30m,1h\n</domain>",
        "growth": "<domain *>\n  retry-after 10m,20m,30m,1h\n</domain>",
        "ceiling": "<domain *>\n  retry-after 10m,20m,30m,1h\n</domain>",
        "lifetime": "<domain *>\n  bounce-after 4d12h\n</domain>",
        "connections": "<domain {domain}>\n  max-smtp-out {figure}\n</domain>",
        "messages_per_connection": "<domain {domain}>\n  max-msg-per-connection {figure}\n</domain>",
        "rate": "<domain {domain}>\n  max-msg-rate {figure}/m\n</domain>",
        "tls": "<domain *>\n  use-starttls yes\n</domain>",
    }

    def read(self, text: str, name: str) -> Settings:
        """``<domain>`` blocks and the directives outside of any; macros of domains are filled in."""
        options: dict[str, Option] = {}
        blocks: list[Block] = []
        macros: dict[str, str] = {}
        stack: list[tuple[str, str]] = []
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.partition("#")[0].strip()
            if closed := _CLOSE.fullmatch(line):
                while stack and stack.pop()[0] != closed["kind"].lower():
                    pass
            elif opened := _OPEN.fullmatch(line):
                kind, title = opened["kind"].lower(), (opened["name"] or "").strip()
                title = macros.get(title.removeprefix("$"), title) if title.startswith("$") else title
                stack.append((kind, title))
                blocks.append(Block(kind, title, {}, number))
            elif pair := _PAIR.fullmatch(line):
                key, value = pair["name"].lower(), (pair["value"] or "").strip()
                if key == "domain-macro":
                    macro, _, listed = value.partition(" ")
                    macros[macro] = ",".join(listed.replace(",", " ").split())
                elif stack:
                    inner = blocks[-1]
                    blocks[-1] = inner._replace(options={**inner.options, key: Option(key, value, number)})
                else:
                    options[key] = Option(key, value, number)
        return Settings(self.id, name, options, tuple(blocks))

    def facts(self, settings: Settings) -> Facts:
        """What ``<domain *>`` sets."""
        retry, lifetime = _fact(settings, "retry-after"), _fact(settings, "bounce-after")
        rate = _fact(settings, "max-msg-rate")
        return Facts(
            first_retry=retry,
            ceiling=retry,
            lifetime=lifetime._replace(amount=compact(lifetime.value) or compact(DEFAULTS["bounce-after"])),
            rate=rate._replace(amount=per_minute(rate.value)),
            tls=_tls(settings),
        )

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:  # noqa: ARG002 - it has no queue runs
        """The sums of ``retry-after``'s intervals."""
        facts = self.facts(settings)
        lifetime = facts.lifetime.amount or 0.0
        intervals = [seconds for part in facts.first_retry.value.split(",") if (seconds := compact(part))] or [600.0]
        age, number = 0.0, 0
        while age <= lifetime:
            yield age
            age += intervals[min(number, len(intervals) - 1)]
            number += 1

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:
        """``max-smtp-out``: for each domain and each VirtualMTA."""
        fact = _fact(settings, "max-smtp-out", provider)
        return fact._replace(amount=figure(fact.value))

    def messages_per_connection(self, settings: Settings, provider: Provider | None) -> Fact | None:
        """``max-msg-per-connection``; 0 is no limit."""
        fact = _fact(settings, "max-msg-per-connection", provider)
        return fact._replace(amount=figure(fact.value) or None)


def _fact(settings: Settings, key: str, provider: Provider | None = None) -> Fact:
    """The directive in a block of the provider's domains, else in ``<domain *>``, else the default."""
    wanted = set(domains(provider)) if provider is not None else set()
    for names in (wanted, {"*"}):
        for block in settings.of_kind("domain"):
            if key in block.options and names.intersection(block.name.split(",")):
                option = block.options[key]
                return Fact(f"{key} of <domain {block.name}>", option.value, option.line)
    return Fact(key, DEFAULTS[key])


def _tls(settings: Settings) -> Fact | None:
    """What ``<domain *>`` says; None where it says nothing, as the default is not documented in public."""
    for block in settings.of_kind("domain"):
        if block.name != "*":
            continue
        required, used = block.options.get("require-starttls"), block.options.get("use-starttls")
        if required is not None and required.value.lower() not in _OFF:
            return Fact("require-starttls of <domain *>", required.value, required.line, state="must")
        if used is not None:
            return Fact(
                "use-starttls of <domain *>", used.value, used.line, state="none" if used.value.lower() in _OFF else "may"
            )
    return None
