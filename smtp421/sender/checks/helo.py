"""The name that the server greets with (RFC 5321 sections 2.3.5 and 4.1.1.1): whole, known to the DNS, and its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address

from smtp421.model import Reference
from smtp421.sender.checks.addresses import addresses_of
from smtp421.sender.report import Finding, Level, Lookup, Subject, not_answered

NAME = "helo"
SOURCE = Reference("RFC 5321, section 4.1.1.1", "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.1")
_SET = "Set it in your mail server (Postfix: smtp_helo_name or myhostname; Exim: primary_hostname)."
_WHOLE = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])\.?", re.IGNORECASE)


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """HELO or EHLO name."""
    name = subject.helo
    if name is None:
        return
    if name.startswith("["):
        yield Finding(NAME, Level.WARNING, f"{name} is an address, no name.", f"Greet with a full host name. {_SET}", (), SOURCE)
        return
    if not _WHOLE.fullmatch(name) or name.lower().endswith((".local", ".localdomain", ".lan", ".internal", ".home.arpa")):
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"{name} is no full host name of the public DNS.",
            f"Greet with a full host name. {_SET}",
            (),
            SOURCE,
        )
        return
    kinds = ("A", "AAAA") if subject.address is None else ("A",) if isinstance(subject.address, IPv4Address) else ("AAAA",)
    found = addresses_of(name, ask, kinds)
    if not found.values and found.failed is None:
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"{name} has no address.",
            f"Give {name} an {kinds[0]} record with the sending address, or greet with a name that has one. {_SET}",
            found.seen,
            SOURCE,
        )
    elif not found.values and found.failed is not None:
        yield not_answered(NAME, found.failed, SOURCE)
    elif subject.address is not None and str(subject.address) not in found.values:
        yield Finding(
            NAME,
            Level.WARNING,
            f"{name} is another host than {subject.address}.",
            f"Greet with the name that {subject.address} has, or give {name} that address too. {_SET}",
            found.seen,
            SOURCE,
        )
    else:
        yield Finding(NAME, Level.OK, f"{name} is the sending host's own name.", "", found.seen, SOURCE)
