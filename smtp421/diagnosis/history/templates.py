"""Replies that no rule explains, by their templates: what differs from one message to the next is masked.

The masks are fixed, so a reply has the same template whatever came before it. That is what a mergeable history needs, and what
a learning parser (drain3 and its like) cannot give: its templates depend on the order of the lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter

from smtp421.bulk import Row
from smtp421.diagnosis.history.shown import Order, Shown, example_of, order_of
from smtp421.diagnosis.history.values import Template
from smtp421.model import Attempt

MOST = 2000
"""Templates that are kept; further ones are only counted."""
LENGTH = 400
"""Characters of a reply that count."""

_HOST = r"(?:[a-z0-9_](?:[\w-]*[a-z0-9])?\.)+[a-z]{2,}"
_MASKS = re.compile(
    rf"""(?P<url>https?://[^\s<>"')\]]+)
       | (?P<address><?[^\s<>@"'(:;,=]+@{_HOST}>?)
       | (?P<ip>(?<![\w.:])(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?!\.?\w)|(?:[0-9a-f]{{0,4}}:){{3,7}}[0-9a-f]{{0,4}}(?![\w:])))
       | (?P<host>(?<![\w.@-]){_HOST}\.?(?![\w@-]))
       | (?P<id>(?<![\w-])(?=[\w.+/-]*\d)(?=[\w.+/-]*[a-z])[a-z0-9_][\w.+/-]{{7,}}(?!\w))
       | (?P<n>(?<![\w.])\d+(?:[.,:]\d+)*(?![\w]))""",
    re.VERBOSE | re.IGNORECASE,
)
_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class Templates:
    """Counts replies by their templates."""

    __slots__ = ("_found", "left_out")

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, Order, Shown]] = {}
        self.left_out = 0
        """Replies whose templates were one too many."""

    def add(self, text: str, rows: Sequence[Row]) -> None:
        """Count replies of a template; each is a :class:`smtp421.bulk.Refused`."""
        order, row = min(((order_of(row), row) for row in rows), key=itemgetter(0))
        self._add(text, len(rows), order, row)

    def merge(self, other: Templates) -> None:
        """Count what another has counted too."""
        for text, (number, order, shown) in other._found.items():
            self._add(text, number, order, shown)
        self.left_out += other.left_out

    def _add(self, text: str, number: int, order: Order, shown: Shown) -> None:
        """Count replies of a template, of which ``shown`` is the first."""
        before, first, known = self._found.get(text, (0, order, shown))
        if not before and len(self._found) >= MOST:
            self.left_out += number
            return
        if order < first:
            first, known = order, shown
        self._found[text] = before + number, first, known

    def found(self) -> tuple[Template, ...]:
        """The templates, the most frequent first."""
        templates = (Template(text, number, example_of(shown).attempt) for text, (number, _, shown) in self._found.items())
        return tuple(sorted(templates, key=lambda template: (-template.number, template.text)))


def template_of(attempt: Attempt) -> str:
    """The template of an attempt's reply, with its codes."""
    reply = attempt.inner or attempt.reply
    codes = " ".join(str(code) for code in (reply.code, reply.enhanced_code) if code is not None)
    return f"{codes} {masked(reply.text[:LENGTH])}".strip()


def masked(text: str) -> str:
    """``text`` with placeholders for addresses, hosts, ids and figures; status codes and the hosts of URLs stay."""
    return _MASKS.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    kind, text = found.lastgroup, found[0]
    if kind == "url":
        return "/".join(text.split("/")[:3]) + ("/…" if text.count("/") > 2 else "")
    return text if kind == "n" and _CODE.fullmatch(text) else f"<{kind}>"
