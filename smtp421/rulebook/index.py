"""What matching needs of rules and marks, as plain data: literals, conditions, and how each pattern is confirmed.

Patterns are numbered through in the order of their rules; a rule without patterns takes one number too. So the lowest number
that fits is the rule that wins, and all that is known of patterns is a bit mask.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from smtp421.rulebook.literals import needed_literals
from smtp421.rulebook.pages import Provider, Rule
from smtp421.rulebook.rank import SHUT_OUT
from smtp421.rulebook.words import EXACT, FOLDED, OTHER, PLAIN, TIMED

Step = list[Any]
"""How a pattern is confirmed: ``[EXACT, literal, ...]``, else the engine, the pattern and further sets of literals."""

MARK_ORDER = ("mailbox", "gateway", "sending_service", "list", "software", "tool")
"""Which kind of provider a text speaks of first, where it bears the marks of several."""


def _step(pattern: str, *, trusted: bool) -> tuple[Step, Sequence[str]]:
    """How a pattern is confirmed, and the literals of which each match holds one; none where nothing is known."""
    needed = needed_literals(pattern)
    best, *further = needed.sets or ((),)
    if needed.exact:
        return [EXACT, *best], best
    if not trusted:
        return [TIMED, pattern, *further], best
    if needed.lowered:
        return [FOLDED, needed.lowered, *further], best
    return [PLAIN if needed.plain else OTHER, pattern, *further], best


class Indexed(NamedTuple):
    """What :class:`smtp421.rulebook.words.WordIndex` reads."""

    head: dict[str, Any]
    lines: list[str]
    """The literals; the patterns that each speaks for; then for each owner how its patterns are confirmed, as JSON."""


def words_index(sets: Iterable[tuple[Sequence[str], bool]]) -> Indexed:
    """Index the patterns of rules, or of providers; each comes with whether its patterns are trusted."""
    steps: list[str] = []
    starts: list[int] = []
    numbers: dict[str, list[int]] = defaultdict(list)
    always: list[int] = []
    count = 0
    for patterns, trusted in sets:
        starts.append(count)
        pairs = [_step(pattern, trusted=trusted) for pattern in patterns]
        steps.append(to_json([step for step, _best in pairs]))
        for number, best in enumerate([best for _step, best in pairs] or [()], count):
            if not best:
                always.append(number)
            for literal in least(best):
                numbers[literal].append(number)
        count += max(1, len(pairs))
    literals = sorted(numbers)
    head = "\t".join(literals), "\t".join(ranges(numbers[literal]) for literal in literals)
    return Indexed({"count": count, "starts": starts, "always": ranges(always)}, [*head, *steps])


def to_json(value: Any) -> str:
    """One line of compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def least(literals: Sequence[str]) -> list[str]:
    """The literals that are left when those go that hold another one of them."""
    return [literal for literal in literals if not any(other in literal for other in literals if other != literal)]


def ranges(numbers: Iterable[int]) -> str:
    """Rising numbers as text: ``0-4 7 9-12``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return " ".join("-".join(map(str, part)) for part in parts)


def marks_index(providers: Iterable[Provider], own: Collection[str]) -> Indexed:
    """Index the marks of providers; those of ``own`` come from the user and run with a time limit."""
    marked = [provider for provider in providers if provider.marks]
    marked.sort(key=lambda provider: (MARK_ORDER.index(provider.kind), provider.id))
    head, lines = words_index((provider.marks, provider.id not in own) for provider in marked)
    return Indexed({"ids": [provider.id for provider in marked], **head}, lines)


def rules_index(rules: Sequence[Rule]) -> Indexed:
    """Index the patterns of rules: the ``text`` of all, then the ``not_text`` of those that have one, its *vetoes*."""
    vetoed = [number for number, rule in enumerate(rules) if rule.match.not_text]
    texts = [(rule.match.text, rule.label == "bundled") for rule in rules]
    vetoes = [(rules[number].match.not_text, rules[number].label == "bundled") for number in vetoed]
    head, lines = words_index([*texts, *vetoes])
    return Indexed({"vetoed": vetoed, **head}, lines)


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
