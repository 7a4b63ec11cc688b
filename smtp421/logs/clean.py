"""Take off what mail clients, web pages, terminals and chat programs add to a text, so that readers see what was logged.

Nothing is interpreted: tags and colours are dropped, other control characters are made visible, nothing is followed.
"""

from __future__ import annotations

import html
import re

_COLOUR = re.compile(r"(?:\x1b|␛|\\e|\\x1b|\\033|\\u001b|#033)\[(?:[0-9;]*m|[0-9]?K)")
"""Colours and "erase to the end of the line", as loggers and grep leave them; every other sequence is shown, not dropped."""
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|tr|li|pre)>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|i|u|p|div|span|code|pre|kbd|tt|td|tr|th|table|tbody|li|ul|ol|em|strong|font|blockquote|h[1-6]|html|body|"
    r"hr|samp|small|details|summary)"
    r"(?:\s+[a-z-]+=(?:\"[^\"]*\"|'[^']*'|[^\s>]+))*\s*/?>",
    re.IGNORECASE,
)
_BBCODE = re.compile(r"\[/?(?:code|font|quote|b|i|u|color|size|url|pre|icode)(?:=[^\]]*)?\]", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,6}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_QUOTE_MARKS = re.compile(r"^(?:[ \t]*(?:(?<!>)>{1,2}(?!>)|//|#(?![\d\[])|\*(?!\*)|\|)[ \t]?)+", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:```+|~~~+)[ \t]*\w*[ \t]*$", re.MULTILINE)
_MARKDOWN = re.compile(r"`+|\*\*(?=\S)|(?<=\S)\*\*|(?<![\w.])__(?=\w)|(?<=\w)__(?!\w)|\\(?=[_*`\[\]<>#\"'])")
_TYPOGRAPHIC = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u2011": "-", "\u2013": "-", "\u3000": " "}
)


def clean(text: str) -> str:
    """Return ``text`` without terminal codes, HTML and BB-code tags, quote marks, Markdown and invisible characters.

    Lines stay lines. Words of other tags and addresses in angle brackets stay.
    """
    text = _COLOUR.sub("", text)
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROL.sub(_shown, text)
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "[" in text:
        text = _BBCODE.sub("", text)
    text = _FENCE.sub("", text)
    text = _QUOTE_MARKS.sub("", text)
    text = _MARKDOWN.sub("", text)
    return text.translate(_TYPOGRAPHIC).strip("\n")


def _shown(control: re.Match[str]) -> str:
    """A control character as a picture of itself, or by its number."""
    number = ord(control[0])
    return chr(0x2400 + number) if number < 0x20 else "␡" if number == 0x7F else f"<U+{number:04X}>"
