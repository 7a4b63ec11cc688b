"""The servers that are known, each in a module of its own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from smtp421.errors import UnknownFormat
from smtp421.mta.interface import Server

SERVERS: Mapping[str, str] = {
    "postfix": "Postfix",
    "exim": "Exim",
    "sendmail": "Sendmail",
    "opensmtpd": "OpenSmtpd",
    "powermta": "PowerMta",
    "kumomta": "KumoMta",
    "haraka": "Haraka",
    "postal": "Postal",
}
"""The class of each, in the module of its id."""


def server(mta: str) -> Server:
    """The server of that id. Raises :class:`smtp421.errors.UnknownFormat`."""
    if mta not in SERVERS:
        raise UnknownFormat(name=mta, known=", ".join(SERVERS))
    made: Server = getattr(import_module(f"smtp421.mta.{mta}"), SERVERS[mta])()
    return made
