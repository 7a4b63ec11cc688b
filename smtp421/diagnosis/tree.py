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


def walk(tree: Tree, evidence: Iterable[Evidence]) -> Walk:
    """Walk from the root to where an edge leads nowhere, taking at each node the edge of the first evidence that answers it.

    An answer that the node does not know counts as unknown. The checks of the rule base see to it that the tree has no cycle; a
    walk through a foreign tree still ends, since no node is entered twice.
    """
    known: dict[str, Evidence] = {}
    for item in evidence:
        known.setdefault(item.key, item)
    path: list[Step] = []
    questions: list[str] = []
    cause: str | None = None
    raises: Severity | None = None
    seen: set[str] = set()
    node_id: str | None = tree.root
    while node_id and node_id in tree.nodes and node_id not in seen:
        seen.add(node_id)
        node = tree.nodes[node_id]
        answered = known.get(node.evidence)
        edge: Edge = node.unknown
        answer, told = UNKNOWN, node.how[0] if node.how else ""
        if answered is not None and answered.answer in node.answers:
            answer = answered.answer
            edge = node.answers[answer]
            told = f"{edge.says.rstrip('.')} ({answered.source})"
            cause = cause or edge.cause
            if edge.raises is not None and (raises is None or edge.raises.rank > raises.rank):
                raises = edge.raises
        else:
            questions.extend(node.how[:1])
        path.append(Step(node.id, node.question, answer, told))
        node_id = edge.to
    return Walk(tuple(path), cause, raises, tuple(questions))
