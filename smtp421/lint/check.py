"""What a check is, and which there are: every :class:`Check` in a module of :mod:`smtp421.lint.checks`.

A check is a function from a pack to findings; its docstring is the page that ``smtp421 lint --explain CHECK`` prints.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from smtp421.errors import Smtp421Error
from smtp421.lint.finding import Finding, Found, Level
from smtp421.rulebook.validation import did_you_mean, nearest

if TYPE_CHECKING:
    from smtp421.lint.pack import Pack


FAMILIES = "YSIPMRTEDZ"
"""The letters of codes in the order in which an author meets them, from YAML to comments."""

Run = Callable[["Pack"], Iterable[Found]]


class Check(NamedTuple):
    """One check."""

    code: str
    """One letter for the family, three digits. Stable: never given to another check."""
    slug: str
    """The name by which people select and ignore it. Stable as well."""
    level: Level
    page: str
    """Its documentation: a title, what it finds and why, a bad and a good example."""
    run: Run

    @property
    def title(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0].rstrip(".")

    def findings(self, pack: Pack) -> Iterator[Finding]:
        """What it finds in a pack."""
        for found in self.run(pack):
            yield Finding(self.code, self.slug, self.level, *found)


class NoSuchCheck(Smtp421Error):
    """A name that no check has."""

    template = "there is no check {name!r}{suggestion}; `smtp421 lint --list` shows them all"
    exit_code = 2


def check(code: str, slug: str, level: Level) -> Callable[[Run], Check]:
    """Make a check of a function; its docstring becomes the page."""

    def made(run: Run) -> Check:
        return Check(code, slug, level, inspect.cleandoc(run.__doc__ or ""), run)

    return made


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check of every module in :mod:`smtp421.lint.checks`, by family and code."""
    from smtp421.lint import checks

    modules = [import_module(f"{checks.__name__}.{module.name}") for module in pkgutil.iter_modules(checks.__path__)]
    found = {value.code: value for module in modules for value in vars(module).values() if isinstance(value, Check)}
    return tuple(sorted(found.values(), key=lambda each: (FAMILIES.find(each.code[0]), each.code)))


def find_check(name: str) -> Check:
    """The check with this slug or code. Raises :class:`NoSuchCheck`."""
    found = [each for each in all_checks() if name.lower() in (each.slug, each.code.lower())]
    if not found:
        raise NoSuchCheck(name=name, suggestion=suggestion(name))
    return found[0]


def matching(names: Sequence[str]) -> frozenset[str]:
    """The slugs of all checks that are meant by slugs, codes or beginnings of codes. Raises :class:`NoSuchCheck`."""
    slugs: set[str] = set()
    for name in names:
        meant = {each.slug for each in all_checks() if name.lower() == each.slug or is_code_of(name, each)}
        if not meant:
            raise NoSuchCheck(name=name, suggestion=suggestion(name))
        slugs |= meant
    return frozenset(slugs)


def is_code_of(name: str, each: Check) -> bool:
    """Whether a name is a check's code or its beginning: ``P``, ``P3``, ``P301``; ``all`` is every check's."""
    return name.lower() == "all" or (bool(name) and each.code.startswith(name.upper()))


def suggestion(name: str) -> str:
    """`` (did you mean 'x'?)``, or nothing."""
    return did_you_mean(nearest(name, (word for each in all_checks() for word in (each.slug, each.code))))
