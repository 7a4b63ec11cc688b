"""Exim: a configuration file, ``exim -bP config``, ``exim -bP``, ``exim -bP transports``, ``exim -brt``, retry rules.

When Exim retries (specification, chapter 32; ``retry.c`` of Exim 4.96): of the retry rule's parts the first one whose cutoff
has not passed since the first failure gives the pause. ``F`` is fixed; ``G`` begins with its first argument and multiplies
the pause that was really kept; ``H`` is a random pause between the first argument and that product. No pause is longer than
``retry_interval_max``. The next queue run after it tries again; runs are started by ``-q30m`` or the like on the daemon's
command line, which no file tells. A message that is older than the last cutoff is tried at the next run whatever the retry
time, and then given up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from smtp421.mta.durations import compact, figure, short
from smtp421.mta.interface import CHECKED, Server, first_run
from smtp421.mta.model import Block, Fact, Facts, Finding, Level, Option, Settings
from smtp421.rulebook.pages import Citation, Provider

_SPEC = "https://www.exim.org/exim-html-current/doc/html/spec_html/"
_SECTION = re.compile(r"begin\s+(\w+)", re.IGNORECASE)
_OPTION = re.compile(r"(?:hide\s+)?(?P<name>[a-z]\w*)\s*=\s*(?P<value>.*)", re.DOTALL)
_FLAG = re.compile(r"(?:hide\s+)?(?:no_|not_)?[a-z]\w*")
_MACRO = re.compile(r"(?P<name>[A-Z]\w*)\s*=(?!=)\s*(?P<value>.*)", re.DOTALL)
_PRINTED = re.compile(r"(?P<name>\w+) transport:")
"""A head in the output of ``exim -bP transports``."""
_TESTED = re.compile(r"Retry rule:\s+(?P<rule>.*)")
"""The output of ``exim -brt``."""
_DRIVER = re.compile(r"(?P<name>\w+)\s*:")
_PART = re.compile(
    r"(?P<letter>[FGH])\s*,\s*(?P<cutoff>\w+)\s*,\s*(?P<pause>\w+)\s*(?:,\s*(?P<factor>\d+(?:\.\d+)?))?", re.IGNORECASE
)
_RULE = re.compile(
    r"(?P<pattern>\"[^\"]*\"|\S+)\s+(?P<error>[\w*]+)\s+(?:senders\s*=\s*(?:\"[^\"]*\"|\S+)\s+)?(?P<parts>[FGHfgh]\s*,.*)"
)
_TRUE, _FALSE = frozenset({"true", "yes"}), frozenset({"false", "no"})
GIVEN_DEFAULT = "F,2h,15m; G,16h,1h,1.5; F,4d,6h"
"""The rule of the configuration that comes with Exim, reckoned with where a text has none at all."""
RETRY_INTERVAL_MAX = 86_400.0
_STEEPEST = 1_000.0
"""A factor beyond this is a slip of the pen."""
_LINE_CAP = 65_536
"""Characters of a line with its macros filled in: macros of macros could grow without end."""


class Part(NamedTuple):
    """One part of a retry rule; times in seconds."""

    letter: str
    cutoff: float
    pause: float
    factor: float


class Exim(Server):
    """Exim 4."""

    id = "exim"
    title = "Exim"
    docs = Citation("Exim - main configuration", f"{_SPEC}ch-main_configuration.html", CHECKED)
    sources: ClassVar = {
        **dict.fromkeys(
            ("first_retry", "growth", "ceiling", "lifetime", "no_retry", "queue_run"),
            Citation("Exim - retry configuration", f"{_SPEC}ch-retry_configuration.html", CHECKED),
        ),
        "connections": Citation(
            "Exim - generic options for transports", f"{_SPEC}ch-generic_options_for_transports.html", CHECKED
        ),
        **dict.fromkeys(
            ("messages_per_connection", "tls"),
            Citation("Exim - the smtp transport", f"{_SPEC}ch-the_smtp_transport.html", CHECKED),
        ),
    }
    advice: ClassVar = {
        "first_retry": "# retry section\n*  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h",
        "growth": "# retry section\n*  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h",
        "ceiling": "# retry section\n*  *  F,2h,15m; G,16h,1h,1.5; F,4d,4h",
        "lifetime": "# retry section\n*  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h",
        "connections": "# in an smtp transport for this provider's domains\nmax_parallel = {figure}",
        "messages_per_connection": "# in the smtp transport\nconnection_max_messages = {figure}",
        "ipv6": "# main section\ndisable_ipv6 = true",
        "tls": "# in the smtp transport: remove it\nhosts_avoid_tls =",
    }
    queue_run: ClassVar = (1800.0, "Debian starts Exim with -q30m; give yours with --queue-run")

    def read(self, text: str, name: str) -> Settings:
        """Main options, drivers of the transports section, and retry rules, macros filled in."""
        options: dict[str, Option] = {}
        blocks: list[Block] = []
        remarks: list[str] = []
        macros: dict[str, str] = {}
        section, driver = "", ""
        sections: set[str] = set()
        for number, raw in _logical(text):
            line = _filled(raw, macros)
            if tested := _TESTED.fullmatch(line):
                section, line = "retry", tested["rule"]
            if macro := (_MACRO.fullmatch(line) if not section else None):
                macros[macro["name"]] = macro["value"].strip()
            elif line.startswith("."):
                if line.startswith(".include"):
                    remarks.append(f"line {number}: {line} is not followed; pipe `exim -bP config` for the whole")
            elif begun := _SECTION.fullmatch(line):
                section, driver = begun[1].lower(), ""
                sections.add(section)
            elif rule := (_RULE.fullmatch(line) if section in ("", "retry") else None):
                rule_options = {"parts": Option("parts", rule["parts"].strip(" ;"), number)}
                blocks.append(Block("retry", f"{rule['pattern']} {rule['error']}", rule_options, number))
            elif named := _PRINTED.fullmatch(line) or (_DRIVER.fullmatch(line) if section == "transports" else None):
                section, driver = "transports", named["name"]
                blocks.append(Block("transport", driver, {}, number))
            elif section in ("", "transports") and (option := _option(line, number)):
                target = options if not section else (dict(blocks[-1].options) if driver else None)
                if target is not None:
                    target[option.name] = option
                    if section:
                        blocks[-1] = blocks[-1]._replace(options=target)
        if "retry" in sections:
            options["begin retry"] = Option("begin retry", "", 0)
        missing = [
            what for what, kind in (("retry rules", "retry"), ("transports", "transport")) if kind not in {b.kind for b in blocks}
        ]
        if missing and not sections:
            told = " and ".join(missing)
            remarks.append(f"The text has no {told}; what is said of them is Exim's default. `exim -bP config` prints the whole.")
        return Settings(self.id, name, options, tuple(blocks), remarks=tuple(remarks))

    def facts(self, settings: Settings) -> Facts:
        """What the general retry rule and the smtp transports do."""
        rule = self.rule(settings)
        return Facts(
            first_retry=rule,
            ceiling=rule,
            lifetime=rule._replace(amount=max((part.cutoff for part in parts(rule.value)), default=0.0)),
            reuse=_reuse(settings),
            ipv6=_ipv6(settings),
            tls=_tls(settings),
        )

    def rule(self, settings: Settings) -> Fact:
        """The rule for any address and error, else the last one; the shipped one where there is no retry section."""
        rules = settings.of_kind("retry")
        general = [block for block in rules if block.name.split() == ["*", "*"]] or list(rules[-1:])
        if general:
            option = general[0].options["parts"]
            return Fact(f"retry rule {general[0].name}", option.value, option.line)
        if "begin retry" in settings.options:
            return Fact("retry section", "", settings.options["begin retry"].line)
        return Fact("retry rule * *", GIVEN_DEFAULT)

    def ages(self, settings: Settings, phase: float) -> Iterator[float]:
        """As ``retry_update`` and ``retry_ultimate_address_timeout`` do it, for one destination that always fails.

        The random pause of ``H`` is taken in the middle.
        """
        rule = parts(self.rule(settings).value)
        longest = _retry_interval_max(settings)
        interval = self.interval(settings)
        last_try = next_try = 0
        now = 0.0
        yield now
        if not rule:
            return
        end = rule[-1].cutoff
        while now <= end:
            second = int(now)  # Exim reckons in whole seconds
            part = next((part for part in rule if second <= part.cutoff), rule[-1])
            gap = min(next_try - last_try, second - last_try)
            grown = int(gap * part.factor)
            if part.letter == "F":
                pause = part.pause
            elif part.letter == "G":
                pause = part.pause if gap < part.pause else grown
            else:
                pause = part.pause + max(grown - part.pause, 0) * 0.75
            last_try, next_try = second, second + int(min(pause, longest))
            due = min(next_try, end + 1)  # older than the last cutoff: tried whatever the retry time
            now = first_run(max(due, now + 1), interval, phase)
            yield now

    def connections(self, settings: Settings, provider: Provider | None) -> Fact:
        """``max_parallel`` of the transport that bears the provider's name, else the smallest one of all smtp transports."""
        transports = _smtp(settings)
        names = {provider.id, provider.id.replace("_", ""), provider.family} if provider else set()
        own = [block for block in transports if any(name in block.name for name in names)]
        capped = [block.options["max_parallel"] for block in own or transports if "max_parallel" in block.options]
        if capped and (own or len(capped) == len(transports)):
            option = max(capped, key=lambda each: figure(each.value) or 0)
            return Fact("max_parallel", option.value, option.line, figure(option.value))
        return Fact("max_parallel", "no limit")

    def messages_per_connection(self, settings: Settings, provider: Provider | None) -> Fact | None:  # noqa: ARG002 - one for all
        """``connection_max_messages``; 500 unless set, 0 is no limit."""
        given = [
            block.options["connection_max_messages"] for block in _smtp(settings) if "connection_max_messages" in block.options
        ]
        if not given or figure(given[0].value) is None:
            return Fact("connection_max_messages", "500", amount=500.0)
        return Fact("connection_max_messages", given[0].value, given[0].line, figure(given[0].value) or None)

    def extras(self, settings: Settings) -> Iterator[Finding]:
        """No retries at all, and parts that the interval of the queue runs makes pointless."""
        rule = self.rule(settings)
        found = parts(rule.value)
        if not found:
            yield Finding(
                "no_retry",
                Level.CRITICAL,
                rule.setting,
                rule.value or "empty",
                rule.line,
                "There are no retries: a temporary error is taken as permanent, and every deferral bounces at once.",
                self.advice["first_retry"],
                "Exim's specification, chapter 32: without retry rules temporary errors are treated as permanent.",
                self.source("no_retry"),
            )
            return
        interval = self.interval(settings)
        pause = min(part.pause for part in found)
        if interval > pause:
            why = "Retry times are hints: a message is tried by the next queue run after its time."
            does = f"Queue runs come each {short(interval)}, so a pause of {short(pause)} is not kept."
            if settings.queue_run is None:
                does += " Assumed: " + self.queue_run[1] + "."
            change = f"exim -bd -q{round(min(pause, 900) / 60) or 1}m"
            source = self.source("queue_run")
            yield Finding("queue_run", Level.NOTE, rule.setting, rule.value, rule.line, does, change, why, source)


def parts(text: str) -> tuple[Part, ...]:
    """The parts of a retry rule; what cannot be read is left out."""
    read: list[Part] = []
    for found in _PART.finditer(text):
        cutoff, pause = compact(found["cutoff"]), compact(found["pause"])
        if cutoff is not None and pause:
            read.append(Part(found["letter"].upper(), cutoff, pause, min(float(found["factor"] or 1), _STEEPEST)))
    return tuple(read)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; one that ends with a backslash goes on, comment lines are left out (chapter 6)."""
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        whole = line.strip()
        if not whole or whole.startswith("#"):
            continue
        while whole.endswith("\\"):
            _, more = next(lines, (0, ""))
            if not more.strip().startswith("#"):
                whole = whole[:-1].rstrip() + " " + more.strip()
        yield number, whole


def _filled(line: str, macros: dict[str, str]) -> str:
    """``line`` with its macros, once over: the longest names first, as one may begin like another."""
    for name in sorted((name for name in macros if name in line), key=len, reverse=True):
        line = re.sub(rf"(?<!\w){name}(?!\w)", lambda _: macros[name], line)[:_LINE_CAP]  # noqa: B023 - used at once
    return line


def _option(line: str, number: int) -> Option | None:
    if option := _OPTION.fullmatch(line):
        return Option(option["name"], option["value"].strip().strip('"'), number)
    if _FLAG.fullmatch(line):
        name = line.removeprefix("hide ").strip()
        bare = re.sub(r"^(?:no_|not_)", "", name)
        return Option(bare, "true" if bare == name else "false", number)
    return None


def _retry_interval_max(settings: Settings) -> float:
    option = settings.given("retry_interval_max")
    seconds = compact(option.value) if option else None
    return seconds if seconds and seconds <= RETRY_INTERVAL_MAX else RETRY_INTERVAL_MAX


def _smtp(settings: Settings) -> tuple[Block, ...]:
    return tuple(
        block for block in settings.of_kind("transport") if "driver" in block.options and block.options["driver"].value == "smtp"
    )


def _reuse(settings: Settings) -> Fact:
    for name in ("queue_only", "queue_smtp_domains"):
        option = settings.given(name)
        if option is not None and option.value and option.value not in _FALSE:
            return Fact(name, option.value, option.line, state="yes")
    return Fact("queue_smtp_domains", "unset", state="yes")


def _ipv6(settings: Settings) -> Fact:
    option = settings.given("disable_ipv6")
    if option is None:
        return Fact("disable_ipv6", "false", state="both")
    return Fact("disable_ipv6", option.value, option.line, state="ipv4" if option.value in _TRUE else "both")


def _tls(settings: Settings) -> Fact:
    for name, state in (("hosts_avoid_tls", "none"), ("hosts_require_tls", "must")):
        for block in _smtp(settings):
            option = block.options.get(name)
            if option is not None and "*" in option.value.split(":")[0].split():
                return Fact(name, option.value, option.line, state=state)
    return Fact("hosts_avoid_tls", "unset", state="may")
