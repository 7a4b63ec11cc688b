"""The diagnosis tree as a page: a sketch of its branches, then every question with its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smtp421.render import phrases
from smtp421.render.blocks import Block, Code, Fields, Heading, Headline, Item, Items, Paragraph, Span, Words, join, prose, words
from smtp421.render.page import Page
from smtp421.rulebook.pages import Edge, Node, Tree

TITLE = "Questions that tell a deferral's cause, in the order to ask them"
UNKNOWN = "not known"
_LINE, _BRANCH, _LAST = "\u2502", "\u251c\u2500", "\u2514\u2500"


def tree_page(tree: Tree) -> Page:
    """The page of the tree; it is empty where no rule file holds one."""
    return Page("tree", tree._asdict(), tuple(_blocks(tree)))


def _blocks(tree: Tree) -> Iterator[Block]:
    if tree.root not in tree.nodes:
        yield Paragraph(words("The rules hold no diagnosis tree."))
        return
    yield Headline("TREE", "strong", words(TITLE))
    yield Code((tree.root, *_sketch(tree, tree.root, "", {tree.root})))
    for node in _in_order(tree):
        yield Heading(node.id)
        yield Paragraph(prose(node.question))
        yield Fields(tuple((phrases.plain(answer), _edge(edge)) for answer, edge in _edges(node).items()))
        if node.how:
            yield Items(tuple(Item(words(Span("to find out: ", "dim")) + prose(how)) for how in node.how))


def _edges(node: Node) -> Mapping[str, Edge]:
    return {**node.answers, UNKNOWN: node.unknown}


def _edge(edge: Edge) -> Words:
    cause = words(" Then it is ", Span(phrases.plain(edge.cause), "strong"), ".") if edge.cause else ()
    raises = words(" The severity is at least ", Span(edge.raises, "strong"), ".") if edge.raises else ()
    fixes = words(" Fixes: ") + join([words(Span(fix, "code")) for fix in edge.fixes], ", ") + words(".") if edge.fixes else ()
    onward = words(" Next: ", Span(edge.to, "strong")) if edge.to else ()
    return prose(edge.says) + cause + raises + fixes + onward


def _sketch(tree: Tree, name: str, indent: str, seen: set[str]) -> Iterator[str]:
    """The branches below a node; what was drawn before is only named."""
    edges = list(_edges(tree.nodes[name]).items())
    for number, (answer, edge) in enumerate(edges):
        last = number == len(edges) - 1
        onward = f" \u2192 {edge.to}{' (above)' if edge.to in seen else ''}" if edge.to in tree.nodes else ""
        cause = f": {phrases.plain(edge.cause)}" if edge.cause else ""
        yield f"{indent}{_LAST if last else _BRANCH} {phrases.plain(answer)}{cause}{onward}"
        if edge.to in tree.nodes and edge.to not in seen and edge.to is not None:
            seen.add(edge.to)
            yield from _sketch(tree, edge.to, indent + ("   " if last else f"{_LINE}  "), seen)


def _in_order(tree: Tree) -> Iterator[Node]:
    """The nodes that the root leads to, nearest first."""
    queue, seen = [tree.root], {tree.root}
    for name in queue:
        node = tree.nodes[name]
        yield node
        for edge in _edges(node).values():
            if edge.to in tree.nodes and edge.to not in seen and edge.to is not None:
                seen.add(edge.to)
                queue.append(edge.to)
