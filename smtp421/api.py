"""The public functions: text or lines in, diagnoses out. The only place that looks at the clock and at the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from smtp421.diagnosis.decide import Given, diagnose
from smtp421.errors import NothingToExplain, UnknownFormat
from smtp421.logs import LINE_FORMATS, read_paste
from smtp421.model import Attempt, Diagnosis
from smtp421.rulebook import RuleBook
from smtp421.rulebook import load_rulebook as _load

if TYPE_CHECKING:
    from smtp421.logs.source import Source
    from smtp421.scanning import Item, Scan

_MAIL_WORDS = (
    "mail smtp server relay host connect connection message recipient sender address mailbox queue deliver deliver "
    "delivery deferred timeout timed tls ssl "
    "certificate dns lookup resolve refused rejected reject greylist temporary temporarily later limit rate quota spam "
    "blocked error exception mx spf dkim dmarc loop transport acl "
).split()

_WENT_WELL = re.compile(r"^\s*2\d\d[ -]|\bstat(?:us)?=sent\b|\b(?:dis)?connect from [^ ]+\[|: removed$|\(queue active\)$")
"""A reply of success, and log lines that tell of no trouble."""


def load_rulebook(paths: Iterable[Path] = ()) -> RuleBook:
    """Load the rules: ``paths``, then ``SMTP421_RULES``, the user's own, the bundled ones.

    Raises :class:`smtp421.errors.RulesUnreadable` where the bundled rules cannot be used; faults of other packs are values
    in the rule book.
    """
    return _load(tuple(paths), environ=os.environ)


@lru_cache(maxsize=1)
def default_book() -> RuleBook:
    """The rule book of who names none, loaded once a process."""
    return load_rulebook()


def explain_all(
    text: str, *, rulebook: RuleBook | None = None, now: datetime | None = None, evidence: Given = ()
) -> list[Diagnosis]:
    """Explain every reply in ``text``, the one that was most likely meant first.

    ``now`` is the clock for stamps without a year (default: the real one). ``evidence`` answers questions of the diagnosis tree
    that the text leaves open: :class:`smtp421.Evidence` values, or a function that gives them for an attempt and its provider
    (:class:`smtp421.diagnosis.dossier.Dossier` is one). Raises :class:`smtp421.errors.NothingToExplain`
    where the text holds nothing about a delivery.
    """
    book = rulebook or default_book()
    given = evidence if callable(evidence) else tuple(evidence)
    attempts = read_paste(text, now or datetime.now(UTC))
    diagnoses = [diagnose(attempt, book, given, logged=attempt.format != "reply") for attempt in attempts]
    diagnoses = [diagnosis for diagnosis in diagnoses if tells_something(diagnosis)]
    if not diagnoses:
        shown = " ".join(text.split())
        raise NothingToExplain(shown=repr(shown[:60] + ("…" if len(shown) > 60 else "")))
    return diagnoses


def explain(text: str, *, rulebook: RuleBook | None = None, now: datetime | None = None, evidence: Given = ()) -> Diagnosis:
    """Explain a deferral: an SMTP reply, a log line, a DSN, an exception text, whatever was pasted.

    Of several replies the first of :func:`explain_all` is taken. Raises :class:`smtp421.errors.NothingToExplain`.
    """
    return explain_all(text, rulebook=rulebook, now=now, evidence=evidence)[0]


def scan(
    lines: Iterable[Item] | Path | str | Source,
    *,
    rulebook: RuleBook | None = None,
    now: datetime | None = None,
    input_format: str | None = None,
    evidence: Given = (),
) -> Scan:
    """Diagnose each deferral in a log, in order, as they come. Lines that no reader knows are passed over.

    ``lines`` is a path (``"-"`` is standard input), an open :class:`smtp421.logs.source.Source`, or an iterable: of lines, of
    ``Path`` objects, or of the pairs of :func:`smtp421.logs.follow.follow`. ``now`` is the clock for stamps without a year
    (default: a file's own time, else the real one). ``input_format`` is the format that all lines are read in, else each line
    tells its own. ``evidence`` is that of :func:`explain_all`. The answer is an iterator that counts lines and attempts and has
    ``remarks`` on what could not be read. Raises ``InputUnreadable``, ``UnknownFormat`` and ``MissingExtra`` of
    :mod:`smtp421.errors`.
    """
    from smtp421.logs.source import Source, open_source  # what single replies need not load
    from smtp421.scanning import Scan

    formats = [form for form in LINE_FORMATS if input_format in (None, form.name)]
    if not formats:
        raise UnknownFormat(name=input_format, known=", ".join(form.name for form in LINE_FORMATS))
    if isinstance(lines, str | os.PathLike):
        lines = open_source(lines)
    items: Iterable[Item] = [lines] if isinstance(lines, Source) else lines
    given = evidence if callable(evidence) else tuple(evidence)
    book = rulebook or default_book()
    if now is not None:
        return Scan(items, book, now, trusting=False, formats=formats, evidence=given)
    return Scan(items, book, datetime.now(UTC), clock=lambda: datetime.now(UTC), formats=formats, evidence=given)


def tells_something(diagnosis: Diagnosis) -> bool:
    """Whether a diagnosis rests on anything: a code, a rule, a log line's reason, or at least words of the field."""
    attempt: Attempt = diagnosis.attempt
    if diagnosis.logged or diagnosis.rule or attempt.reply.code is not None or attempt.reply.enhanced_code is not None:
        return True
    words = attempt.reply.text.lower()
    return not _WENT_WELL.search(words) and any(word in words for word in _MAIL_WORDS)
