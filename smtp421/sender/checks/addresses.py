"""The addresses of a host: what each check that meets a host name asks for, and what it asks of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from smtp421.sender.report import Answer, Lookup


class Addresses(NamedTuple):
    """The answers about the addresses of one host."""

    answers: tuple[Answer, ...]

    @property
    def values(self) -> list[str]:
        """The addresses; none where nothing was found."""
        return [value for answer in self.answers for value in answer.values]

    @property
    def failed(self) -> Answer | None:
        """The first question that the DNS left open."""
        return next((answer for answer in self.answers if not answer.known), None)

    @property
    def seen(self) -> tuple[str, ...]:
        """The answers as records of a finding."""
        return tuple(map(str, self.answers))


def addresses_of(host: str, ask: Lookup, kinds: Sequence[str] = ("A", "AAAA")) -> Addresses:
    """Ask for the addresses of a host."""
    return Addresses(tuple(ask(host, kind) for kind in kinds))
