"""The page of ``smtp421 rules diff``: a list for a terminal, a table for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.render.blocks import Block, Fields, Footer, Heading, Headline, Item, Items, Paragraph, Span, Table, Words, words
from smtp421.render.page import Page
from smtp421.render.phrases import count
from smtp421.rulediff import Answer, Change, Diff, Part

_TITLES: dict[Part, str] = {
    "explained": "Explained by one of them only",
    "cause": "Another cause",
    "severity": "Another severity",
    "provider": "Another provider",
    "confidence": "Another confidence",
    "rule": "Another rule, the same answer",
}
_ARROW = " \u2192 "
LONGEST = 200
"""Characters of a text in a table."""


def diff_page(diff: Diff, old: str, new: str, top: int, *, table: bool) -> Page:
    """``top`` changes are shown, all where it is 0; the data has them all. ``table`` is for Markdown."""
    data = {
        "old": old,
        "new": new,
        "texts": diff.texts,
        "changed": diff.changed,
        "counts": diff.counts,
        "added": diff.added,
        "removed": diff.removed,
        "changes": [
            {"text": each.text, "number": each.number, "parts": each.parts, "old": each.old, "new": each.new}
            for each in diff.changes
        ],
    }
    return Page("diff", data, tuple(_blocks(diff, old, new, top or len(diff.changes), table=table)))


def _blocks(diff: Diff, old: str, new: str, top: int, *, table: bool) -> Iterator[Block]:
    yield Headline("DIFF", "strong", words("From ", Span(old, "code"), " to ", Span(new, "code")))
    yield Fields(tuple(_summary(diff)))
    shown = diff.changes[:top]
    for part, title in _TITLES.items():
        changes = [change for change in shown if change.parts[0] == part]
        if changes:
            number = sum(change.number for change in changes)
            yield Heading(f"{title} ({number:,})")
            yield _table(changes) if table else Items(tuple(map(_item, changes)))
    if len(shown) < len(diff.changes):
        yield Footer(words(f"{len(diff.changes) - len(shown):,} more changes; --top 0 shows them all."))
    if not diff.changes:
        yield Paragraph(words("No answer changes."))


def _summary(diff: Diff) -> Iterator[tuple[str, Words]]:
    counts = ", ".join(f"{part} {number:,}" for part, number in diff.counts.items())
    yield "Texts", words(f"{diff.texts:,}, {diff.changed:,} of them answered otherwise{f' ({counts})' if counts else ''}")
    for name, rules in (("Added", diff.added), ("Removed", diff.removed)):
        if rules:
            more = f" and {len(rules) - 10:,} more" if len(rules) > 10 else ""
            yield name, words(f"{count(len(rules), 'rule')}: {', '.join(rules[:10])}{more}")


def _item(change: Change) -> Item:
    text = " ".join(change.text.split())
    rows = ((name, before if before == after else f"{before}{_ARROW}{after}") for name, before, after in _rows(change))
    lines = "\n".join(f"{name:<12}{said}" for name, said in rows)
    return Item(words(f"{change.number:,} x " if change.number > 1 else "", Span(text, "code")), (("", lines),))


def _table(changes: list[Change]) -> Table:
    return Table(("text", "change"), tuple((_text(change), _change(change)) for change in changes))


def _text(change: Change) -> Words:
    text = " ".join(change.text.split())
    cut = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return words(f"{change.number:,} x " if change.number > 1 else "", Span(cut, "code"))


def _change(change: Change) -> Words:
    parts: list[str | Span] = []
    for name, before, after in _rows(change):
        parts += ["; " if parts else "", f"{name} ", Span(before, "code")]
        if before != after:
            parts += [_ARROW, Span(after, "code")]
    return words(*parts)


def _rows(change: Change) -> Iterator[tuple[str, str, str]]:
    """What differs, and always the rule."""
    if change.old is None or change.new is None:
        yield "answer", _whole(change.old), _whole(change.new)
        return
    old, new = change.old._asdict(), change.new._asdict()
    for name in Answer._fields:
        if name == "rule" or old[name] != new[name]:
            yield name, str(old[name] or "none"), str(new[name] or "none")


def _whole(answer: Answer | None) -> str:
    return "nothing to explain" if answer is None else f"{answer.rule or 'no rule'} ({answer.cause}, {answer.severity})"
