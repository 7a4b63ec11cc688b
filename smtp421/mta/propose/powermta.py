"""PowerMTA: a macro of domains and a ``<domain>`` block for each provider, and a pattern list that slows down on 421."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.mta.propose import Piece, Wanted, because, beyond, head, no_domains, tls_required

_SLOW = 10
"""Messages a minute in backoff mode where no source names a figure: KumoMTA's brake."""
_CANNOT = ("PowerMTA counts connections for each domain and VirtualMTA by itself: several share the provider's limit unseen.",)
PATTERNS = "<smtp-pattern-list smtp421-slow-down>\n  reply /^421/ mode=backoff\n</smtp-pattern-list>"


def propose(wanted: Sequence[Wanted]) -> tuple[Piece, ...]:
    """One piece, for the configuration file."""
    blocks = ["# A deferral with 421 puts a queue into backoff mode.\n" + PATTERNS, *(_domain(one) for one in wanted)]
    return (Piece("config", "/etc/pmta/config, then: pmta reload", "\n\n".join(blocks)),)


def _domain(one: Wanted) -> str:
    lines = [*head(one), *no_domains(one), *beyond(one, cannot=_CANNOT)]
    names = ",".join(one.domains) or "example.com"
    body = [f"domain-macro {one.transport} {names}", f"<domain ${one.transport}>"]
    for figure, option, what in (
        (one.connections, "max-smtp-out", "connections at a time"),
        (one.messages_per_connection, "max-msg-per-connection", "messages over one connection"),
        (one.recipients, "max-rcpt-per-message", "recipients for each message"),
    ):
        if figure is not None:
            body += ["  " + because(what, figure), f"  {option} {figure.value}"]
    if one.messages_per_minute is not None:
        body += [
            "  " + because("messages a minute", one.messages_per_minute),
            f"  max-msg-rate {one.messages_per_minute.value}/m",
        ]
    if one.tls is not None:
        body += ["  " + tls_required(one.tls), "  use-starttls yes", "  require-starttls yes"]
    slow = one.slow.value if one.slow is not None else _SLOW
    body += ["  smtp-pattern-list smtp421-slow-down"]
    if one.slow is not None:
        body.append("  " + because("messages a minute in backoff mode", one.slow))
    body += [f"  backoff-max-msg-rate {slow}/m", "  backoff-retry-after 30m,1h,2h", "  backoff-to-normal-after 4h"]
    body += ["  retry-after 10m,20m,30m,1h", "</domain>"]
    return "\n".join(lines + (body if one.domains else [f"# {line}" for line in body]))
