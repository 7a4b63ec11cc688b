"""Putting a rule into a rule file: its lines go in, all others stay as they are, comments too."""

from __future__ import annotations

import re

from smtp421.authoring.draft import Draft
from smtp421.authoring.yaml_text import rule_lines
from smtp421.errors import RuleNotAdded
from smtp421.rulebook.yaml_places import Document, YamlError, read_yaml

KIND = "smtp421.rules/1"
_ITEM = re.compile(r"(?P<indent> *)-(?P<gap> +)(?=\S)")
_EMPTY = re.compile(r"(?P<key>rules *:) *(?:\[ *\]|~|null)? *(?P<comment>#.*)?")


def insert(text: str, draft: Draft, path: str) -> str:
    """``text`` of a rule file with the draft in it: behind the last rule of the same cause, else behind the last rule.

    ``path`` names the file in errors. Raises :class:`smtp421.errors.RuleNotAdded`.
    """
    document = _read(text, path)
    items = document.value["rules"] or []
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    own = ("provider" in document.value and document.value["provider"] == draft.provider) or (
        "provider" not in document.value and draft.provider is None
    )
    if items:
        number = max((at for at, item in enumerate(items) if _cause(item) == draft.cause), default=len(items) - 1)
        at, indent = _behind(document, lines, number, path)
        new = ["", *rule_lines(draft, indent, provider=not own)]
    else:
        at = document.key_place(("rules",))[0]
        found = _EMPTY.fullmatch(lines[at - 1])
        if found is None:
            raise RuleNotAdded(path=path, reason="it has no list of rules; write `rules:` in a line of its own")
        lines[at - 1] = found["key"] + (f"  {found['comment']}" if found["comment"] else "")
        number, new = -1, rule_lines(draft, 2, provider=not own)
    made = newline.join([*lines[:at], *new, *lines[at:]])
    if not made.endswith(newline):
        made += newline
    _check(made, items, number + 1, draft, path)
    return made


def _read(text: str, path: str) -> Document:
    try:
        document = read_yaml(text)
    except YamlError as error:
        raise RuleNotAdded(path=f"{path}:{error.place[0]}:{error.place[1]}", reason=error.message) from None
    value = document.value
    if not isinstance(value, dict) or value.get("schema") != KIND or not isinstance(value.get("rules", 0), list | None):
        raise RuleNotAdded(path=path, reason=f"it is no rule file with `schema: {KIND}` and a list `rules:`")
    return document


def _cause(item: object) -> object:
    return item.get("cause") if isinstance(item, dict) else None


def _behind(document: Document, lines: list[str], number: int, path: str) -> tuple[int, int]:
    """The index of the line before which a rule can go that follows rule ``number``, and the indent of items."""
    line = document.place(("rules", number))[0] - 1
    item = _ITEM.match(lines[line])
    if item is None:
        raise RuleNotAdded(path=f"{path}:{line + 1}", reason="its rules do not begin with `- ` in a line of their own")
    indent = len(item["indent"])
    following = [place[0] - 1 for key, place in document.keys.items() if len(key) == 1 and place[0] - 1 > line]
    following += [document.place(("rules", number + 1))[0] - 1] if ("rules", number + 1) in document.places else []
    end = min(following, default=len(lines))
    # What is set off from the rule, or stands no deeper than its dash, belongs to what follows.
    while end > line + 1 and _between(lines[end - 1], indent):
        end -= 1
    return end, indent


def _between(line: str, indent: int) -> bool:
    stripped = line.lstrip(" ")
    return not stripped or (stripped[0] == "#" and len(line) - len(stripped) <= indent)


def _check(text: str, before: list[object], at: int, draft: Draft, path: str) -> None:
    """See that the file holds what it held, and the draft. It does not where a text of several lines was cut."""
    after = _read(text, path).value["rules"]
    if [*after[:at], *after[at + 1 :]] != before or after[at].get("id") != draft.id:
        raise RuleNotAdded(path=path, reason="the place behind its rules cannot be told")
