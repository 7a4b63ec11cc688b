"""T6xx: the diagnosis tree, and the causes that rules and tree lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smtp421.diagnosis.evidence import KNOWN_ANSWERS
from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level
from smtp421.lint.pack import Pack
from smtp421.rulebook import schema
from smtp421.rulebook.load import Entry
from smtp421.rulebook.validation import did_you_mean, nearest

Nodes = Mapping[str, Entry[schema.NodeForm]]
UNKNOWN = "unknown"
"""The cause of what no rule knows; no rule needs to name it."""


@check("T601", "tree-dangling", Level.ERROR)
def tree_dangling(pack: Pack) -> Iterator[Found]:
    """The tree's root or an edge names a node that is not there; the walk would end too early.

    Bad:

        root: who-sad-it

    Good:

        root: who-said-it
    """
    return pack.told("tree-dangling")


@check("T602", "tree-cycle", Level.ERROR)
def tree_cycle(pack: Pack) -> Iterator[Found]:
    """An edge leads back to a node that the walk came through; the same question would be asked again.

    Bad:

        - {id: a, answers: {'no': {says: No., to: b}}, ...}
        - {id: b, answers: {'no': {says: No., to: a}}, ...}

    Good:

        - {id: a, answers: {'no': {says: No., to: b}}, ...}
        - {id: b, answers: {'no': {says: No.}}, ...}
    """
    nodes = pack.forms.nodes
    done: set[str] = set()
    for start in nodes:
        if start in done:
            continue
        walk = [(start, iter(_edges(nodes[start].form)))]
        on_way = {start}
        while walk:
            name, edges = walk[-1]
            path, to = next(edges, ((), None))
            if not path:
                walk.pop()
                on_way.discard(name)
                done.add(name)
            elif to in on_way and nodes[name].text.path in pack.files:
                way = " -> ".join([*[each for each, _edges_left in walk][[each for each, _left in walk].index(to) :], to])
                yield pack.found(nodes[name], f"leads back: {way}; let one of these edges end the walk", *path, "to")
            elif to is not None and to in nodes and to not in done and to not in on_way:
                walk.append((to, iter(_edges(nodes[to].form))))
                on_way.add(to)


@check("T603", "tree-missing-edge", Level.ERROR)
def tree_missing_edge(pack: Pack) -> Iterator[Found]:
    """A node has no edge for an answer that its evidence can give; the walk would end there without a word.

    Bad:

        - {id: who-said-it, evidence: origin, answers: {remote: ..., local: ...}, ...}

    Good:

        - {id: who-said-it, evidence: origin, answers: {remote: ..., local: ..., inbound: ...}, ...}
    """
    for entry in pack.own(pack.forms.nodes):
        form = entry.form
        if not form.answers:
            yield pack.found(entry, "the node has no answers; give an edge for each answer of its evidence", "answers")
        for answer in KNOWN_ANSWERS.get(form.evidence, ()):
            if form.answers and answer not in form.answers:
                message = f"no edge for the answer {answer!r} of the evidence {form.evidence!r}; add one"
                yield pack.found(entry, message, "answers")


@check("T604", "tree-unreachable", Level.WARNING)
def tree_unreachable(pack: Pack) -> Iterator[Found]:
    """No edge leads to a node, so nobody is ever asked its question.

    Bad:

        nodes: [{id: who-said-it, ...}, {id: full-moon, ...}]       # no edge has `to: full-moon`

    Good:

        nodes: [{id: who-said-it, ...}]
    """
    nodes = pack.forms.nodes
    roots = [entry.form.root for entry in pack.forms.roots]
    seen = set(roots)
    ahead = [root for root in roots if root in nodes]
    while ahead:
        for _path, to in _edges(nodes[ahead.pop()].form):
            if to is not None and to not in seen:
                seen.add(to)
                ahead += [to] if to in nodes else []
    for entry in pack.own(nodes):
        if entry.form.id not in seen:
            yield pack.found(entry, "no edge leads here; add one, or delete the node", "id")


@check("T605", "cause-unreachable", Level.WARNING)
def cause_unreachable(pack: Pack) -> Iterator[Found]:
    """No rule names a cause, and no edge of the tree leads to it; no diagnosis can ever say so.

    Bad:

        causes: [{id: full_moon, ...}]      # no rule has `cause: full_moon`

    Good:

        causes: [{id: full_moon, ...}]      # and a rule with `cause: full_moon`
    """
    named = {entry.form.cause for entry in pack.forms.rules.values()} | {UNKNOWN}
    named |= {edge.cause for entry in pack.forms.nodes.values() for edge in _all_edges(entry.form) if edge.cause}
    for entry in pack.own(pack.forms.causes):
        if entry.form.id not in named:
            yield pack.found(entry, "no rule and no edge of the tree names this cause; add a rule, or delete the cause", "id")


@check("T606", "tree-unknown-evidence", Level.WARNING)
def tree_unknown_evidence(pack: Pack) -> Iterator[Found]:
    """A node asks for evidence, or has an edge for an answer, that nothing gives, though one of nearly that name is known.

    Evidence may also be what a user answers, so only what looks like a slip of the pen is told.

    Bad:

        - {id: who-said-it, evidence: orign, answers: {remote: ...}, ...}

    Good:

        - {id: who-said-it, evidence: origin, answers: {remote: ...}, ...}
    """
    for entry in pack.own(pack.forms.nodes):
        form = entry.form
        if form.evidence not in KNOWN_ANSWERS:
            near = nearest(form.evidence, KNOWN_ANSWERS)
            if near:
                yield pack.found(
                    entry, f"nothing gives the evidence {form.evidence!r}{did_you_mean(near)}; mend the name", "evidence"
                )
            continue
        for answer in form.answers:
            near = nearest(answer, KNOWN_ANSWERS[form.evidence])
            if near and near != answer and near not in form.answers:
                message = f"{form.evidence!r} is never answered by {answer!r}{did_you_mean(near)}; mend the name"
                yield pack.found(entry, message, "answers", answer)


def _all_edges(form: schema.NodeForm) -> list[schema.EdgeForm]:
    return [*form.answers.values(), form.unknown]


def _edges(form: schema.NodeForm) -> list[tuple[tuple[str, ...], str | None]]:
    """Path and goal of each edge."""
    return [*((("answers", name), edge.to) for name, edge in form.answers.items()), (("unknown",), form.unknown.to)]
