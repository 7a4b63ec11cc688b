"""Sendmail: ``sendmail.mc`` (``define`` and ``FEATURE``) and ``sendmail.cf`` (``O Option=value`` and mailers).

When sendmail retries (operations guide, ``queue.c`` of Sendmail 8.17): at each queue run (``-q15m`` on the daemon's command
line, which no file tells), unless the last try is younger than ``MinQueueAge``. With ``MaxQueueAge``, the pause after a try
is as long as the message was old then, at most ``MaxQueueAge``, and ``MinQueueAge`` is not looked at. After
``Timeout.queuereturn`` it is given up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from smtp421.mta.durations import compact, figure, short
from smtp421.mta.interface import CHECKED, Server, first_run
from smtp421.mta.model import Block, Fact, Facts, Finding, Level, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

_DEFINE = re.compile(r"define\(\s*`?(?P<name>\w+)'?\s*,\s*`?(?P<value>[^')]*)'?\s*\)", re.IGNORECASE)
_OPTION = re.compile(r"O\s+(?P<name>\w+(?:\.\w+)*)\s*=\s*(?P<value>.*)")
_MAILER = re.compile(r"M(?P<name>\w+),\s*(?P<fields>.*)")
_FIELD = re.compile(r"([A-Za-z])=([^,\s]+)")
_STEADY = (
    "dnl sendmail.mc; the daemon runs with -q10m: a retry after 21 to 31 minutes, then each half hour\n"
    "define(`confMIN_QUEUE_AGE', `21m')dnl"
)
OPTIONS = {
    "confMIN_QUEUE_AGE": "MinQueueAge",
    "confMAX_QUEUE_AGE": "MaxQueueAge",
    "confTO_QUEUERETURN": "Timeout.queuereturn",
    "confTO_QUEUEWARN": "Timeout.queuewarn",
    "confMCI_CACHE_SIZE": "ConnectionCacheSize",
    "confSINGLE_THREAD_DELIVERY": "SingleThreadDelivery",
    "SMTP_MAILER_MAXMSGS": "SMTP_MAILER_MAXMSGS",
}
"""Names in ``sendmail.mc`` (cf/README), and the option of ``sendmail.cf`` that each sets."""
_MINUTES = frozenset({"MinQueueAge", "MaxQueueAge"})
"""Options whose plain numbers are minutes."""


class Sendmail(Server):
    """Sendmail 8."""

    id = "sendmail"
    title = "Sendmail"
    docs = Citation(
        "Sendmail 8.17 - cf/README", "https://sources.debian.org/src/sendmail/8.17.1.9-2%2Bdeb12u2/cf/README/", CHECKED
    )
    sources: ClassVar = {
        topic: Citation(
            "Sendmail 8.17 - operations guide",
            "https://sources.debian.org/src/sendmail/8.17.1.9-2%2Bdeb12u2/doc/op/op.me/",
            CHECKED,
        )
        for topic in ("first_retry", "growth", "ceiling", "lifetime", "reuse", "both_ages")
    }
    advice: ClassVar = {
        "first_retry": _STEADY,
        "growth": _STEADY,
        "ceiling": "dnl sendmail.mc\ndefine(`confMAX_QUEUE_AGE', `2h')dnl",
        "lifetime": "dnl sendmail.mc\ndefine(`confTO_QUEUERETURN', `5d')dnl",
        "connections": "dnl sendmail.mc: one at a time to each host\ndefine(`confHOST_STATUS_DIRECTORY', `.hoststat')dnl\n"
        "define(`confSINGLE_THREAD_DELIVERY', `True')dnl",
        "messages_per_connection": "dnl sendmail.mc, above MAILER(`smtp')\ndefine(`SMTP_MAILER_MAXMSGS', `{figure}')dnl",
        "reuse": "dnl sendmail.mc\ndefine(`confMCI_CACHE_SIZE', `4')dnl\ndefine(`confQUEUE_SORT_ORDER', `Host')dnl",
    }
    queue_run: ClassVar = (600.0, "Debian starts sendmail with -q10m; give yours with --queue-run")

    def read(self, text: str, name: str) -> Settings:
        """Options by the names of ``sendmail.cf``; comments (``dnl``, ``#``) are left out."""
        options: dict[str, Option] = {}
        blocks: list[Block] = []
        for number, raw in enumerate(text.splitlines(), 1):
            line = re.sub(r"\bdnl\b.*", "", raw)
            for found in _DEFINE.finditer(line):
                option = OPTIONS.get(found["name"], found["name"])
                options[option] = Option(option, found["value"].strip(), number)
            if found_option := _OPTION.fullmatch(line.strip()):
                options[found_option["name"]] = Option(found_option["name"], found_option["value"].strip(), number)
            elif mailer := _MAILER.match(line):
                fields = {key: Option(key, value, number) for key, value in _FIELD.findall(mailer["fields"])}
                blocks.append(Block("mailer", mailer["name"], fields, number))
            elif blocks and raw[:1] == "\t":
                fields = {key: Option(key, value, number) for key, value in _FIELD.findall(line)}
                blocks[-1] = blocks[-1]._replace(options={**blocks[-1].options, **fields})
        return Settings(self.id, name, options, tuple(blocks))

    def facts(self, settings: Settings) -> Facts:
        """What queue runs and timeouts come to."""
        growing = _time(settings, "MaxQueueAge", "0")
        first = growing if growing.amount else _time(settings, "MinQueueAge", "0")
        return Facts(
            first_retry=first,
            ceiling=growing,
            lifetime=_time(settings, "Timeout.queuereturn", "5d"),
            reuse=_reuse(settings),
        )

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:
        """One try at a queue run, as ``gatherq`` lets it pass."""
        interval = self.interval(settings)
        lifetime = _time(settings, "Timeout.queuereturn", "5d").amount or 0.0
        least = _time(settings, "MinQueueAge", "0").amount or 0.0
        most = _time(settings, "MaxQueueAge", "0").amount or 0.0
        age = 0.0
        yield age
        while age <= lifetime:
            pause = min(age, most) if most else least
            age = first_run(age + max(pause, 1), interval, phase)
            yield age

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:  # noqa: ARG002 - one for all
        """One with ``SingleThreadDelivery``, else no limit."""
        option = settings.given("SingleThreadDelivery")
        if option is not None and option.value.lower() in ("true", "t", "yes"):
            return Fact("SingleThreadDelivery", option.value, option.line, 1.0)
        return Fact("SingleThreadDelivery", option.value if option else "False", option.line if option else None)

    def messages_per_connection(self, settings: Settings, provider: Provider | None) -> Fact | None:  # noqa: ARG002 - one for all
        """``m=`` of the esmtp mailer."""
        option = settings.given("SMTP_MAILER_MAXMSGS")
        for block in settings.of_kind("mailer"):
            if block.name in ("esmtp", "smtp") and "m" in block.options:
                option = option or block.options["m"]
        if option is None:
            return Fact("SMTP_MAILER_MAXMSGS", "no limit")
        return Fact(option.name, option.value, option.line, figure(option.value))

    def relay(self, settings: Settings) -> Option | None:
        """``SMART_HOST``; in sendmail.cf it is the macro S, which is not read."""
        option = settings.given("SMART_HOST")
        return option if option is not None and option.value else None

    def extras(self, settings: Settings) -> Iterator[Finding]:
        """``MinQueueAge`` is not looked at beside ``MaxQueueAge``."""
        least, most = _time(settings, "MinQueueAge", "0"), _time(settings, "MaxQueueAge", "0")
        if least.amount and most.amount:
            does = (
                f"The rest of {short(least.amount)} is not kept: beside MaxQueueAge it is not looked at, "
                "and the first retry comes with the next queue run."
            )
            why = "queue.c (gatherq): with MaxQueueAge the pause is the message's age at its last try."
            yield Finding(
                "both_ages", Level.NOTE, least.setting, least.value, least.line, does, "", why, self.source("both_ages")
            )


def _time(settings: Settings, name: str, default: str) -> Fact:
    option = settings.given(name)
    unit = "m" if name in _MINUTES else "d"
    seconds = compact(option.value, unit) if option else None
    if option is None or seconds is None:
        return Fact(name, default, None, compact(default, unit))
    return Fact(name, option.value, option.line, seconds)


def _reuse(settings: Settings) -> Fact:
    option = settings.given("ConnectionCacheSize")
    if option is None:
        return Fact("ConnectionCacheSize", "1", state="yes")
    return Fact("ConnectionCacheSize", option.value, option.line, state="no" if option.value == "0" else "yes")
