"""Take off what mail clients, web pages, terminals and chat programs add to a text, so that readers see what was logged.

Nothing is interpreted: tags and codes are dropped or replaced by blanks, never followed.
"""

from __future__ import annotations

import html
import re

_ANSI = re.compile(
    r"(?:\x1b|␛|\\e|\\x1b|\\033|\\u001b|#033)\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\^_]"
)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
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
_MARKDOWN = re.compile(r"`+|\*\*(?=\S)|(?<=\S)\*\*|__(?=\w)|(?<=\w)__|\\(?=[_*`\[\]<>#\"'])")
_TYPOGRAPHIC = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u2011": "-", "\u2013": "-", "\u3000": " "}
)


def clean(text: str) -> str:
    """Return ``text`` without terminal codes, HTML and BB-code tags, quote marks, Markdown and invisible characters.

    Lines stay lines. Words of other tags and addresses in angle brackets stay.
    """
    text = _ANSI.sub("", text)
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
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
