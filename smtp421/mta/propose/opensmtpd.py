"""OpenSMTPD: an action, a match and limits for each provider's domains."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.mta.propose import Piece, Wanted, because, beyond, head, no_domains, tls_required

_CANNOT = (
    "OpenSMTPD counts for each domain by itself. These limits stand in limit.c and parse.y of smtpd, not in its manual page.",
    "OpenSMTPD cannot: pauses between retries (400 seconds times the square of the try).",
)


def propose(wanted: Sequence[Wanted]) -> tuple[Piece, ...]:
    """One piece, for ``smtpd.conf``."""
    text = "\n\n".join(_rules(one) for one in wanted)
    return (Piece("smtpd.conf", "/etc/mail/smtpd.conf, above the general match; check with: smtpd -n", text),)


def _rules(one: Wanted) -> str:
    lines = [*head(one), *no_domains(one), *beyond(one, cannot=_CANNOT)]
    if one.tls is not None:
        lines.append(tls_required(one.tls))
        lines.append(f'action "{one.transport}" relay tls')
        if one.domains:
            listed = ", ".join(f'"{domain}"' for domain in one.domains)
            lines.append(f'match from local for domain {{ {listed} }} action "{one.transport}"')
    lines.append(because("connections at a time", one.connections))
    lines += [f'mta limit for domain "{domain}" max-conn-per-domain {one.connections.value}' for domain in one.domains]
    if one.messages_per_connection is not None:
        most = one.messages_per_connection
        lines.append(because("messages over one connection", most))
        lines += [f'mta limit for domain "{domain}" session-mail-max {most.value}' for domain in one.domains]
    if one.recipients is not None:
        lines += [
            because("recipients for each message", one.recipients),
            f"# Cannot be set for one destination: {one.recipients.value}",
        ]
    rate = one.messages_per_minute or one.slow
    if rate is not None and rate.value <= 60:
        mark = "" if one.messages_per_minute is not None else "# "
        when = "" if not mark else ", when it defers for the rate; then take the mark away"
        lines.append(because(f"messages a minute over one connection{when}", rate))
        seconds = -(-60 // rate.value)
        lines += [f'{mark}mta limit for domain "{domain}" session-transaction-delay {seconds}' for domain in one.domains]
    return "\n".join(lines)
