"""Regular expressions that are compiled when they are first used: of all the readers' patterns, most runs need but a few."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator


class Lazy:
    """A pattern; the methods are those of :class:`re.Pattern`."""

    __slots__ = ("_compiled", "_flags", "_source")

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = source
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def _ready(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self._source, self._flags)
        return self._compiled

    def search(self, text: str) -> re.Match[str] | None:
        """Find the pattern anywhere in ``text``."""
        return (self._compiled or self._ready()).search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """Find the pattern at the start of ``text``."""
        return (self._compiled or self._ready()).match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Find whether all of ``text`` is the pattern."""
        return (self._compiled or self._ready()).fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield every place where the pattern is found."""
        return (self._compiled or self._ready()).finditer(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return ``text`` with each place replaced."""
        return (self._compiled or self._ready()).sub(replacement, text)
