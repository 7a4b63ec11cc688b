"""Who answered: by the host name of the relay, or by marks that only one provider or program writes into its replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from smtp421.rulebook.texts import TEXT_CAP, fold
from smtp421.rulebook.words import WordIndex


class Identity(NamedTuple):
    """Who answered, as far as relay and marks tell."""

    provider: str | None
    """The relay's provider, else the one that a mark names."""
    family: str | None
    """Family of the mailbox provider, gateway or sending service; None where none is known."""
    software: str | None
    """The software that a mark or the relay's name tells."""


class Directory:
    """Providers by host name and by mark."""

    def __init__(self, index: Mapping[str, Any], words: WordIndex) -> None:
        self._suffixes: Mapping[str, str] = index["mx"]
        self._families: Mapping[str, Sequence[Any]] = index["families"]
        self._marked: Sequence[str] = index["marks"]["ids"]
        self._words = words

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

    def marks(self, text: str) -> list[str]:
        """The providers whose marks a text bears, mailbox providers first and software last."""
        text = text[:TEXT_CAP]
        return [self._marked[number] for number in self._words.found(text, fold(text))]

    def locking_family(self, provider: str) -> str | None:
        """The family of a provider, where that shuts out other families' rules."""
        family, shuts, _software = self._families.get(provider, (None, False, False))
        return family if shuts else None

    def identity(self, host: str | None, text: str) -> Identity:
        """Who answered: the relay's host name goes before marks in the text."""
        relay = self.identify(host)
        known = [relay, *self.marks(text)] if relay is not None else self.marks(text)
        family = next((self._families[name][0] for name in known if self._families[name][1]), None)
        software = next((name for name in known if self._families[name][2]), None)
        return Identity(known[0] if known else None, family, software)
