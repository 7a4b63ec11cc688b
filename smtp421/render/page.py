"""Pages about what the rule book knows: found by name, made of blocks for people and of plain data for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from smtp421.errors import NoSuchPage
from smtp421.render.blocks import Document

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook

SCHEMA = "smtp421.page/1"


class Page(NamedTuple):
    """A page, ready for any renderer."""

    kind: str
    """``rule``, ``cause``, ``fix``, ``provider``, ``code``, ``tree``, ``rules`` or ``report``."""
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


def find_page(book: RuleBook, name: str, mta: str | None = None) -> Page:
    """The page of a rule, cause, fix or provider id or of a code. Raises :class:`smtp421.errors.NoSuchPage` with a near name."""
    from smtp421.render import code_pages, knowledge_pages, provider_pages, rule_pages

    code = code_pages.code_page(book, name)
    if code is not None:
        return code
    wanted = name.lower()
    for each in (wanted, wanted.replace("_", "-"), wanted.replace("-", "_")):
        if each in book.rules:
            return rule_pages.rule_page(book, book.rules[each])
        if each in book.causes:
            return knowledge_pages.cause_page(book, book.causes[each])
        if each in book.fixes:
            return knowledge_pages.fix_page(book, book.fixes[each], mta)
        if each in book.providers:
            return provider_pages.provider_page(book, book.providers[each])
    raise NoSuchPage(name=name, suggestion=_suggestion(book, wanted))


def names(book: RuleBook) -> list[str]:
    """All ids that have a page."""
    return [*book.causes, *book.rules, *book.providers, *book.fixes]


def _suggestion(book: RuleBook, name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names(book), n=3)
    return f"; did you mean {' or '.join(near)}?" if near else ""
