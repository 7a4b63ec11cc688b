"""The page of ``smtp421 mta check``: what is to be changed first, then what is worth knowing, then what is as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from smtp421.mta.model import Finding, Level, Settings
from smtp421.render import phrases
from smtp421.render.blocks import Block, Footer, Heading, Headline, Item, Items, Paragraph, Span, Style, Words, words
from smtp421.render.page import Page

STYLES: dict[Level, Style] = {Level.OK: "info", Level.NOTE: "strong", Level.WARNING: "warning", Level.CRITICAL: "critical"}
NOTES = {
    Level.OK: "as receivers expect",
    Level.NOTE: "works, and could be better",
    Level.WARNING: "change it",
    Level.CRITICAL: "mail is lost by it",
}
_VALUE_SHOWN = 60


def check_page(settings: Settings, title: str, findings: Sequence[Finding], *, verbose: bool = False) -> Page:
    """``title`` is the server's name. Without ``verbose`` what is as it should be is only named."""
    data = {
        "mta": settings.mta,
        "name": settings.name,
        "level": _worst(findings),
        "findings": [{**finding._asdict(), "given": finding.line is not None} for finding in findings],
        "remarks": settings.remarks,
    }
    return Page("mta_check", data, tuple(_blocks(settings, title, findings, verbose)))


def _worst(findings: Sequence[Finding]) -> Level:
    return max((finding.level for finding in findings), key=lambda level: level.rank, default=Level.OK)


def _blocks(settings: Settings, title: str, findings: Sequence[Finding], verbose: bool) -> Iterator[Block]:
    worst = _worst(findings)
    counted = Counter(finding.level for finding in findings)
    told = ", ".join(
        phrases.count(counted[level], level) for level in reversed(Level) if counted[level] and level is not Level.OK
    )
    headline = words(f"{title}, ", Span(settings.name, "code"), f": {told or 'nothing to change'}")
    yield Headline(worst.upper(), STYLES[worst], headline, NOTES[worst])
    wanted = sorted((finding for finding in findings if finding.level is not Level.OK), key=lambda finding: -finding.level.rank)
    if wanted:
        yield Items(tuple(_item(finding) for finding in wanted), ordered=True)
    fine = [finding for finding in findings if finding.level is Level.OK]
    if fine and verbose:
        yield Heading("As it should be")
        yield Items(tuple(_item(finding) for finding in fine))
    elif fine:
        names = ", ".join(dict.fromkeys(phrases.plain(finding.topic) for finding in fine))
        yield Paragraph(words("As it should be: ", names, ". ", Span("--verbose", "command"), " tells why."))
    for remark in settings.remarks:
        yield Paragraph(words(Span(remark, "dim")))
    yield Footer(
        words("When it retries: ", Span("smtp421 mta schedule", "command"), ". Limits: ", Span("smtp421 mta limits", "command"))
    )


def _item(finding: Finding) -> Item:
    place = f"line {finding.line}" if finding.line else "default" if finding.line is None else "given"
    value = finding.value if len(finding.value) <= _VALUE_SHOWN else finding.value[:_VALUE_SHOWN] + "..."
    setting = Span(f"{finding.setting} = {value}".rstrip(), "code")
    told: Words = words(
        Span(finding.level, STYLES[finding.level]),
        " ",
        setting,
        Span(f" ({place})", "dim"),
        f": {finding.does} {finding.why} ",
        Span(finding.source.url, "url"),
    )
    return Item(told, (("", finding.change),) if finding.change else ())
