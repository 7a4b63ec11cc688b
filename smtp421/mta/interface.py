"""What a mail server is to this package: a module that reads its settings, says what they come down to, and when it retries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from smtp421.mta.model import Fact, Facts, Finding, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

CHECKED = "2026-11-29"
"""The day on which the defaults and meanings in this package were held against the servers' documentation and sources."""


class Server(ABC):
    """One mail server. Its methods are pure: no file, clock or network."""

    id: ClassVar[str]
    title: ClassVar[str]
    docs: ClassVar[Citation]
    """The page for topics without one of their own."""
    sources: ClassVar[Mapping[str, Citation]] = {}
    """Pages by topic."""
    advice: ClassVar[Mapping[str, str]] = {}
    """What to set, by topic; ``{figure}`` is the provider's."""
    queue_run: ClassVar[tuple[float, str] | None] = None
    """Seconds between queue runs where neither file nor user tells, and whose habit that is."""

    @abstractmethod
    def read(self, text: str, name: str) -> Settings:
        """The settings in a text. What is not understood is left out; raises :class:`smtp421.errors.SettingsUnreadable`."""

    @abstractmethod
    def facts(self, settings: Settings) -> Facts:
        """What the settings come down to."""

    @abstractmethod
    def ages(self, settings: Settings, phase: float) -> Iterator[float]:
        """The ages in seconds at which a message that is always deferred is tried: 0 first, then each retry.

        ``phase`` tells when the message comes, from 0 to 1 within a queue run's interval: the first run is that part of the
        interval later. Servers without queue runs ignore it. The attempt itself takes no time here.
        """

    @abstractmethod
    def connections(self, settings: Settings, provider: Provider | None) -> Fact:
        """How many connections at a time the settings allow to one destination of a provider, or to any one."""

    def messages_per_connection(self, settings: Settings, provider: Provider | None) -> Fact | None:  # noqa: ARG002 - for those that have it
        """How many messages go over one connection to a provider; None where there is no such setting."""
        return None

    def relay(self, settings: Settings) -> Option | None:  # noqa: ARG002 - for those that have it
        """The server that all mail goes to (a smarthost), its name as the value; None where mail goes to the receivers."""
        return None

    def extras(self, settings: Settings) -> Iterator[Finding]:  # noqa: ARG002 - for those that have some
        """Findings that only this server knows: settings that contradict each other, and the like."""
        return iter(())

    def source(self, topic: str) -> Citation:
        """The page on a topic."""
        return self.sources.get(topic, self.docs)

    def interval(self, settings: Settings) -> float:
        """Seconds between queue runs; 0 where there are none."""
        if settings.queue_run is not None:
            return settings.queue_run
        return self.queue_run[0] if self.queue_run else 0.0


def first_run(after: float, interval: float, phase: float) -> float:
    """The first queue run at ``after`` or later; the first is at ``phase`` of an ``interval``. Without runs: ``after``."""
    if interval <= 0:
        return after
    start = phase * interval
    steps = max(0, -((start - after) // interval)) if after > start else 0
    return start + steps * interval
