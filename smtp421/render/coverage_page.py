"""The page of ``smtp421 rules coverage``: shares, and what to write rules for."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.coverage import Coverage
from smtp421.render.blocks import Block, Fields, Heading, Headline, Item, Items, Paragraph, Span, Words, words
from smtp421.render.page import Page


def coverage_page(coverage: Coverage) -> Page:
    """How much of an input the rules explain, and skeletons of rules for the rest."""
    return Page("coverage", coverage._asdict(), tuple(_blocks(coverage)))


def _blocks(coverage: Coverage) -> Iterator[Block]:
    yield Headline("COVERAGE", "strong", words(f"{coverage.replies:,} replies"))
    if not coverage.replies:
        yield Paragraph(words("No reply was found in the input."))
        return
    rows = (
        ("Specific", _share(coverage.specific, coverage, "by a rule of a provider or a program")),
        ("Generic", _share(coverage.generic, coverage, "by words that anybody may write")),
        ("Unknown", _share(coverage.unknown, coverage, "no words known")),
        ("Causes", words(", ".join(f"{cause} {number:,}" for cause, number in coverage.causes))),
    )
    yield Fields(rows)
    if coverage.skeletons:
        yield Heading("Unknown replies, and rules to be filled in")
        yield Items(
            tuple(
                Item(words(f"{one.number:,} x ", Span(one.template, "code")), (("yaml", one.rule),)) for one in coverage.skeletons
            )
        )


def _share(number: int, coverage: Coverage, what: str) -> Words:
    return words(Span(f"{number / coverage.replies:.1%}", "strong"), f" ({number:,}), {what}")
