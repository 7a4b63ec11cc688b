"""What the rules' examples have in common with a text: how rare its words are, who else says them, what is nearest to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from math import log
from typing import NamedTuple

from smtp421.rulebook import RuleBook
from smtp421.rulebook.texts import collapse

_WORD = re.compile(r"[^\W\d_]{2,}")


class Sample(NamedTuple):
    """An example and the rule that it belongs to."""

    rule: str
    text: str


class Corpus:
    """All examples of a rule book."""

    def __init__(self, book: RuleBook) -> None:
        self.samples = tuple(Sample(rule.id, text) for rule in book.rules.values() for text in rule.examples)

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [frozenset(words_of(sample.text)) for sample in self.samples]

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(word for words in self._words for word in words)

    def rarity(self, word: str) -> float:
        """0 for a word of every example, about 8 for one of none (the logarithm of how few have it)."""
        return log((len(self.samples) + 1) / (self._counts[word.lower()] + 1))

    def found(self, pattern: str) -> Iterable[Sample]:
        """The examples that a pattern is found in."""
        compiled = re.compile(pattern, re.IGNORECASE)
        return (sample for sample in self.samples if compiled.search(collapse(sample.text)))

    def nearest(self, text: str, unlike: str) -> Sample | None:
        """The example that shares most with a text, rare words counting most, of those that a pattern is not found in."""
        wanted = frozenset(words_of(text))
        best: tuple[float, str, Sample] | None = None
        for sample, words in zip(self.samples, self._words, strict=True):
            shared = wanted & words
            if not shared:
                continue
            weight = sum(map(self.rarity, shared)) / (1 + sum(map(self.rarity, wanted | words)))
            if best is None or (weight, sample.text) > best[:2]:
                if re.search(unlike, collapse(sample.text), re.IGNORECASE):
                    continue
                best = weight, sample.text, sample
        return None if best is None else best[2]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [word.lower() for word in _WORD.findall(text)]
