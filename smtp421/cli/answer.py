"""What ``explain`` does, once it is known what is wanted; free of typer, for a quick start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import smtp421
from smtp421.cli.input import read_stdin
from smtp421.cli.output import remark, view, write
from smtp421.errors import NoSuchPage
from smtp421.render.interface import renderer
from smtp421.render.phrases import count

if TYPE_CHECKING:
    from smtp421.cli.evidence_options import Files
    from smtp421.diagnosis.decide import Given
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page
    from smtp421.rulebook import RuleBook

SHOWN = 3
"""Different diagnoses of one paste that are shown unless all are asked for."""
LOOKED_AT = 200
"""Replies of one paste that are looked at for those."""
NAME = re.compile(r"(?:\d{3}[ -])?\d\.\d{1,3}\.\d{1,3}|[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
"""What a page can be asked for by: a code, a pair of codes, or an id."""


class Wish(NamedTuple):
    """What the user wants to have explained, and how."""

    texts: tuple[str, ...]
    form: str = "text"
    mta: str | None = None
    every: bool = False
    rules: tuple[Path, ...] = ()
    verbose: bool = False
    color: str | None = None
    answers: tuple[str, ...] = ()
    """NODE=VALUE each."""
    files: Files | None = None
    """Of evidence."""


def answer(wish: Wish) -> int:
    """Print the answer; the exit code. Raises :class:`smtp421.errors.Smtp421Error`."""
    show = renderer(wish.form, view(wish.color, verbose=wish.verbose, mta=wish.mta))
    book = _book(wish.rules)
    sentence = " ".join(wish.texts)
    if NAME.fullmatch(sentence) or all(map(NAME.fullmatch, wish.texts)):
        pages = _pages([sentence] if NAME.fullmatch(sentence) else wish.texts, book, wish.mta)
        if pages:
            write(map(show.page, pages))
            return 0
    texts = _texts(wish.texts)
    evidence = _evidence(wish, book)
    if wish.form == "json" and len(texts) == 1 and not wish.every:
        write([show.diagnosis(smtp421.explain(texts[0], rulebook=book, evidence=evidence))])
        return 0
    found = (diagnosis for text in texts for diagnosis in smtp421.explain_all(text, rulebook=book, evidence=evidence))
    write(show.diagnoses(found if wish.every or wish.form in ("json", "jsonl") else _few(found)))
    return 0


def _evidence(wish: Wish, book: RuleBook) -> Given:
    if wish.files is None:
        return ()
    from smtp421.cli.evidence_options import dossier

    return dossier(book, datetime.now(UTC), wish.files, wish.answers, mta=wish.mta)


def _book(rules: Sequence[Path]) -> RuleBook:
    book = smtp421.load_rulebook(rules)
    if book.faults:
        remark(f"{count(len(book.faults), 'fault')} in the rule files; see `smtp421 rules list`")
    return book


def _pages(names: Sequence[str], book: RuleBook, mta: str | None) -> list[Page]:
    """Their pages; none where several names turn out to be the words of a sentence. Raises NoSuchPage for a single one."""
    from smtp421.render.lookup import find_page

    try:
        return [find_page(book, name, mta) for name in names]
    except NoSuchPage:
        if len(names) == 1:
            raise
        return []


def _texts(arguments: Sequence[str]) -> list[str]:
    """Each argument, or all as one where they are the bare words of a text that nobody quoted; ``-`` is what is piped in."""
    if "-" not in arguments and not any(" " in word or "\n" in word for word in arguments):
        return [" ".join(arguments)]
    return [_piped_text() if argument == "-" else argument for argument in arguments]


def _piped_text() -> str:
    text, cut = read_stdin()
    if cut:
        remark("only the first 4 MiB are read; `smtp421 scan` reads whole logs")
    return text


def _few(found: Iterable[Diagnosis]) -> Iterator[Diagnosis]:
    """The first of each kind, and a remark on how many were left out."""
    seen: set[tuple[str | None, str, str | None]] = set()
    left_out = 0
    for diagnosis in islice(found, LOOKED_AT):
        kind = (diagnosis.rule, diagnosis.cause, diagnosis.provider)
        if kind in seen or len(seen) == SHOWN:
            left_out += 1
        else:
            seen.add(kind)
            yield diagnosis
    if left_out:
        remark(f"left out: {count(left_out, 'more reply', 'more replies')}; --all explains each, `smtp421 scan` sums up a log")
