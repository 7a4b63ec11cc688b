"""A draft as YAML, as an author would write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from smtp421.authoring.draft import Draft

WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z](?:[\w /().'-]|,(?= ))*[\w.)]")
"""Words that need no quotes."""
_TYPED = frozenset("y n yes no on off true false null none".split())
COMMENT = 28
"""Column in which comments begin."""


def rule_lines(draft: Draft, indent: int = 2, *, provider: bool = False, comments: Mapping[str, str] | None = None) -> list[str]:
    """The lines of an item of ``rules:``; ``provider`` names it in the rule itself, ``comments`` stand behind some keys."""
    lines = list(_keys(draft, provider=provider, width=WIDTH - indent))
    notes = comments or {}
    commented = []
    for line in lines:
        key = line.partition(":")[0]
        commented.append(f"{line:<{COMMENT}} # {notes[key]}" if key in notes else line)
    return [" " * indent + ("- " if number == 0 else "  ") + line if line else "" for number, line in enumerate(commented)]


def file_text(draft: Draft) -> str:
    """A rule file with nothing but the draft."""
    head = ["schema: smtp421.rules/1", f"provider: {draft.provider or 'null'}", "rules:"]
    return "\n".join([*head, *rule_lines(draft)]) + "\n"


def _keys(draft: Draft, *, provider: bool, width: int) -> Iterator[str]:
    yield f"id: {draft.id}"
    yield f"title: {scalar(draft.title)}"
    yield "match:"
    yield from _list("  text", draft.patterns)
    if draft.codes:
        yield f"  code: [{', '.join(draft.codes)}]"
    if draft.enhanced_codes:
        yield f"  enhanced_code: [{', '.join(map(quoted, draft.enhanced_codes))}]"
    if provider:
        yield f"provider: {draft.provider or 'null'}"
    if draft.priority:
        yield f"priority: {draft.priority}"
    yield f"cause: {draft.cause}"
    if draft.severity:
        yield f"severity: {draft.severity}"
    if draft.confidence:
        yield f"confidence: {draft.confidence}"
    yield from _sentences("summary", draft.summary, width)
    yield "references:"
    yield f"  - title: {scalar(draft.reference.title)}"
    yield f"    url: {quoted(draft.reference.url)}"
    yield f"    checked: {draft.reference.checked}"
    yield from _list("examples", draft.examples)
    yield from _list("counterexamples", draft.counterexamples)


def _list(key: str, values: Iterable[str]) -> Iterator[str]:
    yield f"{key}:"
    indent = key[: len(key) - len(key.lstrip())]
    yield from (f"{indent}  - {_text(value)}" for value in values)


def _sentences(key: str, text: str, width: int) -> Iterator[str]:
    text = " ".join(_printable(text).split())
    if len(text) + len(key) + 4 <= width:
        yield f"{key}: {scalar(text)}"
        return
    yield f"{key}: >-"
    yield from (f"  {line}" for line in wrap(text, width - 4, break_long_words=False, break_on_hyphens=False))


def scalar(text: str) -> str:
    """Words as they are where YAML reads them as words, else in quotes."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _TYPED and not text.upper().startswith("TODO")
    return text if plain else quoted(text)


def quoted(text: str) -> str:
    """A string in single quotes on one line; what cannot be printed becomes a blank."""
    return "'" + _printable(text).replace("'", "''") + "'"


def _text(text: str) -> str:
    """A reply, also of several lines."""
    if "\n" not in text:
        return quoted(text)
    return json.dumps("\n".join(map(_printable, text.split("\n"))), ensure_ascii=False)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
