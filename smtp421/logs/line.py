"""A line of a log, and the time stamps of all layouts.

Stamps: BSD syslog (RFC 3164 section 4.1.2: neither year nor zone), ISO 8601 and RFC 3339 (rsyslog, RFC 5424, journalctl
short-iso), journalctl short-full and short-unix, multilog's tai64n. What logging puts around a message is taken off by
:mod:`smtp421.logs.layout`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import NamedTuple

from smtp421.logs.stamps import late, rare_stamp, seconds_since_1970

MONTHS = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)}

_BSD = re.compile(r"(?<![A-Za-z\d.])([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?=[\s:]|$)")
_ISO = re.compile(
    r"(?<![\d.])(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"(?:\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)(?![\d:])| ([A-Z]{3,4})(?= ))?(?![\d:])"
)
_HALF = re.compile(r" ([AaPp])[Mm]\b")
_UNIX = re.compile(r"^(\d{10})\.(\d{6}) ")
_TAI64N = re.compile(r"(?<![\w.@])@4000000([0-9a-f]{9})([0-9a-f]{8})(?=\s)")
_ZONES = {
    "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Zones by their short names, as journalctl writes them; those that mean several zones (CST, IST, BST) are left out."""

_BEHIND = re.compile(
    r":?(?: (?P<half>[AP])M\b)?(?: (?P<year>(?:19|20)\d\d)(?![\w:.]))?"
    rf"(?: (?P<zone>[+-]\d\d:?\d\d|UTC|GMT|{'|'.join(_ZONES)})(?= ))?"
    r"(?: (?P<last>20\d\d)(?![\w:.]))?"
)
"""What loggers put behind a BSD stamp: the half of the day, the year, the zone."""
_START = re.compile(
    r"""^(?:<\d{1,3}>\d?\s?)?(?:[\w.-]+\s+\|\s+)?(?:
        [A-Z][a-z]{2}[ ]{1,2}\d{1,2}[ ]\d\d:\d\d:\d\d | \d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d
        | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ]\d{4}-\d\d-\d\d[ ] | @4000000[0-9a-f]{17}[ ] | \d{10}\.\d{6}[ ]
        | \[?\d{1,2}[-/][A-Z][a-z]{2}[-/]\d{4} | (?:[\w.-]+/)+\w+\[\d+\]:
        | [0-9A-F]{6,15}:[ ](?:to=|host[ ]|from=|lost[ ]|conn) )""",
    re.VERBOSE,
)


class Line(NamedTuple):
    """One logical line of an input."""

    number: int | None
    """Counted from 1; None where the text is no file."""
    text: str
    now: datetime
    """The clock, for stamps without a year."""
    stamp: datetime | None = None
    """The time, where it does not stand in the text."""

    @property
    def timestamp(self) -> datetime | None:
        """The time of the line, else of the stamp before the message; where the stamp names no zone, UTC."""
        return self.stamp or read_stamp(self.text[:120], self.now)


def read_stamp(text: str, now: datetime) -> datetime | None:
    """The first time stamp in ``text`` as an aware datetime, or None.

    A stamp without a year is put into the latest year that does not lie more than a day ahead of ``now``.
    """
    iso, bsd = _ISO.search(text), _BSD.search(text)
    # Of two stamps the first counts; but a program's own, which begins the message, knows more than syslog's before it.
    if iso and (bsd is None or iso.start() < bsd.start() or text[: iso.start()].endswith(": ")):
        year, month, day, hour, minute, second = (int(part) for part in iso.groups()[:6])
        if half := _HALF.match(text, iso.end()):
            hour = late(half[1], hour)
        return _aware(year, month, day, hour, minute, second, iso[7], _zone(iso[8] or iso[9]))
    if bsd and bsd[1] in MONTHS:
        month, day, hour, minute, second = (MONTHS[bsd[1]], *(int(part) for part in bsd.groups()[1:5]))
        if (behind := _BEHIND.match(text, bsd.end())) is None or behind.end() == bsd.end():
            return _latest(now, month, day, hour, minute, second, bsd[6], UTC)
        named = behind["year"] or behind["last"]
        zone = behind["zone"] or ""
        parts = (month, day, late(behind["half"], hour), minute, second, bsd[6], _zone(zone))
        return _aware(int(named), *parts) if named else _latest(now, *parts)
    unix = _UNIX.match(text)
    if unix:
        return datetime.fromtimestamp(int(unix[1]), UTC).replace(microsecond=int(unix[2]))
    tai = _TAI64N.search(text)
    if tai:
        # TAI64 labels count from 2^62 and run 10 s ahead of the Unix clock at its origin (https://cr.yp.to/libtai/tai64.html).
        return datetime.fromtimestamp(int(tai[1], 16) - 10, UTC).replace(microsecond=min(int(tai[2], 16) // 1000, 999_999))
    return _rare(text, now)


def _rare(text: str, now: datetime) -> datetime | None:
    if rare := rare_stamp(text):
        parts = (*rare[1:7], _zone(rare.zone))
        return _aware(rare.year, *parts) if rare.year else _latest(now, *parts)
    seconds = seconds_since_1970(text)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _latest(
    now: datetime, month: int, day: int, hour: int, minute: int, second: int, fraction: str | None, zone: timezone
) -> datetime | None:
    """A stamp without a year, in the latest year that does not lie more than a day ahead of ``now``."""
    for year in range(now.year + 1, now.year - 5, -1):
        stamp = _aware(year, month, day, hour, minute, second, fraction, zone)
        if stamp is not None and stamp <= now + timedelta(days=1):
            return stamp
    return None


def _aware(
    year: int, month: int, day: int, hour: int, minute: int, second: int, fraction: str | None, zone: timezone
) -> datetime | None:
    """A datetime, or None where the numbers are no date; a leap second becomes the second before it."""
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), micro, zone)
    except ValueError:
        return None


def _zone(name: str | None) -> timezone:
    """The zone of an ISO stamp; UTC where it names none."""
    if not name or name[0] not in "+-":
        return timezone(timedelta(hours=_ZONES[name])) if name in _ZONES else UTC
    sign = -1 if name[0] == "-" else 1
    digits = name[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(sign * offset) if offset < timedelta(days=1) else UTC


class Clock:
    """The year of stamps that name none, line by line: a stamp more than half a year before the last one is of the next year.

    The last line is as young as ``now`` allows. How many years lie before it, a sample of the input tells: lines from all over
    it, in order. Without one (a pipe), the first line is taken for as young as can be.
    """

    _HALF, _MOST = 186, 310
    """Days, in months of 31. A stamp further ahead than the second is a late line, or an older file's, of the year before."""
    _OLDEST = 50
    _TICK = timedelta(hours=1)

    def __init__(self, now: datetime, sample: Callable[[], Iterable[str]] = tuple) -> None:
        self.now = now
        """The clock for the line at hand: :func:`read_stamp` finds the right year with it."""
        self.month = ""
        """The month of the last stamp, as it is written, with the blank behind it. In another one, ``turn`` is to be called."""
        self._end = now
        self._sample = sample
        self._year: int | None = None
        self._day = 0

    def at(self, now: datetime) -> None:
        """Let time go on, for a stream that lasts."""
        if now - self._end > self._TICK:
            self._end = self.now = now
            self.month = ""

    def turn(self, text: str) -> None:
        """Take a line that begins with a stamp without a year."""
        day = _day_of(text)
        if day is None:
            return
        limit = (self._end + timedelta(days=1)).astimezone(UTC)
        if self._year is None:
            days = [found for line in self._sample() if (found := _day_of(line)) is not None] or [day]
            years = sum(self._step(before, after) for before, after in pairwise(days))
            self._year, self._day = limit.year - (days[-1] > _day(limit.month, limit.day)) - years, days[0]
        year = self._year + self._step(self._day, day)
        year -= (year, day) > (limit.year, _day(limit.month, limit.day))
        self._year, self._day, self.month = max(min(year, limit.year), limit.year - self._OLDEST), day, text[:4]
        self.now = min(self._end, datetime(self._year, (day - 1) // 31 + 1, 1, tzinfo=UTC) + timedelta(days=31))

    def _step(self, before: int, after: int) -> int:
        """The years between the stamps of two lines that follow one another, by their days."""
        return (after - before < -self._HALF) - (after - before > self._MOST)


def _day_of(text: str) -> int | None:
    """The day of the stamp without a year that a line begins with."""
    found = _BSD.search(text[:80])
    return _day(MONTHS[found[1]], int(found[2])) if found and found[1] in MONTHS and 1 <= int(found[2]) <= 31 else None


def _day(month: int, day: int) -> int:
    """A day of the year, counted in months of 31 days."""
    return (month - 1) * 31 + day


_BLANKS = " " * 16
_LONG_RUN = re.compile(r"[ \t]{65,}")


def squeeze(text: str) -> str:
    """Shorten very long runs of blanks: nobody logs them on purpose, and patterns that look for words would crawl over them."""
    return _LONG_RUN.sub(" " * 64, text) if len(text) > 64 and (_BLANKS in text or "\t" in text) else text


def as_written(text: str) -> bool:
    """Whether nothing stands behind the stamp of a line that changes it, and nothing in the line that has to be taken off.

    For who reads lines in bulk: those go through :mod:`smtp421.logs.layout`.
    """
    if "&lt;" in text or _SOLARIS.search(text):
        return False
    bsd = _BSD.match(text)
    return bsd is None or _BEHIND.match(text, bsd.end()).end() == bsd.end()  # type: ignore[union-attr]


_SOLARIS = re.compile(r"\]: \[ID \d+ \w+\.\w+\] ")
"""What Solaris puts before a message."""
_FILE = re.compile(r"\s*==> \S.{0,250} <==\s*$")
"""What ``tail`` puts before the lines of a file, where it shows several."""


def logical_lines(text: str, now: datetime) -> list[Line]:
    """Split pasted text into log lines: a line that does not begin like one continues the line before."""
    groups: list[tuple[int, list[str]]] = []
    for number, physical in enumerate(text.split("\n"), start=1):
        if _FILE.match(physical):
            continue
        if groups and physical.strip() and not _START.match(physical.lstrip()) and _goes_on(groups[-1][1]):
            groups[-1][1].append(physical)
        elif physical.strip():
            groups.append((number, [physical]))
    return [Line(number, _joined(parts), now) for number, parts in groups]


def _joined(parts: list[str]) -> str:
    """One line of several: folded at blanks as a rule, but cut at a terminal's edge where all are of one width."""
    first, *more = parts
    if len(parts) > 2 and len({len(part) for part in parts[:-1]}) == 1:
        return "".join(parts)
    for part in more:
        first = f"{first.rstrip()}{'' if first.endswith('<') else ' '}{part.strip()}"
    return first


def _goes_on(parts: list[str]) -> bool:
    """Whether a line may go on in the next: it begins like a log line, or a reason in parentheses is still open."""
    if _START.match(parts[0].lstrip()):
        return True
    text = " ".join(parts)
    return " said: " in text and text.count("(") > text.count(")")
