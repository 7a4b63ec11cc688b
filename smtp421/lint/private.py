"""What in a reply belongs to somebody: addresses outside those reserved for documentation, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from smtp421.addresses import address_of
from smtp421.anonymize import NOBODYS

RESERVED_DOMAINS = (*NOBODYS, "internal")
"""RFC 2606, RFC 6761, and the names of networks of one's own."""
NETWORKS = ("192.0.2.", "198.51.100.", "203.0.113.")
"""RFC 5737."""
CONTACTS = frozenset(
    "abuse admin administrator antispam anti-spam blacklist blocklist contact delist delisting deliverability feedback "
    "help helpdesk hostmaster info inquiry isp mail mailabuse mailadmin mailer-daemon mailmaster noc noreply no-reply "
    "operator postmaster root security service spam spamfilter spfhelp support unblock unblockme webmaster whitelist".split()
)
"""Local parts of addresses that are there to be written to; a reply that names one is nobody's secret."""

_MAILBOX = re.compile(
    r"(?<![\w.+@/=-])(?P<local>[\w.+=-]{1,64})@(?P<domain>(?:[a-zA-Z0-9-]{1,63}\.){1,8}[a-zA-Z]{2,24})(?![\w-])"
)
# Yahoo ends replies with a number of its own in four parts: " - 4.16.55.1".
_FOUR = re.compile(r"(?<![\w.\-])(?<!- (?=[45]\.))(?:\d{1,3}\.){3}\d{1,3}(?![\w.-]|-\w)(?!\.\d)")
_SIX = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{1,4}:){1,7}(?::|[0-9a-fA-F]{1,4})(?::?[0-9a-fA-F]{1,4}){0,6}(?![\w:])")


class Private(NamedTuple):
    """A part of a text that should not be shown to others."""

    start: int
    end: int
    text: str
    what: str


def private_parts(text: str) -> Iterator[Private]:
    """The addresses in a text that are not reserved for documentation, and belong to no role."""
    for found in _MAILBOX.finditer(text) if "@" in text else ():
        if not is_reserved(found["domain"]) and not is_contact(found[0]):
            yield Private(found.start(), found.end(), found[0], "a mail address")
    for found in (*_FOUR.finditer(text), *(_SIX.finditer(text) if text.count(":") > 1 else ())):
        if _is_public(found[0]):
            yield Private(found.start(), found.end(), found[0], "an address")


def is_reserved(domain: str) -> bool:
    """Whether a domain is reserved for documentation and tests."""
    name = domain.lower().rstrip(".")
    return any(name == each or name.endswith(f".{each}") for each in RESERVED_DOMAINS)


def is_contact(address: str) -> bool:
    r"""Whether an address, also one with escaped dots, is one that everybody may write to: ``postmaster@``, ``unblock@``."""
    local, at, _domain = address.replace("\\", "").lower().partition("@")
    return bool(at) and any(word in CONTACTS for word in (local, *re.split(r"[.+_-]", local)))


def _is_public(text: str) -> bool:
    address = address_of(text)
    return address is not None and address.is_global and not address.is_multicast


def stand_ins(texts: list[str]) -> dict[str, str]:
    """What to write for each private part of some texts: the same thing for the same, and nothing that stands there already."""
    taken = set(re.findall(r"[\w.:@-]+", " ".join(texts)))
    made: dict[str, str] = {}
    for text in texts:
        for part in private_parts(text):
            if part.text not in made:
                made[part.text] = next(each for each in _candidates(part) if each not in taken)
                taken.add(made[part.text])
    return made


def _candidates(part: Private) -> Iterator[str]:
    if part.what == "a mail address":
        yield "user@example.com"
        yield from (f"user{number}@example.com" for number in range(2, 100_000))
    elif ":" in part.text:
        yield from (f"2001:db8::{number:x}" for number in range(1, 100_000))
    else:
        yield from (f"{network}{number}" for network in NETWORKS for number in range(1, 255))
        yield from (NETWORKS[0] + "255",) * 100_000
