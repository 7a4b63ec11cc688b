"""Ready configuration for the limits of providers: what to put into which file of a server.

Each server has a module here with a function ``propose(wanted) -> pieces``. Every line that sets something is commented with the
figure's source and date; what a server cannot express stands there as a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

from smtp421.errors import UnknownFormat
from smtp421.mta.limits import at_times, domains, grants, required_tls, told_by
from smtp421.render.safe import visible
from smtp421.rulebook.pages import LimitPage, Provider

MTAS = ("postfix", "exim", "powermta", "kumomta", "haraka", "opensmtpd")
"""Servers that there are proposals for; each is a module of this package."""
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")
_WORD = re.compile(r"[a-z][a-z0-9]*")
_ALSO = (
    "messages_per_hour",
    "messages_per_day",
    "messages_per_hour_to_mailbox",
    "suspend",
    "first_retry",
    "message_bytes",
    "idle_seconds",
)
"""Limits that no server here can be told as such; they are named in a comment."""


class Figure(NamedTuple):
    """A figure to set, and who says so."""

    value: int
    limits: tuple[LimitPage, ...]
    """The one that it comes from first; others that disagree after it. Empty: a default."""


class Wanted(NamedTuple):
    """One provider whose limits are to be kept."""

    name: str
    """The provider's name for people, harmless in a comment."""
    transport: str
    """A word for transports, routers and actions: the id without underscores."""
    domains: tuple[str, ...]
    """Domains of addresses that are its; those of its customers only where the user gave them."""
    hosts: tuple[str, ...]
    """Suffixes of its mail exchangers' names."""
    customers: bool
    """Whether others' domains are there as well, which nobody but their MX records tells."""
    connections: Figure
    messages_per_connection: Figure | None
    messages_per_minute: Figure | None
    """Where it holds always."""
    recipients: Figure | None
    tls: LimitPage | None
    slow: Figure | None
    """Messages a minute to go down to when the provider defers for the rate."""
    also: tuple[LimitPage, ...]


class Piece(NamedTuple):
    """Lines for one place of a server's configuration."""

    part: str
    """A word for the place: ``main.cf``, ``transports``."""
    place: str
    """Where they go, in words."""
    text: str


def propose(mta: str, wanted: Iterable[Wanted]) -> tuple[Piece, ...]:
    """The pieces for a server. Raises :class:`smtp421.errors.UnknownFormat`."""
    if mta not in MTAS:
        raise UnknownFormat(name=mta, known=", ".join(MTAS))
    made: tuple[Piece, ...] = import_module(f"smtp421.mta.propose.{mta}").propose(tuple(wanted))
    return made


def want(provider: Provider, defaults: Mapping[str, int | str], more_domains: Iterable[str] = ()) -> Wanted:
    """What to keep for a provider; ``more_domains`` are domains that it hosts. Names that are none are left out."""
    known = [name for name in dict.fromkeys((*domains(provider), *more_domains)) if _NAME.fullmatch(name)]
    connections = _figure(provider, "connections") or Figure(int(defaults.get("connections", 5)), ())
    rates = grants(provider, "messages_per_minute")
    always = [each for each in rates if not at_times(each[1])]
    slow = [each for each in rates if at_times(each[1])]
    bare = provider.id.replace("_", "")
    return Wanted(
        name=visible(provider.name),
        transport=bare if _WORD.fullmatch(bare) else "slow",
        domains=tuple(known),
        hosts=_hosts(provider),
        customers=provider.kind != "mailbox" or provider.id in ("google_workspace", "exchange_online") or not known,
        connections=connections,
        messages_per_connection=_figure(provider, "messages_per_connection"),
        messages_per_minute=Figure(always[0][0], (always[0][1],)) if always else None,
        recipients=_figure(provider, "recipients_per_message"),
        tls=required_tls(provider),
        slow=Figure(slow[0][0], (slow[0][1],)) if slow else None,
        also=tuple(limit for limit in provider.limits if limit.what in _ALSO),
    )


def _figure(provider: Provider, what: str) -> Figure | None:
    granted = grants(provider, what)
    return Figure(granted[0][0], tuple(limit for _, limit in granted)) if granted else None


def _hosts(provider: Provider) -> tuple[str, ...]:
    """Suffixes that cover all mail exchangers; none below another, and with a dot before names that are domains."""
    names = [name for name in provider.mx if _NAME.fullmatch(name)]
    least = [name for name in names if not any(name != other and name.endswith("." + other) for other in names)]
    return tuple(f".{name}" if name.count(".") == 1 else name for name in least)


# Comments


def head(wanted: Wanted, mark: str = "#") -> list[str]:
    """The comment above a provider's lines: its name, and limits that cannot be set here."""
    lines = [f"{mark} {wanted.name}"]
    if not wanted.connections.limits:
        lines.append(f"{mark} No limit on connections is known; {wanted.connections.value} is a usual default.")
    return lines


def because(what: str, figure: Figure, mark: str = "#") -> str:
    """``# 5 connections at a time (community: KumoMTA, 2026-11-20); others say 20, 2``."""
    counted = what.replace("messages", "message", 1) if figure.value == 1 else what
    if not figure.limits:
        return f"{mark} {figure.value} {counted} (a default)"
    first, *others = figure.limits
    told = f"{mark} {figure.value} {counted} ({first.kind}: {visible(told_by(first))}, {first.checked})"
    return told + (f"; others say {', '.join(str(other.value) for other in others)}" if others else "")


def tls_required(limit: LimitPage, mark: str = "#") -> str:
    """``# TLS is required (community: KumoMTA, 2026-11-20)``."""
    return f"{mark} TLS is required ({limit.kind}: {visible(told_by(limit))}, {limit.checked})"


def beyond(wanted: Wanted, mark: str = "#", *, cannot: Sequence[str] = ()) -> list[str]:
    """Comments: what a server cannot be told, limits of other kinds, and the pages that all figures come from."""
    lines = [f"{mark} {sentence}" for sentence in cannot]
    for limit in wanted.also:
        note = f" {visible(limit.note)}" if limit.note else ""
        what = limit.what.replace("_", " ")
        lines.append(
            f"{mark} Not set here: {what} {visible(str(limit.value))}.{note} ({visible(told_by(limit))}, {limit.checked})"
        )
    figures = (wanted.connections, wanted.messages_per_connection, wanted.messages_per_minute, wanted.recipients, wanted.slow)
    used = [limit for figure in figures if figure is not None for limit in figure.limits]
    used += [*([wanted.tls] if wanted.tls is not None else []), *wanted.also]
    pages = dict.fromkeys(f"{visible(limit.source)} ({limit.checked})" for limit in used)
    return [*lines, *(f"{mark} Source: {page}" for page in pages)]


def no_domains(wanted: Wanted, mark: str = "#") -> list[str]:
    """A comment where domains are missing."""
    if not wanted.customers:
        return []
    hosts = ", ".join(wanted.hosts[:3]) or "its hosts"
    return [f"{mark} Add the domains that you send to and whose MX is there ({hosts}); --domain puts them in."]
