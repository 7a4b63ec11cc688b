"""What matching needs of rules and marks, as plain data: literals, conditions, and how each pattern is searched.

Patterns are numbered through in the order of their rules; a rule without patterns takes one number too. So the lowest number
that fits is the rule that wins.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from smtp421.rulebook.finders import EXACT, FOLDED, OTHER, PLAIN, TIMED
from smtp421.rulebook.literals import needed_literals
from smtp421.rulebook.pages import Provider, Rule
from smtp421.rulebook.rank import SHUT_OUT
from smtp421.rulebook.texts import collapse, fold
from smtp421.rulebook.words import automaton_of

Step = list[Any]
"""The sets of literals of which a text must hold one each, besides that which speaks for the pattern; then ``EXACT`` and
literals, else the engine and the pattern."""

MARK_ORDER = ("mailbox", "gateway", "sending_service", "list", "software", "tool")
"""Which kind of provider a text speaks of first, where it bears the marks of several."""


LEAST = 2
"""Bytes that each literal of a set must have for the set to be looked for."""
TRIMMED = 4
"""Letters that a literal must have to be looked for without the blanks around it."""

COMMON_SHARE = 0.08
"""A set tells too little, and is only used where a pattern has no other, if so great a share of all texts holds its literals."""

Owned = tuple[Sequence[str], bool, bool]
"""The patterns of one owner; whether they are trusted: bundled, and run without a time limit; whether they are sought in every
text: vetoes are only where their rule fits."""


class Indexed(NamedTuple):
    """What :class:`smtp421.rulebook.words.WordIndex` reads."""

    head: dict[str, Any]
    lines: list[str]
    """The literals; the patterns that each speaks for; then for each owner how its patterns are searched, as JSON."""


def words_index(owners: Iterable[Owned], texts: Sequence[str]) -> Indexed:
    """Index patterns by their literals; ``texts`` are replies as they are met: they tell which literals are rare.

    The literals of its rarest set speak for a pattern; those of its further sets must only be there too.
    """
    owners = list(owners)
    share = _shares((pattern for patterns, _trusted, _sought in owners for pattern in patterns), texts)
    steps: list[str] = []
    starts: list[int] = []
    numbers: dict[str, list[int]] = defaultdict(list)
    always: list[int] = []
    count = 0
    for patterns, trusted, sought in owners:
        starts.append(count)
        found = [_sets(pattern, share, sought=sought) for pattern in patterns]
        further = [sets[1:] if sought else sets for sets in found]
        steps.append(to_json([_step(pattern, sets, trusted=trusted) for pattern, sets in zip(patterns, further, strict=True)]))
        for number, sets in enumerate(found or [[]], count):
            if not sets and sought:
                always.append(number)
            for literal in chain(*sets):
                numbers.setdefault(literal, [])
            for literal in sets[0] if sets and sought else ():
                numbers[literal].append(number)
        count += max(1, len(found))
    literals = sorted(numbers)
    head = "\t".join(literals), "\t".join(ranges(numbers[literal]) for literal in literals)
    return Indexed({"count": count, "starts": starts, "always": ranges(always)}, [*head, *steps])


def _step(pattern: str, sets: Sequence[Sequence[str]], *, trusted: bool) -> Step:
    """How a pattern is searched."""
    needed = needed_literals(pattern)
    if needed.exact:
        return [sets, EXACT, *needed.sets[0]]
    if not trusted:
        return [sets, TIMED, pattern]
    if needed.lowered:
        return [sets, FOLDED, needed.lowered]
    return [sets, PLAIN if needed.plain else OTHER, pattern]


def _sets(pattern: str, share: Mapping[str, float], *, sought: bool) -> list[list[str]]:
    """The sets of which a text must hold a literal each, the rarest first; further ones only where they tell something."""
    shares = [(sum(map(share.__getitem__, literals)), literals) for literals in _usable_sets(pattern)]
    shares.sort(key=itemgetter(0))
    return [literals for place, (common, literals) in enumerate(shares) if common < COMMON_SHARE or (sought and place == 0)]


def _usable_sets(pattern: str) -> list[list[str]]:
    """The sets that can be looked for, the most telling first."""
    sets = [least(list(map(_trimmed, literals))) for literals in needed_literals(pattern).sets]
    return [literals for literals in sets if min(len(literal.encode()) for literal in literals) >= LEAST]


def _shares(patterns: Iterable[str], texts: Sequence[str]) -> Mapping[str, float]:
    """The share of texts that holds each literal of some patterns."""
    found: Counter[str] = Counter()
    literals = {literal for pattern in patterns for literals in _usable_sets(pattern) for literal in literals}
    if literals and texts:
        automaton = automaton_of(literals)
        for text in texts:
            found.update({literal for _end, literal in automaton.iter(fold(collapse(text)))})
    return {literal: found[literal] / max(1, len(texts)) for literal in literals}


def _trimmed(literal: str) -> str:
    """A literal without the blanks around it, where it tells enough without: fewer literals are found sooner."""
    trimmed = literal.strip()
    return trimmed if len(trimmed) >= TRIMMED else literal


def to_json(value: Any) -> str:
    """One line of compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def least(literals: Sequence[str]) -> list[str]:
    """The literals that are left when those go that hold another one of them."""
    different = dict.fromkeys(literals)
    return [literal for literal in different if not any(other in literal for other in different if other != literal)]


def ranges(numbers: Iterable[int]) -> str:
    """Rising numbers as text: ``0-4 7 9-12``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return " ".join("-".join(map(str, part)) for part in parts)


def texts_index(rules: Sequence[Rule], providers: Iterable[Provider], own: Collection[str]) -> Indexed:
    """Index the patterns of rules and the marks of providers: those of ``own`` come from the user and run with a time limit.

    First the ``text`` of all rules, then the ``not_text`` of those that have one, their *vetoes*, then the marks.
    """
    vetoed = [number for number, rule in enumerate(rules) if rule.match.not_text]
    marked = [provider for provider in providers if provider.marks]
    marked.sort(key=lambda provider: (MARK_ORDER.index(provider.kind), provider.id))
    texts = [(rule.match.text, rule.label == "bundled", True) for rule in rules]
    vetoes = [(rules[number].match.not_text, rules[number].label == "bundled", False) for number in vetoed]
    marks = [(provider.marks, provider.id not in own, True) for provider in marked]
    examples = [text for rule in rules for text in (*rule.examples, *rule.counterexamples)]
    head, lines = words_index([*texts, *vetoes, *marks], examples)
    return Indexed({"vetoed": vetoed, "marked": [provider.id for provider in marked], **head}, lines)


def axes(rules: Sequence[Rule], starts: Sequence[int], providers: dict[str, Provider]) -> dict[str, list[Any]]:
    """For each condition other than words: the values that occur, each with the numbers of the patterns that it holds for."""
    found: dict[str, dict[Hashable, list[int]]] = {
        name: defaultdict(list) for name in ("code", "enhanced", "stage", "origin", "provider")
    }
    for number, rule in enumerate(rules):
        match = rule.match
        patterns = range(starts[number], starts[number] + max(1, len(match.text)))
        found["code"][match.code, bool(match.text)] += patterns
        found["enhanced"][match.enhanced_code] += patterns
        found["stage"][match.stage] += patterns
        found["origin"][match.origin] += patterns
        found["provider"][_provider_condition(rule, providers)] += patterns
    return {name: [[value, ranges(numbers)] for value, numbers in groups.items()] for name, groups in found.items()}


def _provider_condition(rule: Rule, providers: dict[str, Provider]) -> tuple[str | None, bool, bool]:
    """(family, whether another known family shuts the rule out, whether the provider must be known)."""
    if rule.provider is None:
        return (None, False, rule.match.provider_known)
    provider = providers[rule.provider]
    return (provider.family, provider.kind in SHUT_OUT, rule.match.provider_known)
