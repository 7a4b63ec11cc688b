"""All that is known beyond a reply, as evidence for one attempt after the other.

What a person said and what a check of the sender found hold for every attempt; settings and figures of reputation tools depend on
who answered, from which address and for which domain it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from smtp421.model import Attempt, Evidence
from smtp421.reputation.judge import Thresholds, evidence
from smtp421.reputation.report import Report
from smtp421.rulebook.pages import Provider

ForProvider = Callable[[Provider | None], Iterable[Evidence]]
KEPT = 1000
"""Different senders and receivers whose evidence is remembered."""


class _Case(NamedTuple):
    """What evidence depends on."""

    provider: str | None
    address: str | None
    domain: str | None
    receiver_told: bool


class Dossier:
    """Gives the evidence for an attempt; the ``evidence`` of :func:`smtp421.explain` and :func:`smtp421.scan`."""

    def __init__(
        self,
        now: datetime,
        thresholds: Thresholds,
        *,
        said: Sequence[Evidence] = (),
        reports: Sequence[Report] = (),
        settings: Sequence[ForProvider] = (),
        address: str | None = None,
        domain: str | None = None,
    ) -> None:
        """``said`` holds for every attempt; ``settings`` give evidence for a provider.

        ``address`` and ``domain`` are the sender's, where an attempt does not tell them.
        """
        self._now = now
        self._thresholds = thresholds
        self._said = tuple(said)
        self._reports = tuple(reports)
        self._settings = tuple(settings)
        self._address = address
        self._domain = domain
        self._known: dict[_Case, tuple[Evidence, ...]] = {}

    def __call__(self, attempt: Attempt, provider: Provider | None) -> tuple[Evidence, ...]:
        """The evidence for an attempt that a provider answered."""
        told = attempt.relay is not None or attempt.recipient is not None
        domain = attempt.sender.rpartition("@")[2] if attempt.sender else None
        address = attempt.source_address or self._address
        case = _Case(provider.id if provider else None, address, domain or self._domain, told)
        found = self._known.get(case)
        if found is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            found = self._known[case] = self._evidence(case, provider)
        return found

    def _evidence(self, case: _Case, provider: Provider | None) -> tuple[Evidence, ...]:
        found = [*self._said]
        for settings in self._settings:
            found += settings(provider)
        for report in self._reports:
            # A reply without a word about its server may be anybody's: then whoever brings the file knows whose it is.
            fits = provider.family in report.families if provider is not None else not case.receiver_told
            if fits:
                found += evidence(report, case.address, case.domain, self._now, self._thresholds)
        return tuple(found)
