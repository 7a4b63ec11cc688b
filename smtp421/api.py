"""The public functions: text or lines in, diagnoses out. The only place that looks at the clock and at the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from smtp421.diagnosis.decide import diagnose
from smtp421.errors import NothingToExplain
from smtp421.logs import Stream, read_paste
from smtp421.logs.line import Line
from smtp421.model import Attempt, Diagnosis, Evidence, Status
from smtp421.rulebook import RuleBook
from smtp421.rulebook import load_rulebook as _load

_REPORTED = (Status.DEFERRED, Status.SUSPENDED, Status.EXPIRED, None)
"""What ``scan`` yields: deferrals, not what was sent or bounced."""
_MAIL_WORDS = (
    "mail smtp server relay host connect connection message recipient sender address mailbox queue deliver deliver "
    "delivery deferred timeout timed tls ssl "
    "certificate dns lookup resolve refused rejected reject greylist temporary temporarily later limit rate quota spam "
    "blocked error exception mx spf dkim dmarc"
).split()


def load_rulebook(paths: Iterable[Path] = ()) -> RuleBook:
    """Load the rules: ``paths``, then ``SMTP421_RULES``, the user's own, the bundled ones.

    Raises :class:`smtp421.errors.RulesUnreadable` where the bundled rules cannot be used; faults of other packs are values
    in the rule book.
    """
    return _load(tuple(paths), environ=os.environ)


@lru_cache(maxsize=1)
def _default_book() -> RuleBook:
    return load_rulebook()


def explain_all(
    text: str, *, rulebook: RuleBook | None = None, now: datetime | None = None, evidence: Iterable[Evidence] = ()
) -> list[Diagnosis]:
    """Explain every reply in ``text``, the one that was most likely meant first.

    ``now`` is the clock for stamps without a year (default: the real one). Raises :class:`smtp421.errors.NothingToExplain`
    where the text holds nothing about a delivery.
    """
    book = rulebook or _default_book()
    given = tuple(evidence)
    attempts = read_paste(text, now or datetime.now(UTC))
    diagnoses = [diagnose(attempt, book, given, logged=attempt.format != "reply") for attempt in attempts]
    diagnoses = [diagnosis for diagnosis in diagnoses if _tells_something(diagnosis)]
    if not diagnoses:
        shown = " ".join(text.split())
        raise NothingToExplain(shown=repr(shown[:60] + ("…" if len(shown) > 60 else "")))
    return diagnoses


def explain(
    text: str, *, rulebook: RuleBook | None = None, now: datetime | None = None, evidence: Iterable[Evidence] = ()
) -> Diagnosis:
    """Explain a deferral: an SMTP reply, a log line, a DSN, an exception text, whatever was pasted.

    Of several replies the first of :func:`explain_all` is taken. Raises :class:`smtp421.errors.NothingToExplain`.
    """
    return explain_all(text, rulebook=rulebook, now=now, evidence=evidence)[0]


def scan(lines: Iterable[str | bytes], *, rulebook: RuleBook | None = None, now: datetime | None = None) -> Iterator[Diagnosis]:
    """Diagnose each deferral in the lines of a log, in order, as they come. Lines that no reader knows are passed over."""
    book = rulebook or _default_book()
    clock = now or datetime.now(UTC)
    stream = Stream()
    for number, raw in enumerate(lines, start=1):
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        for attempt in stream.read(Line(number, text.rstrip("\r\n"), clock)):
            if attempt.status in _REPORTED:
                yield diagnose(attempt, book)
    for attempt in stream.close():
        if attempt.status in _REPORTED:
            yield diagnose(attempt, book)


def _tells_something(diagnosis: Diagnosis) -> bool:
    """Whether a diagnosis rests on anything: a code, a rule, a log line, or at least words of the field."""
    attempt: Attempt = diagnosis.attempt
    if diagnosis.logged or diagnosis.rule or attempt.reply.code is not None or attempt.reply.enhanced_code is not None:
        return True
    words = attempt.reply.text.lower()
    return sum(word in words for word in _MAIL_WORDS) >= 2
