"""The pattern to know a reply by: its most telling run of words, without what is another one next time.

Addresses, hosts, ids, dates and URLs end a run; figures become ``\\d+``. Of all runs that is taken whose words are rarest among
the examples of all rules, and which no other rule's example holds, if there is such a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from smtp421.authoring.corpus import Corpus, words_of
from smtp421.diagnosis.history.templates import masked
from smtp421.rulebook.texts import TEXT_CAP, collapse

MOST_WORDS = 8
COMMON = 3.0
"""Rarity below which a word makes a run worse: it stands in every twentieth example."""
LEAST = ((2, 6), (1, 6))
"""Words and letters that a pattern has at least; the next pair is for replies that have no such run."""
TRIED = 40
"""Runs that are looked for among the examples."""
CODE_WEIGHT = 12.0
"""What a server's own code weighs; other words add nothing to it."""

_SPECIAL = re.compile(r"([\\.^$*+?{}\[\]|()])")
_CODE = re.compile(r"[\[(](?=[^\])]*[A-Z])[A-Z][A-Za-z]{0,7}[-:_ ]?\w{0,6}\d{1,4}[\])]")
"""A server's own code, in brackets: ``[TSS04]``, ``(S3150)``, ``[CON:B1]``."""
_MEASURE = re.compile(r"(\d+)([a-z]{1,8}|%)", re.IGNORECASE)
"""``300s``."""
_TECHNICAL = re.compile(r"ipv[46]|tlsv?1(?:\.\d)?|sslv?\d|utf-?8|base64|8bitmime|x\.?509|sha\d+", re.IGNORECASE)
"""Words with a figure in them that stay as they are."""
_CALENDAR = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|am|pm|utc|gmt",
    re.IGNORECASE,
)
_LITTLE = frozenset(
    "a an the of in on at to by for from is are was be and or as it its your our you we has have this that with".split()
)
"""Words that no pattern begins or ends with."""
_EDGES = ".,;:!?'\"()[]{}<>*-_=+/\u2026"


class Token(NamedTuple):
    """A word of a reply, as a pattern has it."""

    text: str
    """As it stands in the reply; of figures the pattern."""
    word: str
    """The letters, for judging how rare it is; empty for figures."""
    ends: bool = False
    """Whether a run ends behind it, as at the end of a sentence."""
    code: bool = False
    """Whether it is a server's own code."""


class Pattern(NamedTuple):
    """A pattern, and the words it is made of."""

    text: str
    words: tuple[str, ...]
    others: tuple[str, ...]
    """Rules whose examples it is found in, too."""


def pattern_of(text: str, corpus: Corpus) -> Pattern | None:
    """The pattern for a reply text; None where the text has no words to go by."""
    text = collapse(text)[:TEXT_CAP]
    runs = list(_runs(text))
    tries = ([part for run in runs for part in _ranked(run, corpus, *least)] for least in LEAST)
    parts: list[tuple[float, Sequence[Token]]] = next(filter(None, tries), [])
    best: Pattern | None = None
    for _, tokens in sorted(parts, key=lambda part: -part[0])[:TRIED]:
        pattern = _joined(tokens)
        if not re.search(pattern, text, re.IGNORECASE):
            continue
        others = tuple(dict.fromkeys(sample.rule for sample in corpus.found(pattern)))
        found = Pattern(pattern, tuple(token.word for token in tokens if token.word), others)
        if not others:
            return found
        if best is None or len(others) < len(best.others):
            best = found
    return best


def _runs(text: str) -> Iterator[list[Token]]:
    """The words between what changes from message to message."""
    run: list[Token] = []
    words = text.split()
    masks = masked(text).split()
    if len(masks) != len(words):
        masks = words
    for position, (word, mask) in enumerate(zip(words, masks, strict=True)):
        token = _token(word, mask, near_figure=_near_figure(masks, position))
        if token is None:
            yield run
            run = []
            continue
        if word[0] in "([{" and not token.code:  # an aside
            yield run
            run = []
        run.append(token)
        if token.ends or (word[-1] in ")]}" and not token.code):
            yield run
            run = []
    yield run


def _near_figure(masks: Sequence[str], position: int) -> bool:
    return any("<n>" in mask for mask in masks[max(position - 1, 0) : position + 2])


def _token(word: str, mask: str, *, near_figure: bool) -> Token | None:
    """A word as a pattern has it; None where it is another one next time."""
    if word[0] == "<":
        return None  # an address, a command or a name that is quoted
    bare = word.strip(_EDGES)
    code = _CODE.search(word)
    if code is not None:
        return Token(code[0], code[0], ends=word[-1] in ".;", code=True)
    if mask != word:
        return Token(_around(word, bare, r"\d+"), "", ends=word[-1] == ";") if bare.isdigit() and "<n>" in mask else None
    if near_figure and _CALENDAR.fullmatch(bare):
        return None
    measure = _MEASURE.fullmatch(bare)
    if measure is not None:
        return Token(_around(word, bare, r"\d+" + escape(measure[2])), "", ends=word[-1] in ".;!")
    if not any(character.isalpha() for character in bare):
        return None
    if any(character.isdigit() for character in bare) and not _TECHNICAL.fullmatch(bare):
        # Where words are not set apart by blanks, a figure stands in the midst of them.
        return None if bare.isascii() else Token(word, re.sub(r"\d", "", bare), ends=word[-1] in ".;!?")
    return Token(word, bare, ends=word[-1] in ".;!?")


def _around(word: str, bare: str, instead: str) -> str:
    before, _, after = word.partition(bare)
    return escape(before) + instead + escape(after)


def _ranked(
    run: Sequence[Token], corpus: Corpus, least_words: int, least_letters: int
) -> Iterator[tuple[float, Sequence[Token]]]:
    """Each part of a run that can be a pattern, with its weight; a server's own code may stand alone."""
    weights = [_weight(token, corpus) for token in run]
    for start in range(len(run)):
        for end in range(start + 1, min(start + MOST_WORDS, len(run)) + 1):
            part = run[start:end]
            code = any(token.code for token in part)
            enough = code or (len(part) >= least_words and sum(map(_letters, part)) >= least_letters)
            if enough and all(token.word and token.word.lower() not in _LITTLE for token in (part[0], part[-1])):
                yield (CODE_WEIGHT - len(part) if code else sum(weights[start:end])), part


def _letters(token: Token) -> int:
    """Letters of a word; a Chinese or Japanese one says as much as three."""
    return len(token.word) if token.word.isascii() else sum(3 if ord(letter) > 0x2E80 else 1 for letter in token.word)


def _weight(token: Token, corpus: Corpus) -> float:
    return max(map(corpus.rarity, words_of(token.word)), default=0.0) - COMMON


def _joined(tokens: Sequence[Token]) -> str:
    """The pattern, without the punctuation at its ends."""
    parts = []
    for number, token in enumerate(tokens):
        text = token.text
        if not token.word:
            parts.append(text)
            continue
        if number == 0 and not token.code:
            text = text.lstrip(_EDGES)
        if number == len(tokens) - 1 and not token.code:
            text = text.rstrip(_EDGES)
        parts.append(escape(text) if token.code or text.isascii() else re.sub(r"\d+", r"\\d+", escape(text)))
    return " ".join(parts)


def escape(text: str) -> str:
    """``text`` with a backslash before what means something in a pattern, and before nothing else."""
    return _SPECIAL.sub(r"\\\1", text)
