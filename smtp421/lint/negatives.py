"""Texts that a pattern should not be found in: replies of success, which come with this module, and other rules' examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from smtp421.lint.samples import found_in
from smtp421.reply import collapse, read_reply
from smtp421.rulebook.literals import needed_literals
from smtp421.rulebook.texts import TEXT_CAP, fold


class Corpus(NamedTuple):
    """Some texts."""

    texts: tuple[str, ...]
    folded: tuple[str, ...]


def corpus(texts: Iterable[str]) -> Corpus:
    """A corpus of replies, their codes taken off."""
    plain = tuple(dict.fromkeys(_text(text)[:TEXT_CAP] for text in texts))
    return Corpus(plain, tuple(map(fold, plain)))


@cache
def successes() -> Corpus:
    """Replies that tell of success, and what servers say in between."""
    lines = files("smtp421.lint").joinpath("negatives.txt").read_text(encoding="utf-8").splitlines()
    return corpus(line for line in lines if not line.startswith("#"))


def _text(text: str) -> str:
    reply = read_reply(text)
    return reply.text if reply is not None else collapse(text)


class Counted(NamedTuple):
    """In how many texts of a corpus a pattern is found."""

    number: int
    example: str
    """One of them."""


def count_in(patterns: Sequence[str], texts: Corpus, least: int) -> dict[str, Counted]:
    """The patterns that are found in ``least`` texts or more. Only what the literals leave open is searched for."""
    possible = _possible(patterns, texts)
    counted: dict[str, Counted] = {}
    for pattern, number in possible.items():
        if number >= least:
            found = [text for text in texts.texts if found_in(pattern, text)]
            if len(found) >= least:
                counted[pattern] = Counted(len(found), found[0])
    return counted


def _possible(patterns: Sequence[str], texts: Corpus) -> dict[str, int]:
    """In how many texts each pattern may be found, by its literals."""
    import ahocorasick

    literals: dict[str, list[str]] = {}
    possible: dict[str, int] = {}
    for pattern in dict.fromkeys(patterns):
        sets = needed_literals(pattern).sets
        if sets:
            for literal in sets[0]:
                literals.setdefault(literal, []).append(pattern)
        else:
            possible[pattern] = len(texts.texts)
    if not literals:
        return possible
    automaton = ahocorasick.Automaton()
    for literal in literals:
        automaton.add_word(literal, literal)
    automaton.make_automaton()
    counts: Counter[str] = Counter()
    for text in texts.folded:
        counts.update({pattern for _end, literal in automaton.iter(text) for pattern in literals[literal]})
    return {**possible, **counts}
