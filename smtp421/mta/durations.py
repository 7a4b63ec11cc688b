"""Durations as the servers' files write them, in seconds."""

from __future__ import annotations

import re

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+)([smhdw])", re.IGNORECASE)
_WORDS = re.compile(r"(\d+(?:\.\d+)?)\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)", re.IGNORECASE)
_RATE = re.compile(r"(?:local:)?([\d,_]+)\s*/\s*(\d*)\s*([a-z]+)", re.IGNORECASE)
LONGEST = 100 * 365 * 86400
"""Longer times are a slip of the pen."""


def compact(text: str, unit: str = "s") -> float | None:
    """``300s``, ``5d``, ``2h30m``, ``1w2d``, or a plain number of ``unit``; None where it is no duration."""
    text = text.strip()
    if (number := figure(text)) is not None:
        return _sane(number * UNITS[unit])
    parts = _PART.findall(text)
    if not parts or "".join(f"{number}{name}" for number, name in parts) != text:
        return None
    return _sane(float(sum(float(number[:18]) * UNITS[name.lower()] for number, name in parts)))


def worded(text: str) -> float | None:
    """``20 minutes``, ``1 hour 30 mins``, or a plain number of seconds; None where it is no duration."""
    text = text.strip()
    if (plain := figure(text)) is not None:
        return _sane(plain)
    parts = _WORDS.findall(text)
    if not parts or _WORDS.sub("", text).strip(" ,"):
        return None
    return _sane(sum(float(number) * UNITS[name[0].lower()] for number, name in parts))


def figure(text: str) -> float | None:
    """A whole number, cut at 18 digits; None where the text is none."""
    text = text.strip()
    return float(text[:18]) if text.isascii() and text.isdecimal() else None


def per_minute(text: str) -> float | None:
    """Events a minute of ``100/min``, ``1,000/h``, ``10/5m``; None where there is no limit or no rate."""
    found = _RATE.fullmatch(text.strip())
    if found is None or found[3][0].lower() not in UNITS:
        return None
    period = (figure(found[2] or "1") or 0) * UNITS[found[3][0].lower()]
    number = figure(found[1].replace(",", "").replace("_", ""))
    return number * 60 / period if period and number else None


def _sane(seconds: float) -> float | None:
    return seconds if seconds <= LONGEST else None


def short(seconds: float) -> str:
    """``45 s``, ``5 min``, ``1 h 6 min``, ``4 d 12 h``: the two largest units, rounded to the smaller one."""
    left = round(seconds)
    if left < 120 and left != 60:
        return f"{left} s"
    names = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    first = next(number for number, (_, size) in enumerate(names) if left >= size)
    name, size = names[first]
    below, smaller = names[first + 1] if first + 1 < len(names) else ("", 1)
    left = round(left / smaller) * smaller
    whole, rest = divmod(left, size)
    return f"{whole} {name}" + (f" {rest // smaller} {below}" if rest else "")
