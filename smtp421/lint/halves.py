"""Rules that the loader left out: what is sound in them is checked all the same, so that an author sees all faults at once."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from smtp421.rulebook import schema
from smtp421.rulebook.load import Entry
from smtp421.rulebook.sources import RuleText
from smtp421.rulebook.yaml_places import Document

RULES = "smtp421.rules/1"
MOST = 500
"""Such rules of one file that are looked at."""
ROUNDS = 3
STAND_INS = {"id": "unnamed", "title": "-", "match": {}, "cause": "unknown", "summary": "-"}
"""For keys that a rule must have."""
_PARTS = ("match", "retry")
"""Keys below which single keys can be taken out."""


def halves(
    texts: Mapping[str, RuleText], documents: Mapping[str, Document], rules: Mapping[str, Entry[schema.RuleForm]]
) -> Iterator[Entry[schema.RuleForm]]:
    """The rules of some files that are not among ``rules``, without the keys that hold faults; places stay as they are."""
    taken = {(entry.text.path, entry.base) for entry in rules.values()}
    for path, document in documents.items():
        items = document.value.get("rules") if isinstance(document.value, dict) and document.value.get("schema") == RULES else ()
        left_out = 0
        for index, item in enumerate(items if isinstance(items, list) else ()):
            base = ("rules", index)
            if (path, base) in taken or not isinstance(item, dict):
                continue
            left_out += 1
            provider = document.value.get("provider")
            form = _sound({"provider": provider, **item} if isinstance(provider, str) else item) if left_out <= MOST else None
            if form is not None:
                yield Entry(form, texts[path], document, base)


def _sound(item: dict[str, Any]) -> schema.RuleForm | None:
    """The form of what is sound in a rule; None where that cannot be told."""
    item = copy.deepcopy(item)
    for _round in range(ROUNDS):
        try:
            return schema.RuleForm.model_validate(item)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_context=False):
                _take_out(item, problem["loc"])
    return None


def _take_out(item: dict[str, Any], path: tuple[Any, ...]) -> None:
    """Take the key of a fault out; what must be there is replaced, so that the rest can be looked at."""
    top = path[0] if path else None
    inner = item.get(top) if isinstance(top, str) else None
    if top in _PARTS and len(path) > 1 and isinstance(inner, dict) and path[1] in inner:
        del inner[path[1]]
    elif top in STAND_INS:
        item[top] = copy.deepcopy(STAND_INS[top])
    elif isinstance(top, str):
        item.pop(top, None)
