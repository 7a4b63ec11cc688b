"""Forms -> a compiled rule book: an index with all that matching needs, and one JSON line a page.

The index is plain JSON data, so that the cache can hold it; :mod:`smtp421.rulebook.book` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from smtp421.model import Fault
from smtp421.rulebook import pages, schema
from smtp421.rulebook.index import axes, texts_index, to_json
from smtp421.rulebook.load import Entry, Forms
from smtp421.rulebook.rank import SHUT_OUT, SOFTWARE, confidence, decided_by, rank
from smtp421.rulebook.sources import RuleSource

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Compiled(NamedTuple):
    """A rule book as data."""

    head: dict[str, Any]
    """The index: all that matching needs."""
    pages: bytes
    """Lines: pages in the order of the names in the index, the tree, the rules' columns, the words of rules and marks."""


def compile_book(forms: Forms, faults: Sequence[Fault], sources: Sequence[RuleSource]) -> Compiled:
    """Put the rules into their order and work out everything that matching needs."""
    kinds = {name: entry.form.kind for name, entry in forms.providers.items()}
    ranked = sorted(forms.rules.values(), key=lambda entry: _rank(entry, kinds))
    rules = [_rule(entry, forms) for entry in ranked]
    causes = [_cause(entry.form, forms) for entry in forms.causes.values()]
    fixes = [_fix(entry.form) for entry in forms.fixes.values()]
    providers = [_provider(entry.form) for entry in forms.providers.values()]
    texts = texts_index(rules, providers, own=[name for name, entry in forms.providers.items() if not _bundled(entry)])
    index = {
        "names": {
            "rules": [rule.id for rule in rules],
            "causes": [cause.id for cause in causes],
            "fixes": [fix.id for fix in fixes],
            "providers": [provider.id for provider in providers],
        },
        "texts": texts.head,
        "axes": axes(rules, texts.head["starts"], {provider.id: provider for provider in providers}),
        "mx": {suffix.lower().strip("."): provider.id for provider in reversed(providers) for suffix in provider.mx},
        "families": {
            provider.id: [provider.family, provider.kind in SHUT_OUT, provider.kind in SOFTWARE] for provider in providers
        },
        "defaults": forms.defaults,
        "info": pages.Info(
            len(rules),
            len(providers),
            len(causes),
            len(fixes),
            max(_dates(rules, providers), default=""),
            tuple((source.label, str(source.path)) for source in sources),
        ),
        "faults": list(faults),
    }
    columns = [[getattr(rule, name) for rule in rules] for name in pages.Columns._fields[1:]]
    rows = (*rules, *causes, *fixes, *providers, _tree(forms), columns)
    lines = [line.encode("utf-8", "surrogatepass") for line in (*map(to_json, rows), *texts.lines)]
    index["lengths"] = [len(line) + 1 for line in lines]
    return Compiled(json.loads(to_json(index)), b"\n".join((*lines, b"")))


def _rank(entry: Entry[schema.RuleForm], kinds: dict[str, pages.ProviderKind]) -> Any:
    provider = entry.form.provider
    return rank(entry.form, None if provider is None else kinds[provider], bundled=_bundled(entry))


def _bundled(entry: Entry[Any]) -> bool:
    return entry.text.source.label == "bundled"


# Pages


def seconds(duration: str | None) -> int | None:
    """``4h`` in seconds."""
    return None if duration is None else int(duration[:-1]) * UNITS[duration[-1]]


def _plain_code(pattern: str) -> str:
    """``4.07.x`` as ``4.7.x``."""
    return ".".join(part if part == "x" else str(int(part)) for part in pattern.split("."))


def _citation(form: schema.ReferenceForm | None) -> pages.Citation | None:
    return None if form is None else pages.Citation(form.title, form.url, form.checked.isoformat())


def _citations(references: Iterable[schema.ReferenceForm]) -> tuple[pages.Citation, ...]:
    return tuple(pages.Citation(form.title, form.url, form.checked.isoformat()) for form in references)


def _known(names: Iterable[str], table: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in names if name in table)


def _rule(entry: Entry[schema.RuleForm], forms: Forms) -> pages.Rule:
    form = entry.form
    retry = form.retry
    return pages.Rule(
        id=form.id,
        title=form.title,
        provider=form.provider,
        cause=form.cause,
        also=_known(form.also, forms.causes),
        severity=form.severity,
        confidence=confidence(form),
        origin=form.origin,
        who_acts=form.who_acts,
        helps=None if retry is None else retry.helps,
        wait_seconds=None if retry is None else seconds(retry.wait),
        advice=None if retry is None else retry.advice,
        summary=form.summary,
        fixes=_known(form.fixes, forms.fixes),
        next_checks=form.next_checks,
        references=_citations(form.references),
        examples=form.examples,
        counterexamples=form.counterexamples,
        match=pages.Conditions(
            form.match.text,
            form.match.not_text,
            tuple(map(str, form.match.code)),
            tuple(map(_plain_code, form.match.enhanced_code)),
            form.match.stage,
            form.match.origin,
            form.match.provider_known,
        ),
        priority=form.priority,
        decided_by=decided_by(form),
        label=entry.text.source.label,
        path=entry.text.path,
        line=entry.line,
    )


def _cause(form: schema.CauseForm, forms: Forms) -> pages.Cause:
    return pages.Cause(
        form.id,
        form.title,
        form.meaning,
        form.signs,
        form.severity,
        form.severity_at_known_provider,
        form.severity_in_program,
        form.who_acts,
        form.retry.helps,
        seconds(form.retry.wait),
        form.retry.advice,
        _known(form.fixes, forms.fixes),
        form.next_checks,
        form.decides,
    )


def _fix(form: schema.FixForm) -> pages.FixPage:
    return pages.FixPage(form.id, form.action, form.who, form.why, tuple(form.settings.items()), _citations(form.references))


def _provider(form: schema.ProviderForm) -> pages.Provider:
    limits = [
        pages.LimitPage(limit.what, limit.value, limit.kind, limit.source, limit.checked.isoformat(), limit.note)
        for limit in form.limits
    ]
    return pages.Provider(
        form.id,
        form.name,
        form.kind,
        form.family or form.id,
        form.large,
        form.mx,
        form.marks,
        tuple(limits),
        _citation(form.postmaster),
        _citation(form.sender_form),
        _citation(form.reputation_tool),
        _citation(form.feedback_loop),
        form.contact,
        form.notes,
    )


def _tree(forms: Forms) -> pages.Tree:
    roots = [entry.form.root for entry in forms.roots if entry.form.root in forms.nodes]
    thresholds = {
        name: float((seconds(value) or 0) if isinstance(value, str) else value) for name, value in forms.thresholds.items()
    }
    return pages.Tree(
        roots[0] if roots else "", thresholds, {name: _node(entry.form, forms) for name, entry in forms.nodes.items()}
    )


def _node(form: schema.NodeForm, forms: Forms) -> pages.Node:
    answers = {name: _edge(edge, forms) for name, edge in form.answers.items()}
    return pages.Node(form.id, form.question, form.evidence, answers, _edge(form.unknown, forms), form.how)


def _edge(form: schema.EdgeForm, forms: Forms) -> pages.Edge:
    return pages.Edge(
        form.to if form.to in forms.nodes else None,
        form.says,
        form.cause if form.cause in forms.causes else None,
        form.raises,
        tuple(fix for fix in form.fixes if fix in forms.fixes),
    )


def _dates(rules: Iterable[pages.Rule], providers: Iterable[pages.Provider]) -> set[str]:
    dates = {reference.checked for rule in rules for reference in rule.references}
    return dates | {limit.checked for provider in providers for limit in provider.limits}
