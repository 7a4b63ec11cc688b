"""Which rules fit a reply: words and conditions as bit masks, walked in the order of rank."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

from smtp421.model import EnhancedCode
from smtp421.rulebook.pages import Subject
from smtp421.rulebook.texts import TEXT_CAP, fold
from smtp421.rulebook.words import WordIndex, mask_of, numbers_of

MAX_REMEMBERED = 20_000
"""Combinations of conditions whose rules are remembered."""

Found = tuple[int, str]
"""A rule's number, and the words of the text that matched, or the code where no words decided."""


class Matcher:
    """The rules of a book, known by number; a lower number wins."""

    def __init__(self, index: Mapping[str, Any], words: WordIndex) -> None:
        self.words = words
        self._vetoed: Sequence[int] = index["texts"]["vetoed"]
        self._families: Mapping[str, Sequence[Any]] = index["families"]
        self._axes: Mapping[str, Sequence[tuple[Any, str]]] = index["axes"]
        self._parsed: dict[str, int] = {}
        self._axis_masks: dict[tuple[str, Hashable], int] = {}
        self._masks: dict[tuple[Any, ...], int] = {}

    def first(self, subject: Subject) -> Found | None:
        """The rule that wins."""
        return next(self.matches(subject), None)

    def winner(self, subject: Subject) -> int | None:
        """The number of the rule that wins."""
        return next(self.matches(subject), (None,))[0]

    def matches(self, subject: Subject) -> Iterator[Found]:
        """All rules that fit, the winner first. ``subject.text`` must be white-space collapsed."""
        text = subject.text
        if len(text) > TEXT_CAP:
            text = text[:TEXT_CAP]
        folded = text.lower() if text.isascii() else fold(text)
        fitting = self._masks.get(subject[1:])
        if fitting is None:
            fitting = self._fitting(subject)
        candidates = self.words.candidates(folded)
        mask = candidates & fitting
        while mask:
            number = (mask & -mask).bit_length() - 1
            if number in self._wordless:
                words = self._code(number, subject)
            else:
                span = self.words.confirm(number, text, folded)
                if span is None:
                    mask &= mask - 1
                    continue
                words = text[span[0] : span[1]].strip()
            rule = self.words.owner(number)
            end = self.words.end(rule)
            mask = mask >> end << end
            vetoes = self._vetoes.get(rule)
            if vetoes is None or not candidates & vetoes or not self._is_vetoed(candidates & vetoes, text, folded):
                yield rule, words

    @cached_property
    def _wordless(self) -> frozenset[int]:
        """The numbers of rules without words."""
        return frozenset(
            number for condition, numbers in self._axes["code"] if not condition[1] for number in numbers_of(numbers)
        )

    @cached_property
    def _by_enhanced(self) -> frozenset[int]:
        """The numbers of rules with a condition on the enhanced code."""
        return frozenset(number for condition, numbers in self._axes["enhanced"] if condition for number in numbers_of(numbers))

    def _code(self, number: int, subject: Subject) -> str:
        """The code that decided."""
        by_enhanced = subject.enhanced is not None and (subject.code is None or number in self._by_enhanced)
        return str(subject.enhanced if by_enhanced else subject.code or "")

    @cached_property
    def _vetoes(self) -> dict[int, int]:
        """The numbers of the patterns that must not be found, for each rule that has some."""
        owners = enumerate(self._vetoed, self.words.owners - len(self._vetoed))
        return {rule: (1 << self.words.end(owner)) - (1 << self.words.start(owner)) for owner, rule in owners}

    def _is_vetoed(self, vetoes: int, text: str, folded: str) -> bool:
        while vetoes:
            number = (vetoes & -vetoes).bit_length() - 1
            vetoes &= vetoes - 1
            if self.words.confirm(number, text, folded, late=(0, 0)) is not None:
                return True
        return False

    @property
    def slow(self) -> dict[int, int]:
        """The rules whose patterns took too long, and how often."""
        rules = self.words.owners - len(self._vetoed)
        slow: dict[int, int] = {}
        for owner, times in self.words.slow.items():
            rule = owner if owner < rules else self._vetoed[owner - rules]
            slow[rule] = slow.get(rule, 0) + times
        return slow

    # Conditions other than words

    def _fitting(self, subject: Subject) -> int:
        """The rules whose conditions hold, words left aside."""
        _text, code, enhanced, stage, origin, provider, family, software = subject
        klass = code // 100 if code is not None else enhanced.klass if enhanced is not None else None
        families = {self._families[name][0] for name in (provider, software) if name is not None and name in self._families}
        mask = (
            self._axis("code", (code, klass), code_fits)
            & self._axis("enhanced", enhanced, enhanced_fits)
            & self._axis("stage", stage, member_fits)
            & self._axis("origin", origin, member_fits)
            & self._axis("provider", (family, frozenset(families)), provider_fits)
        )
        if len(self._masks) >= MAX_REMEMBERED:
            self._masks.clear()
            self._axis_masks.clear()
        self._masks[subject[1:]] = mask
        return mask

    def _axis(self, axis: str, value: Hashable, fits: Callable[[Any, Any], bool]) -> int:
        mask = self._axis_masks.get((axis, value))
        if mask is None:
            mask = 0
            for condition, numbers in self._axes[axis]:
                if fits(condition, value):
                    if numbers not in self._parsed:
                        self._parsed[numbers] = mask_of(numbers)
                    mask |= self._parsed[numbers]
            self._axis_masks[axis, value] = mask
        return mask


def code_fits(condition: Sequence[Any], value: tuple[int | None, int | None]) -> bool:
    """Whether a reply code is one of a rule's. Without a code, words may fit a class: the enhanced code's, else 4yz."""
    codes, has_text = condition
    code, klass = value
    if not codes:
        return klass in (4, 5, None)
    if code is None:
        return has_text and f"{klass or 4}xx" in codes
    return str(code) in codes or f"{klass}xx" in codes


def enhanced_fits(condition: Sequence[str], value: EnhancedCode | None) -> bool:
    """Whether an enhanced code is one of a rule's, ``x`` standing for any number."""
    return not condition or (value is not None and not _spellings(value).isdisjoint(condition))


@lru_cache(maxsize=1024)
def _spellings(code: EnhancedCode) -> frozenset[str]:
    """All conditions that a code fulfils: ``4.7.1``, ``4.7.x``, ``4.x.1``, ..."""
    return frozenset(map(".".join, product(*((str(number), "x") for number in code))))


def member_fits(condition: Sequence[str], value: str | None) -> bool:
    """Whether a stage or origin is one of a rule's; one that is not known fits all."""
    return not condition or value is None or value in condition


def provider_fits(condition: Sequence[Any], value: tuple[str | None, frozenset[str]]) -> bool:
    """Whether a rule may speak for the provider that answered."""
    family, shuts, must_be_known = condition
    known_family, known = value
    if shuts:
        return known_family == family or (known_family is None and not must_be_known)
    return not must_be_known or (family in known if family is not None else bool(known))
