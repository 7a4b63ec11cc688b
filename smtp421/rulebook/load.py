"""Rule files -> validated forms. What is wrong becomes a fault with its place; the entry is left out and the rest goes on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from smtp421.model import Fault
from smtp421.rulebook import schema
from smtp421.rulebook.patterns import pattern_error
from smtp421.rulebook.sources import RuleText
from smtp421.rulebook.validation import describe, known_keys
from smtp421.rulebook.yaml_places import Document, Path, YamlError, read_yaml

F = TypeVar("F", bound=schema.Form)

ITEMS: dict[str, tuple[str, type[schema.Form]]] = {
    "smtp421.rules/1": ("rules", schema.RuleForm),
    "smtp421.causes/1": ("causes", schema.CauseForm),
    "smtp421.fixes/1": ("fixes", schema.FixForm),
    "smtp421.providers/1": ("providers", schema.ProviderForm),
    "smtp421.tree/1": ("nodes", schema.NodeForm),
}


class Entry(NamedTuple, Generic[F]):
    """One entry of a file, and where it stands."""

    form: F
    text: RuleText
    document: Document
    base: Path

    def fault(self, message: str, *path: str | int) -> Fault:
        """A fault at a value of this entry."""
        return Fault(self.text.path, *self.document.place((*self.base, *path)), message)

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


def load(texts: Iterable[RuleText]) -> tuple[Forms, list[Fault]]:
    """Read rule files, those of the strongest source first."""
    loader = _Loader()
    for text in texts:
        loader.read(text)
    loader.check_references()
    return loader.forms, loader.faults


class _Loader:
    """Gathers forms and faults file by file."""

    def __init__(self) -> None:
        self.forms = Forms({}, {}, {}, {}, {}, {}, {}, [])
        self.faults: list[Fault] = []
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
        kind = self.kind(text, document)
        if kind is None:
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
        for index, item in enumerate(items):
            found = self.validate(item_form, item, text, document, (field, index))
            if found is None:
                continue
            if provider is not None and isinstance(found.form, schema.RuleForm) and "provider" not in found.form.model_fields_set:
                found = found._replace(form=found.form.model_copy(update={"provider": provider}))
            faults = list(_pattern_faults(found))
            self.faults += faults
            if not faults:
                self.take(field, found)

    def parse(self, text: RuleText) -> Document | None:
        if text.refused:
            self.faults.append(Fault(text.path, 0, 0, text.refused))
            return None
        try:
            return read_yaml(text.data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = text.data.count(b"\n", 0, error.start) + 1
            column = error.start - text.data.rfind(b"\n", 0, error.start)
            self.faults.append(Fault(text.path, line, column, "not UTF-8; save the file as UTF-8"))
        except YamlError as error:
            self.faults.append(Fault(text.path, *error.place, error.message))
        return None

    def kind(self, text: RuleText, document: Document) -> str | None:
        kinds = ", ".join(ITEMS)
        if not isinstance(document.value, dict):
            self.faults.append(Fault(text.path, *document.place(()), f"not a rule file; begin with `schema:` and one of {kinds}"))
            return None
        kind = document.value.get("schema")
        if isinstance(kind, str) and kind in ITEMS:
            return kind
        found = "the key 'schema' is missing" if kind is None else f"unknown schema {kind!r}{did_you_mean(str(kind), ITEMS)}"
        self.faults.append(Fault(text.path, *document.place(("schema",)), f"{found}; write one of {kinds}"))
        return None

    def duplicate_keys(self, text: RuleText, document: Document) -> None:
        for path, place in document.duplicates:
            first = document.key_place(path)[0]
            self.faults.append(Fault(text.path, *place, f"the key {path[-1]!r} stands twice, first in line {first}; keep one"))

    def validate(self, form: type[F], value: Any, text: RuleText, document: Document, base: Path) -> Entry[F] | None:
        try:
            entry = Entry(form.model_validate(value), text, document, base)
        except ValidationError as error:
            seen = set()
            for problem in error.errors(include_url=False, include_context=True):
                path = (*base, *problem["loc"])
                unknown = problem["type"] == "extra_forbidden"
                place = document.key_place(path) if unknown else document.place(path)
                if place not in seen or unknown:
                    seen.add(place)
                    names = known_keys(form, problem["loc"]) if unknown else []
                    hint = did_you_mean(str(problem["loc"][-1]), names) if unknown else ""
                    self.faults.append(Fault(text.path, *place, describe(problem, names, hint)))
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
            self.faults.append(entry.fault(f"the id {name!r} stands twice, first in {where}; give one of them another id", "id"))

    def check_references(self) -> None:
        """Check that what the entries name exists. A rule without a cause or provider is left out; else the name is."""
        for name, rule in list(self.forms.rules.items()):
            faults = list(self.unknown(rule, "cause", self.forms.causes))
            if rule.form.provider is not None:
                faults += self.unknown(rule, "provider", self.forms.providers)
            if faults:
                del self.forms.rules[name]
            faults += self.unknown(rule, "also", self.forms.causes)
            faults += self.unknown(rule, "fixes", self.forms.fixes)
            self.faults += faults
        for cause in self.forms.causes.values():
            self.faults += self.unknown(cause, "fixes", self.forms.fixes)
        for node in self.forms.nodes.values():
            for path, edge in [(("answers", key), edge) for key, edge in node.form.answers.items()] + [
                (("unknown",), node.form.unknown)
            ]:
                if edge.to is not None and edge.to not in self.forms.nodes:
                    self.faults.append(node.fault(missing("node", edge.to, self.forms.nodes), *path, "to"))
                if edge.cause is not None and edge.cause not in self.forms.causes:
                    self.faults.append(node.fault(missing("cause", edge.cause, self.forms.causes), *path, "cause"))
                for index, fix in enumerate(edge.fixes):
                    if fix not in self.forms.fixes:
                        self.faults.append(node.fault(missing("fix", fix, self.forms.fixes), *path, "fixes", index))
        for root in self.forms.roots:
            if root.form.root not in self.forms.nodes:
                self.faults.append(root.fault(missing("node", root.form.root, self.forms.nodes), "root"))

    def unknown(self, entry: Entry[Any], field: str, table: dict[str, Any]) -> Iterator[Fault]:
        value = getattr(entry.form, field)
        kind = {"also": "cause", "fixes": "fix"}.get(field, field)
        if isinstance(value, str):
            if value not in table:
                # a provider may stand at the head of the file
                path: Path = (field,) if (*entry.base, field) in entry.document.places else ()
                place = entry.document.place((*entry.base, *path) if path else (field,))
                yield Fault(entry.text.path, *place, missing(kind, value, table))
            return
        for index, name in enumerate(value):
            if name not in table:
                yield entry.fault(missing(kind, name, table), field, index)


def missing(kind: str, name: str, table: Iterable[str]) -> str:
    """The sentence for a name that nothing is known of."""
    return f"there is no {kind} {name!r}{did_you_mean(name, table)}; name one that exists, or add it"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)``, or nothing."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _pattern_faults(entry: Entry[Any]) -> Iterator[Fault]:
    form = entry.form
    if isinstance(form, schema.ProviderForm):
        lists: list[tuple[Path, tuple[str, ...]]] = [(("marks",), form.marks)]
    elif isinstance(form, schema.RuleForm):
        match = form.match
        lists = [(("match", "text"), match.text), (("match", "not_text"), match.not_text)]
        if not (match.text or match.enhanced_code or match.code or match.stage or match.origin):
            yield entry.fault("the rule fits every reply; give `text`, `enhanced_code` or `code`", "match")
    else:
        return
    for path, patterns in lists:
        for index, pattern in enumerate(patterns):
            error = pattern_error(pattern, trusted=entry.text.source.label == "bundled")
            if error:
                yield entry.fault(f"invalid pattern: {error}", *path, index)
