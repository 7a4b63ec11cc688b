"""Haraka: ``limit.ini`` of haraka-plugin-limit, and ``outbound.ini``."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.mta.propose import Piece, Wanted, because, beyond, head, no_domains

_CANNOT = (
    "Haraka counts deliveries under way for each domain by itself, and opens a connection for each.",
    "Haraka cannot: recipients for each message (always_split=true in outbound.ini sends one), pauses for one provider.",
)


def propose(wanted: Sequence[Wanted]) -> tuple[Piece, ...]:
    """``limit.ini`` and ``outbound.ini``."""
    limited: list[str] = []
    slow: list[str] = []
    for one in wanted:
        limited += [*head(one, ";"), *no_domains(one, ";"), *beyond(one, ";", cannot=_CANNOT)]
        limited.append(because("deliveries at a time", one.connections, ";"))
        limited += [f"{domain}={one.connections.value}" for domain in one.domains]
        rate, mark = (one.messages_per_minute, "") if one.messages_per_minute is not None else (one.slow, ";")
        if rate is not None:
            when = "" if not mark else ", when it defers for the rate; then take the mark away"
            slow += [*head(one, ";"), because("messages a minute" + when, rate, ";")]
            slow += [f"{mark}{domain}={rate.value}/1m" for domain in one.domains]
    text = "\n".join(("[outbound]", "enabled=true", *limited, "", "[rate_outbound]", "enabled=true", *slow))
    plugin = "config/limit.ini; needs haraka-plugin-limit and Redis: npm i haraka-plugin-limit, and limit in config/plugins"
    pauses = "; Pauses between the tries, for all mail: the first after 5 minutes, given up after 4 days.\n"
    return (
        Piece("limit.ini", plugin, text),
        Piece("outbound.ini", "config/outbound.ini", pauses + "temp_fail_intervals=5m,15m,30m,1h*4,2h*6,6h*13"),
    )
