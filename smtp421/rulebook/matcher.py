"""Which rules fit a reply: what is worth trying, by the literals of its text and by its conditions, in the order of rank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product
from typing import Any, NamedTuple

from smtp421.model import EnhancedCode, Origin, Stage
from smtp421.rulebook.finders import Finder, Span
from smtp421.rulebook.pages import Subject
from smtp421.rulebook.words import Hits, Reading, WordIndex, bits_of, mask_of, numbers_of

MAX_REMEMBERED = 20_000
"""Combinations of conditions whose rules are remembered."""

Found = tuple[int, str]
"""A rule's number, and the words of the text that matched, or the code where no words decided."""


Fit = tuple[int, int, Span, int]
"""A rule; the pattern found, and where (an empty span for a rule without patterns); the number after its last pattern."""


class Fitting(NamedTuple):
    """The patterns whose rules' conditions hold, words left aside."""

    bits: bytes
    """One bit for each pattern, the lowest number first."""
    always: tuple[int, ...]
    """Those that are worth trying on every text."""


class Matcher:
    """The rules of a book, known by number; a lower number wins."""

    def __init__(self, index: Mapping[str, Any], words: WordIndex) -> None:
        self.words = words
        self._vetoed: Sequence[int] = index["texts"]["vetoed"]
        self._vetoes = {rule: owner for owner, rule in enumerate(self._vetoed, words.first_veto)}
        """The owner of the patterns that must not be found, for each rule that has some."""
        self._families: Mapping[str, Sequence[Any]] = index["families"]
        self._axes: Mapping[str, Sequence[tuple[Any, str]]] = index["axes"]
        self._parsed: dict[str, int] = {}
        self._masks: dict[tuple[Any, ...], int] = {}
        self._places: dict[int, tuple[int, int, int | None]] = {}
        self._fittings: dict[tuple[Any, ...], Fitting] = {}

    def winner(self, reading: Reading, conditions: tuple[Any, ...]) -> int | None:
        """The number of the rule that wins; ``conditions`` are the fields of a :class:`Subject` behind its text."""
        fit = self._next(reading, conditions, 0)
        return None if fit is None else fit[0]

    def first(self, subject: Subject) -> Found | None:
        """The rule that wins."""
        return next(self.matches(subject), None)

    def matches(self, subject: Subject) -> Iterator[Found]:
        """All rules that fit, the winner first. ``subject.text`` must be white-space collapsed."""
        reading = self.words.read(subject.text)
        conditions = subject[1:]
        fit = self._next(reading, conditions, 0)
        while fit is not None:
            rule, pattern, (start, end), following = fit
            yield rule, reading[0][start:end].strip() if start < end else self._code(pattern, subject)
            fit = self._next(reading, conditions, following)

    def _next(self, reading: Reading, conditions: tuple[Any, ...], least: int) -> Fit | None:
        """The first rule that fits of those with patterns from a number on."""
        text, folded, hits = reading
        tries = hits.tries.get(conditions)
        if tries is None:
            tries = self._worth_trying(hits, conditions)
        finders = self.words.finders
        for pattern in tries:
            if pattern >= least:
                span = (finders[pattern] or self._finder(pattern))(text, folded)
                if span is not None:
                    rule, least, vetoes = self._places.get(pattern) or self._place(pattern)
                    if vetoes is None or not self._is_vetoed(vetoes, reading):
                        return rule, pattern, span, least
        return None

    def _place(self, pattern: int) -> tuple[int, int, int | None]:
        """A pattern's rule, the number after that rule's last pattern, and the owner of its vetoes, if it has some."""
        rule = self.words.owner(pattern)
        place = self._places[pattern] = rule, self.words.start(rule + 1), self._vetoes.get(rule)
        return place

    def _is_vetoed(self, owner: int, reading: Reading) -> bool:
        text, folded, hits = reading
        finders = self.words.finders
        for veto in self.words.vetoes(owner, hits):  # noqa: SIM110 - twice as fast as any()
            if (finders[veto] or self._finder(veto))(text, folded):
                return True
        return False

    def _worth_trying(self, hits: Hits, conditions: tuple[Any, ...]) -> Sequence[int]:
        """The patterns whose rules' conditions hold, and that the literals of a text speak for, in the order of rank."""
        bits, always = self._fittings.get(conditions) or self._fitting(conditions)
        tries = [pattern for pattern, byte, bit in hits.rules if bits[byte] & bit]
        if always:
            tries += always
            tries.sort()
        self.words.make_room()
        hits.tries[conditions] = tries
        return tries

    def _finder(self, number: int) -> Finder:
        if number in self._wordless:
            made = self.words.finders[number] = _nowhere
            return made
        is_veto = self.words.owner(number) >= self.words.first_veto
        return self.words.finder(number, late=(0, 0) if is_veto else None)

    @cached_property
    def _always(self) -> int:
        """The patterns that are worth trying on every text, as a mask."""
        return sum(1 << number for number in self.words.always)

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

    @property
    def slow(self) -> dict[int, int]:
        """The rules whose patterns took too long, and how often."""
        slow: dict[int, int] = {}
        for owner, times in self.words.slow.items():
            rule = owner if owner < self.words.first_veto else self._vetoed[owner - self.words.first_veto]
            slow[rule] = slow.get(rule, 0) + times
        return slow

    # Conditions other than words

    def _fitting(self, conditions: tuple[Any, ...]) -> Fitting:
        """The patterns whose rules' conditions hold, words left aside."""
        said, who = conditions[:4], conditions[4:]
        mask = (self._masks.get(said) or self._by_reply(*said)) & (self._masks.get(who) or self._by_provider(*who))
        if len(self._fittings) >= MAX_REMEMBERED:
            self._fittings.clear()
        bits = mask.to_bytes(self.words.count // 8 + 1, "little")
        made = self._fittings[conditions] = Fitting(bits, tuple(bits_of(mask & self._always)))
        return made

    def _by_reply(self, code: int | None, enhanced: EnhancedCode | None, stage: Stage | None, origin: Origin | None) -> int:
        klass = code // 100 if code is not None else enhanced.klass if enhanced is not None else None
        mask = (
            self._axis("code", (code, klass), code_fits)
            & self._axis("enhanced", enhanced, enhanced_fits)
            & self._axis("stage", stage, member_fits)
            & self._axis("origin", origin, member_fits)
        )
        return self._remembered((code, enhanced, stage, origin), mask)

    def _by_provider(self, provider: str | None, family: str | None, software: str | None) -> int:
        names = (provider, software)
        families = frozenset(self._families[name][0] for name in names if name is not None and name in self._families)
        return self._remembered((provider, family, software), self._axis("provider", (family, families), provider_fits))

    def _remembered(self, conditions: tuple[Any, ...], mask: int) -> int:
        if len(self._masks) >= MAX_REMEMBERED:
            self._masks.clear()
        self._masks[conditions] = mask
        return mask

    def _axis(self, axis: str, value: Any, fits: Callable[[Any, Any], bool]) -> int:
        """The patterns of the rules whose condition of one kind holds."""
        mask = 0
        for condition, numbers in self._axes[axis]:
            if fits(condition, value):
                if numbers not in self._parsed:
                    self._parsed[numbers] = mask_of(numbers)
                mask |= self._parsed[numbers]
        return mask


def _nowhere(_text: str, _folded: str) -> Span:
    """The search of a rule without words: it is found everywhere, and shows no words."""
    return 0, 0


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
