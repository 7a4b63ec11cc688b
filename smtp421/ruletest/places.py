"""Where checks stand: a file is read for its places when one of its checks has to be shown."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from smtp421.rulebook.sources import RuleFile, RuleSource, read_files
from smtp421.rulebook.yaml_places import Document, Place, YamlError, read_yaml
from smtp421.ruletest.checks import Check, Kind


class Places:
    """Remembers the files that were read."""

    def __init__(self) -> None:
        self._document = lru_cache(maxsize=256)(_document)

    def of(self, check: Check) -> Place:
        """Line and column of a check's text, from 1; (0, 0) where the file has changed meanwhile."""
        found = self._document(check.path)
        if found is None:
            return (0, 0)
        document, rules = found
        if check.kind is Kind.CASE:
            return document.place(check.at)
        index = rules.get(check.rule or "")
        return (0, 0) if index is None else document.place(("rules", index, *check.at))


def _document(path: str) -> tuple[Document, dict[str, int]] | None:
    """A file, and the indexes of its rules by id."""
    (text,) = read_files([RuleFile(RuleSource(Path(path), "option"), path)])
    try:
        document = read_yaml(text.data.decode("utf-8-sig"))
    except (UnicodeDecodeError, YamlError):
        return None
    rules: dict[str, int] = {}
    items = document.value.get("rules") if isinstance(document.value, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            rules.setdefault(item["id"], index)
    return document, rules
