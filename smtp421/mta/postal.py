"""Postal: ``postal.yml``, of version 2 and of version 1.

When Postal retries (``has_locking.rb``): the n-th pause is 5 minutes times 1.3 to the power of n - 1, until
``default_maximum_delivery_attempts`` tries were made; nothing else can be set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from smtp421.mta.durations import figure
from smtp421.mta.interface import CHECKED, Server
from smtp421.mta.model import Fact, Facts, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

_SOURCE = "https://github.com/postalserver/postal/blob/main/"
_PAIR = re.compile(r"(?P<indent>\s*)(?P<key>\w+)\s*:(?:\s+(?P<value>.*))?")
_ATTEMPTS = (("postal", "default_maximum_delivery_attempts"), ("general", "maximum_delivery_attempts"))
DEFAULT_ATTEMPTS = 18
FIRST, FACTOR = 300.0, 1.3
_MOST = 100
"""More attempts than that take longer than any queue lives."""


class Postal(Server):
    """Postal 1 to 3. A message is given up when it would be tried once more than allowed."""

    id = "postal"
    title = "Postal"
    docs = Citation("Postal - has_locking.rb", f"{_SOURCE}app/models/concerns/has_locking.rb", CHECKED)
    sources: ClassVar = {"lifetime": Citation("Postal - configuration", f"{_SOURCE}doc/config/yaml.yml", CHECKED)}
    advice: ClassVar = {"lifetime": "postal:\n  default_maximum_delivery_attempts: 22"}

    def read(self, text: str, name: str) -> Settings:
        """Keys of the two upper levels. The file is read by lines, so that each setting has its place."""
        options: dict[str, Option] = {}
        group = ""
        for number, line in enumerate(text.splitlines(), 1):
            found = _PAIR.fullmatch(line.partition(" #")[0].rstrip())
            if found is None or line.lstrip().startswith("#"):
                continue
            if not found["indent"]:
                group = found["key"]
            else:
                key = f"{group}.{found['key']}"
                options.setdefault(key, Option(key, (found["value"] or "").strip(" '\""), number))
        return Settings(self.id, name, options)

    def facts(self, settings: Settings) -> Facts:
        """The number of attempts decides on everything."""
        fixed = Fact("(built in)", "5 minutes, then 1.3 times as long each time")
        attempts = _attempts(settings)
        tries = min(int(attempts.amount or DEFAULT_ATTEMPTS), _MOST)
        return Facts(
            first_retry=fixed,
            ceiling=fixed,
            lifetime=attempts._replace(amount=FIRST * (FACTOR**tries - 1) / (FACTOR - 1)),
            tls=Fact("(built in)", "TLS where offered, per server in the web interface", state="may"),
        )

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:  # noqa: ARG002 - it has no queue runs
        """The sums of the pauses."""
        age, pause = 0.0, FIRST
        for _ in range(min(int(_attempts(settings).amount or DEFAULT_ATTEMPTS), _MOST)):
            yield age
            age += pause
            pause *= FACTOR

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:  # noqa: ARG002 - one for all
        """No setting; as many as there are worker threads."""
        return Fact("worker threads", "no limit to one destination")


def _attempts(settings: Settings) -> Fact:
    for group, key in _ATTEMPTS:
        option = settings.given(f"{group}.{key}")
        if option is not None and figure(option.value):
            return Fact(key, option.value, option.line, figure(option.value))
    return Fact(_ATTEMPTS[0][1], str(DEFAULT_ATTEMPTS), None, float(DEFAULT_ATTEMPTS))
