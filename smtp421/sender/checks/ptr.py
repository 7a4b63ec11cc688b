"""Reverse DNS: the address has a name, and the name leads back to the address (forward-confirmed, RFC 1912 section 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address

from smtp421.addresses import Address
from smtp421.model import Reference
from smtp421.sender.report import Answer, Finding, Level, Lookup, Outcome, Subject, not_answered

NAME = "ptr"
SOURCE = Reference("RFC 1912, section 2.1", "https://www.rfc-editor.org/rfc/rfc1912#section-2.1")
GOOGLE = Reference("Google - Email sender guidelines", "https://support.google.com/a/answer/81126")
_DYNAMIC = re.compile(r"(?:^|[.-])(?:dyn|dynamic|dhcp|dsl|adsl|pool|ppp|dialup|cable|client|customer|host-)", re.IGNORECASE)


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """PTR of the sending address, and the way back."""
    address = subject.address
    if address is None:
        return
    answer = ask(address.reverse_pointer, "PTR")
    if not answer.known:
        yield not_answered(NAME, answer, SOURCE)
        return
    if answer.outcome is not Outcome.FOUND:
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"{address} has no reverse DNS.",
            "Have whoever gave you the address set its PTR record to the name that your server greets with.",
            (str(answer),),
            GOOGLE,
        )
        return
    yield from _names(address, answer, ask)


def _names(address: Address, answer: Answer, ask: Lookup) -> Iterator[Finding]:
    kind = "A" if isinstance(address, IPv4Address) else "AAAA"
    ways = {name: ask(name, kind) for name in answer.values}
    seen = (str(answer), *map(str, ways.values()))
    confirmed = [name for name, way in ways.items() if str(address) in way.values]
    if not confirmed:
        open_question = next((way for way in ways.values() if not way.known), None)
        if open_question is not None:
            yield not_answered(NAME, open_question, SOURCE)
            return
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"The name of {address}, {answer.values[0]}, does not lead back to it.",
            f"Give {answer.values[0]} an {kind} record with {address}, or have the PTR record name a host that has one.",
            seen,
            SOURCE,
        )
        return
    if _generic(confirmed[0], address):
        yield Finding(
            NAME,
            Level.WARNING,
            f"{confirmed[0]} reads like the name of a dial-up or rented address.",
            "Have the PTR record name your mail server, such as mail.example.com; many receivers turn generic names away.",
            seen,
            SOURCE,
        )
    elif len(answer.values) > 1:
        yield Finding(
            NAME,
            Level.NOTE,
            f"{address} has {len(answer.values)} names; receivers look at one of them, and not always the same.",
            "Leave one PTR record: the name that your server greets with.",
            seen,
            SOURCE,
        )
    else:
        yield Finding(NAME, Level.OK, f"{address} is {confirmed[0]}, and back.", "", seen, SOURCE)


def _generic(name: str, address: Address) -> bool:
    """Whether a name is made of the address, or of the words of access networks."""
    label = name.partition(".")[0].lower()
    parts = str(address).split(".") if isinstance(address, IPv4Address) else []
    numbers = re.findall(r"\d+", label)
    return (bool(parts) and (numbers == parts or numbers == parts[::-1])) or _DYNAMIC.search(name) is not None
