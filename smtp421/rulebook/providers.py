"""Who answered: by the host name of the relay, or by marks that only one provider or program writes into its replies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from smtp421.model import Origin
from smtp421.rulebook.words import Reading, WordIndex

# RFC 5321 4.2: a greeting and a 421 begin with the domain of the server that speaks.
_SPEAKER = re.compile(r"<?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})\.?>?(?=[\s:,;]|$)", re.IGNORECASE)
_LOOKED_UP = re.compile(r"\bname=(?P<host>[\w-]+(?:\.[\w-]+)+)")


class Identity(NamedTuple):
    """Who answered, as far as relay and marks tell."""

    provider: str | None
    """The relay's provider, else the one that a mark names."""
    family: str | None
    """Family of the mailbox provider, gateway or sending service; None where none is known."""
    software: str | None
    """The software that a mark or the relay's name tells."""


MAX_REMEMBERED = 8_000
"""Host names whose provider is remembered."""


class Directory:
    """Providers by host name and by mark."""

    def __init__(self, index: Mapping[str, Any], words: WordIndex) -> None:
        self._suffixes: Mapping[str, str] = index["mx"]
        self._families: Mapping[str, Sequence[Any]] = index["families"]
        self._marked: Sequence[str] = index["texts"]["marked"]
        self._words = words
        self._known: dict[tuple[str | None, tuple[int, ...]] | str | None, Identity] = {}
        self._identities: dict[Identity, Identity] = {}
        """Those of many hosts are the same; they take no memory again."""

    def identify(self, host: str | None) -> str | None:
        """The provider whose servers a host name belongs to: the longest suffix at a label's boundary."""
        if not host:
            return None
        suffix = host.lower().rstrip(".")
        while suffix:
            provider = self._suffixes.get(suffix)
            if provider is not None:
                return provider
            _label, _dot, suffix = suffix.partition(".")
        return None

    def marks(self, reading: Reading) -> list[str]:
        """The providers whose marks a text bears, mailbox providers first and software last."""
        return self._providers(self._found(reading))

    def _found(self, reading: Reading) -> tuple[int, ...]:
        """The marks that a text bears, by number."""
        text, folded, hits = reading
        finders, finder = self._words.finders, self._words.finder
        return tuple([number for number in hits.marks if (finders[number] or finder(number))(text, folded)])

    def _providers(self, marks: tuple[int, ...]) -> list[str]:
        words = self._words
        return [self._marked[owner - words.first_mark] for owner in dict.fromkeys(map(words.owner, marks))]

    def locking_family(self, provider: str) -> str | None:
        """The family of a provider, where that shuts out other families' rules."""
        family, shuts, _software = self._families.get(provider, (None, False, False))
        return family if shuts else None

    def identity(self, host: str | None, reading: Reading) -> Identity:
        """Who answered: the relay's host name goes before marks in the text."""
        marks = self._found(reading) if reading[2].marks else ()
        key = (host, marks) if marks else host
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            known = self._identity(self.identify(host), self._providers(marks))
            known = self._known[key] = self._identities.setdefault(known, known)
        return known

    def _identity(self, relay: str | None, marks: Sequence[str]) -> Identity:
        known = [relay, *marks] if relay is not None else marks
        family = next((self._families[name][0] for name in known if self._families[name][1]), None)
        software = next((name for name in known if self._families[name][2]), None)
        return Identity(known[0] if known else None, family, software)

    def who(self, host: str | None, code: int | None, reading: Reading, origin: Origin | None) -> Identity:
        """Who answered. The relay decides, not the recipient's domain; without one, a mark of one provider does.

        A reply without either may begin with its server's name, and a failed look-up names the domain that was meant. Where our
        own server defers a client, the other host's name tells nothing about who spoke.
        """
        if origin is Origin.INBOUND:
            return self.identity(None, reading)
        known = self.identity(host, reading)
        if host or known.provider is not None:
            return known
        text = reading[0]
        if code is None and "name=" not in text:
            return known
        named = _LOOKED_UP.search(text) if code is None else _SPEAKER.match(text)
        return self.identity(named["host"], reading) if named else known
