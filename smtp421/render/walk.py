"""A walk through the diagnosis tree as a page: the diagnosis, every node with its mark, and what to do in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smtp421.diagnosis.tree import UNKNOWN
from smtp421.diagnosis.walkthrough import Action, Mark, Marked, actions, marks
from smtp421.model import Diagnosis, WhoActs
from smtp421.render import phrases
from smtp421.render.blocks import Block, Code, Footer, Heading, Item, Items, Paragraph, Span, Words, prose, words
from smtp421.render.interface import View
from smtp421.render.page import Page
from smtp421.render.panel import footer, limits, opening, references
from smtp421.render.wrap import wrap
from smtp421.rulebook.pages import Edge, Node, Tree

SIGNS: dict[Mark, str] = {"evidence": "\u25cf", "you": "\u25c6", "open": "?", "not_reached": "\u25cb"}
NAMES: dict[Mark, str] = {"evidence": "answered by evidence", "you": "by you", "open": "open", "not_reached": "not reached"}
_LINE, _BRANCH, _LAST = "\u2502", "\u251c\u2500", "\u2514\u2500"
_INDENT = 2
"""Columns that the painter sets before each line of a drawing."""


def walk_page(found: Diagnosis, tree: Tree, view: View, taken: str = "") -> Page:
    """The page of a walk; ``taken`` tells which deferral it is, where there were several."""
    marked, todo = marks(found, tree), actions(found, tree)
    data = {
        "taken": taken or None,
        "diagnosis": found.to_dict(),
        "nodes": [_node(item) for item in marked],
        "open": [item.node.id for item in marked if item.mark == "open" or item.old],
        "actions": [
            {"kind": item.kind, "text": item.text, "who": item.who, "node": item.node, "fix": item.fix and item.fix.id}
            for item in todo
        ],
    }
    return Page("walk", data, tuple(_blocks(found, tree, view, taken, marked, todo)))


def _node(item: Marked) -> dict[str, object]:
    node = item.node
    return {
        "node": node.id,
        "question": node.question,
        "mark": item.mark,
        "answer": item.answer,
        "evidence": item.told,
        "old": item.old,
        "answers": list(node.answers),
        "how": list(node.how),
    }


def _blocks(
    found: Diagnosis, tree: Tree, view: View, taken: str, marked: Sequence[Marked], todo: Sequence[Action]
) -> Iterator[Block]:
    yield from opening(found, view, walk=False)
    if taken:
        yield Paragraph(words(Span("Taken: ", "strong"), taken))
    yield Heading("The walk")
    yield Code(tuple(drawing(marked, tree, view.width - _INDENT)))
    if idle := _idle(found, tree):
        yield Paragraph(words(Span("Not needed on this way: ", "strong"), "; ".join(idle)))
    movers = [item.who for item in todo if item.who not in (None, WhoActs.NOBODY)]
    who = max(movers, key=movers.count, default=None)
    yield Heading(f"What to do, in order{phrases.by(who)}")
    yield Items(tuple(_item(item, found, view, tell_who=item.who is not who) for item in todo), ordered=True)
    yield from limits(found.limits, view)
    yield from references(found, view)
    yield Footer(footer(found))


def _idle(found: Diagnosis, tree: Tree) -> list[str]:
    """What was brought along that no question on the way asks for."""
    asked = {tree.nodes[step.node].evidence for step in found.path if step.node in tree.nodes}
    idle = [
        item for item in found.evidence if item.by in ("evidence", "you") and item.answer != UNKNOWN and item.key not in asked
    ]
    return list(dict.fromkeys(f"{item.source} ({phrases.plain(item.key)}: {phrases.plain(item.answer)})" for item in idle))


def drawing(marked: Sequence[Marked], tree: Tree, width: int) -> Iterator[str]:
    """The walk as a trunk, from each of its nodes the branches that it did not take, and a legend."""
    trunk = [item for item in marked if item.mark != "not_reached"]
    drawn = {item.node.id for item in trunk}
    for number, item in enumerate(trunk):
        answer = "open" if item.mark == "open" else phrases.plain(item.answer) + (" (old; look again)" if item.old else "")
        yield f"{SIGNS[item.mark]} {item.node.id}: {answer}"
        more = number + 1 < len(trunk)
        branches = list(_branches(item, tree, drawn))
        rail = _LINE if more or branches else " "
        yield from _wrapped(item.told, f"{rail}   ", width)
        for place, (name, nodes) in enumerate(branches):
            fork = _BRANCH if more or place + 1 < len(branches) else _LAST
            rail = _LINE if more or place + 1 < len(branches) else " "
            yield from _wrapped(", ".join(nodes), f"{fork}{SIGNS['not_reached']} {name}: ", width, f"{rail}     ")
    used = dict.fromkeys(item.mark for item in marked)
    yield ""
    yield from _wrapped(", ".join(f"{SIGNS[mark]} {NAMES[mark]}" for mark in SIGNS if mark in used), "", width)


def _wrapped(text: str, label: str, width: int, indent: str | None = None) -> Iterator[str]:
    """``text`` in lines: ``label`` before the first one, ``indent`` (else ``label``) before the others."""
    lines = wrap((Span(" ".join(text.split("\n"))),), max(width - len(label), 20)) if text else ()
    for number, line in enumerate(lines):
        yield (indent if number and indent is not None else label) + "".join(span.text for span in line)


def _branches(item: Marked, tree: Tree, drawn: set[str]) -> Iterator[tuple[str, list[str]]]:
    """For each answer that was not given, the nodes that it alone would have led to."""
    edges: dict[str, Edge] = {**item.node.answers, UNKNOWN: item.node.unknown}
    for answer, edge in edges.items():
        if answer == item.answer:
            continue
        nodes = list(_beyond(tree, edge.to, drawn))
        if nodes:
            drawn.update(nodes)
            yield "not known" if answer == UNKNOWN else phrases.plain(answer), nodes


def _beyond(tree: Tree, start: str | None, drawn: set[str]) -> Iterator[str]:
    queue = [start]
    seen = set(drawn)
    for name in queue:
        if name is None or name in seen or name not in tree.nodes:
            continue
        seen.add(name)
        yield name
        node: Node = tree.nodes[name]
        queue += [edge.to for edge in (*node.answers.values(), node.unknown)]


def _item(item: Action, found: Diagnosis, view: View, *, tell_who: bool) -> Item:
    told: Words = prose(item.text)
    if item.kind == "find_out":
        return Item(words(Span("Find out ", "strong"), f"({item.node}): ") + told)
    if item.kind == "then":
        return Item(words(Span("Then ", "strong"), "retry: ") + told)
    tell_who = tell_who and item.who is not WhoActs.NOBODY
    who = phrases.by(item.who) if tell_who else ""
    mta = view.mta or phrases.mta_of(found.attempt.format)
    settings = tuple(pair for pair in item.fix.settings if pair[0] == mta or (mta is None and view.verbose)) if item.fix else ()
    return Item(told + words(Span(who, "dim")), settings)
