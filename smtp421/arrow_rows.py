"""The rows of a batch: what their columns tell, and the attempts that they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from smtp421.errors import BatchUnusable, UnknownFormat
from smtp421.logs import LINE_FORMATS, Stream, plain, read_paste
from smtp421.logs.cutter import LONGEST
from smtp421.logs.interface import LineReader
from smtp421.logs.layout import Layout
from smtp421.logs.line import read_stamp
from smtp421.model import Attempt, EnhancedCode, Origin, Relay, Reply, Stage, Status
from smtp421.reply import parse_enhanced, read_reply, read_words
from smtp421.scanning import REPORTED

REPLY, LOG = "reply", "log"
_FORMATS = {form.name: form for form in LINE_FORMATS}


class Row(NamedTuple):
    """A row of a batch; None for what it does not tell."""

    text: str | None
    format: str | None = None
    code: int | None = None
    enhanced_code: EnhancedCode | None = None
    stage: Stage | None = None
    origin: Origin | None = None
    status: Status | None = None
    timestamp: datetime | None = None
    queue_id: str | None = None
    sender: str | None = None
    recipient: str | None = None
    relay_host: str | None = None
    delay: float | None = None

    @property
    def told(self) -> bool:
        """Whether the row tells more than a text."""
        return any(value is not None for value in self[2:])


def rows_of(batch: Any, input_format: str | None) -> Iterator[Row]:
    """The rows of a ``pyarrow.RecordBatch``. Raises :class:`smtp421.errors.BatchUnusable` for a column of another kind."""
    names = batch.schema.names
    if "text" not in names:
        raise BatchUnusable(
            reason=f"it has no column 'text' but {', '.join(names) or 'no columns'}; rename the one with the text"
        )
    unknown = [None] * batch.num_rows
    columns = [
        _values(name, batch.column(names.index(name)).to_pylist(), read) if name in names else unknown
        for name, read in _READ.items()
    ]
    if "format" not in names:
        columns[1] = _values("format", [input_format] * batch.num_rows, _format)
    return map(Row._make, zip(*columns, strict=True))


def _values(name: str, values: list[Any], read: Callable[[Any], Any]) -> list[Any]:
    known: list[Any] = []
    for number, value in enumerate(values):
        try:
            known.append(None if value is None or value == "" else read(value))
        except (TypeError, ValueError, AttributeError) as error:
            reason = f"row {number}, column {name!r}: {value!r} is not what stands there ({error})"
            raise BatchUnusable(reason=reason) from error
    return known


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value[:LONGEST].decode("utf-8", "replace")
    if isinstance(value, str):
        return value[:LONGEST]
    raise TypeError("expected text")


def _format(value: object) -> str:
    name = _text(value)
    if name not in (REPLY, LOG) and name not in _FORMATS:
        raise UnknownFormat(name=name, known=", ".join((REPLY, LOG, *_FORMATS)))
    return name


def _time(value: object) -> datetime | None:
    if isinstance(value, str):
        return read_stamp(value, datetime.now(UTC))
    if not isinstance(value, datetime):
        raise TypeError("expected a timestamp")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _one_of(kind: type[StrEnum]) -> Callable[[Any], StrEnum]:
    def read(value: Any) -> StrEnum:
        if value not in kind.__members__.values():
            raise ValueError(f"expected one of {', '.join(kind)}")
        return kind(value)

    return read


_READ: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "format": _format,
    "code": int,
    "enhanced_code": parse_enhanced,
    "stage": _one_of(Stage),
    "origin": _one_of(Origin),
    "status": _one_of(Status),
    "timestamp": _time,
    "queue_id": _text,
    "sender": _text,
    "recipient": _text,
    "relay_host": _text,
    "delay": float,
}
"""How the values of a column are read, in the order of :class:`Row`."""


class RowReader:
    """Reads rows, each on its own."""

    def __init__(self, now: datetime) -> None:
        """``now`` is the clock for stamps without a year."""
        self._now = now

    def attempts(self, row: Row) -> Iterable[Attempt]:
        """The attempts that a row tells of, the likeliest to be meant first."""
        if row.code is not None or (row.text is None and row.enhanced_code is not None):
            found: Iterable[Attempt] = [Attempt(_reply(row), REPLY)]
        elif row.text is None:
            return []
        elif row.format is None:
            found = read_paste(row.text, self._now)
        elif row.format == REPLY:
            found = [plain.read(row.text)]
        else:
            found = self._logged(row.text, row.format)
        return (_completed(attempt, row) for attempt in found) if row.told else found

    def _logged(self, text: str, name: str) -> Iterator[Attempt]:
        """The deferrals that the lines of a text tell of, as :func:`smtp421.scan` finds them."""
        layout, stream = Layout(self._now), Stream(LINE_FORMATS if name == LOG else [_FORMATS[name]])
        lines = (line for raw in text.split("\n") for line in layout.read(None, raw))
        for line in lines:
            yield from (attempt for attempt in stream.read(line) if attempt.status in REPORTED)
        for line in layout.close():
            yield from (attempt for attempt in stream.read(line) if attempt.status in REPORTED)
        yield from (attempt for attempt in stream.close() if attempt.status in REPORTED)


def spans_lines(name: str) -> bool:
    """Whether records of a format span lines, so that a row a line does not do. Raises :class:`smtp421.errors.UnknownFormat`."""
    return not isinstance(_FORMATS[_format(name)].open(), LineReader)


def _reply(row: Row) -> Reply:
    """The reply whose code stands in a column of its own, and in the text or not."""
    text = row.text or ""
    found = read_reply(text)
    return found if found is not None and found.code == row.code else read_words(text)


def _completed(attempt: Attempt, row: Row) -> Attempt:
    """The attempt, with what only other columns tell."""
    reply, relay = attempt.reply, attempt.relay
    return attempt._replace(
        reply=reply._replace(
            code=row.code if reply.code is None else reply.code,
            enhanced_code=reply.enhanced_code or row.enhanced_code,
            stage=reply.stage or row.stage,
        ),
        origin=attempt.origin or row.origin,
        status=attempt.status or row.status,
        timestamp=attempt.timestamp or row.timestamp,
        queue_id=attempt.queue_id or row.queue_id,
        sender=attempt.sender or row.sender,
        recipient=attempt.recipient or row.recipient,
        relay=relay or (Relay(row.relay_host.lower().rstrip(".")) if row.relay_host else None),
        delay=row.delay if attempt.delay is None else attempt.delay,
    )
