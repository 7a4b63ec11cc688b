"""Block lists by DNS (RFC 5782): the address or domain under a list's zone, answered by an address in 127.0.0.0/8.

Each list has its rules on use: most answer private and small users only, and tell by a code of their own, or by no answer, that
they refused. Such an answer is no listing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from smtp421.model import Reference
from smtp421.sender.report import Answer, Finding, Level, Lookup, Outcome, Subject

NAME = "block_lists"


class BlockList(NamedTuple):
    """A list, and how to read its answers."""

    zone: str
    title: str
    url: str
    """Where listings are looked up and removed, and the rules on use."""
    domains: bool = False
    """Whether it lists domains; else addresses."""
    codes: Mapping[str, str] = {}
    """What an answer means; any other address in 127.0.0.0/8 is a listing without more."""
    bits: Mapping[int, str] = {}
    """For lists whose last number is a sum: what each bit means."""
    refused: tuple[str, ...] = ()
    """Answers that mean that the question was not answered."""


_SPAMHAUS_ERRORS = ("127.255.255.252", "127.255.255.254", "127.255.255.255")

LISTS: tuple[BlockList, ...] = (
    BlockList(
        "zen.spamhaus.org",
        "Spamhaus ZEN",
        "https://check.spamhaus.org/",
        codes={
            "127.0.0.2": "SBL: spam sources",
            "127.0.0.3": "CSS: sends unwanted mail with little reputation",
            "127.0.0.4": "XBL: a hijacked or infected machine",
            "127.0.0.9": "DROP: a hijacked or rented spam network",
            "127.0.0.10": "PBL: the provider says that no mail comes from there directly",
            "127.0.0.11": "PBL: an address range that is not meant to send mail directly",
            "127.0.0.30": "BCL: botnet control",
        },
        refused=_SPAMHAUS_ERRORS,
    ),
    BlockList(
        "dbl.spamhaus.org",
        "Spamhaus DBL",
        "https://check.spamhaus.org/",
        domains=True,
        codes={
            "127.0.1.2": "a domain of low reputation",
            "127.0.1.4": "phishing",
            "127.0.1.5": "malware",
            "127.0.1.6": "botnet control",
            "127.0.1.102": "a good domain that is abused for spam",
            "127.0.1.103": "an abused redirector",
            "127.0.1.104": "a good domain that is abused for phishing",
            "127.0.1.105": "a good domain that is abused for malware",
            "127.0.1.106": "a good domain that is abused for botnet control",
        },
        refused=(*_SPAMHAUS_ERRORS, "127.0.1.255"),
    ),
    BlockList(
        "bl.spamcop.net", "SpamCop", "https://www.spamcop.net/bl.shtml", codes={"127.0.0.2": "reported as spam in the last day"}
    ),
    BlockList("psbl.surriel.com", "PSBL", "https://psbl.org/", codes={"127.0.0.2": "sent mail to a spam trap"}),
    BlockList(
        "multi.uribl.com",
        "URIBL",
        "https://lookup.uribl.com/",
        domains=True,
        bits={2: "black: in spam", 4: "grey: in bulk mail", 8: "red: watched"},
        refused=("127.0.0.1",),
    ),
    BlockList(
        "multi.surbl.org",
        "SURBL",
        "https://surbl.org/surbl-analysis",
        domains=True,
        bits={8: "phishing", 16: "malware", 64: "abuse", 128: "a cracked site"},
        refused=("127.0.0.1",),
    ),
)
"""Zones and codes: https://docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html,
https://www.spamhaus.org/news/article/788/ (error codes), https://uribl.com/refused.shtml, https://surbl.org/lists; all read on
2026-11-29."""


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """The sending address, and the envelope's and author's domains, on each list."""
    for block_list in LISTS:
        for name, question in _questions(subject, block_list):
            yield judge(block_list, name, ask(question, "A"))


def _questions(subject: Subject, block_list: BlockList) -> Iterator[tuple[str, str]]:
    if not block_list.domains:
        if subject.address is not None:  # RFC 5782 2.1 and 2.4: reversed, as in reverse DNS
            turned = subject.address.reverse_pointer.rsplit(".", 2)[0]
            yield str(subject.address), f"{turned}.{block_list.zone}"
        return
    for domain in dict.fromkeys(name.lower().rstrip(".") for name in (subject.domain, subject.author) if name):
        yield domain, f"{domain}.{block_list.zone}"


def judge(block_list: BlockList, name: str, answer: Answer) -> Finding:
    """Whether an answer is a listing."""
    source = Reference(block_list.title, block_list.url)
    seen = (str(answer),)
    if answer.outcome in (Outcome.NXDOMAIN, Outcome.EMPTY):
        return Finding(NAME, Level.OK, f"{name} is not on {block_list.title}.", "", seen, source)
    values = [value for value in answer.values if value.startswith("127.")]
    listed = [value for value in values if value not in block_list.refused]
    if not answer.known or not listed:
        why = answer.outcome if not answer.known else f"it answered {', '.join(answer.values)}"
        return Finding(
            NAME,
            Level.UNKNOWN,
            f"{block_list.title} did not answer about {name} ({why}); that is no listing.",
            "Ask through a resolver of your own: lists refuse public resolvers and heavy users. Or look on their page.",
            seen,
            source,
        )
    meanings = "; ".join(dict.fromkeys(meaning for value in listed for meaning in _meanings(block_list, value)))
    return Finding(
        NAME,
        Level.CRITICAL,
        f"{name} is on {block_list.title}" + (f" ({meanings})." if meanings else "."),
        f"Find and stop what led to it, then ask for removal at {block_list.url}",
        seen,
        source,
    )


def _meanings(block_list: BlockList, value: str) -> Iterator[str]:
    if value in block_list.codes:
        yield block_list.codes[value]
    number = int(value.rpartition(".")[2])
    yield from (meaning for bit, meaning in block_list.bits.items() if number & bit)
