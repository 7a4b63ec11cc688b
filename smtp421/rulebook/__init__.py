"""Rule files -> rule book: validated, compiled, cached, matched.

>>> book = load_rulebook()
>>> book.first(Subject("Service temporarily unavailable", 421))  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from smtp421.rulebook.book import RuleBook
from smtp421.rulebook.cache import BookCache
from smtp421.rulebook.pages import Subject
from smtp421.rulebook.sources import RuleSource, cache_dir, read_files, rule_files, rule_sources

__all__ = ["RuleBook", "RuleSource", "Subject", "load_rulebook", "open_book"]


def load_rulebook(
    paths: Iterable[str | Path] = (),
    *,
    environ: Mapping[str, str] | None = None,
    cache: bool = True,
    bundled: bool = True,
) -> RuleBook:
    """Load the rules: folders or files of ``paths`` (a later one wins), ``SMTP421_RULES``, the user's folder, the bundled ones.

    ``environ`` stands for the environment: it tells the user's folders and where the compiled book is kept (nowhere, where it
    tells of no home). Raises :class:`smtp421.errors.RulesUnreadable` where a folder cannot be read; faults inside the files
    are ``faults`` of the book.
    """
    environ = {} if environ is None else environ
    return open_book(rule_sources(paths, environ, bundled=bundled), cache_dir(environ) if cache else None)


def open_book(sources: Iterable[RuleSource], folder: Path | None = None, *, version: str = "") -> RuleBook:
    """The book of some sources, the strongest first, from the cache in ``folder`` where it is there."""
    sources = list(sources)
    files = rule_files(sources)
    cache = None if folder is None else BookCache(folder, sources, files, version or _version())
    stored = None if cache is None else cache.read()
    if stored is not None:
        with suppress(KeyError, TypeError, ValueError, AttributeError, IndexError):
            return RuleBook(*stored)
    from smtp421.rulebook.compile import compile_book  # here: with yaml and pydantic, which a stored book does not need
    from smtp421.rulebook.load import load

    texts = read_files(files)
    compiled = compile_book(*load(texts), sources)
    if cache is not None:
        cache.write(texts, *compiled)
    return RuleBook(*compiled)


def _version() -> str:
    import smtp421

    return str(getattr(smtp421, "__version__", ""))
