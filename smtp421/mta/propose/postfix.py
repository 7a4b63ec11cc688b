"""Postfix: a transport of its own for each provider, so that all its domains share one limit on processes."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.mta.propose import Piece, Wanted, because, beyond, head, no_domains, tls_required

TABLE = "/etc/postfix/transport"
_CANNOT = ("Postfix cannot: pauses between retries for one transport (minimal_backoff_time holds for all mail).",)


def propose(wanted: Sequence[Wanted]) -> tuple[Piece, ...]:
    """``main.cf``, ``master.cf`` and the transport table."""
    main: list[str] = [f"# If transport_maps is set already, add the table to it.\ntransport_maps = hash:{TABLE}"]
    master: list[str] = []
    table: list[str] = []
    for one in wanted:
        main.append("\n".join(_main(one)))
        master.append("\n".join(_master(one)))
        table.append("\n".join((*head(one), *no_domains(one), *(f"{domain}  {one.transport}:" for domain in one.domains))))
    return (
        Piece("main.cf", "/etc/postfix/main.cf", "\n\n".join(main)),
        Piece("master.cf", "/etc/postfix/master.cf", "\n\n".join(master)),
        Piece("transport", f"{TABLE}, then: postmap {TABLE} && postfix reload", "\n\n".join(table)),
    )


def _main(one: Wanted) -> list[str]:
    name, most = one.transport, one.connections.value
    lines = [*head(one), because("connections at a time to one domain", one.connections)]
    lines.append(f"{name}_destination_concurrency_limit = {most}")
    lines.append(f"{name}_initial_destination_concurrency = {min(most, 2)}")
    if one.recipients is not None:
        lines += [
            because("recipients for each message", one.recipients),
            f"{name}_destination_recipient_limit = {one.recipients.value}",
        ]
    if one.messages_per_minute is not None:
        lines += [because("messages a minute", one.messages_per_minute), *_delay(name, one.messages_per_minute.value, "")]
    if one.slow is not None:
        lines += [
            because("messages a minute, when it defers for the rate; then take the mark away", one.slow),
            *_delay(name, one.slow.value, "#"),
        ]
    return [*lines, *beyond(one, cannot=_CANNOT)]


def _delay(name: str, per_minute: int, mark: str) -> list[str]:
    """A pause between deliveries in whole seconds, which is all that there is."""
    if per_minute > 60:
        return ["# Postfix cannot: more than one a second is no limit that it can keep, its delays are whole seconds."]
    return [f"{mark}{name}_transport_rate_delay = {-(-60 // per_minute)}s"]


def _master(one: Wanted) -> list[str]:
    most = one.connections.value
    lines = [*head(one), f"# At most {most} processes, so at most {most} connections to all of its domains together."]
    lines.append(f"{one.transport}  unix  -  -  -  -  {most}  smtp")
    lines.append(f"  -o syslog_name=postfix/{one.transport}")
    if one.messages_per_connection is not None and one.messages_per_connection.value > 1:
        reuses = one.messages_per_connection.value - 1
        lines.insert(
            -2, because("messages over one connection; the option counts the second and later ones", one.messages_per_connection)
        )
        lines.append(f"  -o smtp_connection_reuse_count_limit={reuses}")
        lines.append("  -o smtp_tls_connection_reuse=yes")
    elif one.messages_per_connection is not None:
        lines.insert(-2, because("messages over one connection", one.messages_per_connection))
        lines.append("  -o smtp_connection_cache_on_demand=no")
    if one.tls is not None:
        lines.insert(
            lines.index(f"  -o syslog_name=postfix/{one.transport}") - 1,
            tls_required(one.tls),
        )
        lines.append("  -o smtp_tls_security_level=encrypt")
    return lines
