"""Exim: a router and a transport for each provider, and retry rules for its domains."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.mta.propose import Piece, Wanted, because, beyond, head, no_domains, tls_required

_RETRY = "F,2h,15m; G,16h,1h,1.5; F,4d,6h"
_CANNOT = ("Exim cannot: messages a minute to one destination; queue_smtp_domains and a slow queue runner come near.",)


def propose(wanted: Sequence[Wanted]) -> tuple[Piece, ...]:
    """Pieces for the sections ``routers``, ``transports`` and ``retry``."""
    usable = [one for one in wanted if one.domains]
    return (
        Piece("routers", "routers section, above the router for all other mail", "\n\n".join(_router(one) for one in wanted)),
        Piece("transports", "transports section", "\n\n".join(_transport(one) for one in wanted)),
        Piece("retry", "retry section, above the general rule", "\n\n".join(_retry(one) for one in usable)),
    )


def _router(one: Wanted) -> str:
    lines = [*head(one), *no_domains(one)]
    body = [
        f"{one.transport}_route:",
        "  driver = dnslookup",
        f"  domains = {' : '.join(one.domains) or 'example.com'}",
        "  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8 : ::1",
        f"  transport = {one.transport}_smtp",
    ]
    return "\n".join(lines + (body if one.domains else [f"# {line}" for line in body]))


def _transport(one: Wanted) -> str:
    lines = [*head(one), *beyond(one, cannot=_CANNOT)]
    lines += [
        f"{one.transport}_smtp:",
        "  driver = smtp",
        "  " + because("connections at a time, all domains together", one.connections),
    ]
    lines.append(f"  max_parallel = {one.connections.value}")
    for figure, option, what in (
        (one.messages_per_connection, "connection_max_messages", "messages over one connection"),
        (one.recipients, "max_rcpt", "recipients for each message"),
    ):
        if figure is not None:
            lines += ["  " + because(what, figure), f"  {option} = {figure.value}"]
    if one.tls is not None:
        lines += ["  " + tls_required(one.tls), "  hosts_require_tls = *"]
    return "\n".join(lines)


def _retry(one: Wanted) -> str:
    lines = [*head(one), "# The first retry after 15 minutes, then longer pauses, given up after 4 days."]
    return "\n".join((*lines, *(f"{domain}  *  {_RETRY}" for domain in one.domains)))
