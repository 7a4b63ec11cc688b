"""The envelope sender's domain takes mail: MX, or at least an address (RFC 5321 section 5.1, null MX RFC 7505)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from smtp421.model import Reference
from smtp421.sender.checks.addresses import addresses_of
from smtp421.sender.report import Finding, Level, Lookup, Outcome, Subject, not_answered

NAME = "mail_domain"
SOURCE = Reference("RFC 5321, section 5.1", "https://www.rfc-editor.org/rfc/rfc5321#section-5.1")
NULL_MX = Reference("RFC 7505, section 4.2", "https://www.rfc-editor.org/rfc/rfc7505#section-4.2")


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """MX and addresses of the envelope domain: receivers refuse senders that nobody could answer."""
    domain = subject.domain
    if domain is None:
        return
    answer = ask(domain, "MX")
    if not answer.known:
        yield not_answered(NAME, answer, SOURCE)
    elif answer.outcome is Outcome.NXDOMAIN:
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"The domain {domain} does not exist.",
            "Correct the envelope sender, or register the domain and serve its zone; retrying is useless until then.",
            (str(answer),),
            SOURCE,
        )
    elif any(value.split()[-1] == "." for value in answer.values):
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"{domain} says that it takes no mail (null MX); many receivers refuse such senders.",
            "Send from a domain that takes mail, or give this one an MX record.",
            (str(answer),),
            NULL_MX,
        )
    elif answer.outcome is Outcome.EMPTY:
        yield from _without_mx(domain, ask)
    else:
        for value in answer.values:
            yield from _exchanger(value.split()[-1], ask)


def _without_mx(domain: str, ask: Lookup) -> Iterator[Finding]:
    found = addresses_of(domain, ask)
    if found.values:
        yield Finding(
            NAME,
            Level.NOTE,
            f"{domain} has no MX record, only an address.",
            "Give it an MX record: some receivers ask for one.",
            found.seen,
            SOURCE,
        )
    elif found.failed is None:
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"{domain} has neither MX nor address: nobody could answer its mail.",
            "Give it an MX record, or send from a domain that has one; retrying is useless until then.",
            found.seen,
            SOURCE,
        )
    else:
        yield not_answered(NAME, found.failed, SOURCE)


def _exchanger(host: str, ask: Lookup) -> Iterator[Finding]:
    found = addresses_of(host, ask)
    if found.values and not all(map(_private, found.values)):
        yield Finding(NAME, Level.OK, f"Mail exchanger {host} has an address.", "", found.seen, SOURCE)
    elif found.values:
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"Mail exchanger {host} has only addresses that the Internet cannot reach.",
            "Give it its public address.",
            found.seen,
            SOURCE,
        )
    elif found.failed is None:
        yield Finding(
            NAME,
            Level.WARNING,
            f"Mail exchanger {host} has no address.",
            "Give it an A record, or take it out of the MX records.",
            found.seen,
            SOURCE,
        )
    else:
        yield not_answered(NAME, found.failed, SOURCE)


_UNREACHABLE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))


def _private(address: str) -> bool:
    known = ip_address(address)
    return known.is_loopback or known.is_link_local or known.is_unspecified or any(known in network for network in _UNREACHABLE)
