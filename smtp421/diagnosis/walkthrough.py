"""Walking the tree with a person: what is known so far, what to ask next, and what to do in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from smtp421.diagnosis.decide import diagnose
from smtp421.diagnosis.tree import UNKNOWN, walk
from smtp421.model import Attempt, Confidence, Diagnosis, Evidence, Fix, Severity, WhoActs
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Node, Tree

YOU = "you said so"

Mark = Literal["evidence", "you", "open", "not_reached"]


class Session(NamedTuple):
    """What is known of one deferral, as far as the walk has come. It can be saved and taken up again."""

    attempt: Attempt
    logged: bool
    """Whether the text told more than the reply."""
    evidence: tuple[Evidence, ...] = ()
    """From a log and from files."""
    answers: tuple[tuple[str, str], ...] = ()
    """(node, answer), in the order in which a person gave them; ``unknown`` for "don't know"."""
    least: Severity | None = None
    """The severity that a log's history gives it at least."""
    taken: str = ""
    """Which deferral it is, where there were several."""

    def answered(self, node: str, answer: str) -> Session:
        """The session with one answer more; a new answer to the same question replaces the old one."""
        others = tuple(pair for pair in self.answers if pair[0] != node)
        return self._replace(answers=(*others, (node, answer)))

    def back(self) -> Session:
        """The session without the last answer."""
        return self._replace(answers=self.answers[:-1])


class Marked(NamedTuple):
    """A node of the tree and what became of it in a walk."""

    node: Node
    mark: Mark
    answer: str
    """The edge taken; ``unknown`` where nothing answered or the walk did not come by."""
    told: str
    """What the answer means and where it comes from; how to find it where it is open; empty where it was not reached."""
    old: bool = False
    """Whether only old evidence answers, which shows the way but leaves the question open."""


class Action(NamedTuple):
    """One entry of the checklist."""

    kind: Literal["find_out", "do", "then"]
    text: str
    who: WhoActs | None
    """Whose move it is; None for whoever reads it."""
    node: str | None
    """The question that it answers."""
    fix: Fix | None = None


def said(answers: tuple[tuple[str, str], ...], tree: Tree) -> list[Evidence]:
    """What a person said, as evidence; not to know is none."""
    return [
        Evidence(tree.nodes[node].evidence, answer, YOU, by="you")
        for node, answer in answers
        if node in tree.nodes and answer != UNKNOWN
    ]


def diagnosis_of(session: Session, book: RuleBook) -> Diagnosis:
    """The diagnosis with all that is known so far."""
    given = (*said(session.answers, book.tree), *session.evidence)
    found = diagnose(session.attempt, book, given, logged=session.logged)
    if session.least is not None and session.least.rank > found.severity.rank:
        return found._replace(severity=session.least)
    return found


def next_question(found: Diagnosis, session: Session, tree: Tree) -> Node | None:
    """The first question on the way that is open, or that only old evidence answers, and was not asked yet."""
    asked = {node for node, _ in session.answers}
    for node in _open(found, tree):
        if node.id not in asked and node.answers:
            return node
    return None


def _open(found: Diagnosis, tree: Tree) -> Iterator[Node]:
    walked = walk(tree, found.evidence)
    for step, item in zip(walked.path, walked.answered, strict=True):
        if item is None or item.old:
            yield tree.nodes[step.node]


def marks(found: Diagnosis, tree: Tree) -> tuple[Marked, ...]:
    """Every node of the tree: those of the walk in its order, then the others."""
    walked = walk(tree, found.evidence)
    reached = [
        Marked(tree.nodes[step.node], _mark(item), step.answer, step.evidence, old=item is not None and item.old)
        for step, item in zip(walked.path, walked.answered, strict=True)
    ]
    seen = {marked.node.id for marked in reached}
    others = [Marked(node, "not_reached", UNKNOWN, "") for node in tree.nodes.values() if node.id not in seen]
    return (*reached, *others)


def _mark(item: Evidence | None) -> Mark:
    if item is None:
        return "open"
    return "you" if item.by == "you" else "evidence"


def actions(found: Diagnosis, tree: Tree) -> tuple[Action, ...]:
    """What to do, in order.

    Where the cause is known, its fixes come first, then what is still worth finding out; where it is not, finding out comes
    first, since the fixes are guesses. What the retry will do comes last.
    """
    find = list(_find_out(found, tree))
    do = [*_unfixed(found, tree), *(Action("do", fix.action, fix.who, None, fix) for fix in found.fixes)]
    guessed = found.cause == UNKNOWN or found.confidence is Confidence.LOW
    retry = [Action("then", found.retry.advice, None, None)] if found.retry.advice else []
    return (*(find + do if guessed else do + find), *retry)


def _unfixed(found: Diagnosis, tree: Tree) -> Iterator[Action]:
    """Answers that raise the severity and have no fix of their own: what to do stands in what they say."""
    walked = walk(tree, found.evidence)
    for step, item in zip(walked.path, walked.answered, strict=True):
        edge = None if item is None or item.old or item.by == "reply" else tree.nodes[step.node].answers[item.answer]
        if edge is not None and edge.raises is not None and not edge.fixes and edge.cause is None:
            yield Action("do", step.evidence, None, step.node)


def _find_out(found: Diagnosis, tree: Tree) -> Iterator[Action]:
    for node in _open(found, tree):
        for how in node.how:
            yield Action("find_out", how, None, node.id)
