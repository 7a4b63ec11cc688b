"""Walk the diagnosis tree (rules/tree.yaml) with the evidence at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from smtp421.model import Evidence, Severity, Step
from smtp421.rulebook.pages import Edge, Tree

UNKNOWN = "unknown"


class Walk(NamedTuple):
    """A walk through the tree, and what it found."""

    path: tuple[Step, ...]
    cause: str | None
    """The cause that an answer points to; only for texts that name no reason themselves."""
    raises: Severity | None
    """The highest severity that an answer asks for."""
    open_questions: tuple[str, ...]
    """For each question without an answer, how to find it."""
    answered: tuple[Evidence | None, ...] = ()
    """For each step of ``path`` what answered it; None where nothing did."""


def walk(tree: Tree, evidence: Iterable[Evidence]) -> Walk:
    """Walk from the root to where an edge leads nowhere, taking at each node the edge of the first evidence that answers it.

    Old evidence counts after all other, and only shows the way: it names no cause, raises nothing and leaves the question open.
    An answer that the node does not know counts as unknown. The checks of the rule base see to it that the tree has no cycle; a
    walk through a foreign tree still ends, since no node is entered twice.
    """
    known: dict[str, list[Evidence]] = {}
    for item in evidence:
        known.setdefault(item.key, []).append(item)
    path: list[Step] = []
    questions: list[str] = []
    answered: list[Evidence | None] = []
    cause: str | None = None
    raises: Severity | None = None
    seen: set[str] = set()
    node_id: str | None = tree.root
    while node_id and node_id in tree.nodes and node_id not in seen:
        seen.add(node_id)
        node = tree.nodes[node_id]
        told_of = known.get(node.evidence, [])
        found = first_answer(told_of, node.answers)
        edge: Edge = node.unknown
        answer, told = UNKNOWN, _unanswered(node.how, told_of)
        if found is not None:
            answer = found.answer
            edge = node.answers[answer]
            told = f"{edge.says.rstrip('.')} ({found.source})"
        if found is None or found.old:
            questions.extend(node.how[:1])
        else:
            cause = cause or edge.cause
            if edge.raises is not None and (raises is None or edge.raises.rank > raises.rank):
                raises = edge.raises
        path.append(Step(node.id, node.question, answer, told))
        answered.append(found)
        node_id = edge.to
    return Walk(tuple(path), cause, raises, tuple(questions), tuple(answered))


def first_answer(evidence: Iterable[Evidence], answers: Iterable[str]) -> Evidence | None:
    """The first that gives one of ``answers``, what is not old before what is."""
    fitting = [item for item in evidence if item.answer in answers]
    return min(fitting, key=lambda item: item.old, default=None)


def in_order(evidence: Iterable[Evidence], tree: Tree) -> list[Evidence]:
    """Evidence of several sources in the order in which it is to count.

    What a person said first; then, of what disagrees, the answer that points to a cause or raises the severity, then the one that
    the tree names first: one list that shows trouble is not cleared by another that shows none.
    """
    ranks = {
        (node.evidence, answer): (edge.cause is None and edge.raises is None, number)
        for node in tree.nodes.values()
        for number, (answer, edge) in enumerate(node.answers.items())
    }
    last = (True, len(ranks))
    return sorted(evidence, key=lambda item: (item.by != "you", item.old, ranks.get((item.key, item.answer), last)))


def _unanswered(how: tuple[str, ...], looked: Iterable[Evidence]) -> str:
    """How to find the answer, and what was looked at in vain."""
    vain = "; ".join(dict.fromkeys(item.source for item in looked if item.answer == UNKNOWN))
    return " ".join(filter(None, (how[0] if how else "", f"({vain})" if vain else "")))
