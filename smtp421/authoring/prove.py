"""Trying a draft among all rules: it must win its examples and none of others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from smtp421.api import explain
from smtp421.authoring.corpus import Corpus
from smtp421.authoring.draft import Draft
from smtp421.errors import NothingToExplain
from smtp421.model import Fault
from smtp421.rulebook import RuleBook
from smtp421.rulebook.compile import compile_book
from smtp421.rulebook.load import load
from smtp421.rulebook.sources import RuleSource, RuleText, read_files, rule_files
from smtp421.rulebook.texts import collapse

STEPS = (0, 5, 9)
"""Priorities that are tried until the draft wins."""


class Proof(NamedTuple):
    """What came of a trial."""

    faults: tuple[Fault, ...]
    """What the draft makes wrong in its file."""
    lost: tuple[tuple[str, str | None], ...]
    """Examples of the draft that it does not win, and the rule that does."""
    taken: tuple[tuple[str, str], ...]
    """Examples that it wins from other rules, and those rules."""
    held: bool
    """Whether no counterexample is won."""

    @property
    def sound(self) -> bool:
        """Whether the draft can be used as it is."""
        return not self.faults and not self.lost and self.held


def prove(
    draft: Draft, text: str, before: str | None, path: Path, sources: Iterable[RuleSource], corpus: Corpus, now: datetime
) -> Proof:
    """Try ``draft`` among the rules of ``sources``. It stands in ``text``, what ``path`` is to hold in place of ``before``."""
    book = _book_with(text, path, list(sources))
    lost = [(example, winner) for example in draft.examples if (winner := _winner(example, book, now)) != draft.id]
    patterns = [re.compile(pattern, re.IGNORECASE) for pattern in draft.patterns]
    taken = [
        (sample.text, sample.rule)
        for sample in corpus.samples
        if any(pattern.search(collapse(sample.text)) for pattern in patterns) and _winner(sample.text, book, now) == draft.id
    ]
    held = all(_winner(example, book, now) != draft.id for example in draft.counterexamples)
    known = set() if before is None else {fault.message for fault in load([_text(before, path)])[1]}
    faults = tuple(fault for fault in book.faults if fault.path == str(path) and fault.message not in known)
    return Proof(faults, tuple(lost), tuple(taken), held)


def _book_with(text: str, path: Path, sources: list[RuleSource]) -> RuleBook:
    """The full set, with ``text`` in place of a file or in addition."""
    real = path.resolve()
    new = _text(text, path)
    old = read_files(rule_files(sources))
    texts = [new._replace(source=each.source) if Path(each.path).resolve() == real else each for each in old]
    if texts == old:
        texts.insert(0, new)
        sources = [new.source, *sources]
    return RuleBook(*compile_book(*load(texts), sources))


def _text(text: str, path: Path) -> RuleText:
    return RuleText(RuleSource(path, "option"), str(path), text.encode())


def _winner(text: str, book: RuleBook, now: datetime) -> str | None:
    try:
        return explain(text, rulebook=book, now=now).rule
    except NothingToExplain:
        return None
