"""The limits of a provider (rules/providers.yaml) that settings are held against."""

from __future__ import annotations

import re

from smtp421.rulebook.pages import LimitPage, Provider

KINDS = ("provider", "community", "historic")
_ASIDE = re.compile(r"for (?:one|an) (?:mailbox|user|account)|inbound|submits?\b|arrangement", re.IGNORECASE)
"""Words of a note that show that a figure is about something else than mail from server to server."""
_AT_TIMES = re.compile(r"\bafter\b|\bsandbox\b", re.IGNORECASE)
"""Words of a note that show that a figure holds at times only."""


def grants(provider: Provider, what: str) -> tuple[tuple[int, LimitPage], ...]:
    """The figures of a thing that hold between servers, the one to begin with first; old ones only where there is no other."""
    usable = [
        limit for limit in provider.limits if limit.what == what and isinstance(limit.value, int) and not _aside(provider, limit)
    ]
    recent = [limit for limit in usable if limit.kind != "historic"] or usable
    return tuple((int(limit.value), limit) for limit in recent)


def told_by(limit: LimitPage) -> str:
    """Who says so, without the address of the page."""
    return limit.source.partition(", http")[0]


def required_tls(provider: Provider) -> LimitPage | None:
    """The page that says that the provider takes no mail without TLS."""
    return next((limit for limit in provider.limits if limit.what == "tls" and limit.value == "required"), None)


def at_times(limit: LimitPage) -> bool:
    """Whether a figure holds only in some state, such as after replies about the rate."""
    return limit.note is not None and _AT_TIMES.search(limit.note) is not None


def _aside(provider: Provider, limit: LimitPage) -> bool:
    """Whether a figure is not about mail to mailboxes; a sending service's figures are about those who relay through it."""
    return provider.kind != "sending_service" and limit.note is not None and _ASIDE.search(limit.note) is not None


MAILBOXES: dict[str, tuple[str, ...]] = {
    "gmail": ("gmail.com", "googlemail.com"),
    "microsoft_consumer": ("outlook.com", "hotmail.com", "live.com", "msn.com"),
    "exchange_online": (),
    "google_workspace": (),
    "yahoo": ("yahoo.com", "ymail.com", "yahoo.co.uk", "yahoo.com.tw"),
    "aol": ("aol.com", "aim.com"),
    "icloud": ("icloud.com", "me.com", "mac.com"),
    "comcast": ("comcast.net", "xfinity.com"),
    "mimecast": (),
    "barracuda": (),
    "kpn": ("kpnmail.nl",),
    "netease": ("163.com", "126.com", "yeah.net"),
}
"""Domains of mailboxes where the list of hosts does not tell them. Empty: its customers have domains of their own."""
_HOST_LABELS = frozenset("mx mail smtp mta relay protection redirect".split())
_SECOND = frozenset("co com net org ne or ac".split())


def domains(provider: Provider) -> tuple[str, ...]:
    """Domains of addresses that a provider takes mail for, as far as they are known; the provider's customers have others."""
    if provider.id in MAILBOXES:
        return MAILBOXES[provider.id]
    return tuple(name for name in provider.mx if _registrable(name))


def _registrable(name: str) -> bool:
    """Whether it is a name as people have behind the @, and no host's."""
    labels = name.lower().split(".")
    if len(labels) > 3 or (len(labels) == 3 and labels[1] not in _SECOND):
        return False
    return len(labels) > 1 and not any(label.rstrip("0123456789") in _HOST_LABELS for label in labels[:-2])
