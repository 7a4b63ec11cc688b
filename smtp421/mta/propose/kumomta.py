"""KumoMTA: a ``provider`` table of the shaping file for each, found by the names of its mail exchangers."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.mta.propose import Piece, Wanted, because, beyond, head, tls_required


def propose(wanted: Sequence[Wanted]) -> tuple[Piece, ...]:
    """One piece, for a shaping file of one's own."""
    tables = [_table(one) for one in wanted]
    return (Piece("shaping", "/opt/kumomta/etc/policy/shaping.toml, named in extra_files of the shaper", "\n\n".join(tables)),)


def _table(one: Wanted) -> str:
    cannot = () if one.hosts else ("No host names are known; put those of its MX into match.",)
    lines = [*head(one), *beyond(one, cannot=cannot), f'[provider."{one.transport}"]']
    matches = ", ".join(f'{{MXSuffix="{host}"}}' for host in one.hosts or ("mx.example.com",))
    lines.append(f"match = [{matches}]")
    for figure, option, what in (
        (one.connections, "provider_connection_limit", "connections at a time, all domains together"),
        (one.messages_per_connection, "max_deliveries_per_connection", "messages over one connection"),
        (one.recipients, "max_recipients_per_batch", "recipients for each message"),
    ):
        if figure is not None:
            lines += [because(what, figure), f"{option} = {figure.value}"]
    if one.messages_per_minute is not None:
        lines += [because("messages a minute", one.messages_per_minute)]
        lines.append(f'provider_max_message_rate = "{one.messages_per_minute.value}/min"')
    if one.tls is not None:
        lines += [tls_required(one.tls), 'enable_tls = "Required"']
    if one.slow is not None:
        lines += [because("messages a minute, when it defers for the rate; then take the mark away", one.slow)]
        lines.append(f'# provider_max_message_rate = "{one.slow.value}/min"')
    return "\n".join(lines)
