"""Stand-ins for what is private in a log: local parts, domains that are no provider's, addresses, account names.

The same thing gets the same stand-in, numbered in the order in which things are met: ``user1@domain1.example`` (RFC 2606),
192.0.2.1 and its like (RFC 5737), 2001:db8::1 (RFC 3849). What the diagnosis needs stays: providers' hosts, hosts that the rules
know from replies, codes, queue ids, private and loopback addresses. A name in free text cannot be told from other words: read
what you share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from smtp421.addresses import address_of
from smtp421.model import Attempt, Relay, Reply
from smtp421.rulebook import RuleBook

RESERVED = ("192.0.2.", "198.51.100.", "203.0.113.")
"""The networks of RFC 5737. They have 762 hosts; further addresses share stand-ins."""
_HOSTS = 254
NOBODYS = ("example", "test", "invalid", "localhost", "local", "localdomain", "example.com", "example.net", "example.org")
"""Reserved by RFC 2606 and RFC 6761."""
_FILES = frozenset(
    "c cc cf cgi conf cpp db go h html jar java js log php pid pl pm py rb service sh so sock socket ts txt".split()
)
"""Last labels of file names, which look like hosts."""
_TENANT = "mail.protection.outlook.com"
"""Before it stands a customer's domain, with dashes for dots."""

_HOST = r"(?:[a-zA-Z0-9_](?:[\w-]*[a-zA-Z0-9])?\.)+[a-zA-Z](?:[\w-]*[a-zA-Z0-9])?"
_V4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_V6 = r"(?:[0-9a-fA-F]{1,4}:|:(?=:)){2,7}:?(?:[0-9a-fA-F]{1,4}|:)?(?:(?<=:)" + _V4 + r")?"
_LOCAL = r"[^\s<>()\[\],;:\"'=@|]+(?:=[^\s<>()\[\],;:\"'@|]+)*"
_TOKENS = re.compile(
    rf"""(?P<account>\b(?:sasl_username|sasl_sender|username|user|login|account|U|A)=(?:[a-z_]+:)?<?)
           (?P<name>[^\s,;<>@]+)(?=[\s,;>]|$)
       | (?P<subject>\b[Ss]ubject:[ ]).+?(?=[ ]from[ ]\S+\[|;[ ]from=|$)
       | (?P<local>{_LOCAL})@(?:(?P<domain>{_HOST})|(?P<literal>\[[^\]\s]+\])|(?P<short>[\w-]+))
       | (?<![\w.:])(?P<ip>{_V4}(?!\.?\w)|{_V6}(?![\w:]))
       | (?<![\w.@-])(?P<code>[245]\d\d-)?(?P<host>{_HOST})(?![\w@])""",
    re.VERBOSE,
)
_STAMP = r"(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) "
_MACHINE = re.compile(rf"^(?P<stamp>{_STAMP})(?P<machine>[\w-]+)(?= [\w./-]+(?:\[\d+\])?: )")


class Anonymizer:
    """Replaces, and remembers what by what."""

    def __init__(self, public: Callable[[str], str | None]) -> None:
        """``public`` gives the part of a host's name, from the right, that everybody may see; None where that is nothing."""
        self._public = public
        self._names: dict[str, dict[str, str]] = {}
        self._addresses: dict[str, str] = {}
        self._sixes = 0

    def text(self, text: str) -> str:
        """A log line or a reply with stand-ins."""
        text = _MACHINE.sub(lambda found: found["stamp"] + self._numbered("machine", found["machine"]), text)
        return _TOKENS.sub(self._token, text)

    def attempt(self, attempt: Attempt) -> Attempt:
        """An attempt with stand-ins in all its fields."""
        relay, inner = attempt.relay, attempt.inner
        return attempt._replace(
            reply=self._reply(attempt.reply),
            inner=None if inner is None else self._reply(inner),
            sender=self._mailbox(attempt.sender),
            recipient=self._mailbox(attempt.recipient),
            relay=None if relay is None else Relay(self._relay(relay.host), self._plain(relay.address), relay.port),
            source_address=self._plain(attempt.source_address),
        )

    def _reply(self, reply: Reply) -> Reply:
        return reply._replace(text=self.text(reply.text))

    def _mailbox(self, address: str | None) -> str | None:
        if not address:
            return address
        local, at, domain = address.rpartition("@")
        return self._numbered("user", local) + at + self._host(domain) if at else self._numbered("user", domain)

    def _relay(self, host: str | None) -> str | None:
        return self._host(host) if host and re.fullmatch(_HOST, host) else self._plain(host)

    def _plain(self, text: str | None) -> str | None:
        return self.text(text) if text else text

    def _token(self, found: re.Match[str]) -> str:
        if found["account"]:
            return found["account"] + self._numbered("user", found["name"])
        if found["subject"]:
            return f"{found['subject']}(a subject)"
        if found["ip"]:
            return self._address(found["ip"])
        if found["host"]:
            return (found["code"] or "") + self._host(found["host"])
        local, literal, short = self._numbered("user", found["local"]), found["literal"], found["short"]
        where = self.text(literal) if literal else self._numbered("machine", short) if short else self._host(found["domain"])
        return f"{local}@{where}"

    def _numbered(self, kind: str, name: str) -> str:
        if name in NOBODYS:
            return name
        names = self._names.setdefault(kind, {})
        return names.setdefault(name.lower(), f"{kind}{len(names) + 1}")

    def _host(self, host: str) -> str:
        """A stand-in for a host or a domain."""
        name = host.lower().rstrip(".")
        if name.rpartition(".")[2] in _FILES or any(name == each or name.endswith(f".{each}") for each in NOBODYS):
            return host
        public = self._public(name)
        if public == name:
            return host
        if public is not None:
            return f"{self._numbered('customer', name.removesuffix(public))}.{public}"
        owner = _owner(name)
        domain = f"{self._numbered('domain', owner)}.example"
        return domain if name == owner else f"{self._numbered('host', name)}.{domain}"

    def _address(self, text: str) -> str:
        address = address_of(text)
        if address is None or not address.is_global:  # private, loopback, reserved for documentation
            return text
        known = self._addresses.get(address.compressed)
        if known is None:
            if address.version == 6:
                self._sixes += 1
                known = f"2001:db8::{self._sixes:x}"
            else:
                number = len(self._addresses) - self._sixes
                known = f"{RESERVED[number // _HOSTS % len(RESERVED)]}{number % _HOSTS + 1}"
            self._addresses[address.compressed] = known
        return known


def anonymizer(book: RuleBook) -> Anonymizer:
    """One that keeps what a rule book knows: the hosts of providers, and those that stand in replies and on their pages."""
    seen = frozenset(_public_hosts(book))
    suffixes = {
        suffix: provider.kind == "gateway" or suffix == _TENANT for provider in book.providers.values() for suffix in provider.mx
    }

    def public(host: str) -> str | None:
        for tail in _tails(host):
            if tail in suffixes:
                # Before a gateway's own name stands its customer's.
                return tail if suffixes[tail] else host
            if tail in seen and tail.count("."):
                return host
        return None

    return Anonymizer(public)


def _tails(host: str) -> Iterator[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def _public_hosts(book: RuleBook) -> Iterator[str]:
    """All names in replies of the rules, and the hosts of pages to read."""
    for rule in book.rules.values():
        for text in (*rule.examples, *(page.url for page in rule.references)):
            yield from (found["host"].lower() for found in _TOKENS.finditer(text) if found["host"])
    for provider in book.providers.values():
        for page in (provider.postmaster, provider.sender_form, provider.reputation_tool, provider.feedback_loop):
            if page is not None:
                yield page.url.split("/")[2].lower()


def _owner(host: str) -> str:
    """The domain that somebody registered: the last two labels, or three where the second is short (``co.uk``)."""
    labels = host.split(".")
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-size:])
