"""Parameters of Postfix: their defaults, and values with references to other parameters filled in (postconf(5))."""

from __future__ import annotations

import re
from collections.abc import Mapping

from smtp421.mta.durations import compact, figure
from smtp421.mta.model import Fact, Option, Settings

_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")
_DEEPEST = 10
"""Parameters that refer to parameters; deeper ones are a circle."""
DEFAULTS: Mapping[str, tuple[str, str]] = {
    "queue_run_delay": ("300s", "s"),
    "minimal_backoff_time": ("300s", "s"),
    "maximal_backoff_time": ("4000s", "s"),
    "maximal_queue_lifetime": ("5d", "d"),
    "bounce_queue_lifetime": ("5d", "d"),
    "delay_warning_time": ("0h", "h"),
    "default_destination_concurrency_limit": ("20", ""),
    "smtp_destination_concurrency_limit": ("$default_destination_concurrency_limit", ""),
    "default_destination_rate_delay": ("0s", "s"),
    "smtp_destination_rate_delay": ("$default_destination_rate_delay", "s"),
    "default_destination_concurrency_failed_cohort_limit": ("1", ""),
    "smtp_destination_concurrency_failed_cohort_limit": ("$default_destination_concurrency_failed_cohort_limit", ""),
    "default_destination_recipient_limit": ("50", ""),
    "smtp_destination_recipient_limit": ("$default_destination_recipient_limit", ""),
    "default_process_limit": ("100", ""),
    "inet_protocols": ("all", ""),
    "smtp_address_preference": ("any", ""),
    "smtp_tls_security_level": ("", ""),
    "smtp_use_tls": ("no", ""),
    "smtp_enforce_tls": ("no", ""),
    "smtp_connection_cache_on_demand": ("yes", ""),
    "smtp_connection_reuse_count_limit": ("0", ""),
    "smtp_tls_connection_reuse": ("no", ""),
}
"""The defaults of Postfix 3.7 (postconf(5)), and the unit of a time without one."""


def value_of(settings: Settings, name: str) -> str:
    """The value with references to other parameters filled in."""
    option = settings.given(name)
    value = option.value if option is not None else DEFAULTS.get(name, ("", ""))[0]
    for _ in range(_DEEPEST):
        reference = _REFERENCE.search(value)
        if reference is None:
            break
        other = next(part for part in reference.groups() if part)
        given = settings.given(other)
        inner = given.value if given is not None else DEFAULTS.get(other, ("", ""))[0]
        value = value[: reference.start()] + inner + value[reference.end() :]
    return value


def _root(settings: Settings, name: str) -> tuple[str, Option | None]:
    """The parameter that gives the value, where one only refers to another, and where that is given."""
    for _ in range(_DEEPEST):
        option = settings.given(name)
        value = option.value if option is not None else DEFAULTS.get(name, ("", ""))[0]
        reference = _REFERENCE.fullmatch(value)
        if reference is None:
            return name, option
        name = next(part for part in reference.groups() if part)
    return name, None


def fact_of(settings: Settings, name: str, *, state: str = "") -> Fact:
    """A parameter and where it is given, or its default; ``state`` is what it comes to, in words."""
    root, option = _root(settings, name)
    return Fact(root, value_of(settings, root), option.line if option else None, None, state)


def seconds_of(settings: Settings, name: str) -> float:
    """A time in seconds; the default where it cannot be read. A transport of one's own has the defaults of ``default_...``."""
    own = name.partition("_")[2]
    default, unit = DEFAULTS.get(name) or DEFAULTS[f"default_{own}"]
    seconds = compact(value_of(settings, name), unit)
    return seconds if seconds is not None else compact(default, unit) or 0.0


def time_of(settings: Settings, name: str) -> Fact:
    """A parameter that is a time, in seconds."""
    return fact_of(settings, name)._replace(amount=seconds_of(settings, name))


def number_of(settings: Settings, name: str) -> Fact:
    """A figure; None for 0, which means no limit."""
    if name not in settings.options and name.endswith("_destination_concurrency_limit"):
        name = "smtp_destination_concurrency_limit" if name.startswith("smtp_") else "default_destination_concurrency_limit"
    fact = fact_of(settings, name)
    return fact._replace(amount=figure(fact.value) or None)
