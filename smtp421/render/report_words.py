"""What a report calls things: who defers, when, how many, and what the history shows."""

from __future__ import annotations

from datetime import datetime, timedelta

from smtp421.diagnosis.history.counts import Count
from smtp421.diagnosis.history.judgement import Judged
from smtp421.diagnosis.history.rows import Row
from smtp421.diagnosis.history.signs import Sign
from smtp421.diagnosis.history.values import Example, History
from smtp421.model import Severity
from smtp421.render import phrases
from smtp421.rulebook import RuleBook

OWN_SIDE = "this server"
NOBODY = "?"
LONGEST = 26
"""Characters of a name in a table."""
NAMED = 2
"""Domains that are named where there are more."""
_ON_THE_WAY = frozenset({"network", "dns", "timeout", "tls"})
"""What our own side meets on the way to somebody: then it matters to whom."""


def who(judged: Judged, book: RuleBook) -> str:
    """Who defers: a provider, a domain, our own server."""
    group = judged.group
    provider = book.providers.get(group.key.provider) if group.key.provider else None
    if provider is not None and provider.kind != "software":
        return provider.id
    if group.key.own and judged.cause not in _ON_THE_WAY:
        return OWN_SIDE
    if group.domain_count > 1:
        return f"{group.domain_count:,} domains"
    return group.domains[0][0] if group.domains else group.key.provider or NOBODY


def where(row: Row) -> str:
    """To which domains, where there are several."""
    group = row.worst.group
    if len(row.parts) > 1 or group.domain_count < 2:
        return ""
    named = ", ".join(name or NOBODY for name, _ in group.domains[:NAMED])
    rest = group.domain_count - min(NAMED, len(group.domains))
    return f"to {named}" + (f" and {rest:,} more" if rest else "")


def short(name: str) -> str:
    """A name that fits into a table: of a host the end, which tells whose it is, of an id the beginning."""
    if len(name) <= LONGEST:
        return name
    return f"\u2026{name[1 - LONGEST :]}" if "." in name else f"{name[: LONGEST - 1]}\u2026"


def number(count: Count) -> str:
    """``12``, ``about 12,300``."""
    if count.exact:
        return f"{count.number:,}"
    scale = 10 ** max(len(str(count.number)) - 3, 0)
    return f"~{round(count.number / scale) * scale:,}"


def percent(part: float | None) -> str:
    """A share; 100 % and 0 % only where it is all or nothing."""
    if part is None:
        return "-"
    shown = round(part * 100)
    return f"{min(max(shown, 1 if part else 0), 100 if part >= 1 else 99)} %"


def moment(at: datetime | None, history: History) -> str:
    """A time, as short as the log allows: the day only where there are several, seconds only where it is all within minutes."""
    if at is None:
        return ""
    first, last = history.first or at, history.last or at
    clock = "%H:%M:%S" if last - first < timedelta(minutes=10) else "%H:%M"
    if first.date() == last.date() == at.date():
        return f"{at:{clock}}"
    return f"{at:%b} {at.day} {at:{clock}}" if first.year == last.year == at.year else f"{at:%Y-%m-%d} {at:{clock}}"


def full_moment(at: datetime) -> str:
    """A time with its day, zone and year."""
    zone = f" {at:%z}" if at.utcoffset() else ""
    return f"{at:%b} {at.day}, {at:%Y %H:%M:%S}{zone}"


def full_span(first: datetime, last: datetime) -> str:
    """From one time to another, with days, zone and year."""
    if first.date() != last.date():
        return f"{full_moment(first)} to {full_moment(last)}"
    return f"{full_moment(first)} to {last:%H:%M:%S}"


def span(first: datetime | None, last: datetime | None, history: History) -> str:
    """``22:29 to 22:31``; nothing where no line told a time."""
    if first is None or last is None:
        return ""
    start, end = moment(first, history), moment(last, history)
    if start == end:
        return start
    one_day = first.date() == last.date() and " " in start and " " in end
    return f"{start} to {end.rpartition(' ')[2] if one_day else end}"


def sign_words(sign: Sign, judged: Judged) -> str:
    """What a sign says."""
    group, share = judged.group, judged.share
    match sign.id:
        case "lasting":
            return f"the oldest has waited for {phrases.duration(sign.figure)}"
        case "patience":
            return f"no reason given for {phrases.duration(sign.limit)}: ask the receiver's postmaster"
        case "refused":
            return f"{phrases.count(group.fates.bounced, 'message')} refused for good later"
        case "given_up":
            return f"{phrases.count(group.fates.expired, 'message')} given up by your server"
        case "everything" if sign.names:
            rest = f" and {len(sign.names) - NAMED:,} more" if len(sign.names) > NAMED else ""
            return f"nothing gets to {', '.join(sign.names[:NAMED])}{rest}"
        case "everything" | "high_share" if share is not None:
            since = "" if group.domain_count == 1 and not group.key.provider else " since it began"
            return f"{percent(share[0] / share[1])} of {share[1]:,} attempts{since}"
        case "sudden":
            return f"began at once, after {int(sign.figure):,} attempts without it"
    return "together a reason to look into it now"


def signs_words(judged: Judged) -> str:
    """All signs of a group."""
    return "; ".join(sign_words(sign, judged) for sign in judged.signs)


def place(example: Example) -> str:
    """Where a line stands: ``mail.log:12``."""
    line = "" if example.where.line is None else f"{example.where.line}"
    return ":".join(part for part in (example.where.source, line) if part) or NOBODY


def row_names(row: Row, book: RuleBook, by: str | None) -> tuple[str, str]:
    """A row's first columns: who defers and why; by cause, why and who."""
    if by == "cause":
        return phrases.plain(row.name), _first_of([who(part, book) for part in row.parts])
    return row.name or who(row.worst, book), _first_of([phrases.plain(part.cause) for part in row.parts])


def _first_of(names: list[str]) -> str:
    """The first name, and how many others there are."""
    others = len(set(names)) - 1
    return f"{names[0]} +{others}" if others else names[0]


def worst_of(rows: tuple[Row, ...]) -> Severity | None:
    """The highest severity of what is not over; None where nothing is deferred, or all of it came through."""
    return max((row.severity for row in rows if not row.cleared), key=lambda severity: severity.rank, default=None)
