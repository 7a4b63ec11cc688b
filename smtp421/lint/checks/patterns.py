"""P3xx: patterns by themselves. Their behaviour on texts is in ``backtracking.py`` and ``negatives.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level, quoted
from smtp421.lint.judged import begins_with_codes
from smtp421.lint.pack import Pack, Pattern
from smtp421.lint.private import is_contact
from smtp421.rulebook.literals import needed_literals

LEAST_LITERAL = 3
"""Letters that the literal of a pattern must have, by which it is found."""

_LEADING = re.compile(r"\^?\.[*+]\??(?=.)|(?:\\s|\\S|\\w|\[\\s\\S\])\*\??(?=.)")
_TRAILING = re.compile(r"(?<=.)(?<!\\)(?:\\\\)*(\.[*]\??\$?)$")
_DOUBLED = re.compile(r"(?<!\\)\.[*+]\??(?:\.[*+]\??)+")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|.", re.DOTALL)
"""A pattern cut into escapes, classes and single characters."""
_TOP_DOMAINS = "com|net|org|de|fr|jp|ru|cn|uk|it|es|nl|pl|br|eu|info|biz|io|edu|gov|example"


@check("P301", "invalid-regex", Level.ERROR)
def invalid_regex(pack: Pack) -> Iterator[Found]:
    r"""A pattern that cannot be compiled.

    Signs that mean something in a pattern ( . * + ? ( ) [ ] { } | ^ $ \ ) stand for themselves behind a backslash.

    Bad:

        text: ['too many (connections']

    Good:

        text: ['too many \(connections']
    """
    return pack.told("invalid-regex")


@check("P303", "needless-wildcard", Level.WARNING)
def needless_wildcard(pack: Pack) -> Iterator[Found]:
    """A wildcard that adds nothing: at the beginning or the end of a pattern, or two in a row.

    Patterns are searched anywhere in the text, so `.*` at an end only makes the search slow, and the words that decided are
    shown with everything around them.

    Bad:

        text: ['.*too many connections.*']

    Good:

        text: ['too many connections']
    """
    for pattern in pack.patterns:
        text = pattern.text
        if "*" not in text and "+" not in text:
            continue
        leading = _LEADING.match(text)
        trailing = _TRAILING.search(text)
        doubled = _DOUBLED.search(text)
        if leading and "|" not in text:
            message = f"{leading[0]} at the beginning adds nothing, patterns are searched anywhere; delete it"
            yield pack.inside(pattern, 0, leading.end(), message, title="delete it", text="")
        if trailing and "|" not in text and not (leading and leading.end() > trailing.start(1)):
            message = f"{trailing[1]} at the end adds nothing; delete it"
            yield pack.inside(pattern, *trailing.span(1), message, title="delete it", text="")
        if doubled and not leading:
            message = f"{doubled[0]} is slow and finds no more than one wildcard; write .*"
            yield pack.inside(pattern, *doubled.span(), message, title="write .*", text=".*")


@check("P304", "unescaped-dot", Level.WARNING)
def unescaped_dot(pack: Pack) -> Iterator[Found]:
    r"""A dot or a bracket that was meant as it is.

    A bare `.` is any character, so `4.7.1` is found in `4-721`; a bare `[TSS04]` is one character of T, S, 0 and 4.

    Bad:

        text: ['[TSS04]', 'see support.google.com']

    Good:

        text: ['\[TSS04\]', 'see support\.google\.com']
    """
    for pattern in pack.patterns:
        yield from _classes(pack, pattern)
        codes = len(begins_with_codes(pattern.text))  # these are told by R504
        for found in _DOTTED.finditer(pattern.text, codes):
            if _in_class(pattern.text, found.start()):
                continue
            message = f"{quoted(found[0])}: a bare dot is any character; write {quoted(_escaped(found[0]))}"
            yield pack.inside(pattern, *found.span(), message, title="escape the dots", text=_escaped(found[0]))


_DOTTED = re.compile(
    r"(?<![\\\w.])[245x]\.\d{1,3}\.\d{1,3}(?![\w*+?{])"  # an enhanced code
    rf"|(?<![\\\w.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:{_TOP_DOMAINS})(?![\w*+?{{])",  # a host's name
    re.IGNORECASE,
)


def _escaped(text: str) -> str:
    return text.replace(".", "\\.")


def _classes(pack: Pack, pattern: Pattern) -> Iterator[Found]:
    for found in _PIECE.finditer(pattern.text):
        inside = found[0][1:-1]
        if len(found[0]) < 4 or found[0][0] != "[" or pattern.text[found.end() :][:1] in ("+", "*", "?", "{"):
            continue
        if re.fullmatch(r"[A-Z]{2,}[\w. -]*\d+[\w. -]*|[A-Za-z]{4,}", inside) and "-" not in inside and _is_word(inside):
            message = f"{found[0]} is one character of these; where the brackets stand in the reply, write \\[{inside}\\]"
            yield pack.inside(pattern, *found.span(), message, title="escape the brackets", text=f"\\[{inside}\\]")


def _is_word(inside: str) -> bool:
    """Whether a class is more likely a word in brackets: a character stands twice in it, or figures follow capitals."""
    return len(set(inside.lower())) < len(inside) or re.fullmatch(r"[A-Z]{2,}\d+", inside) is not None


def _in_class(text: str, at: int) -> bool:
    return any(found.start() < at < found.end() for found in _PIECE.finditer(text) if found[0][0] == "[")


@check("P305", "no-literal", Level.WARNING)
def no_literal(pack: Pack) -> Iterator[Found]:
    r"""A pattern that every match of which holds no word of three letters in common.

    Rules are found by such words. A pattern without one is tried on every text, slows all of them down, and mostly matches
    too much as well.

    Bad:

        text: ['\d+ \w+ in \d+ \w+']

    Good:

        text: ['\d+ (?:messages|recipients) in \d+ \w+']
    """
    for pattern in pack.patterns:
        needed = needed_literals(pattern.text)
        best = max((min(map(_weight, literals)) for literals in needed.sets), default=0)
        if best < LEAST_LITERAL and pattern.finds:
            place = pack.place(pattern.entry, *pattern.path)
            what = "has no word" if best == 0 else f"has no word longer than {best} {'letter' if best == 1 else 'letters'}"
            why = "" if needed.plain else "; it uses what only the regex module knows, where no word can be read off"
            message = f"the pattern {what} that each of its matches holds{why}; name one of {LEAST_LITERAL} letters or more"
            yield Found(pack.file(pattern.entry).span_at(place), message, subject=str(pattern.entry.form.id))


def _weight(literal: str) -> int:
    """Letters of a literal; a sign of a script that writes syllables or words is worth two."""
    return sum(2 if char >= "\u2e80" else 1 for char in literal)


_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_VOLATILE = (
    (re.compile(r"(?<![\d.])(?!127\\?\.|0\\?\.)(?:\d{1,3}\\?\.){3}\d{1,3}(?![\d.])"), "an address"),
    (re.compile(r"(?:[0-9a-f]{1,4}:){3,7}:?[0-9a-f]{1,4}", re.IGNORECASE), "an address"),
    (re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\\?\.)+[a-z]{2,}", re.IGNORECASE), "a mail address"),
    (re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b"), "a date"),
    (re.compile(rf"\b[0-3]?\d (?:{_MONTHS})[a-z]* (?:19|20)\d\d\b", re.IGNORECASE), "a date"),
    (re.compile(r"\b[0-2]\d:[0-5]\d:[0-5]\d\b"), "a time of day"),
    # Letters and figures in turn: 12 small ones as Exim and Gmail write them, or 9 hexadecimal capitals as Postfix does.
    (re.compile(r"\b(?=[a-z]*\d+[a-z]+\d)(?=\w*[g-z])[a-z0-9]{12,}\b"), "what looks like a queue id"),
    (re.compile(r"\b(?=[A-F]*\d+[A-F])[0-9A-F]{9,}\b"), "what looks like a queue id"),
)
INSTEAD = r"\S+"
"""What to write for a word that is another one each time."""


@check("P307", "volatile-text", Level.WARNING)
def volatile_text(pack: Pack) -> Iterator[Found]:
    r"""Words that are other ones next time: addresses, dates, times, queue ids.

    A pattern with one in it matches the one reply that it was made from and no other.

    Bad:

        text: ['Messages from 192\.0\.2\.1 temporarily deferred']

    Good:

        text: ['Messages from \S+ temporarily deferred']
    """
    for pattern in pack.patterns:
        for volatile, what in _VOLATILE:
            found = volatile.search(pattern.text)
            if found and not _in_class(pattern.text, found.start()) and not is_contact(found[0]):
                message = f"{quoted(found[0])} is {what}, another one next time; write {INSTEAD}"
                yield pack.inside(pattern, *found.span(), message, title=f"write {INSTEAD}", text=INSTEAD)
                break
