"""A DNS in memory: what is not in it does not exist."""

from collections.abc import Callable
from ipaddress import ip_address

import pytest

from smtp421.sender.report import Answer, Lookup, Outcome, Subject

Zone = dict[tuple[str, str], object]


@pytest.fixture
def dns() -> Callable[[Zone], Lookup]:
    """Records by (name, kind): values as strings, or an outcome."""

    def make(zone: Zone) -> Lookup:
        names = {name for name, _ in zone}

        def ask(name: str, kind: str) -> Answer:
            found = zone.get((name, kind))
            if isinstance(found, Outcome):
                return Answer(name, kind, found)
            if isinstance(found, Answer):
                return found
            if found is None:
                return Answer(name, kind, Outcome.EMPTY if name in names else Outcome.NXDOMAIN)
            return Answer(name, kind, Outcome.FOUND, (found,) if isinstance(found, str) else tuple(found))

        return ask

    return make


@pytest.fixture
def sender() -> Subject:
    return Subject(ip_address("192.0.2.25"), "example.com", None, "mail.example.com")
