"""Breaking styled words into lines of a given number of terminal cells."""

from __future__ import annotations

from smtp421.render.blocks import Span, Words


def cells(text: str) -> int:
    """Columns that ``text`` takes: two for wide East Asian characters, none for combining marks."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text: Words, width: int) -> list[Words]:
    """Lines of at most ``width`` cells, broken at blanks; at least one line.

    A word that is wider than a line stays whole, so that an address or a URL can be copied; text in a script without blanks
    is broken between any two characters.
    """
    lines: list[list[Span]] = [[]]
    used = 0
    for word in _tokens(text, width):
        size = sum(cells(part.text) for part in word)
        if used and used + 1 + size > width:
            lines.append([])
            used = 0
        if used:
            _append(lines[-1], Span(" ", lines[-1][-1].style if lines[-1][-1].style == word[0].style else ""))
            used += 1
        for part in word:
            _append(lines[-1], part)
        used += size
    return [tuple(line) for line in lines]


def _append(line: list[Span], span: Span) -> None:
    if line and line[-1].style == span.style:
        line[-1] = Span(line[-1].text + span.text, span.style)
    else:
        line.append(span)


def _tokens(text: Words, width: int) -> list[list[Span]]:
    """The words; one may be made of several spans (code followed by a full stop)."""
    tokens: list[list[Span]] = []
    glued = False
    for span in text:
        for number, piece in enumerate(span.text.split(" ")):
            glued = glued and not number
            for part in _pieces(piece, width):
                if glued:
                    tokens[-1].append(Span(part, span.style))
                else:
                    tokens.append([Span(part, span.style)])
                glued = False
            glued = glued or bool(piece)
    return tokens


def _pieces(word: str, width: int) -> list[str]:
    if not word:
        return []
    if word.isascii() or cells(word) <= width:
        return [word]
    pieces, used = [""], 0
    for char in word:
        size = cells(char)
        if used + size > width:
            pieces.append("")
            used = 0
        pieces[-1] += char
        used += size
    return pieces
