"""What ``diagnose`` does, once it is known what is wanted."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import smtp421
from smtp421.cli.evidence_options import Files, dossier, parse_answers
from smtp421.cli.output import remark, view, wants_color, width, write
from smtp421.cli.whole import write_whole
from smtp421.diagnosis.decide import given_for
from smtp421.diagnosis.session_file import MOST, from_json, is_session, to_json
from smtp421.diagnosis.walkthrough import Session, diagnosis_of, marks, next_question
from smtp421.errors import InputUnreadable, NothingDeferred
from smtp421.model import Diagnosis
from smtp421.render.interface import View, renderer
from smtp421.render.phrases import count, plain
from smtp421.render.report_words import who
from smtp421.render.walk import walk_page

if TYPE_CHECKING:
    from smtp421.diagnosis.decide import Given
    from smtp421.diagnosis.history.judgement import Judged
    from smtp421.rulebook import RuleBook
    from smtp421.rulebook.pages import Provider

INTERRUPTED = 130
OTHERS = 4
"""Kinds of deferrals that are named where none is of the kind asked for."""


class Wish(NamedTuple):
    """What the user wants."""

    text: str = ""
    logs: tuple[str, ...] = ()
    resume: Path | None = None
    save: Path | None = None
    answers: tuple[str, ...] = ()
    """NODE=VALUE each."""
    files: Files = Files()
    provider: str | None = None
    cause: str | None = None
    form: str = "text"
    ask: bool = True
    mta: str | None = None
    verbose: bool = False
    color: str | None = None


def run(wish: Wish, book: RuleBook) -> int:
    """Walk, ask, show; the exit code. Raises :class:`smtp421.errors.Smtp421Error`."""
    seen = view(wish.color, verbose=wish.verbose, mta=wish.mta)
    given = dossier(book, datetime.now(UTC), wish.files, mta=wish.mta)
    if wish.resume is not None:
        session = _resumed(wish.resume, book, given)
    elif wish.logs:
        session = _of_log(wish, book, given)
    else:
        session = _of_text(wish, book, given)
    for node, answer in parse_answers(wish.answers, book.tree).items():
        session = session.answered(node, answer)
    saved = wish.save or wish.resume
    _save(session, saved)
    if wish.ask and sys.stdin.isatty() and sys.stderr.isatty():
        try:
            session = _walk(session, book, saved)
        except KeyboardInterrupt:
            return _interrupted(saved)
    found = diagnosis_of(session, book)
    write([renderer(wish.form, seen).page(walk_page(found, book.tree, seen, session.taken))])
    return 0


def _walk(session: Session, book: RuleBook, saved: Path | None) -> Session:
    """Ask what is open, one question after the other; each answer is saved at once."""
    from smtp421.cli.ask import Asker, Typed

    terminal = View(
        width=width(sys.stderr, os.environ),
        terminal=True,
        color=wants_color(sys.stderr, os.environ),
        ascii=_ascii(sys.stderr.encoding),
    )
    asker = Asker(terminal)
    asker.begin(diagnosis_of(session, book), session.taken)
    while True:
        found = diagnosis_of(session, book)
        node = next_question(found, session, book.tree)
        marked = marks(found, book.tree)
        asker.tell(marked, until=node)
        if node is None:
            break
        try:
            old = next((item.told for item in marked if item.old and item.node.id == node.id), "")
            answer = asker.ask(node, first=not session.answers, old=old)
        except EOFError:
            break
        if answer is Typed.STOP:
            break
        session = session.answered(node.id, answer) if isinstance(answer, str) else session.back()
        _save(session, saved)
    sys.stderr.write("\n")
    return session


def _ascii(encoding: str | None) -> bool:
    return not (encoding or "").lower().startswith("utf")


def _interrupted(saved: Path | None) -> int:
    sys.stderr.write("\n")
    if saved is None:
        remark("stopped; nothing is saved without --save FILE")
    else:
        remark(f"stopped; what was answered is saved: smtp421 diagnose --resume {shlex.quote(str(saved))}")
    return INTERRUPTED


# What it is about


def _of_text(wish: Wish, book: RuleBook, given: Given) -> Session:
    found = smtp421.explain_all(wish.text, rulebook=book, evidence=given)
    fitting = [each for each in found if wish.provider in (None, each.provider) and wish.cause in (None, each.cause)]
    if not fitting:
        raise _nothing(wish, "the text", [f"{each.provider or '?'}: {plain(each.cause)}" for each in found])
    first = fitting[0]
    known = tuple(given_for(given, first.attempt, _provider(first, book)))
    taken = f"the first of {len(found)} replies in the text; --provider and --cause choose another" if len(found) > 1 else ""
    return Session(first.attempt, first.logged, known, taken=taken)


def _of_log(wish: Wish, book: RuleBook, given: Given) -> Session:
    """The most pressing group of deferrals of the logs, with what their history tells."""
    from smtp421.cli.intake import Intake, Sieve
    from smtp421.cli.progress import progress
    from smtp421.cli.scan_run import oldest_first, size_of
    from smtp421.logs.source import open_source

    intake = Intake(book, Sieve(), evidence=given)
    scan = smtp421.scan((open_source(name) for name in oldest_first(wish.logs)), rulebook=book, evidence=given)
    with progress(scan, size_of(wish.logs)):
        intake.take(scan)
    for told in (*scan.remarks, *book.remarks):
        remark(str(told))
    judgement = intake.judgement()
    kinds = (*judgement.groups, *judgement.inbound, *judgement.hints)
    fitting = [each for each in kinds if wish.provider in (None, each.diagnosis.provider) and wish.cause in (None, each.cause)]
    shown = wish.logs[0] if len(wish.logs) == 1 else count(len(wish.logs), "file")
    if not fitting:
        raise _nothing(wish, shown, [_named(each, book) for each in kinds])
    first = fitting[0]
    found = first.diagnosis
    known = (*given_for(given, found.attempt, _provider(found, book)), *first.evidence)
    chosen = wish.provider is not None or wish.cause is not None
    return Session(found.attempt, True, known, least=first.severity, taken=_taken(first, len(kinds), shown, book, chosen=chosen))


def _taken(judged: Judged, kinds: int, shown: str, book: RuleBook, *, chosen: bool) -> str:
    group = judged.group
    when = ""
    if group.first is not None and group.last is not None:
        first, last = f"{group.first:%Y-%m-%d %H:%M}", f"{group.last:%Y-%m-%d %H:%M}"
        when = f" at {first}" if first == last else f" from {first} to {last}"
    others = "" if kinds == 1 else f", the most pressing of {kinds} kinds; --provider and --cause choose another"
    if chosen and kinds > 1:
        others = f", chosen from {kinds} kinds"
    return f"{_named(judged, book)}, {count(group.attempts, 'deferral')}{when} in {shown}{others}"


def _named(judged: Judged, book: RuleBook) -> str:
    return f"{who(judged, book)}: {plain(judged.cause)}"


def _provider(found: Diagnosis, book: RuleBook) -> Provider | None:
    return book.providers.get(found.provider) if found.provider else None


def _nothing(wish: Wish, shown: str, kinds: Iterable[str]) -> NothingDeferred:
    names = list(dict.fromkeys(kinds))
    wanted = "".join(f" {kind} {name}" for kind, name in (("of", wish.provider), ("for", wish.cause)) if name)
    others = f"; there is {', '.join(names[:OTHERS])}" + (" and more" if len(names) > OTHERS else "") if names else ""
    return NothingDeferred(wanted=wanted, shown=shown, others=others)


# Walks on disk


def _resumed(path: Path, book: RuleBook, given: Given) -> Session:
    session = from_json(_text(path), path)
    provider = _provider(diagnosis_of(session, book), book)
    new = [item for item in given_for(given, session.attempt, provider) if item not in session.evidence]
    return session._replace(evidence=(*new, *session.evidence))


def _save(session: Session, path: Path | None) -> None:
    if path is not None:
        write_whole(path, [to_json(session)])


def check_save(path: Path) -> str:
    """Why a walk must not be saved there; empty where it may."""
    if not path.is_file() or not path.stat().st_size or is_session(_text(path)):
        return ""
    return f"{path} exists and is no saved walk; name another file, or remove it"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST + 1).decode("utf-8", "replace")
    except OSError as error:
        raise InputUnreadable(path=path, reason=error.strerror or error) from error
