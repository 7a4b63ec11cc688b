"""Make untrusted text harmless before it is shown.

Pasted and logged text may hold terminal sequences, bidirectional overrides and characters without width. Nothing is dropped:
what a terminal would act on, or a reader could not see, is shown as a picture or a code point. Every painter passes every
text through :func:`visible`, so that nobody who builds a document can forget it.
"""

from __future__ import annotations

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x09: " ", 0x7F: "\u2421"}
"""Control characters and their pictures (U+2400 and on); a tab is a blank."""
_UNSEEN = frozenset(
    [
        0x034F,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        0x2800,
        0x3164,
        0xFFA0,
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)
"""Characters that print nothing although their category is a letter, a mark or a symbol."""
_MARKS_IN_A_ROW = 2
"""More combining marks than this on one letter would run into the lines above and below."""


def visible(text: str) -> str:
    """``text`` on one line without anything that a terminal acts on: ``ESC[31m`` becomes ``␛[31m``, U+202E ``<U+202E>``."""
    if text.isascii():
        return text if text.isprintable() else text.translate(_PICTURES)
    return _visible_unicode(text)


def _visible_unicode(text: str) -> str:
    from unicodedata import category

    shown: list[str] = []
    marks = 0
    for char in text:
        kind = category(char)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if char.isascii():
            shown.append(char.translate(_PICTURES))
        elif kind[0] == "C" or kind in ("Zl", "Zp") or ord(char) in _UNSEEN or marks > _MARKS_IN_A_ROW:
            shown.append(f"<U+{ord(char):04X}>")
        else:
            shown.append(char)
    return "".join(shown)


def link_target(url: str) -> str | None:
    """``url`` where it may stand in a terminal's or a page's link: http(s), printable ASCII without blanks and brackets."""
    plain = url.isascii() and url.isprintable() and not any(char in url for char in ' <>"`\\')
    return url if plain and url.startswith(("https://", "http://")) else None
