"""Time stamps that are met more rarely than those of :mod:`smtp421.logs.line`, which are looked for first.

Other orders of day, month and year, months in other languages (journalctl and ``date`` in a locale of their own), clocks of 12
hours, Apache's and RFC 5322's dates, ISO 8601 without dashes, seconds and milliseconds since 1970. ``11/20/2026`` has the month
first, as programs write that use slashes; ``20.11.2026`` has the day first.

Month names: the abbreviated ones of the Unicode CLDR (https://cldr.unicode.org/), and of those that mean two months
the one that is written in more languages' logs (``lis`` is November in Czech and Polish, October in Croatian).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from smtp421.logs.lazy import Lazy

_NAMES = """
jan janv ene gen ian jaan led oca saus sij sty tammi ιαν січ янв яну january januar janvier enero gennaio
feb febr fev fév févr helmi vas veebr velj úno şub φεβ лют фев февр february februar février febrero febbraio
mar mars marts mart mrt mär märz márc märts bře kov maalis març ožu μάρ бер мар март march marzo
apr abr avr avril huhti kwi nis tra ápr απρ апр квіт april abril aprile
may mai maj mei maio mag mayo maggio kvě máj svi touko μάι май мая трав
jun juin june juni giu haz kesä čvn cze ιουν июн июнь черв juuni jún junio giugno
jul juil july juli lip lug heinä tem čvc ιουλ июл июль лип juuli júl juillet julio luglio
aug août ago ağu elo kol sie srp αυγ авг серп august agosto
sep sept set eyl ruj syys szept wrz zář σεπ сен сент вер september septiembre settembre septembre
oct okt ott out eki loka paź říj οκτ окт жовт october oktober octobre octubre ottobre
nov kas lis marras νοέ ноя нояб ное november novembre noviembre
dec dez dic déc ara joulu gru pro δεκ дек груд december dezember décembre diciembre dicembre
"""
MONTHS = {name: number for number, names in enumerate(_NAMES.strip().split("\n"), start=1) for name in names.split()}
"""Names in small letters, without the full stop of an abbreviation."""

_NAME = r"(?P<name>[^\W\d_]{2,10})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>[ 0]?\d|[12]\d|3[01])"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:[.,](?P<fraction>\d{1,9}))?"
_DIGITS = r"(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
_TAIL = r"(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?(?:\s?(?P<zone>Z|[+-]\d\d(?::?\d\d)?|[A-Z]{3,4})(?![\w:]))?"
_BEFORE = r"(?<![\w.])"
_FORMS = (
    rf"{_BEFORE}{_YEAR}-{_MONTH}-{_DAY}T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<fraction>){_TAIL}",
    rf"{_BEFORE}{_NAME} {{1,2}}{_DAY},? {_YEAR},?(?: at| @)? {_CLOCK}{_TAIL}",  # Nov 20, 2026 @ 22:29:58.941
    rf"{_BEFORE}{_NAME} {{1,2}}{_DAY}(?: at| @)? {_CLOCK}{_TAIL}(?: {_YEAR}(?![\w:.]))?",  # nov. 20 22:29:58 UTC 2026
    rf"{_BEFORE}{_DAY}\.?[ /-](?:de )?{_NAME}[ /-](?:de )?{_YEAR},?[ :]{_CLOCK}{_TAIL}",  # 20/Nov/2026:22:29:58 +0000
    rf"{_BEFORE}{_DAY}\.? {_NAME} {_CLOCK}{_TAIL}",  # 20 Nov 22:29:58
    rf"{_BEFORE}{_YEAR}[/._-]{_MONTH}[/._-]{_DAY}[ T_-]{_CLOCK}{_TAIL}",  # 2026/11/20 22:29:58
    rf"{_BEFORE}{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])[T_ -]?{_DIGITS}{_TAIL}",  # 20261120T222958Z
    rf"{_BEFORE}{_MONTH}/{_DAY}/{_YEAR},? {_CLOCK}{_TAIL}",  # 11/20/2026 10:29:58 PM
    rf"{_BEFORE}{_MONTH}/{_DAY}/(?P<year>\d\d) {_CLOCK}{_TAIL}",  # 11/20/26 22:29:58
    rf"{_BEFORE}{_DAY}\.{_MONTH}\.{_YEAR},? {_CLOCK}{_TAIL}",  # 20.11.2026 22:29:58
    rf"{_BEFORE}(?P<month>1[0-2]|[1-9])月 ?{_DAY}日? {_CLOCK}{_TAIL}",  # 11月 20 22:29:58
)
_PATTERNS = tuple(Lazy(form) for form in _FORMS)
_SINCE_1970 = Lazy(r"(?:^|[\s\[\"])(?P<seconds>1[0-9]{9})(?P<fraction>\.?\d{3}|\.\d{1,9}|\d{6}|\d{9})?(?=[\s\]),\"]|$)")
_HINT = Lazy(r"\d:\d\d|\dT\d{4}|\b(?:1\d{9}|20\d{12})")


class Stamp(NamedTuple):
    """A stamp in parts."""

    year: int | None
    """None where it names none."""
    month: int
    day: int
    hour: int
    minute: int
    second: int
    fraction: str | None
    zone: str | None


def rare_stamp(text: str) -> Stamp | None:
    """The first stamp of a rare form in ``text``; None where there is none."""
    if _HINT.search(text) is None:
        return None
    return next((stamp for form in _PATTERNS for found in form.finditer(text) if (stamp := _parts(found)) is not None), None)


def seconds_since_1970(text: str) -> float | None:
    """Seconds since 1970, given in seconds, milli-, micro- or nanoseconds at the beginning of a word; None where nothing is."""
    found = _SINCE_1970.search(text)
    if found is None:
        return None
    return float(f"{found['seconds']}.{(found['fraction'] or '0').lstrip('.')}")


def late(half: str | None, hour: int) -> int:
    """The hour of a 12-hour clock on one of 24 hours; ``half`` is the first letter of AM or PM, or nothing."""
    return hour if not half or hour > 12 else hour % 12 + (12 if half in "Pp" else 0)


def _parts(found: re.Match[str]) -> Stamp | None:
    parts = found.groupdict()
    month = MONTHS.get(parts["name"].lower()) if "name" in parts else int(parts["month"])
    if month is None:
        return None
    year = parts.get("year") and int(parts["year"])
    if year and year < 100:
        year += 2000
    return Stamp(
        year or None, month, int(parts["day"]), late(parts["half"], int(parts["hour"])), int(parts["minute"]),
        int(parts["second"] or 0), parts["fraction"], parts["zone"],
    )  # fmt: skip
