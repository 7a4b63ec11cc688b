"""A page: blocks for people and plain data for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
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


class Later(Mapping[str, Any]):
    """Plain data that is made when somebody asks for it: what is printed for people needs none."""

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, Any]:
        return self._make()

    def __getitem__(self, key: str) -> Any:
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def plain(value: Any) -> Any:
    """Named tuples and mappings as dictionaries, other tuples as lists."""
    if hasattr(value, "_asdict"):
        return {key: plain(part) for key, part in value._asdict().items()}
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value
