"""KumoMTA: the TOML files of its helpers, ``shaping.toml`` and ``queues.toml``. The Lua policy itself is a program, and not read.

When KumoMTA retries: after ``retry_interval``, which doubles with each try up to ``max_retry_interval``, with some jitter,
until the message is ``max_age`` old.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from smtp421.errors import SettingsUnreadable
from smtp421.mta.durations import figure, per_minute, worded
from smtp421.mta.interface import CHECKED, Server
from smtp421.mta.limits import domains
from smtp421.mta.model import Block, Fact, Facts, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

_REFERENCE = "https://docs.kumomta.com/reference/kumo/"
_LUA = re.compile(
    r"^\s*(?:local\s+\w+\s*=|kumo\.on\b|function\b)|\bkumo\.(?:on|make_egress_path|make_queue_config)\b", re.MULTILINE
)
DEFAULTS = {
    "retry_interval": "20 minutes",
    "max_retry_interval": "no limit",
    "max_age": "7 days",
    "connection_limit": "32",
    "max_deliveries_per_connection": "1024",
    "max_message_rate": "no limit",
    "enable_tls": "Opportunistic",
}
"""``make_queue_config`` and ``make_egress_path``."""
_TLS = {
    "Opportunistic": "may",
    "OpportunisticInsecure": "may",
    "Required": "must",
    "RequiredInsecure": "must",
    "Disabled": "none",
}


class KumoMta(Server):
    """KumoMTA 2023 and later."""

    id = "kumomta"
    title = "KumoMTA"
    docs = Citation("KumoMTA - make_egress_path", f"{_REFERENCE}make_egress_path/", CHECKED)
    sources: ClassVar = {
        topic: Citation(f"KumoMTA - {name}", f"{_REFERENCE}{page}/{name}/", CHECKED)
        for topic, page, name in (
            ("first_retry", "make_queue_config", "retry_interval"),
            ("growth", "make_queue_config", "retry_interval"),
            ("ceiling", "make_queue_config", "max_retry_interval"),
            ("lifetime", "make_queue_config", "max_age"),
            ("connections", "make_egress_path", "connection_limit"),
            ("messages_per_connection", "make_egress_path", "max_deliveries_per_connection"),
            ("rate", "make_egress_path", "max_message_rate"),
            ("tls", "make_egress_path", "enable_tls"),
        )
    }
    advice: ClassVar = {
        "first_retry": '# queues.toml\n[queue.default]\nretry_interval = "20 minutes"',
        "growth": '# queues.toml\n[queue.default]\nmax_retry_interval = "4 hours"',
        "ceiling": '# queues.toml\n[queue.default]\nmax_retry_interval = "4 hours"',
        "lifetime": '# queues.toml\n[queue.default]\nmax_age = "5 days"',
        "connections": '# shaping file\n[provider."{transport}"]\nmatch = [{{MXSuffix="{mx}"}}]\n'
        "provider_connection_limit = {figure}",
        "messages_per_connection": '# shaping file\n[provider."{transport}"]\nmatch = [{{MXSuffix="{mx}"}}]\n'
        "max_deliveries_per_connection = {figure}",
        "tls": '# shaping file\n["default"]\nenable_tls = "Opportunistic"',
    }

    def read(self, text: str, name: str) -> Settings:
        """Tables of ``default``, ``provider``, ``queue`` and domains; lines are found by their heads."""
        try:
            data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            if _LUA.search(text):
                reason = "it is a Lua policy, a program that only KumoMTA can run; give shaping.toml or queues.toml"
            else:
                reason = f"it is no TOML: {error}"
            raise SettingsUnreadable(name=name, reason=reason, known="kumomta") from error
        places = _places(text)
        blocks = tuple(_blocks(data, places))
        remarks = ("What the Lua policy sets is not known here; a file of the helpers may not hold all that is in force.",)
        return Settings(self.id, name, {}, blocks, remarks=remarks)

    def facts(self, settings: Settings) -> Facts:
        """What the default queue and the default path do."""
        lifetime, rate, tls = (_fact(settings, key) for key in ("max_age", "max_message_rate", "enable_tls"))
        return Facts(
            first_retry=_fact(settings, "retry_interval"),
            ceiling=_fact(settings, "max_retry_interval"),
            lifetime=lifetime._replace(amount=worded(lifetime.value) or 7 * 86400.0),
            rate=rate._replace(amount=per_minute(rate.value)),
            tls=tls._replace(state=_TLS.get(tls.value, "may")),
        )

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:  # noqa: ARG002 - it has no queue runs
        """Without the jitter."""
        facts = self.facts(settings)
        pause, lifetime = worded(facts.first_retry.value) or 1200.0, facts.lifetime.amount or 0.0
        most = worded(facts.ceiling.value) or lifetime
        age = 0.0
        while age <= lifetime:
            yield age
            age += min(pause, most)
            pause *= 2

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:
        """``provider_connection_limit`` or ``connection_limit`` of the provider's table, else the default's."""
        for key in ("provider_connection_limit", "connection_limit"):
            fact = _fact(settings, key, provider, own=True)
            if fact.given:
                break
        else:
            fact = _fact(settings, "connection_limit")
        return fact._replace(amount=figure(fact.value.removeprefix("local:").replace(",", "").replace("_", "")))

    def messages_per_connection(self, settings: Settings, provider: Provider | None) -> Fact | None:
        """``max_deliveries_per_connection``."""
        fact = _fact(settings, "max_deliveries_per_connection", provider)
        return fact._replace(amount=figure(fact.value))


def _blocks(data: Mapping[str, Any], places: Mapping[str, int]) -> Iterator[Block]:
    for key, table in data.items():
        if not isinstance(table, Mapping):
            continue
        if key in ("provider", "queue"):
            for name, inner in table.items():
                if isinstance(inner, Mapping):
                    yield _block(key, name, inner, places)
        elif key not in ("tenant", "source", "pool", "option"):
            yield _block("domain", key, table, places)


def _block(kind: str, name: str, table: Mapping[str, Any], places: Mapping[str, int]) -> Block:
    line = places.get(f"{kind}.{name}" if kind != "domain" else name, 0)
    options = {key: Option(key, str(value), line) for key, value in table.items() if isinstance(value, str | int | float)}
    if isinstance(match := table.get("match"), list):
        names = [str(value).lstrip(".") for rule in match if isinstance(rule, Mapping) for value in rule.values()]
        options["match"] = Option("match", " ".join(names), line)
    return Block(kind, name, options, line)


def _places(text: str) -> dict[str, int]:
    """The line of each table's head, by its name without quotes."""
    heads: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            heads.setdefault(re.sub(r"[\"']", "", found[1]), number)
    return heads


def _fact(settings: Settings, key: str, provider: Provider | None = None, *, own: bool = False) -> Fact:
    """The value of the provider's table, else of the default's, else KumoMTA's own; with ``own``, of the provider's alone."""
    for block in settings.blocks:
        if provider is not None and key in block.options and _serves(block, provider):
            option = block.options[key]
            return Fact(f"{key} of {block.kind} {block.name}", option.value, option.line)
    for block in () if own else settings.blocks:
        if block.name == "default" and key in block.options:
            option = block.options[key]
            return Fact(f"{key} of default", option.value, option.line)
    return Fact(key, DEFAULTS.get(key, "no limit"))


def _serves(block: Block, provider: Provider) -> bool:
    """Whether a table is the provider's: by a domain, or by hosts that are the provider's."""
    if block.kind == "domain":
        return block.name in domains(provider)
    hosts = block.options["match"].value.split() if "match" in block.options else []
    return any(mx == host or mx.endswith("." + host) or host.endswith("." + mx) for host in hosts for mx in provider.mx)
