"""Times as people type them: ``2026-11-20``, ``2026-11-20 14:00``, ``14:00``, ``yesterday``, ``2h`` ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import typer

_AGO = re.compile(r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m(?:in)?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")


def moment(text: str, now: datetime) -> datetime:
    """The time meant. Without a zone it is as a clock on the wall beside ``now`` shows it, which is how logs are written.

    Raises :class:`typer.BadParameter`.
    """
    words = text.strip().lower()
    wall = now.replace(tzinfo=None)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    known = {"now": wall, "today": midnight, "yesterday": midnight - timedelta(days=1)}
    if words in known:
        return known[words]
    ago = _AGO.fullmatch(words)
    try:
        if ago is not None and words:
            return wall - timedelta(**{unit: int(number) for unit, number in ago.groupdict(default="0").items()})
        if clock := _CLOCK.fullmatch(words):
            return midnight.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0))
        return datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        pass
    raise typer.BadParameter(f"{text!r} is no time; write 2026-11-20, '2026-11-20 14:00', 14:00, today, yesterday or 2h (ago)")
