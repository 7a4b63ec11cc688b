"""What is linted: files with their forms, in the company of the bundled rules, and what the matcher says of their examples."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timezone
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from smtp421.diagnosis.decide import verdict_of
from smtp421.diagnosis.subject import identity_of
from smtp421.lint.finding import Edit, Fix, Found, Related, Span
from smtp421.lint.halves import halves
from smtp421.lint.judged import Judged, why_not
from smtp421.lint.source import SourceFile
from smtp421.lint.suppress import Suppression, suppressions_in
from smtp421.logs import read_paste
from smtp421.model import Fault
from smtp421.rulebook import RuleBook, schema
from smtp421.rulebook.compile import compile_book
from smtp421.rulebook.literals import needed_literals
from smtp421.rulebook.load import CASES, Entry, Forms, load_all, load_cases, unknown_names
from smtp421.rulebook.patterns import pattern_error
from smtp421.rulebook.sources import RuleText
from smtp421.rulebook.yaml_places import Place

F = TypeVar("F", bound=schema.Form)
MOST_SLOW = 40
"""Time-outs of patterns after which no further examples are tried: a pack that has more is made to keep us busy."""


MOST_WORK = 3_000_000
"""Tries of patterns without words, and rules that fit, after which no further examples are tried either."""


class Settings(NamedTuple):
    """What checks ask of the user's configuration."""

    today: date
    max_age_days: int = 365
    """Days after which a page that a rule refers to should be read again."""


class Pattern(NamedTuple):
    """A pattern of a rule or a provider, and where it stands."""

    entry: Entry[Any]
    path: tuple[str | int, ...]
    text: str
    finds: bool
    """False for ``not_text``."""


class Pack:
    """The files that are linted, named as the user named them, and the base that they build upon."""

    def __init__(self, texts: Sequence[RuleText], base: Sequence[RuleText], names: Mapping[str, str], settings: Settings) -> None:
        """``texts`` are linted, ``base`` is what they may refer to; ``names`` gives the path shown for a file."""
        self.settings = settings
        self.files = {text.path: SourceFile(text.path, text.data, names.get(text.path, text.path)) for text in texts}
        loaded = load_all([*texts, *base])
        self.forms: Forms = loaded.forms
        self.documents = {path: document for path, document in loaded.documents.items() if path in self.files}
        cases = load_cases(text for text in texts if CASES.encode() in text.data)[1]
        self.faults = list(dict.fromkeys(fault for fault in (*loaded.faults, *cases) if fault.path in self.files))
        self._texts = {text.path: text for text in texts}
        self._faulty = {fault.path for fault in self.faults}
        self._judged: dict[str, Judged] = {}
        self._subjects: dict[str, list[tuple[int, str]]] = {}
        self.suppressions = [each for file in self.files.values() for each in suppressions_in(file)]
        """The comments of all files that hold findings back."""
        self._suppressions: dict[tuple[str, int], list[Suppression]] = {}
        for each in self.suppressions:
            self._suppressions.setdefault((each.span.path, each.line), []).append(each)
        self.used: set[Suppression] = set()
        """Suppressions that held something back; known once all other checks have run."""
        self.ran: frozenset[str] = frozenset()
        """The slugs of the checks that run."""
        self.gave_up = False
        """Whether patterns were so slow, or so many fit, that some examples were not tried."""
        self._work = 0

    @cached_property
    def files_by_name(self) -> dict[str, SourceFile]:
        """The files by what findings call them."""
        return {file.name: file for file in self.files.values()}

    # Entries of the files that are linted

    def own(self, table: Mapping[str, Entry[F]]) -> Iterator[Entry[F]]:
        """The entries of a table that stand in the linted files."""
        return (entry for entry in table.values() if entry.text.path in self.files)

    @cached_property
    def rules(self) -> list[Entry[schema.RuleForm]]:
        """The rules of the linted files that work."""
        return list(self.own(self.forms.rules))

    @cached_property
    def all_rules(self) -> list[Entry[schema.RuleForm]]:
        """Those, and what is sound in the rules that were left out for a fault: for checks that run no rule."""
        return [*self.rules, *self._halves]

    @cached_property
    def _halves(self) -> list[Entry[schema.RuleForm]]:
        return list(halves(self._texts, self.documents, self.forms.rules))

    def _unknown_names(self) -> Iterator[Fault]:
        """The names in rules that were left out for another fault."""
        forms = self.forms
        tables: tuple[tuple[str, dict[str, Any]], ...] = (
            ("cause", forms.causes),
            ("provider", forms.providers),
            ("also", forms.causes),
            ("fixes", forms.fixes),
        )
        for entry in self._halves:
            for field, table in tables:
                yield from unknown_names(entry, field, table)

    @cached_property
    def patterns(self) -> list[Pattern]:
        """All patterns of the linted files that can be compiled."""
        rules = (
            Pattern(entry, ("match", key, index), text, key == "text")
            for entry in self.all_rules
            for key, texts in (("text", entry.form.match.text), ("not_text", entry.form.match.not_text))
            for index, text in enumerate(texts)
            if entry.text.path not in self._faulty or pattern_error(text) is None
        )
        marks = (
            Pattern(entry, ("marks", index), text, finds=True)
            for entry in self.own(self.forms.providers)
            for index, text in enumerate(entry.form.marks)
        )
        return [*rules, *marks]

    def examples(self, entry: Entry[schema.RuleForm]) -> Iterator[tuple[str, int, str]]:
        """(``examples`` or ``counterexamples``, number, text) of a rule."""
        form = entry.form
        return chain(
            (("examples", index, text) for index, text in enumerate(form.examples)),
            (("counterexamples", index, text) for index, text in enumerate(form.counterexamples)),
        )

    def suppressions_of(self, span: Span) -> list[Suppression]:
        """Those that hold for a place: its file's and its line's."""
        lines = {0, span.line}
        return [each for line in lines for each in self._suppressions.get((span.path, line), ())]

    def is_given(self, entry: Entry[Any], key: str) -> bool:
        """Whether an entry has something under a key, be it that the loader found fault with it."""
        value = entry.form
        return bool(getattr(value, key)) or bool(self.raw(entry, key))

    def raw(self, entry: Entry[Any], key: str) -> Any:
        """What the file has under a key of an entry; None where it has nothing."""
        value = entry.document.value
        for step in (*entry.base, key):
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    # What the rules make of texts

    @cached_property
    def book(self) -> RuleBook:
        """The rules compiled: those that are linted together with the base."""
        return RuleBook(*compile_book(self.forms, (), ()))

    @cached_property
    def _wordless(self) -> int:
        """How many patterns there are that are tried on every text."""
        return sum(not needed_literals(text).sets for entry in self.forms.rules.values() for text in entry.form.match.text)

    def judge(self, text: str) -> Judged:
        """What the whole set of rules makes of a text."""
        if text not in self._judged:
            self._judged[text] = self._judge(text)
        return self._judged[text]

    def _judge(self, text: str) -> Judged:
        if self.gave_up:
            return Judged(None, ())
        now = datetime.combine(self.settings.today, time(), timezone.utc)  # noqa: UP017
        first: Judged | None = None
        for attempt in read_paste(text, now):
            hits = verdict_of(attempt, self.book, identity_of(attempt, self.book)).hits
            judged = Judged(attempt, hits, frozenset(rule.id for rule, _words in hits))
            first = first or judged
            told = attempt.reply.code is not None or attempt.reply.enhanced_code is not None or attempt.format != "reply"
            if judged.hits or told:
                first = judged
                break
            self._work += len(judged.hits)
        self._work += self._wordless
        self.gave_up = self._work > MOST_WORK or sum(self.book.slow.values()) > MOST_SLOW
        return first or Judged(None, ())

    @property
    def slow(self) -> frozenset[str]:
        """The rules of the linted files whose patterns took too long on an example."""
        for entry in self.rules:
            for _key, _index, text in self.examples(entry):
                self.judge(text)
        return frozenset(self.book.slow)

    def why_not(self, entry: Entry[schema.RuleForm], judged: Judged) -> str:
        """Why a rule does not fit an example: the first condition that does not hold, and what to do about it."""
        return why_not(entry.form, self.forms, judged, self.book)

    # Findings

    def file(self, entry: Entry[Any]) -> SourceFile:
        """The file of an entry."""
        return self.files[entry.text.path]

    def place(self, entry: Entry[Any], *path: str | int) -> Place:
        """Where a value of an entry begins; a list or mapping is where its key is."""
        whole = (*entry.base, *path)
        value = entry.document.value
        for key in whole:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                break
        if path and isinstance(value, dict | list):
            return entry.document.key_place(whole)
        return entry.document.place(whole)

    def at(self, entry: Entry[Any], *path: str | int) -> Span:
        """The span of a value of an entry, which may be one of the base."""
        if entry.text.path in self.files:
            return self.file(entry).span_at(self.place(entry, *path))
        line, column = self.place(entry, *path)
        return Span(entry.text.path, line, column, line, column + 1)

    def found(
        self, entry: Entry[Any], message: str, *path: str | int, related: Iterable[Related] = (), fix: Fix | None = None
    ) -> Found:
        """A finding at a value of an entry."""
        return Found(self.at(entry, *path), message, tuple(related), fix, str(getattr(entry.form, "id", "")))

    def inside(
        self,
        pattern: Pattern,
        first: int,
        last: int,
        message: str,
        *,
        title: str = "",
        text: str | None = None,
        safe: bool = False,
    ) -> Found:
        """A finding at some characters of a pattern; ``text`` is what to put there, ``title`` says what that does."""
        file = self.file(pattern.entry)
        place = self.place(pattern.entry, *pattern.path)
        span = file.part(place, first, last) or file.span_at(place)
        edit = file.edit(place, first, last, text) if text is not None else None
        return Found(span, message, (), edit and Fix(title, (edit,), safe), str(pattern.entry.form.id))

    def fix_of(
        self, entry: Entry[Any], path: Sequence[str | int], edits: Iterable[tuple[int, int, str]], title: str, *, safe: bool
    ) -> Fix | None:
        """The fix that puts texts for characters of one value; None where one of them has no simple place."""
        file = self.file(entry)
        place = self.place(entry, *path)
        made: list[Edit] = []
        for first, last, text in edits:
            edit = file.edit(place, first, last, text)
            if edit is None:
                return None
            made.append(edit)
        return Fix(title, tuple(dict.fromkeys(made)), safe) if made else None

    def told(self, slug: str) -> Iterator[Found]:
        """What the loader said that belongs to a check."""
        return (self._told(fault) for fault in self._all_faults if fault.check == slug)

    @cached_property
    def _all_faults(self) -> list[Fault]:
        return list(dict.fromkeys((*self.faults, *self._unknown_names())))

    def _told(self, fault: Fault) -> Found:
        file = self.files[fault.path]
        place = (fault.line, fault.column)
        span = file.span_at(place)
        if fault.offset is not None:
            scalar = file.scalars.get(place)
            last = min(fault.offset + 1, len(scalar.value)) if scalar else 0
            span = file.part(place, min(fault.offset, last), last) or span
        related: tuple[Related, ...] = ()
        if fault.first is not None:
            related = (Related(self._elsewhere(*fault.first), "the first one"),)
        fix = None
        if fault.instead:
            scalar = file.scalars.get(place)
            edit = file.edit(place, 0, len(scalar.value), fault.instead) if scalar else None
            fix = edit and Fix(f"write {fault.instead!r}", (edit,), safe=False)
        return Found(span, fault.message, related, fix, self._subject(fault))

    def _elsewhere(self, path: str, line: int, column: int) -> Span:
        file = self.files.get(path)
        return file.span_at((line, column)) if file else Span(path, line, column, line, column + 1)

    def _subject(self, fault: Fault) -> str:
        """The id of the entry that a line belongs to, by the document's values."""
        if fault.path not in self._subjects:
            self._subjects[fault.path] = sorted(self._ids(fault.path))
        ids = self._subjects[fault.path]
        number = bisect_right(ids, (fault.line, "\U0010ffff"))
        return ids[number - 1][1] if number else ""

    def _ids(self, path: str) -> Iterator[tuple[int, str]]:
        document = self.documents.get(path)
        for key, items in document.value.items() if document is not None and isinstance(document.value, dict) else ():
            for number, item in enumerate(items if isinstance(items, list) else ()):
                name = item.get("id") if isinstance(item, dict) else ""
                yield document.place((key, number))[0] if document else 0, name if isinstance(name, str) else ""
