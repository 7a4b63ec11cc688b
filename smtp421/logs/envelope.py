"""What carries a log line inside: JSON objects of journald, Docker, rsyslog, syslog-ng and shippers; the journal export format.

Sources: https://systemd.io/JOURNAL_EXPORT_FORMATS/ (both forms of the journal), systemd.journal-fields(7),
https://docs.docker.com/engine/logging/drivers/json-file/, https://www.rsyslog.com/doc/configuration/properties.html,
https://www.elastic.co/guide/en/ecs/current/ecs-process.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from smtp421.logs.fields import moment
from smtp421.logs.line import read_stamp

_HINT = re.compile(
    r'"(?:__REALTIME_TIMESTAMP|log|PROGRAM|program(?:name)?|syslogtag|app[-_]?name|ident|process|SYSLOG_IDENTIFIER)"\s*:'
    r'|"(?:message|msg|MESSAGE)"\s*:\s*"\s*(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:|\d{4}-\d\d-\d\d[T ]\d\d:)'
)
"""Cheap, and false for nearly all objects that carry no log line: they go to the readers as they are."""
_BEGINS = re.compile(r"\s*(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)")
_NUMBER = re.compile(r"\d{9,16}(?:\.\d+)?")
_PROGRAM = ("syslog_identifier", "program", "programname", "app-name", "appname", "app_name", "ident", "_comm")
_PID = ("_pid", "syslog_pid", "pid", "procid", "proc_id", "proc-id")
_HOST = ("_hostname", "hostname", "host", "fromhost", "source")
_STAMP = ("@timestamp", "timestamp", "timereported", "isodate", "timegenerated", "date", "time")
_MESSAGE = ("message", "msg")
_SPLIT = 1 << 14
"""Docker splits what a container writes after so many bytes; only the last part ends with a line end."""


class Inside(NamedTuple):
    """What was inside: a line, in whatever layout."""

    text: str
    stamp: datetime | None = None
    """The time that the envelope gives; it knows the zone."""
    stream: str | None = None
    """Standard output or error, where long lines come in several parts."""
    more: bool = False
    """Whether the line goes on in the next part of its stream."""


def opened(text: str, now: datetime) -> Inside | None:
    """What an object carries; None for an object that is no envelope, and for any other text."""
    if not _HINT.search(text):
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    fields = {key.lower(): value for key, value in record.items()}
    if "__realtime_timestamp" in fields:
        return journal_entry(fields)
    log = fields.get("log")
    if isinstance(log, str) and ("stream" in fields or "time" in fields):
        return _docker(log, fields, now)
    return _shipped(fields, now)


def journal_entry(fields: Mapping[str, object]) -> Inside:
    """An entry of the journal, given its fields in small letters. A message too long to be printed is null: an empty line."""
    stamp = None
    try:
        micro = int(str(fields.get("__realtime_timestamp") or fields.get("_source_realtime_timestamp")))
        stamp = datetime.fromtimestamp(micro // 1_000_000, UTC).replace(microsecond=micro % 1_000_000)
    except (ValueError, OverflowError, OSError):
        pass
    return Inside(_head(fields) + _text(fields.get("message")), stamp)


def _docker(log: str, fields: Mapping[str, object], now: datetime) -> Inside:
    whole = log.endswith("\n") or len(log) < _SPLIT // 4 or len(log.encode("utf-8", "replace")) < _SPLIT
    stamp = read_stamp(_word(fields, ("time", "@timestamp", "date"))[:64], now)
    return Inside(
        log.rstrip("\r\n") if whole else log, stamp, "stderr" if fields.get("stream") == "stderr" else "stdout", not whole
    )


def _shipped(fields: Mapping[str, object], now: datetime) -> Inside | None:
    """A record of rsyslog, syslog-ng or a shipper: its program and message, or a whole line as its message."""
    message = next((value for key in (*_MESSAGE, "log") if isinstance(value := fields.get(key), str)), None)
    if message is None:
        return None
    head = _head(fields)
    if not head:
        return Inside(message.strip()) if _BEGINS.match(message) else None
    stamp = _word(fields, _STAMP)
    known = moment(stamp, now) if _NUMBER.fullmatch(stamp) else None
    before = " ".join(word for word in ("" if known else stamp, _word(fields, _HOST)) if word)
    return Inside(f"{before} {head}{message.strip()}".lstrip(), known)


def _head(fields: Mapping[str, object]) -> str:
    """``postfix/smtp[196]: ``, as syslog writes it; nothing where no program is named."""
    tag = _word(fields, ("syslogtag", "legacy_msghdr")).strip()
    if tag:
        return f"{tag.removesuffix(':')}: "
    process = fields.get("process")
    if isinstance(process, dict):
        fields = {**fields, "program": process.get("name"), "pid": process.get("pid")}
    program, pid = _word(fields, _PROGRAM), _word(fields, _PID)
    return f"{program}[{pid}]: " if program and pid else f"{program}: " if program else ""


def _word(fields: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """The first of the fields that holds a text or a number; nothing where none does."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value not in ("", "-"):
            return str(value)
    return ""


def _text(value: object) -> str:
    """A field of the journal: text; a list of byte values where it is not UTF-8; a list of either where it was given twice."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        return ""
    if all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        return bytes(value).decode("utf-8", "replace")
    return _text(value[0]) if isinstance(value[0], str | list) else ""


class Export:
    """Reads the journal export format line by line: ``NAME=value``, or a name, 8 bytes of length and the value."""

    _WANTED = frozenset(
        b"MESSAGE __REALTIME_TIMESTAMP _SOURCE_REALTIME_TIMESTAMP SYSLOG_IDENTIFIER _COMM _PID SYSLOG_PID _HOSTNAME".split()
    )
    _FIELD = re.compile(rb"[A-Z_][A-Z0-9_]{0,63}(?:=|$)")
    _LONGEST = 1 << 18

    def __init__(self) -> None:
        self.number: int | None = None
        """Where the message stands that ``read`` returned last."""
        self._fields: dict[str, object] = {}
        self._name: bytes | None = None
        self._data = bytearray()
        self._lost = False

    def claims(self, raw: bytes) -> bool:
        """Whether the next line belongs to an entry."""
        return self._name is not None or self._lost or not raw or self._FIELD.match(raw) is not None

    def read(self, number: int | None, raw: bytes) -> Inside | None:
        """Take a line; the entry that it completes."""
        if self._lost:
            self._lost = bool(raw)
            return None
        if self._name is not None:
            self._more(raw)
            return None
        if not raw:
            return self.close()
        name, equals, value = raw.partition(b"=")
        if name == b"MESSAGE":
            self.number = number
        if equals:
            self._set(name, value)
        else:
            self._name = name
            self._data.clear()
        return None

    def close(self) -> Inside | None:
        """The last entry, where no blank line closed it."""
        fields, self._fields = self._fields, {}
        return journal_entry(fields) if "message" in fields else None

    def _more(self, raw: bytes) -> None:
        """Line ends may stand in the length and in the value."""
        self._data += raw
        end = 8 + int.from_bytes(self._data[:8], "little") if len(self._data) >= 8 else self._LONGEST
        if len(self._data) > end or end > self._LONGEST:
            # A core dump, or no such value at all: the rest of the entry is given up.
            self._name, self._lost = None, True
        elif len(self._data) == end:
            self._set(self._name or b"", bytes(self._data[8:]))
            self._name = None
        else:
            self._data += b"\n"

    def _set(self, name: bytes, value: bytes) -> None:
        if name in self._WANTED:
            self._fields.setdefault(name.decode("ascii").lower(), value.decode("utf-8", "replace"))
