"""A line for an incident that begins, and one for its end."""

from __future__ import annotations

from datetime import datetime

from smtp421.diagnosis.history.incidents import Incident
from smtp421.model import Origin
from smtp421.render import phrases
from smtp421.render.blocks import Span, Words, prose, words
from smtp421.render.interface import View
from smtp421.render.panel import SEVERITY_STYLE
from smtp421.render.report_words import NOBODY, OWN_SIDE
from smtp421.render.text import Format
from smtp421.rulebook import RuleBook


def begins(incident: Incident, at: datetime | None, book: RuleBook, view: View) -> str:
    """``22:29:59 NEW  critical aol: reputation. Title. First: what to do first.``"""
    found = incident.first
    first = words(Span(" First: ", "strong")) + prose(found.fixes[0].action) if found.fixes else ()
    severity = words(Span(f"{found.severity:<8}", SEVERITY_STYLE[found.severity]))
    told = words(f" {_name(incident, book)}. {found.title}.")
    return _line((*_clock(at), Span("NEW  ", "strong"), *severity, *told, *first), view)


def ends(incident: Incident, at: datetime | None, book: RuleBook, view: View) -> str:
    """``23:10:00 OVER          aol: reputation. 12 deferrals in 40 minutes.``"""
    lasted = f" in {phrases.duration(incident.lasted)}" if incident.lasted else ""
    told = f"{'':<8} {_name(incident, book)}. {phrases.count(incident.attempts, 'deferral')}{lasted}."
    return _line((*_clock(at), Span("OVER ", "strong"), Span(told)), view)


def _clock(at: datetime | None) -> Words:
    return words(Span(f"{at:%H:%M:%S} ", "dim")) if at is not None else ()


def _name(incident: Incident, book: RuleBook) -> str:
    found = incident.first
    provider = book.providers.get(found.provider) if found.provider else None
    domain = (found.attempt.recipient or "").rpartition("@")[2]
    who = provider.id if provider is not None and provider.kind != "software" else domain or NOBODY
    if found.origin is not Origin.REMOTE:
        who = OWN_SIDE if found.origin is Origin.LOCAL else "inbound"
    return f"{who}: {phrases.plain(found.cause)}"


def _line(content: Words, view: View) -> str:
    return Format(view).line(content)
