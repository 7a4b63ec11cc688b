"""Where attempts went and where they came from: domains, providers, our own addresses, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtp421.diagnosis.history.traffic import DomainCell, LoadCell, Outcomes

MOST_DOMAINS = 50_000
MOST_NAMES = 8_000
"""Host names of which the provider is remembered."""
MOST_SOURCES = 50_000
"""Addresses of ours."""
OTHERS = "(others)"


class Places:
    """Knows what is counted for a domain, a provider and a source address."""

    def __init__(self, identify: Callable[[str | None], str | None]) -> None:
        """``identify`` names the provider of a host."""
        self.domains: dict[str, DomainCell] = {}
        self.loads: dict[str | None, LoadCell] = {}
        self.sources: dict[str, Outcomes] = {}
        self.dropped = 0
        """Domains without deferrals that were forgotten."""
        self._identify: Callable[[str | None], str | None] | None = identify
        self._names: dict[str, LoadCell] = {}

    def __getstate__(self) -> dict[str, Any]:
        """All but the rule book: what a worker sends back counts no more, it is merged."""
        return {**self.__dict__, "_identify": None, "_names": {}}

    def load(self, host: str) -> LoadCell:
        """What is counted for the provider of a host."""
        known = self._names.get(host)
        if known is None:
            provider = self._identify(host) if self._identify is not None else None
            known = self.loads.get(provider)
            if known is None:
                known = self.loads[provider] = LoadCell(provider)
            if len(self._names) >= MOST_NAMES:
                self._names.clear()
            self._names[host] = known
        return known

    def domain(self, name: str) -> DomainCell:
        """What is counted for a domain."""
        return self.domains.get(name) or self._new_domain(name)

    def source(self, address: str) -> Outcomes:
        """What is counted for an address of ours."""
        known = address in self.sources or len(self.sources) < MOST_SOURCES
        return self.sources.setdefault(address if known else OTHERS, Outcomes())

    def _new_domain(self, name: str) -> DomainCell:
        if len(self.domains) >= MOST_DOMAINS:
            easy = [name for name, domain in self.domains.items() if not domain.reasons][: MOST_DOMAINS // 10]
            for each in easy:
                del self.domains[each]
            self.dropped += len(easy)
            name = name if easy else OTHERS
        return self.domains.setdefault(name, DomainCell())
