"""How much of a pile of replies the rules explain, and what to write rules for: unknown replies as templates with skeletons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from smtp421.anonymize import anonymizer
from smtp421.authoring.corpus import Corpus
from smtp421.authoring.draft import Given, draft, words_of
from smtp421.authoring.yaml_text import rule_lines
from smtp421.diagnosis.history.kinds import row_of
from smtp421.diagnosis.history.templates import Templates, template_of
from smtp421.diagnosis.history.values import Example, Template, Where
from smtp421.model import Diagnosis
from smtp421.rulebook import RuleBook

TODO = {"cause": "TODO one of `smtp421 explain CAUSE`", "confidence": "TODO medium once the cause is certain"}
"""What is left to do, behind the keys of a skeleton."""
_NOWHERE = Where("", None, "")


class Skeleton(NamedTuple):
    """Replies that no rule explains by their words, and the beginning of a rule for them."""

    template: str
    number: int
    rule: str
    """YAML, ready to be put under ``rules:`` and to be filled in."""


class Coverage(NamedTuple):
    """What became of the replies of an input."""

    replies: int
    specific: int
    """Explained by a rule of a provider or a program."""
    generic: int
    """Explained by words that anybody may write."""
    unknown: int
    """No words known: at best the numbers were."""
    causes: tuple[tuple[str, int], ...]
    skeletons: tuple[Skeleton, ...]
    """The most frequent first."""


def cover(diagnoses: Iterable[Diagnosis], book: RuleBook, today: date, most: int = 20) -> Coverage:
    """Count diagnoses by what decided them; ``today`` goes into the skeletons, ``most`` of which are made."""
    kinds: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    templates = Templates()
    for diagnosis in diagnoses:
        rule = book.rules[diagnosis.rule] if diagnosis.rule else None
        worded = rule is not None and rule.decided_by == "text" and rule.cause != "unknown"
        kind = "unknown" if rule is None or not worded else "specific" if rule.provider else "generic"
        kinds[kind] += 1
        causes[diagnosis.cause] += 1
        if kind == "unknown":
            attempt = diagnosis.attempt
            templates.add(template_of(attempt), [row_of(Example(attempt, _NOWHERE))])
    skeletons = tuple(_skeletons(templates.found()[:most], book, today))
    total = sum(kinds.values())
    return Coverage(total, kinds["specific"], kinds["generic"], kinds["unknown"], tuple(causes.most_common()), skeletons)


def _skeletons(templates: Sequence[Template], book: RuleBook, today: date) -> Iterator[Skeleton]:
    """Rules that are valid as they stand and say what is left to do; none for a reply without words to go by."""
    corpus = Corpus(book)
    hidden = anonymizer(book) if templates else None
    taken: set[str] = set()
    for template in templates:
        pattern = words_of(template.example, corpus)
        if pattern is None or hidden is None:
            continue
        made = draft(template.example, pattern, Given(), book, corpus, hidden, today)._replace(confidence="low")
        if made.id not in taken:
            taken.add(made.id)
            yield Skeleton(template.text, template.number, "\n".join(rule_lines(made, provider=True, comments=TODO)))
