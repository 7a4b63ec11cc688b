"""Pages out of the JSON lines of a compiled rule book: arrays become named tuples, words become enum members."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from smtp421.model import Confidence, Origin, Severity, WhoActs
from smtp421.rulebook.pages import Cause, Citation, Conditions, Edge, FixPage, LimitPage, Node, Provider, Rule, Tree

T = TypeVar("T")


class Pages(Mapping[str, T]):
    """Pages by id, each decoded when it is asked for."""

    def __init__(self, lines: bytes, places: Mapping[str, slice], decode: Callable[[list[Any]], T]) -> None:
        self._lines = lines
        self._places = places
        self._decode = decode
        self._decoded: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        page = self._decoded.get(name)
        if page is None:
            page = self._decoded[name] = self._decode(
                json.loads(self._lines[self._places[name]].decode("utf-8", "surrogatepass"))
            )
        return page

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


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


def cause(row: list[Any]) -> Cause:
    """A cause's page."""
    page = Cause(*row)
    return page._replace(
        signs=tuple(page.signs),
        severity=Severity(page.severity),
        severity_at_known_provider=_severity(page.severity_at_known_provider),
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
    to, says, cause_id, raises = row
    return Edge(to, says, cause_id, _severity(raises))
