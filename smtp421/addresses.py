"""IP addresses in texts."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address


def address_of(text: str | None) -> Address | None:
    """The address that a text is, of either version; None for any other text, and for none."""
    try:
        return None if text is None else ip_address(text)
    except ValueError:
        return None
