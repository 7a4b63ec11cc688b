"""Which answers change from one rule set to another: every text is answered by both, and what differs is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from smtp421.api import explain, scan
from smtp421.diagnosis.decide import diagnose
from smtp421.errors import NothingToExplain
from smtp421.model import Confidence, Diagnosis, Severity
from smtp421.rulebook import RuleBook, open_book
from smtp421.rulebook.sources import RuleSource, bundled_rules, read_files, rule_files
from smtp421.rulebook.yaml_places import YamlError, read_yaml

BUNDLED = "bundled"
"""The name of the rules that come with the program, in place of a path."""
Part = Literal["explained", "cause", "severity", "provider", "confidence", "rule"]
PARTS: tuple[Part, ...] = ("explained", "cause", "severity", "provider", "confidence", "rule")
"""What may differ, what weighs most first."""


class Answer(NamedTuple):
    """What a rule set says to a text."""

    rule: str | None
    cause: str
    severity: Severity
    provider: str | None
    confidence: Confidence


class Change(NamedTuple):
    """A text that is answered otherwise."""

    text: str
    old: Answer | None
    """None: nothing to explain."""
    new: Answer | None
    number: int = 1
    """How many texts of the corpus are alike: the same words with other addresses and figures."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """What differs, in the order of :data:`PARTS`."""
        if self.old is None or self.new is None:
            return ("explained",)
        old, new = self.old._asdict(), self.new._asdict()
        return tuple(part for part in PARTS[1:] if old[part] != new[part])


class Diff(NamedTuple):
    """What a corpus tells about two rule sets."""

    texts: int
    """Texts that were answered."""
    changes: tuple[Change, ...]
    """What weighs most first."""
    added: tuple[str, ...]
    """Rules that only the new set has."""
    removed: tuple[str, ...]

    @property
    def changed(self) -> int:
        """How many texts are answered otherwise."""
        return sum(change.number for change in self.changes)

    @property
    def counts(self) -> dict[Part, int]:
        """How many texts differ in what; one that differs in several counts for each."""
        counts: Counter[Part] = Counter()
        for change in self.changes:
            counts.update(dict.fromkeys(change.parts, change.number))
        return {part: counts[part] for part in PARTS if counts[part]}


def open_side(name: str, cache: Path | None) -> RuleBook:
    """The rule set of one side: ``bundled``, or a folder or file over the bundled rules.

    A pack with a file of causes of its own stands alone. The user's own rules take no part.
    Raises :class:`smtp421.errors.RulesUnreadable`.
    """
    bundled = RuleSource(bundled_rules(), "bundled")
    if name == BUNDLED:
        return open_book([bundled], cache)
    own = RuleSource(Path(name), "option")
    return open_book([own] if _stands_alone(own) else [own, bundled], cache)


def _stands_alone(source: RuleSource) -> bool:
    for text in read_files(rule_files([source])):
        if b"smtp421.causes/1" not in text.data:
            continue
        try:
            value = read_yaml(text.data.decode("utf-8-sig")).value
        except (YamlError, UnicodeDecodeError):
            continue
        if isinstance(value, dict) and value.get("schema") == "smtp421.causes/1":
            return True
    return False


def diff(old: RuleBook, new: RuleBook, corpus: Sequence[str], now: datetime) -> Diff:
    """Compare two rule sets by the files of ``corpus`` (logs, lists of replies), else by the examples of both.

    ``now`` is the clock for stamps without a year. Raises :class:`smtp421.errors.InputUnreadable`.
    """
    pairs = _of_files(corpus, old, new) if corpus else _of_examples(old, new, now)
    texts = 0
    found: dict[tuple[str, Answer | None, Answer | None], tuple[str, int]] = {}
    for key, text, before, after in pairs:
        texts += 1
        first, second = _answer(before), _answer(after)
        if first != second:
            shown, number = found.get((key, first, second), (text, 0))
            found[key, first, second] = shown, number + 1
    changes = [Change(text, first, second, number) for (_, first, second), (text, number) in found.items()]
    changes.sort(key=lambda change: (PARTS.index(change.parts[0]), -change.number))
    return Diff(
        texts,
        tuple(changes),
        tuple(sorted(rule for rule in new.rules if rule not in old.rules)),
        tuple(sorted(rule for rule in old.rules if rule not in new.rules)),
    )


Pair = tuple[str, str, Diagnosis | None, Diagnosis | None]
"""What alike texts have in common, a text, and both answers."""


def _of_examples(old: RuleBook, new: RuleBook, now: datetime) -> Iterator[Pair]:
    texts = dict.fromkeys(text for book in (old, new) for rule in book.rules.values() for text in rule.examples)
    for text in texts:
        yield text, text, _explained(text, old, now), _explained(text, new, now)


def _explained(text: str, book: RuleBook, now: datetime) -> Diagnosis | None:
    try:
        return explain(text, rulebook=book, now=now)
    except NothingToExplain:
        return None


def _of_files(names: Iterable[str], old: RuleBook, new: RuleBook) -> Iterator[Pair]:
    from smtp421.diagnosis.history.templates import template_of

    for name in names:
        for before in scan(name, rulebook=old):
            attempt = before.attempt
            reply = attempt.reply
            codes = " ".join(str(code) for code in (reply.code, reply.enhanced_code) if code is not None)
            yield template_of(attempt), f"{codes} {reply.text}".strip(), before, diagnose(attempt, new, logged=before.logged)


def _answer(diagnosis: Diagnosis | None) -> Answer | None:
    if diagnosis is None:
        return None
    return Answer(diagnosis.rule, diagnosis.cause, diagnosis.severity, diagnosis.provider, diagnosis.confidence)
