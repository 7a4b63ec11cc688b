"""Folding of texts for the literal search, and the places of a text in which nothing counts as a match."""

from __future__ import annotations

import re

TEXT_CAP = 4096
"""Characters of a reply text that are looked at."""

_SAME = (
    "i\u0130\u0131 s\u017f \u00df\U0001df95 \u1e61\u1e9b \ufb06\ufb05 "  # Latin
    "\u03c3\u03a3\u03c2 \u03bc\u00b5 \u03b9\u0345\u1fbe \u03b2\u03d0 \u03b5\u03f5 \u03b8\u03d1 \u03ba\u03f0 "  # Greek
    "\u03c0\u03d6 \u03c1\u03f1 \u03c6\u03d5 \u0390\u1fd3 \u03b0\u1fe3 "
    "\u0432\u1c80 \u0434\u1c81 \u043e\u1c82 \u0441\u1c83 \u0442\u1c84\u1c85 \u044a\u1c86 \u0463\u1c87 \ua64b\u1c88"  # Cyrillic
)
_FOLDED = {ord(other): group[0] for group in _SAME.split(" ") for other in group[1:]}
_ODD = frozenset(map(chr, _FOLDED))
"""Letters that IGNORECASE takes for one although ``str.lower`` does not (checked against both engines in the tests)."""

# Flags stand inside: given as an argument they cost more than the search.
_HOST_WITH_ADDRESS = r"(?i)[(<]?[\w.-]+\[(?:IPv6:)?[0-9a-f:.]+\](?::\d+)?[>):;,.]*"
_HOST_NAME = r"(?i)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]\.?[:;,]?"


def fold(text: str) -> str:
    """Lower-case, character for character: two texts that are equal under IGNORECASE are equal when folded."""
    if text.isascii() or _ODD.isdisjoint(text):
        return text.lower()
    return text.translate(_FOLDED).lower()


def collapse(text: str) -> str:
    """Make every run of white space one blank, and none at the ends."""
    return " ".join(text.split())


def counts(text: str, start: int, end: int) -> bool:
    """Whether a match is one: not empty, and not wholly inside an e-mail address, a ``host[address]`` or a leading host name."""
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    if start == end:
        return False
    if text.find(" ", start, end) >= 0:
        return True
    first = text.rfind(" ", 0, start) + 1
    last = text.find(" ", end)
    token = text[first:] if last < 0 else text[first:last]
    if "@" in token:
        return "://" in token
    if "[" in token:
        return re.fullmatch(_HOST_WITH_ADDRESS, token) is None
    return first > 0 or "." not in token or re.fullmatch(_HOST_NAME, token) is None
