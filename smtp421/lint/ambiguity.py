"""Patterns that can take time without end: those in which a loop can read the same text in two ways.

A backtracking engine tries all ways to read a text before it gives up. Where a loop can read one text in two ways, there are
2^n ways for n of them: exponential ambiguity (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991). The
automaton here is Glushkov's: a state for each character of the pattern, an edge for each pair that can follow each other; two
edges between the same states (``(a+)+``), or two different walks from a state to itself that read the same text
(``(\\w+\\s?)+``), prove it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from re import _constants as ast  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from smtp421.lint.samples import holds, syntax_tree

MOST_STATES = 120
"""Larger patterns are not looked at."""
MANY = 12
"""A count from which on it is as good as endless."""
MAX_DEPTH = 60

_ALPHABET = "".join(map(chr, range(9, 127))) + "\xa0\xe9\u0416\u4e2d"
"""The characters that classes are compared by."""
_ALL = (1 << len(_ALPHABET)) - 1
_REPEATS = (ast.MAX_REPEAT, ast.MIN_REPEAT)


class _Part(NamedTuple):
    """What Glushkov's construction knows of a part of a pattern."""

    nullable: bool
    first: tuple[int, ...]
    last: tuple[int, ...]


class _TooLarge(Exception):
    pass


class _Automaton:
    """States with the characters that each reads, and how often each may follow another."""

    def __init__(self) -> None:
        self.reads: list[int] = []
        self.follows: Counter[tuple[int, int]] = Counter()
        self.loops = 0

    def state(self, characters: int) -> _Part:
        if len(self.reads) >= MOST_STATES:
            raise _TooLarge
        self.reads.append(characters)
        number = len(self.reads) - 1
        return _Part(False, (number,), (number,))

    def follow(self, lasts: Iterable[int], firsts: Sequence[int]) -> None:
        for last in lasts:
            for first in firsts:
                self.follows[last, first] += 1

    def sequence(self, items: Sequence[Any], depth: int) -> _Part:
        if depth > MAX_DEPTH:
            raise _TooLarge
        whole = _Part(True, (), ())
        for operation, value in items:
            whole = self.join(whole, self.item(operation, value, depth))
        return whole

    def join(self, left: _Part, right: _Part) -> _Part:
        self.follow(left.last, right.first)
        return _Part(
            left.nullable and right.nullable,
            left.first + right.first if left.nullable else left.first,
            right.last + left.last if right.nullable else right.last,
        )

    def item(self, operation: Any, value: Any, depth: int) -> _Part:
        if operation is ast.BRANCH:
            parts = [self.sequence(branch, depth + 1) for branch in value[1]]
            return _Part(
                any(part.nullable for part in parts),
                tuple(state for part in parts for state in part.first),
                tuple(state for part in parts for state in part.last),
            )
        if operation is ast.SUBPATTERN:
            return self.sequence(value[-1], depth + 1)
        if operation in _REPEATS:
            least, most, inner = value
            return self.repeat(least, most, inner, depth)
        if operation in (ast.AT, ast.ASSERT, ast.ASSERT_NOT):
            return _Part(True, (), ())
        if operation in (ast.ATOMIC_GROUP, ast.POSSESSIVE_REPEAT, ast.GROUPREF, ast.GROUPREF_EXISTS):
            return self.state(0)  # they give nothing back, or nothing is known of them: no ambiguity beyond here
        return self.state(characters_of(operation, value))

    def repeat(self, least: int, most: Any, inner: Sequence[Any], depth: int) -> _Part:
        if most is ast.MAXREPEAT or most > MANY:
            part = self.sequence(inner, depth + 1)
            self.follow(part.last, part.first)
            self.loops += 1
            return part if least else part._replace(nullable=True)
        whole = _Part(True, (), ())
        for number in range(most):
            part = self.sequence(inner, depth + 1)
            whole = self.join(whole, part if number < least else part._replace(nullable=True))
        return whole


def characters_of(operation: Any, value: Any) -> int:
    """The characters that a single-character part reads, as bits."""
    if operation is ast.ANY:
        return _ALL
    if operation is ast.IN:
        negated = value[0][0] is ast.NEGATE
        found = 0
        for kind, member in value[negated:]:
            found |= _members(kind, member)
        return _ALL & ~found if negated else found
    found = _members(ast.LITERAL, value)
    return _ALL & ~found if operation is ast.NOT_LITERAL else found


@lru_cache(maxsize=2048)
def _members(kind: Any, member: Any) -> int:
    return sum(1 << at for at, char in enumerate(_ALPHABET) if holds([(kind, member)], char))


def is_catastrophic(pattern: str) -> bool:
    """Whether a loop of a pattern can read one text in two ways, with something behind it that may fail."""
    if not any(sign in pattern for sign in (")*", ")+", "){")):
        return False
    tree = syntax_tree(pattern)
    if tree is None:
        return False
    automaton = _Automaton()
    try:
        whole = automaton.sequence(tree, 0)
    except _TooLarge:
        return False
    return automaton.loops > 0 and _is_ambiguous(automaton, _ends(tree, whole))


def _ends(tree: Sequence[Any], whole: _Part) -> frozenset[int]:
    """The states with which a match may end, where nothing has to follow: from these the engine never has to turn back."""
    anchored = len(tree) and tree[-1][0] in (ast.AT, ast.ASSERT, ast.ASSERT_NOT)
    return frozenset() if anchored else frozenset(whole.last)


def _is_ambiguous(automaton: _Automaton, ends: frozenset[int]) -> bool:
    reads = automaton.reads
    after: dict[int, list[int]] = {}
    for one, other in automaton.follows:
        after.setdefault(one, []).append(other)
    for loop in _components(after, range(len(reads))):
        if loop & ends:
            continue
        if any(number > 1 and one in loop and other in loop for (one, other), number in automaton.follows.items()):
            return True
        if _two_walks(loop, after, reads):
            return True
    return False


def _two_walks(loop: frozenset[int], after: dict[int, list[int]], reads: list[int]) -> bool:
    """Whether two different walks lead from a state of a loop to itself and read the same text."""
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    ahead = [(state, state) for state in loop]
    while ahead:
        pair = ahead.pop()
        if pair in pairs:
            continue
        pairs[pair] = [
            (one, other)
            for one in after.get(pair[0], ())
            for other in after.get(pair[1], ())
            if one in loop and other in loop and reads[one] & reads[other]
        ]
        ahead += pairs[pair]
    return any(
        any(one == other for one, other in component) and any(one != other for one, other in component)
        for component in _components(pairs, pairs)
    )


def _components(after: dict[Any, list[Any]], nodes: Iterable[Any]) -> list[frozenset[Any]]:
    """The strongly connected components that hold a loop (Tarjan's, without recursion)."""
    index: dict[Any, int] = {}
    low: dict[Any, int] = {}
    stack: list[Any] = []
    on_stack: set[Any] = set()
    found: list[frozenset[Any]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(after.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, edges = work[-1]
            for other in edges:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(after.get(other, ()))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = set()
                    while node not in members:
                        members.add(stack.pop())
                    on_stack -= members
                    if len(members) > 1 or node in after.get(node, ()):
                        found.append(frozenset(members))
    return found
