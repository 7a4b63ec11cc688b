"""Pages out of the JSON lines of a compiled rule book: arrays become named tuples, words become enum members."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeVar

from smtp421.model import Confidence, Origin, Severity, WhoActs
from smtp421.rulebook.pages import Cause, Citation, Columns, Conditions, Edge, FixPage, LimitPage, Node, Provider, Rule, Tree

T = TypeVar("T")


class Lines:
    """The lines of a text, of known lengths, each decoded when it is asked for."""

    def __init__(self, data: bytes | memoryview, lengths: Iterable[int]) -> None:
        self._data = data
        self._ends = list(accumulate(lengths, initial=0))
        if self._ends[-1] != len(data):
            raise ValueError("the lines do not fit the index")

    def __getitem__(self, number: int) -> str:
        return str(self._data[self._ends[number] : self._ends[number + 1] - 1], "utf-8", "surrogatepass")


class Pages(Mapping[str, T]):
    """Pages by id, each decoded when it is asked for. Their lines begin with number ``first``."""

    def __init__(self, names: Sequence[str], lines: Lines, first: int, decode: Callable[[list[Any]], T]) -> None:
        self._names = names
        self._lines = lines
        self._first = first
        self._decode = decode
        self._decoded: dict[int, T] = {}

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._names)}

    def at(self, number: int) -> T:
        """The page with this number."""
        page = self._decoded.get(number)
        if page is None:
            page = self._decoded[number] = self._decode(json.loads(self._lines[self._first + number]))
        return page

    def number(self, name: str) -> int:
        """The number of a page. Raises KeyError."""
        return self._numbers[name]

    def __getitem__(self, name: str) -> T:
        return self.at(self._numbers[name])

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _citations(rows: Sequence[Sequence[str]]) -> tuple[Citation, ...]:
    return tuple(Citation(*row) for row in rows)


def _citation(row: Sequence[str] | None) -> Citation | None:
    return None if row is None else Citation(*row)


def _severity(name: str | None) -> Severity | None:
    return None if name is None else Severity(name)


def rule(row: list[Any]) -> Rule:
    """A rule's page."""
    page = Rule(*row)
    text, not_text, code, enhanced_code, stage, origin, provider_known = page.match
    return page._replace(
        also=tuple(page.also),
        severity=_severity(page.severity),
        confidence=Confidence(page.confidence),
        origin=None if page.origin is None else Origin(page.origin),
        who_acts=None if page.who_acts is None else WhoActs(page.who_acts),
        fixes=tuple(page.fixes),
        next_checks=tuple(page.next_checks),
        references=_citations(page.references),
        examples=tuple(page.examples),
        counterexamples=tuple(page.counterexamples),
        match=Conditions(
            tuple(text), tuple(not_text), tuple(code), tuple(enhanced_code), tuple(stage), tuple(origin), provider_known
        ),
    )


def columns(names: Iterable[str], rows: Sequence[Sequence[Any]]) -> Columns:
    """What is often asked of rules."""
    causes, providers, severities, origins, confidences = rows
    return Columns(
        tuple(names),
        tuple(causes),
        tuple(providers),
        tuple(map(_severity, severities)),
        tuple(None if origin is None else Origin(origin) for origin in origins),
        tuple(map(Confidence, confidences)),
    )


def cause(row: list[Any]) -> Cause:
    """A cause's page."""
    page = Cause(*row)
    return page._replace(
        signs=tuple(page.signs),
        severity=Severity(page.severity),
        severity_at_known_provider=_severity(page.severity_at_known_provider),
        severity_in_program=_severity(page.severity_in_program),
        who_acts=WhoActs(page.who_acts),
        fixes=tuple(page.fixes),
        next_checks=tuple(page.next_checks),
    )


def fix(row: list[Any]) -> FixPage:
    """A fix's page."""
    page = FixPage(*row)
    settings = tuple((mta, lines) for mta, lines in page.settings)
    return page._replace(who=WhoActs(page.who), settings=settings, references=_citations(page.references))


def provider(row: list[Any]) -> Provider:
    """A provider's page."""
    page = Provider(*row)
    return page._replace(
        mx=tuple(page.mx),
        marks=tuple(page.marks),
        limits=tuple(LimitPage(*limit) for limit in page.limits),
        postmaster=_citation(page.postmaster),
        sender_form=_citation(page.sender_form),
        reputation_tool=_citation(page.reputation_tool),
        feedback_loop=_citation(page.feedback_loop),
    )


def tree(row: list[Any]) -> Tree:
    """The diagnosis tree."""
    root, thresholds, nodes = row
    return Tree(root, thresholds, {name: _node(node) for name, node in nodes.items()})


def _node(row: list[Any]) -> Node:
    page = Node(*row)
    return page._replace(
        answers={name: _edge(edge) for name, edge in row[3].items()},
        unknown=_edge(row[4]),
        how=tuple(page.how),
    )


def _edge(row: list[Any]) -> Edge:
    to, says, cause_id, raises, fixes = row
    return Edge(to, says, cause_id, _severity(raises), tuple(fixes))
