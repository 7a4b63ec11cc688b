"""From a pasted reply to a rule that stands in its file: all steps in a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from smtp421.anonymize import anonymizer
from smtp421.authoring.corpus import Corpus
from smtp421.authoring.draft import Draft, Given, draft, scope_of, words_of
from smtp421.authoring.insert import insert
from smtp421.authoring.pattern import Pattern
from smtp421.authoring.prove import STEPS, Proof, prove
from smtp421.authoring.yaml_text import file_text
from smtp421.diagnosis.decide import diagnose
from smtp421.errors import NoPattern, NothingToExplain, RuleNotAdded
from smtp421.logs import read_paste
from smtp421.model import Attempt, Diagnosis
from smtp421.rulebook import RuleBook
from smtp421.rulebook.sources import RuleSource

NAMELESS = Path("new-rule.yaml")
"""The file that a rule stands in which is only printed."""


class Pasted(NamedTuple):
    """What is known of a pasted reply before its rule is written."""

    attempt: Attempt
    pattern: Pattern
    provider: str | None
    now_explained: Diagnosis
    """What is answered without the new rule."""


class Written(NamedTuple):
    """A rule, its file as it is to be, and what came of trying it."""

    draft: Draft
    text: str
    proof: Proof


def read(text: str, book: RuleBook, corpus: Corpus, now: datetime) -> Pasted:
    """Find the reply in a paste, and the words to go by.

    Raises :class:`smtp421.errors.NothingToExplain` and :class:`smtp421.errors.NoPattern`.
    """
    attempts = read_paste(text, now)
    shown = " ".join(text.split())
    shown = repr(shown[:60] + ("…" if len(shown) > 60 else ""))
    if not attempts:
        raise NothingToExplain(shown=shown)
    attempt = attempts[0]
    pattern = words_of(attempt, corpus)
    if pattern is None:
        raise NoPattern(shown=shown)
    return Pasted(attempt, pattern, scope_of(attempt, book), diagnose(attempt, book, logged=attempt.format != "reply"))


def write(
    pasted: Pasted,
    given: Given,
    target: Path | None,
    book: RuleBook,
    corpus: Corpus,
    sources: list[RuleSource],
    now: datetime,
) -> Written:
    """Write the rule, into the text of ``target`` where there is such a file, and raise its priority until it wins.

    Raises :class:`smtp421.errors.RuleNotAdded`.
    """
    made = draft(pasted.attempt, pasted.pattern, given, book, corpus, anonymizer(book), now.date())
    before = _content(target)
    path = target or NAMELESS
    for priority in STEPS:
        made = made._replace(priority=priority)
        text = file_text(made) if before is None else insert(before, made, str(path))
        written = Written(made, text, prove(made, text, before, path, sources, corpus, now))
        if not written.proof.lost or written.proof.faults:
            return written
    made = made._replace(priority=0)
    return Written(made, file_text(made) if before is None else insert(before, made, str(path)), written.proof)


def _content(target: Path | None) -> str | None:
    """The text of a file; None where there is none, or nothing in it."""
    if target is None or not target.exists():
        return None
    try:
        text = target.read_bytes().decode("utf-8")
    except OSError as error:
        raise RuleNotAdded(path=target, reason=error.strerror) from None
    except UnicodeDecodeError:
        raise RuleNotAdded(path=target, reason="it is not UTF-8") from None
    return text if text.strip() else None


def missing(given: Given) -> Mapping[str, str]:
    """What only its author can say of a rule, and the option that says it."""
    return {
        name: f"--{name}"
        for name, value in (("title", given.title), ("cause", given.cause), ("summary", given.summary))
        if not value
    }
