"""Fill a provider's figures into the fixes, and pick the limits that belong to a cause."""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtp421.model import Fix, Limit
from smtp421.rulebook.pages import FixPage, Provider

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\w+)\}")
OWN_FIGURES = ("provider", "transport", "domain", "mx")
"""What :func:`fill` fills in besides limits and defaults."""
_BY_CAUSE = {
    "rate_limit": (
        "messages_per_minute",
        "messages_per_hour",
        "messages_per_day",
        "connections_per_minute",
        "connections",
        "messages_per_connection",
    ),
    "too_many_connections": ("connections", "connections_per_minute", "messages_per_connection"),
    "messages_per_connection": ("messages_per_connection", "recipients_per_message"),
    "reputation": ("connections", "messages_per_connection", "messages_per_minute", "suspend"),
    "recipient_rate": ("messages_per_hour_to_mailbox",),
    "server_congestion": ("connections",),
    "greylisting": ("first_retry",),
    "timeout": ("idle_seconds", "messages_per_connection"),
    "tls": ("tls",),
    "policy": ("connections", "messages_per_connection"),
}


def fill(page: FixPage, provider: Provider | None, domain: str | None, defaults: Mapping[str, int | str]) -> Fix:
    """Make a fix of its page: ``{connections}`` becomes the provider's figure, else the default, else a name to replace."""
    figures: dict[str, str] = {key: str(value) for key, value in defaults.items()}
    # Where a provider has several figures for a thing, the first is the one to use (see the head of providers.yaml).
    for limit in reversed(provider.limits if provider else ()):
        figures[limit.what] = _first_number(limit.value)
    figures["provider"] = provider.name if provider else "this receiver"
    figures["transport"] = provider.id.replace("_", "") if provider else "slow"
    figures["domain"] = domain or "example.com"
    figures["mx"] = provider.mx[0] if provider and provider.mx else "example.com"

    def one(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        return figures.get(found[1], found[1].upper())

    settings = tuple((mta, PLACEHOLDER.sub(one, lines).strip("\n")) for mta, lines in page.settings)
    return Fix(page.id, PLACEHOLDER.sub(one, page.action), page.who, settings)


def limits_for(cause: str, provider: Provider | None) -> tuple[Limit, ...]:
    """The provider's limits that matter for a cause."""
    if provider is None:
        return ()
    wanted = _BY_CAUSE.get(cause, ())
    chosen = [limit for limit in provider.limits if limit.what in wanted]
    chosen.sort(key=lambda limit: wanted.index(limit.what))
    return tuple(Limit(limit.what, str(limit.value), limit.kind, limit.source, limit.checked, limit.note) for limit in chosen)


def _first_number(value: int | str) -> str:
    """The figure to use of a limit such as ``5-10``: the lower end, which is safe."""
    found = re.search(r"\d+\w?", str(value))
    return found[0] if found else str(value)
