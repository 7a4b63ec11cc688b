"""The page of a sender check: what stands in a receiver's way first, then what is fine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smtp421.render.blocks import Block, Fields, Footer, Heading, Headline, Item, Items, Span, Style, words
from smtp421.render.page import Page
from smtp421.render.phrases import count
from smtp421.sender.report import Finding, Level, Report, Subject

_TITLES = {
    Level.CRITICAL: "Receivers put mail off or refuse it for this",
    Level.WARNING: "Some receivers mind",
    Level.UNKNOWN: "The DNS did not answer",
    Level.NOTE: "Worth knowing",
    Level.OK: "Fine",
}
_STYLES: dict[Level, Style] = {Level.CRITICAL: "critical", Level.WARNING: "warning", Level.OK: "info"}
_HEADLINES = {
    Level.CRITICAL: "put these right first",
    Level.WARNING: "no receiver has to refuse it",
    Level.UNKNOWN: "not all could be looked up",
    Level.NOTE: "nothing stands in the way",
    Level.OK: "nothing stands in the way",
}


def sender_page(report: Report, *, verbose: bool = False) -> Page:
    """All findings by weight; ``verbose`` shows the records behind them."""
    return Page("sender", report.to_dict(), tuple(_blocks(report, verbose=verbose)))


def _blocks(report: Report, *, verbose: bool) -> Iterator[Block]:
    level = report.level
    worst = [finding for finding in report.findings if finding.level is level]
    serious = level in (Level.CRITICAL, Level.WARNING)
    title = f"{count(len(worst), 'finding')} about this sender" if serious else "The sender's DNS"
    yield Headline(level.upper(), _STYLES.get(level, "strong"), words(title), _HEADLINES[level])
    yield Fields(tuple((name, words(Span(value, "code"))) for name, value in _subject(report.subject)))
    for each in reversed(Level):
        found = [finding for finding in report.findings if finding.level is each]
        if found:
            yield Heading(_TITLES[each])
            yield Items(tuple(_items(found, verbose=verbose)))
    if not verbose:
        yield Footer(
            words("The records behind it: ", Span("-v", "command"), "; as evidence: ", Span("--json > sender.json", "command"))
        )


def _subject(subject: Subject) -> Iterator[tuple[str, str]]:
    named = (
        ("Address", subject.address),
        ("Envelope", subject.domain),
        ("From", subject.author),
        ("HELO", subject.helo),
        ("Signed by", subject.signer),
        ("Selectors", ", ".join(subject.selectors)),
        ("To", subject.to),
    )
    yield from ((name, str(value)) for name, value in named if value)


def _items(findings: Iterable[Finding], *, verbose: bool) -> Iterator[Item]:
    for finding in findings:
        label = Span(f"{finding.check.replace('_', ' ')}: ", "strong")
        source = finding.source if verbose else None
        link = words(" ", Span(source.url, "url")) if source is not None else ()
        seen = (("records", "\n".join(finding.seen)),) if verbose and finding.seen else ()
        yield Item(words(label, finding.found, f" {finding.do}" if finding.do else "") + link, seen)
