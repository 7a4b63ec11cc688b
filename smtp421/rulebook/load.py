"""Rule files -> validated forms. What is wrong becomes a fault with its place; the entry is left out and the rest goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from smtp421.model import Fault
from smtp421.rulebook import schema
from smtp421.rulebook.patterns import pattern_error
from smtp421.rulebook.sources import RuleText
from smtp421.rulebook.validation import check_of, describe, did_you_mean, known_keys, near_choice, nearest, shown
from smtp421.rulebook.yaml_places import Document, Path, YamlError, read_yaml

F = TypeVar("F", bound=schema.Form)

MAX_FAULTS = 200
"""Faults of one file that are told; a file with more is not a rule file, or it was made to keep us busy."""

ITEMS: dict[str, tuple[str, type[schema.Form]]] = {
    "smtp421.rules/1": ("rules", schema.RuleForm),
    "smtp421.causes/1": ("causes", schema.CauseForm),
    "smtp421.fixes/1": ("fixes", schema.FixForm),
    "smtp421.providers/1": ("providers", schema.ProviderForm),
    "smtp421.tree/1": ("nodes", schema.NodeForm),
    "smtp421.cases/1": ("tests", schema.CaseForm),
}
CASES = "smtp421.cases/1"
"""Test cases may stand in a rule folder, and are no part of a rule book."""


class Entry(NamedTuple, Generic[F]):
    """One entry of a file, and where it stands."""

    form: F
    text: RuleText
    document: Document
    base: Path

    def fault(self, message: str, *path: str | int, check: str = "invalid-value", instead: str = "") -> Fault:
        """A fault at a value of this entry."""
        return Fault(self.text.path, *self.document.place((*self.base, *path)), message, check, instead)

    @property
    def line(self) -> int:
        """The entry's first line."""
        return self.document.place(self.base)[0]


class Forms(NamedTuple):
    """All that the files hold, by id; what a stronger source says has replaced what weaker ones say."""

    rules: dict[str, Entry[schema.RuleForm]]
    causes: dict[str, Entry[schema.CauseForm]]
    fixes: dict[str, Entry[schema.FixForm]]
    providers: dict[str, Entry[schema.ProviderForm]]
    nodes: dict[str, Entry[schema.NodeForm]]
    defaults: dict[str, int | str]
    """Figures for fixes where a provider's own are not known."""
    thresholds: dict[str, str | float | int]
    roots: list[Entry[schema.TreeFile]]
    """The heads of the trees, the strongest first."""


class Loaded(NamedTuple):
    """What rule files hold and what is wrong in them."""

    forms: Forms
    faults: list[Fault]
    documents: dict[str, Document]
    """By path, of all files that are YAML."""


def load(texts: Iterable[RuleText]) -> tuple[Forms, list[Fault]]:
    """Read rule files, those of the strongest source first."""
    return load_all(texts)[:2]


def load_all(texts: Iterable[RuleText]) -> Loaded:
    """Read rule files, those of the strongest source first, and keep their documents."""
    loader = _Loader()
    for text in texts:
        loader.read(text)
    loader.check_references()
    return Loaded(loader.forms, loader.faults, loader.documents)


def load_cases(texts: Iterable[RuleText]) -> tuple[list[Entry[schema.CaseForm]], list[Fault]]:
    """Read the test cases of some files; rule files among them are passed over."""
    loader = _Loader(cases=True)
    for text in texts:
        loader.read(text)
    return loader.cases, loader.faults


class _Loader:
    """Gathers forms and faults file by file: of rule files, or of case files."""

    def __init__(self, *, cases: bool = False) -> None:
        self.of_cases = cases
        self.cases: list[Entry[Any]] = []
        self.forms = Forms({}, {}, {}, {}, {}, {}, {}, [])
        self.faults: list[Fault] = []
        self.documents: dict[str, Document] = {}
        self.tables: dict[str, dict[str, Entry[Any]]] = {
            "rules": self.forms.rules,
            "causes": self.forms.causes,
            "fixes": self.forms.fixes,
            "providers": self.forms.providers,
            "nodes": self.forms.nodes,
        }

    def read(self, text: RuleText) -> None:
        """Read one file."""
        document = self.parse(text)
        if document is None:
            return
        self.documents[text.path] = document
        kind = self.kind(text, document)
        if kind is None or (kind == CASES) is not self.of_cases:
            return
        field, item_form = ITEMS[kind]
        items = document.value.get(field)
        head = {**document.value, field: ()} if isinstance(items, list) else document.value
        self.duplicate_keys(text, document)
        entry = self.validate(schema.FILE_KINDS[kind], head, text, document, ())
        if not isinstance(items, list):
            return
        if entry is not None:
            self.take_head(entry)
        provider = document.value.get("provider") if kind == "smtp421.rules/1" else None
        before = len(self.faults)
        for index, item in enumerate(items):
            if len(self.faults) - before >= MAX_FAULTS:
                message = f"more than {MAX_FAULTS} faults before this entry; mend those first, the rest of the file is not read"
                self.faults.append(Fault(text.path, *document.place((field, index)), message, "yaml-syntax"))
                break
            found = self.validate(item_form, item, text, document, (field, index))
            if found is None:
                continue
            if isinstance(found.form, schema.CaseForm):
                self.cases.append(found)
                continue
            if provider is not None and isinstance(found.form, schema.RuleForm) and "provider" not in found.form.model_fields_set:
                found = found._replace(form=found.form.model_copy(update={"provider": provider}))
            faults = list(_pattern_faults(found))
            self.faults += faults
            if not faults:
                self.take(field, found)

    def parse(self, text: RuleText) -> Document | None:
        if text.refused:
            self.faults.append(Fault(text.path, 0, 0, text.refused, "unreadable-file"))
            return None
        try:
            return read_yaml(text.data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = text.data.count(b"\n", 0, error.start) + 1
            column = error.start - text.data.rfind(b"\n", 0, error.start)
            self.faults.append(Fault(text.path, line, column, "not UTF-8; save the file as UTF-8", "unreadable-file"))
        except YamlError as error:
            self.faults.append(Fault(text.path, *error.place, error.message, "yaml-syntax"))
        return None

    def kind(self, text: RuleText, document: Document) -> str | None:
        kinds = ", ".join(ITEMS)
        if not isinstance(document.value, dict):
            message = f"not a rule file; begin with `schema:` and one of {kinds}"
            self.faults.append(Fault(text.path, *document.place(()), message, "unsupported-schema-version"))
            return None
        kind = document.value.get("schema")
        if isinstance(kind, str) and kind in ITEMS:
            return kind
        if kind is None:
            meant = next((name for name, (field, _form) in ITEMS.items() if field in document.value), "")
            write = f"write `schema: {meant}` at the head of the file" if meant else f"write one of {kinds}"
            message = f"the key 'schema' is missing; {write}"
            self.faults.append(Fault(text.path, *document.place(()), message, "unsupported-schema-version", meant))
            return None
        near = nearest(str(kind), ITEMS)
        found = f"unknown schema {shown(kind)}{did_you_mean(near)}"
        newer = re.fullmatch(r"(smtp421\.[a-z]+)/(\d{1,9})", str(kind))
        if newer and f"{newer[1]}/1" in ITEMS:
            found = f"schema {kind!r} is not one that this version reads{did_you_mean(near)}; update smtp421"
        message = f"{found}; write one of {kinds}"
        self.faults.append(Fault(text.path, *document.place(("schema",)), message, "unsupported-schema-version", near))
        return None

    def duplicate_keys(self, text: RuleText, document: Document) -> None:
        for path, place in document.duplicates[:MAX_FAULTS]:
            first = document.key_place(path)
            message = f"the key {shown(path[-1])} stands twice, first in line {first[0]}; keep one"
            self.faults.append(Fault(text.path, *place, message, "duplicate-key", first=(text.path, *first)))

    def validate(self, form: type[F], value: Any, text: RuleText, document: Document, base: Path) -> Entry[F] | None:
        try:
            entry = Entry(form.model_validate(value), text, document, base)
        except ValidationError as error:
            seen = set()
            for problem in error.errors(include_url=False, include_context=True)[:MAX_FAULTS]:
                path = (*base, *problem["loc"])
                unknown = problem["type"] == "extra_forbidden"
                place = document.key_place(path) if unknown else document.place(path)
                if place not in seen or unknown:
                    seen.add(place)
                    names = known_keys(form, problem["loc"]) if unknown else []
                    near = nearest(str(problem["loc"][-1]), names) if unknown else near_choice(problem)
                    message = describe(problem, names, did_you_mean(near))
                    self.faults.append(Fault(text.path, *place, message, check_of(problem, form), near))
            return None
        bad = base and any(path[: len(base)] == base for path, _place in document.duplicates)
        return None if bad else entry

    def take_head(self, entry: Entry[Any]) -> None:
        """Keep what a file says outside its list."""
        head = entry.form
        if isinstance(head, schema.ProvidersFile):
            for name, value in head.defaults.items():
                self.forms.defaults.setdefault(name, value)
        elif isinstance(head, schema.TreeFile):
            self.forms.roots.append(entry)
            for name, threshold in head.thresholds.items():
                self.forms.thresholds.setdefault(name, threshold)

    def take(self, field: str, entry: Entry[Any]) -> None:
        """Keep an entry, unless a stronger source has one of its id."""
        table = self.tables[field]
        name = entry.form.id
        earlier = table.get(name)
        if earlier is None:
            table[name] = entry
        elif earlier.text.source == entry.text.source:
            where = f"{earlier.text.path}:{earlier.line}"
            first = (earlier.text.path, *earlier.document.place((*earlier.base, "id")))
            message = f"the id {name!r} stands twice, first in {where}; give one of them another id"
            self.faults.append(entry.fault(message, "id", check="duplicate-id")._replace(first=first))

    def check_references(self) -> None:
        """Check that what the entries name exists. A rule without a cause or provider is left out; else the name is."""
        for name, rule in list(self.forms.rules.items()):
            faults = list(unknown_names(rule, "cause", self.forms.causes))
            if rule.form.provider is not None:
                faults += unknown_names(rule, "provider", self.forms.providers)
            if faults:
                del self.forms.rules[name]
            faults += unknown_names(rule, "also", self.forms.causes)
            faults += unknown_names(rule, "fixes", self.forms.fixes)
            self.faults += faults
        for cause in self.forms.causes.values():
            self.faults += unknown_names(cause, "fixes", self.forms.fixes)
        for node in self.forms.nodes.values():
            for path, edge in [(("answers", key), edge) for key, edge in node.form.answers.items()] + [
                (("unknown",), node.form.unknown)
            ]:
                if edge.to is not None and edge.to not in self.forms.nodes:
                    self.faults.append(unknown(node, "node", edge.to, self.forms.nodes, (*path, "to")))
                if edge.cause is not None and edge.cause not in self.forms.causes:
                    self.faults.append(unknown(node, "cause", edge.cause, self.forms.causes, (*path, "cause")))
                for index, fix in enumerate(edge.fixes):
                    if fix not in self.forms.fixes:
                        self.faults.append(unknown(node, "fix", fix, self.forms.fixes, (*path, "fixes", index)))
        for root in self.forms.roots:
            if root.form.root not in self.forms.nodes:
                self.faults.append(unknown(root, "node", root.form.root, self.forms.nodes, ("root",)))


def unknown_names(entry: Entry[Any], field: str, table: dict[str, Any]) -> Iterator[Fault]:
    """The faults of names under a key that are not in a table."""
    value = getattr(entry.form, field)
    kind = {"also": "cause", "fixes": "fix"}.get(field, field)
    if isinstance(value, str):
        if value not in table:
            # a provider may stand at the head of the file
            stands_here = (*entry.base, field) in entry.document.places
            yield unknown(entry if stands_here else entry._replace(base=()), kind, value, table, (field,))
        return
    for index, name in enumerate(value or ()):
        if name not in table:
            yield unknown(entry, kind, name, table, (field, index))


def missing(kind: str, name: str, table: Iterable[str]) -> str:
    """The sentence for a name that nothing is known of."""
    return f"there is no {kind} {name!r}{did_you_mean(nearest(name, table))}; name one that exists, or add it"


UNKNOWN = {"cause": "unknown-cause", "provider": "unknown-provider", "fix": "unknown-fix", "node": "tree-dangling"}
"""The check that a name belongs to which nothing is known of."""


def unknown(entry: Entry[Any], kind: str, name: str, table: Iterable[str], path: Path) -> Fault:
    """The fault of a name that nothing is known of."""
    return entry.fault(missing(kind, name, table), *path, check=UNKNOWN[kind], instead=nearest(name, table))


def _pattern_faults(entry: Entry[Any]) -> Iterator[Fault]:
    form = entry.form
    if isinstance(form, schema.ProviderForm):
        lists: list[tuple[Path, tuple[str, ...]]] = [(("marks",), form.marks)]
    elif isinstance(form, schema.RuleForm):
        match = form.match
        lists = [(("match", "text"), match.text), (("match", "not_text"), match.not_text)]
        if not (match.text or match.enhanced_code or match.code or match.stage or match.origin):
            message = "the rule fits every reply; give `text`, `enhanced_code` or `code`"
            yield entry.fault(message, "match", check="matches-everything")
    else:
        return
    for path, patterns in lists:
        for index, pattern in enumerate(patterns):
            error = pattern_error(pattern, trusted=entry.text.source.label == "bundled")
            if error is not None:
                fault = entry.fault(f"invalid pattern: {error.message}", *path, index, check="invalid-regex")
                yield fault._replace(offset=error.offset)
