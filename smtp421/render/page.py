"""A page: blocks for people and plain data for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from smtp421.render.blocks import Document

SCHEMA = "smtp421.page/1"


class Page(NamedTuple):
    """A page, ready for any renderer."""

    kind: str
    """``rule``, ``cause``, ``fix``, ``provider``, ``code``, ``tree``, ``rules``, ``walk`` or ``report``."""
    data: Mapping[str, Any]
    document: Document

    def to_dict(self) -> dict[str, Any]:
        """The data with its schema and the kind of page, ready for :func:`json.dumps`."""
        return {"schema": SCHEMA, "page": self.kind, **plain(self.data)}


def plain(value: Any) -> Any:
    """Named tuples and mappings as dictionaries, other tuples as lists."""
    if hasattr(value, "_asdict"):
        return {key: plain(part) for key, part in value._asdict().items()}
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value
