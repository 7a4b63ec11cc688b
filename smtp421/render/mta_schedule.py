"""The page of ``smtp421 mta schedule``: when a message is tried, as a table and drawn in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log

from smtp421.mta.answers import backoff, span
from smtp421.mta.durations import short
from smtp421.mta.model import Settings
from smtp421.mta.schedule import Attempt, Schedule
from smtp421.render.blocks import Block, Code, Fields, Headline, Paragraph, Span, Table, words
from smtp421.render.interface import View
from smtp421.render.page import Page

SHOWN = 12
"""Attempts in the table; the last one is always there."""
VERDICTS = {
    "sound": ("OK", "info", "as receivers expect"),
    "too_eager": ("TOO EAGER", "warning", "receivers take it for abuse"),
    "too_slow": ("TOO SLOW", "warning", "greylisted and briefly deferred mail waits without need"),
}
GUIDES = ((300.0, 900.0), (1200.0, 2700.0), (4800.0, 6300.0))
"""Ages of the first retries as guides advise them: after 5 to 15 minutes, 15 to 30 minutes later, an hour later."""
RFC_5321 = ((1800.0, 3600.0), (4 * 86400.0, 5 * 86400.0))
"""RFC 5321, 4.5.4.1: a retry after 30 minutes at least, two tries in the first hour; given up after 4 to 5 days."""
_TICKS = (60, 300, 900, 3600, 4 * 3600, 86400, 3 * 86400, 7 * 86400)
_FROM, _LABEL = 30.0, 13
_TRY, _BAR, _AXIS = "\u2502", "=", "\u2500"


def schedule_page(
    settings: Settings,
    title: str,
    planned: Schedule,
    thresholds: Mapping[str, float],
    view: View,
    *,
    age: float = 0.0,
    assumed: str = "",
) -> Page:
    """``age`` leaves out the attempts before it; ``assumed`` tells what was assumed of queue runs."""
    verdict = backoff(planned, thresholds)
    attempts = [attempt for attempt in planned.attempts if attempt.usual >= age]
    data = {
        "mta": settings.mta,
        "name": settings.name,
        "backoff": verdict,
        "age": age,
        "queue_run": planned.queue_run,
        "assumed": assumed or None,
        "attempts": [{**attempt._asdict(), "pause": _pause(planned, attempt)} for attempt in attempts],
        "given_up_after": planned.attempts[-1].usual if not planned.cut else None,
    }
    return Page("mta_schedule", data, tuple(_blocks(settings, title, planned, attempts, thresholds, view, age, assumed)))


def _blocks(
    settings: Settings,
    title: str,
    planned: Schedule,
    attempts: Sequence[Attempt],
    thresholds: Mapping[str, float],
    view: View,
    age: float,
    assumed: str,
) -> Iterator[Block]:
    label, style, note = VERDICTS.get(backoff(planned, thresholds) or "sound", VERDICTS["sound"])
    yield Headline(label, style, words(f"{title}, ", Span(settings.name, "code"), f": {_summary(planned)}"), note)  # type: ignore[arg-type]
    number = f"{len(planned.attempts):,}{' and more' if planned.cut else ''}"
    rows = [("Tries", words(f"{number}, the last one at {short(planned.attempts[-1].usual)}"))]
    if planned.queue_run:
        rows.append(("Queue run", words(f"each {short(planned.queue_run)}{f' (assumed: {assumed})' if assumed else ''}")))
    if age:
        rows.append(("Age", words(f"{short(age)}: {_next(attempts, age)}")))
    yield Fields(tuple(rows))
    if attempts:
        yield _table(planned, attempts, thresholds)
        yield Code(tuple(_drawing(planned, thresholds, view)))
    yield Paragraph(words(Span(_explained(planned), "dim")))


def _summary(planned: Schedule) -> str:
    first = planned.first_retry
    if first is None:
        return "a deferred message is not tried again"
    return f"first retry after {span(first.earliest, first.latest)}, given up after {short(planned.attempts[-1].usual)}"


def _next(attempts: Sequence[Attempt], age: float) -> str:
    later = next((attempt for attempt in attempts if attempt.usual > age), None)
    return (
        "given up by then" if later is None else f"the next try is at about {short(later.usual)}, in {short(later.usual - age)}"
    )


def _explained(planned: Schedule) -> str:
    if planned.queue_run:
        return "A message comes somewhere between two queue runs: earliest and latest tell the span, usual is its middle."
    return "Ages since the message came, for one that is deferred each time."


def _pause(planned: Schedule, attempt: Attempt) -> float | None:
    return planned.pauses[attempt.number - 2] if attempt.number > 1 else None


def _table(planned: Schedule, attempts: Sequence[Attempt], thresholds: Mapping[str, float]) -> Table:
    shown = list(attempts[:SHOWN])
    if len(attempts) > SHOWN:
        shown.append(attempts[-1])
    window = thresholds.get("greylist_window", 0)
    soonest = thresholds.get("first_retry_least", 0)
    rows = []
    passed = False
    for attempt in shown:
        pause = _pause(planned, attempt)
        remark = ""
        if attempt.number == 1:
            remark = "the message comes"
        elif attempt.latest < soonest:
            remark = "too soon for greylisting"
        elif not passed and attempt.earliest <= window:
            remark, passed = "passes greylisting", True
        elif attempt.number == 2:
            remark = "greylisting forgot it"
        if attempt is attempts[-1] and not planned.cut:
            remark = "the last try"
        cells = (
            str(attempt.number),
            short(attempt.usual),
            span(attempt.earliest, attempt.latest),
            short(pause) if pause is not None else "",
        )
        rows.append((*(words(cell) for cell in cells), words(remark)))
    return Table(("try", "usual age", "earliest to latest", "pause", ""), tuple(rows), frozenset({0, 1, 3}))


def _drawing(planned: Schedule, thresholds: Mapping[str, float], view: View) -> Iterator[str]:
    """Time from left to right, its logarithm, so that minutes and days both have room."""
    width = max(view.width - 2 - _LABEL, 24)
    until = max(planned.attempts[-1].latest, _TICKS[-1])

    def column(age: float) -> int:
        return round(log(max(age, _FROM) / _FROM) / log(until / _FROM) * (width - 1))

    def line(name: str, spans: Sequence[tuple[float, float]], mark: str) -> str:
        cells = [" "] * width
        for start, end in spans:
            for place in range(column(start), column(end) + 1):
                cells[place] = mark
        return f"{name:<{_LABEL}}{''.join(cells)}".rstrip()

    tries = [(attempt.usual, attempt.usual) for attempt in planned.attempts]
    yield line("these tries", tries, _TRY)
    yield line("guides", GUIDES, _BAR)
    yield line("RFC 5321", RFC_5321, _BAR)
    least, window = thresholds.get("first_retry_least"), thresholds.get("greylist_window")
    if least is not None and window is not None:
        yield line("greylisting", [(least, window)], _BAR)
    yield " " * _LABEL + _AXIS * width
    ticks = [" "] * (width + 8)
    for tick in _TICKS:
        if tick <= until:
            text = short(tick).replace(" ", "")
            start = min(column(tick), width - len(text))
            ticks[start : start + len(text)] = text
    yield (" " * _LABEL + "".join(ticks)).rstrip()
