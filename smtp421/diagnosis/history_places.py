"""Where attempts went and where they came from: domains, providers, our own addresses, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtp421.diagnosis.history_cells import DomainCell, LoadCell, Outcomes, earliest
from smtp421.diagnosis.history_tracks import Key
from smtp421.model import Attempt, Origin, Status

MOST_DOMAINS = 50_000
MOST_NAMES = 50_000
"""Host names of which the provider is remembered, and addresses of ours."""
OTHERS = "(others)"


class Places:
    """Counts attempts by domain, by provider and by source address."""

    def __init__(self, identify: Callable[[str | None], str | None]) -> None:
        """``identify`` names the provider of a host."""
        self.domains: dict[str, DomainCell] = {}
        self.loads: dict[str | None, LoadCell] = {}
        self.sources: dict[str, Outcomes] = {}
        self.dropped = 0
        """Domains without deferrals that were forgotten."""
        self._identify: Callable[[str | None], str | None] | None = identify
        self._names: dict[str, str | None] = {}

    def __getstate__(self) -> dict[str, Any]:
        """All but the rule book: what a worker sends back counts no more, it is merged."""
        return {**self.__dict__, "_identify": None, "_names": {}}

    def deferred(self, attempt: Attempt, second: int | None, session: str | None, key: Key) -> None:
        """Count a deferral of a group."""
        load, domain = self._place(attempt, second, session)
        load.deferred += 1
        domain.deferred += 1
        domain.reasons[key] = domain.reasons.get(key, 0) + 1
        domain.reached += not key.own
        if attempt.source_address:
            self._source(attempt.source_address).deferred += 1

    def done(self, attempt: Attempt, second: int | None, session: str | None, totals: Outcomes) -> None:
        """Count an attempt that was accepted or refused for good, in ``totals`` too."""
        load, domain = self._place(attempt, second, session)
        counts = [totals, load, domain]
        if attempt.source_address:
            counts.append(self._source(attempt.source_address))
        if attempt.status is Status.SENT:
            for count in counts:
                count.sent += 1
            domain.reached += attempt.relay is not None
            if second is not None:
                domain.first_sent = earliest(domain.first_sent, second)
        else:
            for count in counts:
                count.bounced += 1
            domain.reached += attempt.origin is Origin.REMOTE

    def _place(self, attempt: Attempt, second: int | None, session: str | None) -> tuple[LoadCell, DomainCell]:
        """Where an attempt went to. The relay names the provider; where the log names none, the domain may."""
        name = (attempt.recipient or "").rpartition("@")[2].lower()
        host = attempt.relay.host if attempt.relay is not None else None
        provider = self._provider(host or name)
        load = self.loads.get(provider)
        if load is None:
            load = self.loads[provider] = LoadCell()
        domain = self.domains.get(name)
        if domain is None:
            domain = self._new_domain(name)
        if second is not None:
            load.timeline.add(second)
            if session is not None:
                load.peak.add(second, session)
            domain.first = earliest(domain.first, second)
        if provider is not None and (domain.provider is None or provider > domain.provider):
            domain.provider = provider
        return load, domain

    def _provider(self, host: str) -> str | None:
        try:
            return self._names[host]
        except KeyError:
            if len(self._names) >= MOST_NAMES:
                self._names.clear()
            found = self._names[host] = self._identify(host) if self._identify is not None else None
            return found

    def _source(self, address: str) -> Outcomes:
        known = address in self.sources or len(self.sources) < MOST_NAMES
        return self.sources.setdefault(address if known else OTHERS, Outcomes())

    def _new_domain(self, name: str) -> DomainCell:
        if len(self.domains) >= MOST_DOMAINS:
            easy = [name for name, domain in self.domains.items() if not domain.deferred][: MOST_DOMAINS // 10]
            for each in easy:
                del self.domains[each]
            self.dropped += len(easy)
            name = name if easy else OTHERS
        return self.domains.setdefault(name, DomainCell())
