"""A line of a log: the time stamp and what logging puts around a message, in every layout that syslog and containers use.

Layouts: BSD syslog (RFC 3164: no year, no zone), ISO (rsyslog, journalctl short-iso), RFC 5424, journalctl short-full and
short-unix, multilog tai64n, and prefixes of container runtimes ("postfix-1  | ...").
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}

_BSD = re.compile(r"(?:^|[\s>])([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?=\s|$)")
_ISO = re.compile(r"(?<![\d.])(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\s?(Z|UTC|[+-]\d\d:?\d\d))?(?![\d:])")
_UNIX = re.compile(r"^(\d{10})\.(\d{6}) ")
_TAI64N = re.compile(r"^@4000000([0-9a-f]{9})([0-9a-f]{8}) ")

_START = re.compile(
    r"""^(?:<\d{1,3}>\d?\s?)?(?:[\w.-]+\s+\|\s+)?(?:
        [A-Z][a-z]{2}\ {1,2}\d{1,2}\ \d\d:\d\d:\d\d | \d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\ \d{4}-\d\d-\d\d\ | @4000000[0-9a-f]{17}\ 
        | \d{10}\.\d{6}\  | \[?\d{1,2}[-/][A-Z][a-z]{2}[-/]\d{4} | (?:[\w.-]+/)+\w+\[\d+\]: | [0-9A-F]{6,15}:\ (?:to=|host\ |from=|lost\ |conn) )""",
    re.VERBOSE,
)


class Line(NamedTuple):
    """One logical line of an input."""

    number: int | None
    """Counted from 1; None where the text is no file."""
    text: str
    now: datetime
    """The clock, for stamps without a year."""

    @property
    def timestamp(self) -> datetime | None:
        """The time of the stamp before the message; where the stamp names no zone, UTC."""
        return read_stamp(self.text[:120], self.now)


def read_stamp(text: str, now: datetime) -> datetime | None:
    """The first time stamp in ``text`` as an aware datetime, or None.

    A stamp without a year is put into the latest year that does not lie more than a day ahead of ``now``.
    """
    iso = _ISO.search(text)
    if iso:
        year, month, day, hour, minute, second = (int(part) for part in iso.groups()[:6])
        return _aware(year, month, day, hour, minute, second, iso[7], _zone(iso[8]))
    bsd = _BSD.search(text)
    if bsd and bsd[1].lower() in _MONTHS:
        month, day, hour, minute, second = (_MONTHS[bsd[1].lower()], *(int(part) for part in bsd.groups()[1:5]))
        for year in range(now.year + 1, now.year - 5, -1):
            stamp = _aware(year, month, day, hour, minute, second, bsd[6], UTC)
            if stamp is not None and stamp <= now + timedelta(days=1):
                return stamp
        return None
    unix = _UNIX.match(text)
    if unix:
        return datetime.fromtimestamp(int(unix[1]), UTC).replace(microsecond=int(unix[2]))
    tai = _TAI64N.match(text)
    if tai:
        # TAI64 labels count from 2^62 and run 10 s ahead of the Unix clock at its origin (https://cr.yp.to/libtai/tai64.html).
        return datetime.fromtimestamp(int(tai[1], 16) - 10, UTC).replace(microsecond=int(tai[2], 16) // 1000)
    return None


def _aware(year: int, month: int, day: int, hour: int, minute: int, second: int, fraction: str | None, zone: timezone) -> datetime | None:
    """A datetime, or None where the numbers are no date; a leap second becomes the second before it."""
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), micro, zone)
    except ValueError:
        return None


def _zone(name: str | None) -> timezone:
    """The zone of an ISO stamp; UTC where it names none."""
    if not name or name in ("Z", "UTC"):
        return UTC
    sign = -1 if name[0] == "-" else 1
    digits = name[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def logical_lines(text: str, now: datetime) -> list[Line]:
    """Split pasted text into log lines: a line that does not begin like one continues the line before."""
    lines: list[Line] = []
    for number, physical in enumerate(text.split("\n"), start=1):
        if lines and physical.strip() and not _START.match(physical.lstrip()) and _START.match(lines[-1].text.lstrip()):
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text}\n{physical}")
        elif physical.strip():
            lines.append(Line(number, physical, now))
    return lines
