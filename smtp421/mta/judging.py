"""What the judges share: what there is to judge, and how a finding is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from smtp421.mta.interface import Server
from smtp421.mta.model import Fact, Facts, Finding, Level, Settings
from smtp421.mta.schedule import Schedule
from smtp421.rulebook.pages import Provider

SHOWN = 4
"""Names that are listed in one finding."""


class Check(NamedTuple):
    """What there is to judge."""

    server: Server
    settings: Settings
    facts: Facts
    schedule: Schedule
    thresholds: Mapping[str, float]
    providers: tuple[Provider, ...]


def finding(given: Check, topic: str, level: Level, fact: Fact, does: str, why: str, change: str | None = None) -> Finding:
    """A finding on a topic; ``change`` replaces the server's own advice. What is as it should be needs none."""
    wanted = level is not Level.OK
    advised = given.server.advice.get(topic, "") if change is None else change
    source = given.server.source(topic)
    return Finding(topic, level, fact.setting, fact.value, fact.line, does, advised if wanted else "", why, source)


def short_name(provider: Provider) -> str:
    """The first of a provider's names: Outlook.com for "Outlook.com, Hotmail, Live, MSN"."""
    return re.split(r", | \(", provider.name)[0]


def listed(names: list[str]) -> str:
    """``a, b, c and 5 more``."""
    shown = names[:SHOWN] if len(names) > SHOWN + 1 else names
    left = len(names) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")
