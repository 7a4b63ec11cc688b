"""Asking the DNS: dnspython behind a function that never raises. Extra ``dns``."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from smtp421.errors import MissingExtra, WrongNameServer
from smtp421.sender.policy import KIND, fetch
from smtp421.sender.report import Answer, Lookup, Outcome

if TYPE_CHECKING:
    from dns.resolver import NoNameservers, Resolver

TIMEOUT = 4.0
"""Seconds that one question may take."""


def resolver(name_servers: Iterable[str] = (), timeout: float = TIMEOUT) -> Lookup:
    """A look-up that asks the system's name servers, or those given as ``address`` or ``address:port``; each question once.

    Raises :class:`smtp421.errors.MissingExtra` without dnspython, :class:`smtp421.errors.WrongNameServer`.
    """
    try:
        import dns.nameserver
        import dns.resolver
    except ImportError:
        raise MissingExtra(feature="asking the DNS", package="dnspython", extra="dns") from None
    given = [_split(server) for server in name_servers]
    try:
        asked = dns.resolver.Resolver(configure=not given)
    except dns.resolver.NoResolverConfiguration:
        raise WrongNameServer(server="the system's", reason="none is configured; give one with --name-server") from None
    if given:
        asked.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in given]
    asked.lifetime, asked.timeout = timeout, timeout / 2
    asked.use_edns(0, 0, 1232)
    asked.flags = 0x0120  # RD, and AD: tell whether it is signed (RFC 6840 5.7)
    known: dict[tuple[str, str], Answer] = {}
    lock = threading.Lock()

    def ask(name: str, kind: str) -> Answer:
        key = name.lower().rstrip("."), kind
        with lock:
            if key in known:
                return known[key]
        answer = fetch(key[0], timeout) if kind == KIND else _ask(asked, *key)
        with lock:
            return known.setdefault(key, answer)

    return ask


def _split(server: str) -> tuple[str, int]:
    from ipaddress import ip_address

    address, port = server, "53"
    if server.startswith("["):
        address, _, port = server[1:].partition("]")
        port = port.removeprefix(":") or "53"
    elif server.count(":") == 1:
        address, port = server.split(":")
    try:
        return str(ip_address(address)), int(port)
    except ValueError:
        raise WrongNameServer(server=server, reason="expected an address such as 192.0.2.53 or [2001:db8::53]:5353") from None


def _ask(asked: Resolver, name: str, kind: str) -> Answer:
    import dns.exception
    import dns.flags
    import dns.resolver

    try:
        found = asked.resolve(name, kind, search=False, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return Answer(name, kind, Outcome.NXDOMAIN)
    except dns.exception.Timeout:
        return Answer(name, kind, Outcome.TIMEOUT)
    except dns.resolver.NoNameservers as error:
        return Answer(name, kind, _why(error))
    except (dns.exception.DNSException, UnicodeError):  # a name that no DNS can hold, CNAME chains without end
        return Answer(name, kind, Outcome.NXDOMAIN)
    signed = bool(found.response.flags & dns.flags.AD)
    if found.rrset is None:
        return Answer(name, kind, Outcome.EMPTY, signed=signed)
    return Answer(name, kind, Outcome.FOUND, tuple(sorted(_text(record, kind) for record in found.rrset)), signed)


def _why(error: NoNameservers) -> Outcome:
    """Why no name server gave an answer: the last one's reason."""
    errors = error.kwargs.get("errors") or []
    reason = str(errors[-1][3]).upper() if errors else ""
    return Outcome.REFUSED if "REFUSED" in reason else Outcome.TIMEOUT if "TIMED OUT" in reason else Outcome.SERVFAIL


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]
    text = str(record)
    return text.rstrip(".") or "." if kind == "PTR" else text[:-1] if kind == "MX" and not text.endswith(" .") else text
