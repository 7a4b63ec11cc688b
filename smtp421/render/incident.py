"""A line for an incident that begins, and one for its end."""

from __future__ import annotations

from datetime import datetime

from smtp421.diagnosis.history_incidents import Incident
from smtp421.model import Origin
from smtp421.render import phrases
from smtp421.render.blocks import Span, Words, prose, words
from smtp421.render.interface import View
from smtp421.render.panel import SEVERITY_STYLE
from smtp421.render.report_words import OWN_SIDE
from smtp421.render.text import Format


def begins(incident: Incident, at: datetime | None, view: View) -> str:
    """``22:29:59 NEW      critical aol: reputation. Title. First: what to do first.``"""
    found = incident.first
    first = words(Span(" First: ", "strong")) + prose(found.fixes[0].action) if found.fixes else ()
    severity = words(Span(f"{found.severity:<8}", SEVERITY_STYLE[found.severity]))
    return _line(
        _clock(at) + words(Span("NEW  ", "strong")) + severity + words(f" {_name(incident)}. {found.title}.") + first, view
    )


def ends(incident: Incident, at: datetime | None, view: View) -> str:
    """``23:10:00 OVER          aol: reputation. 12 attempts in 40 minutes.``"""
    lasted = f" in {phrases.duration(incident.lasted)}" if incident.lasted else ""
    told = f" {_name(incident)}. {phrases.count(incident.attempts, 'deferral')}{lasted}."
    return _line(_clock(at) + words(Span("OVER ", "strong"), f"{'':<8}", told), view)


def _clock(at: datetime | None) -> Words:
    return words(Span(f"{at:%H:%M:%S} ", "dim")) if at is not None else ()


def _name(incident: Incident) -> str:
    found = incident.first
    who = found.provider or (found.attempt.recipient or "").rpartition("@")[2] or "?"
    if found.origin is Origin.LOCAL:
        who = OWN_SIDE
    elif found.origin is Origin.INBOUND:
        who = "inbound"
    return f"{who}: {phrases.plain(found.cause)}"


def _line(content: Words, view: View) -> str:
    return Format(view).line(content)
