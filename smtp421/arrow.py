"""Diagnoses by the batch, as Arrow tables: what PySpark's ``mapInArrow``, Polars, DuckDB and Ray are joined to.

    import pyarrow as pa
    from smtp421.arrow import diagnose

    diagnose(pa.RecordBatch.from_pydict({"text": ["421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred"]}))

:func:`diagnose` answers row by row, :func:`scan` whole logs; both say what :func:`smtp421.explain` and :func:`smtp421.scan` say.
The rules are loaded once a process. Needs the extra ``arrow``; importing this module without it raises
:class:`smtp421.errors.MissingExtra`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from smtp421.api import default_book, tells_something
from smtp421.api import scan as _scan
from smtp421.arrow_rows import Row, RowReader, rows_of
from smtp421.diagnosis.decide import diagnose as _diagnose
from smtp421.diagnosis.finding import Case, case_of
from smtp421.diagnosis.wait import wait_seconds
from smtp421.errors import BatchUnusable, MissingExtra
from smtp421.model import Attempt, Diagnosis

try:
    import pyarrow as pa
except ImportError:
    raise MissingExtra(feature="smtp421.arrow", package="pyarrow", extra="arrow") from None

if TYPE_CHECKING:
    from pathlib import Path

    from smtp421.logs.source import Source
    from smtp421.rulebook import RuleBook
    from smtp421.scanning import Item

ROWS = 10_000
"""Rows of a batch of :func:`scan`."""


class _Column(NamedTuple):
    """A column of the answer."""

    type: Any
    of: Callable[[Diagnosis], Any]


def _code(found: Diagnosis) -> str | None:
    enhanced = found.attempt.reply.enhanced_code
    return None if enhanced is None else str(enhanced)


def _relay(field: str) -> Callable[[Diagnosis], Any]:
    return lambda found: getattr(found.attempt.relay, field, None)


_TEXT, _TEXTS, _NUMBER = pa.string(), pa.list_(pa.string()), pa.int32()
_COLUMNS = {
    # The attempt, as far as the text or the other columns tell
    "format": _Column(_TEXT, lambda found: found.attempt.format),
    "line": _Column(pa.int64(), lambda found: found.attempt.line),
    "timestamp": _Column(pa.timestamp("us", "UTC"), lambda found: found.attempt.timestamp),
    "queue_id": _Column(_TEXT, lambda found: found.attempt.queue_id),
    "sender": _Column(_TEXT, lambda found: found.attempt.sender),
    "recipient": _Column(_TEXT, lambda found: found.attempt.recipient),
    "relay_host": _Column(_TEXT, _relay("host")),
    "relay_address": _Column(_TEXT, _relay("address")),
    "relay_port": _Column(_NUMBER, _relay("port")),
    "status": _Column(_TEXT, lambda found: found.attempt.status),
    "delay": _Column(pa.float64(), lambda found: found.attempt.delay),
    # The reply
    "code": _Column(_NUMBER, lambda found: found.attempt.reply.code),
    "enhanced_code": _Column(_TEXT, _code),
    "text": _Column(_TEXT, lambda found: found.attempt.reply.text),
    "stage": _Column(_TEXT, lambda found: found.attempt.reply.stage),
    # The diagnosis
    "origin": _Column(_TEXT, lambda found: found.origin),
    "provider": _Column(_TEXT, lambda found: found.provider),
    "rule": _Column(_TEXT, lambda found: found.rule),
    "title": _Column(_TEXT, lambda found: found.title),
    "cause": _Column(_TEXT, lambda found: found.cause),
    "also": _Column(_TEXTS, lambda found: found.also),
    "severity": _Column(_TEXT, lambda found: found.severity),
    "confidence": _Column(_TEXT, lambda found: found.confidence),
    "who_acts": _Column(_TEXT, lambda found: found.who_acts),
    "summary": _Column(_TEXT, lambda found: found.summary),
    "retry_helps": _Column(_TEXT, lambda found: found.retry.helps),
    "retry_wait_seconds": _Column(_NUMBER, lambda found: found.retry.wait_seconds),
    "retry_advice": _Column(_TEXT, lambda found: found.retry.advice),
    "fixes": _Column(_TEXTS, lambda found: [fix.id for fix in found.fixes]),
    "matched": _Column(_TEXT, lambda found: found.matched),
    "rivals": _Column(_TEXTS, lambda found: [rival.rule for rival in found.rivals]),
}
COLUMNS = tuple(_COLUMNS)
"""The columns of an answer: those of the JSON contract that fit into a table. ``fixes`` and ``rivals`` hold ids."""


DEAR = ("confidence", "matched", "rivals")
"""Columns that each reply needs a diagnosis of its own for; the others are the same for all that are alike."""
_MOST = 20_000
"""Diagnoses that are remembered."""


def schema(columns: Sequence[str] | None = None) -> pa.Schema:
    """The schema of an answer with these columns, or with all. Raises :class:`smtp421.errors.BatchUnusable`."""
    wrong = sorted(set(columns or ()) - _COLUMNS.keys())
    if wrong:
        raise BatchUnusable(reason=f"there is no column {wrong[0]!r} to be had; choose among {', '.join(COLUMNS)}")
    return pa.schema([(name, _COLUMNS[name].type) for name in columns or COLUMNS])


def diagnose(
    batch: pa.RecordBatch,
    *,
    columns: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    input_format: str | None = None,
    rulebook: RuleBook | None = None,
    now: datetime | None = None,
) -> pa.RecordBatch:
    """Diagnose each row of a batch: as many rows, in their order, all null where there is nothing to explain.

    The column ``text`` holds what :func:`smtp421.explain` takes: a reply, a log line, a paste. ``format`` says more: ``reply``
    (quicker than to find out), ``log`` for the line of any log, or a name of ``smtp421 formats``; then a row that is no
    deferral is null, as in :func:`smtp421.scan`. What the text leaves open, other columns may tell: ``code``,
    ``enhanced_code``, ``stage``, ``origin``, ``status``, ``timestamp``, ``queue_id``, ``sender``, ``recipient``,
    ``relay_host``, ``delay``; with a code, the text is a reply's words. All but ``text`` may be missing or null.

    A row is read on its own: records that span rows need :func:`scan`. Of a row that tells of several attempts (a line to
    several recipients) the first is answered.

    ``columns`` are those wanted (default: :data:`COLUMNS`). Without :data:`DEAR` ones it is much cheaper, since then not every
    reply needs a diagnosis of its own. ``keep`` names columns of ``batch`` that stand before them.
    ``input_format`` is the format where there is no column for it. ``now`` is the clock for stamps without a year.
    Raises :class:`smtp421.errors.BatchUnusable` and :class:`smtp421.errors.UnknownFormat`.
    """
    wanted = schema(columns)
    kept = _kept(batch, keep, wanted)
    reader = RowReader(now or datetime.now(UTC))
    judge = _judge(rulebook or default_book(), frozenset(wanted.names))
    found = [_first(row, reader, judge) for row in rows_of(batch, input_format)]
    return pa.RecordBatch.from_arrays(
        [*(batch.column(name) for name in keep), *_arrays(found, wanted)], schema=pa.schema([*kept, *wanted])
    )


def scan(
    lines: Iterable[Item] | Path | str | Source,
    *,
    columns: Sequence[str] | None = None,
    input_format: str | None = None,
    rulebook: RuleBook | None = None,
    now: datetime | None = None,
    rows: int = ROWS,
) -> Iterator[pa.RecordBatch]:
    """Yield the diagnoses of whole logs as batches of at most ``rows`` rows, one a deferral, as :func:`smtp421.scan` makes them.

    Reads what :func:`smtp421.scan` reads, also records that span lines, and raises what it raises.
    """
    wanted = schema(columns)
    found = _scan(lines, rulebook=rulebook, now=now, input_format=input_format)
    while some := [*islice(found, rows)]:
        yield pa.RecordBatch.from_arrays(_arrays(some, wanted), schema=wanted)


def _first(row: Row, reader: RowReader, judge: Judge) -> Diagnosis | None:
    """The diagnosis of what a row most likely means; None where it tells of no trouble."""
    for attempt in reader.attempts(row):
        found = judge(attempt, logged=row.told or attempt.format != "reply")
        if tells_something(found):
            return found
    return None


class Judge:
    """Diagnoses attempts as far as the wanted columns need it: where none quotes the reply, one diagnosis does for all alike."""

    def __init__(self, book: RuleBook, wanted: frozenset[str]) -> None:
        self._book = book
        self._whole = not wanted.isdisjoint(DEAR)
        self._waits = "retry_wait_seconds" in wanted
        self._known: dict[tuple[Case, int | None], Diagnosis] = {}

    def __call__(self, attempt: Attempt, *, logged: bool) -> Diagnosis:
        """The diagnosis; of columns that are not wanted it may hold another attempt's."""
        if self._whole:
            return _diagnose(attempt, self._book, logged=logged)
        asked = wait_seconds((attempt.inner or attempt.reply).text) if self._waits else None
        key = (case_of(attempt, self._book), asked)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[key] = _diagnose(attempt, self._book)
        return found._replace(attempt=attempt, logged=logged)


@lru_cache(maxsize=8)
def _judge(book: RuleBook, wanted: frozenset[str]) -> Judge:
    """The judge of a book and columns, kept from batch to batch."""
    return Judge(book, wanted)


def _arrays(found: Sequence[Diagnosis | None], wanted: pa.Schema) -> list[pa.Array]:
    ways = ((_COLUMNS[field.name].of, field.type) for field in wanted)
    return [pa.array([None if one is None else of(one) for one in found], form) for of, form in ways]


def _kept(batch: pa.RecordBatch, keep: Sequence[str], wanted: pa.Schema) -> list[pa.Field]:
    """The fields of the columns that are handed through."""
    if not isinstance(batch, pa.RecordBatch):
        raise BatchUnusable(reason=f"it is a {type(batch).__name__}, no RecordBatch; of a table, take each of its `to_batches()`")
    for name in keep:
        if name not in batch.schema.names:
            raise BatchUnusable(reason=f"there is no column {name!r} to keep; it has {', '.join(batch.schema.names)}")
        if name in wanted.names:
            raise BatchUnusable(reason=f"the column {name!r} is also one of the answer; rename it, or leave it out of `columns`")
    return [batch.schema.field(name) for name in keep]
