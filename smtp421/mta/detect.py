"""Which server a text's settings are of: one table of what its lines look like."""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtp421.errors import SettingsUnreadable

SIGNS: Mapping[str, tuple[str, ...]] = {
    "postfix": (
        r"^\s*(?:smtpd?|queue|minimal|maximal|default|inet|my|delay|milter|append|biff|readme|recipient|mailbox|alias|virtual|local|relay|transport|bounce|compatibility)_?\w*\s*=",
        r"^\s*\w+_(?:destination|transport)_\w+\s*=",
        r"^\S+\s+(?:inet|unix|fifo|pass)\s+(?:[-yn]\s+){3}",
    ),
    "exim": (
        r"^\s*begin\s+(?:acl|routers|transports|retry|rewrite|authenticators)\b",
        r"^\s*driver\s*=",
        r"^\s*(?:primary_hostname|qualify_domain|remote_max_parallel|queue_run_max|acl_smtp_\w+|never_users|disable_ipv6|hosts_\w+_tls)\s*=",
        r"^\s*(?:no_)?(?:disable_ipv6|queue_only|accept_8bitmime|queue_run_in_order)$",
        r"^\s*\S+\s+\S+\s+[FGH],\d+[smhdw]",
        r"^# Exim Configuration|^Retry rule: |^\w+ (?:transport|router):$",
        r"^(?:no_|hide )?[a-z][a-z0-9]*(?:_[a-z0-9]+)+$",
        r"^(?:acl|dns|exim|gecos|host|ldap|recipient|smtp_(?:accept|active|banner|max|receive|reserve)|spool|sender|tls_(?:advertise|dh|eccurve|require|verify))_\w+\s*=",
    ),
    "sendmail": (
        r"^\s*(?:define|FEATURE|MAILER|OSTYPE|DAEMON_OPTIONS|VERSIONID|QUEUE_GROUP|MAILER_DEFINITIONS|LOCAL_CONFIG)\b.*[`(]",
        r"^O\s+\w+(?:\.\w+)*\s*=",
        r"^(?:dnl\b|divert\()",
        r"^(?:V\d+/|M\w+,\s*P=|D[jnwm{])",
    ),
    "opensmtpd": (
        r"^\s*action\s+\"?[\w-]+\"?\s+(?:relay|mbox|maildir|lmtp|mda|forward-only|expand-only)\b",
        r"^\s*match\s+.*\baction\b",
        r"^\s*(?:listen\s+on|mta\s+limit|queue\s+ttl|bounce\s+warn-interval|table\s+\S+\s+(?:file|db|\{)|pki\s+\S+\s+cert)\b",
    ),
    "powermta": (
        r"^\s*</?(?:domain|source|virtual-mta|virtual-mta-pool|smtp-pattern-list|acct-file|spool|bounce-category-patterns)\b",
        r"^\s*(?:max-smtp-out|retry-after|bounce-after|max-msg-per-connection|smtp-listener|max-msg-rate|domain-macro|http-mgmt-port)\s",
    ),
    "kumomta": (
        r"^\s*\[+\s*(?:provider|queue|tenant|source|pool|\"?default\"?)\b[^\]]*\]",
        r"^\s*(?:\w+_)?(?:connection_limit|max_deliveries_per_connection|max_connection_rate|retry_interval|max_retry_interval|max_age|mx_rollup)\s*=",
        r"^\s*enable_tls\s*=\s*\"(?:Opportunistic|Required|Disabled)",
        r"\bkumo\.(?:on|make_egress_path|make_queue_config)\b",
    ),
    "haraka": (
        r"^\s*(?:temp_fail_intervals|maxTempFailures|concurrency_max|always_split|received_header|inet_prefer|local_mx_ok|ipv6_enabled)\s*=",
        r"^\s*;?\s*enable_tls\s*=\s*(?:true|false)\s*$",
        r"^\s*\[(?:rate_)?outbound\]",
    ),
    "postal": (
        r"^\s*(?:default_maximum_delivery_attempts|default_maximum_hold_expiry_days|default_suppression_list_automatic_removal_days)\s*:",
        r"^(?:postal|smtp_client|message_db|main_db|web_server|smtp_server|workers?|rails|dns)\s*:\s*$",
        r"^\s*(?:maximum_delivery_attempts|use_ip_pools|web_hostname|smtp_hostname)\s*:",
    ),
}
"""Patterns of lines by server; the one that most lines fit is it."""
LOOKED_AT = 5_000
"""Lines that are looked at."""
LINE_CAP = 500
_SIGNS = {mta: [re.compile(pattern) for pattern in patterns] for mta, patterns in SIGNS.items()}


def detect(text: str, name: str) -> str:
    """The server's id. Raises :class:`smtp421.errors.SettingsUnreadable` where no line looks like any server's settings."""
    scores = dict.fromkeys(SIGNS, 0)
    for line in text.splitlines()[:LOOKED_AT]:
        for mta, patterns in _SIGNS.items():
            scores[mta] += any(pattern.search(line[:LINE_CAP]) for pattern in patterns)
    best = max(scores, key=lambda mta: scores[mta])
    if not scores[best]:
        raise SettingsUnreadable(
            name=name, reason="no line looks like settings of a mail server that is known here", known=", ".join(SIGNS)
        )
    return best
