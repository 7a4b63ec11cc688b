"""What carries a log line inside: JSON objects of journald, Docker, rsyslog, syslog-ng and shippers.

Sources: https://systemd.io/JOURNAL_EXPORT_FORMATS/, systemd.journal-fields(7),
https://docs.docker.com/engine/logging/drivers/json-file/, https://www.rsyslog.com/doc/configuration/properties.html,
https://www.elastic.co/guide/en/ecs/current/ecs-process.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from smtp421.logs.fields import moment
from smtp421.logs.formats import known_line, own_json
from smtp421.logs.line import read_stamp

_RECORD_HEAD = (
    r"(?:[0-9A-Za-z]{5,20}: (?:to=<[^>]*>,|host \S+\[)|NOQUEUE: |to=<[^>]*>, relay=|[0-9A-Za-z]{12,16}: to=|"
    r"[0-9a-f]{16} (?:mta|smtp|mda) [a-z]|[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} (?:==|\*\*|=>|->|H=))"
)
_HEAD = (
    r"(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\s\"\\]*[ \t]+[^\s\"\\]{2,}"
    r"[ \t]|[\w./-]+\[\d+\]: )"
)
_HINT = re.compile(
    r'"(?:__REALTIME_TIMESTAMP|log|PROGRAM|program(?:name)?|syslogtag|app[-_]?name|ident|process|SYSLOG_IDENTIFIER|'
    r'ProcessName|processImagePath|_application_name)"\s*:'
)
_NAMES = (
    'essage"', 'msg"', 'MESSAGE"', 'line"', '"_raw"', 'ody"', '"Log"', '"textPayload"', '"LogEntry"', '"event"', '"raw"',
)  # fmt: skip
_KUMOMTA = ('{"type":"TransientFailure"', '{"type":"Delivery"', '{"type":"Reception"', '{"type":"Bounce"')
_MARKS = ("]: ", '{\\"', "to=<", " == ", " ** ", " => ", " -> ", " <= ", " Completed", " mta ", "(delivery.", " [outbound] ")
_LINE_HINT = re.compile(
    rf'"(?:short_message|eventMessage|SyslogMessage|value)"\s*:\s*"\s*(?:[\w.-]+: )?{_RECORD_HEAD}'
    rf'|[:,\[]\s*"\s*(?:\{{\s*\\"\w|{_HEAD})'
)
"""Both are cheap, and false for nearly all objects that carry no log line: they go to the readers as they are."""
_BEGINS = re.compile(r"\s*(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)")
WHOLE = re.compile(
    r"""\s*(?:<\d{1,3}>\s?(?:1\s)?)?(?:
        (?:[A-Z][a-z]{2}[ ][ \d]\d[ ](?:\d{4}[ ])?\d\d:\d\d:\d\d\S*|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*)\s+\S+\s+\S
        | [\w./-]+\[\d+\]:\s
        | @4000000[0-9a-f]{17}\s
        | \{\s*\"[\w@.-]+\"\s*: )""",
    re.VERBOSE,
)
"""How a text begins that is a line of a log, or carries one."""
ENTIRE = re.compile(
    r"\s*(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*) \S+ [\w./-]+\[\d+\]: "
)
"""A line as syslog wrote it, with its program."""
_RECORD = re.compile(rf"\s*(?:[\w.-]+: )?{_RECORD_HEAD}")
"""How the records of programs begin, where the program's name was taken off."""
_TAG = re.compile(r"[\w./-]+\[\d+\]:?")
_NUMBER = re.compile(r"\d{9,19}(?:\.\d+)?")
_PROGRAM = (
    "syslog_identifier", "program", "programname", "app-name", "appname", "app_name", "ident", "processname", "process_name",
    "program_name", "_application_name", "application_name", "syslog_program", "_program", "_comm", "_app", "sourcename",
)  # fmt: skip
_PID = ("_pid", "syslog_pid", "pid", "procid", "proc_id", "proc-id", "processid", "process_id", "_process_id")
_HOST = ("_hostname", "hostname", "host", "fromhost", "source", "computer", "source_name")
_STAMP = (
    "@timestamp", "timestamp", "timereported", "isodate", "timegenerated", "timegenerated [utc]", "generated_at", "received_at",
    "date", "time", "ts", "dt", "_time", "datetime", "eventtime", "_ts",
)  # fmt: skip
MESSAGES = (
    "message", "msg", "short_message", "syslogmessage", "eventmessage", "@message", "textpayload", "log", "line", "_raw",
    "logentry", "logmessage", "_msg", "_line", "logmsg", "body", "event", "raw", "value", "text",
)  # fmt: skip
COLUMNS = frozenset((*MESSAGES, *_STAMP, *_PROGRAM, *_PID, *_HOST))
"""Fields that are asked for."""
_WRAPPERS = ("_source", "jsonpayload", "result", "attributes", "hits")
"""Where of several parts of an object the first is to be taken that carries a line, these come first."""
_DEEPEST = 8
_ROW = 24
"""Cells of a row, at most."""
_SHORTEST = 24
"""No line that a reader needs is shorter."""
_LONGEST_PREFIX = 240
_RUBY = re.compile(r'\{"[^"]{1,80}"=>')
_PAIR = re.compile(r'(?:^\{|, )"([^"]{1,80})"=>')
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


def opened(text: str, now: datetime) -> list[Inside]:
    """What a JSON object carries: one line as a rule; none where it is no envelope, and for any other text."""
    if not _hinted(text):
        return []
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(record, dict) and "__REALTIME_TIMESTAMP" in record:
        return [journal_entry({key.lower(): value for key, value in record.items()})]
    return carried(record, now)


def _hinted(text: str) -> bool:
    """Whether an object may carry a line, and is none that a reader takes as it is."""
    if text.startswith(_KUMOMTA):  # of these there are many
        return False
    if _HINT.search(text) is not None:
        return True
    named = any(name in text for name in _NAMES) or (any(mark in text for mark in _MARKS) and _LINE_HINT.search(text) is not None)
    return named and not own_json(text)


def behind_prefix(text: str, now: datetime) -> list[Inside]:
    """What an object carries that stands behind a tag and a time, as Fluentd, Fluent Bit and ``journalctl -o json-sse`` write it.

    Fluent Bit writes it as Ruby would: ``[0] syslog.0: [[1795213798.941, {}], {"ident"=>"postfix/smtp", ...}]``.
    """
    at = text.find('{"', 1, _LONGEST_PREFIX)
    if at < 0:
        return []
    body = text[at:].rstrip(" ,")
    if _RUBY.match(body):
        record: object = _ruby(body)
    elif not _hinted(body):
        return []
    else:
        try:
            record = json.JSONDecoder(strict=False).raw_decode(body)[0]
        except (ValueError, RecursionError):
            return []
    stamp = read_stamp(text[:at], now)
    return [inside if _knows(inside, now) else inside._replace(stamp=stamp) for inside in carried(record, now)]


def _ruby(body: str) -> dict[str, str]:
    """The texts of ``{"name"=>"value", ...}``."""
    parts = _PAIR.split(body)
    return {
        name: _unescaped(value[1 : value.rfind('"')])
        for name, value in zip(parts[1::2], parts[2::2], strict=True)
        if value[:1] == '"'
    }


def _knows(inside: Inside, now: datetime) -> bool:
    """Whether a line has a time."""
    return inside.stamp is not None or read_stamp(inside.text[:120], now) is not None


def _unescaped(value: str) -> str:
    """A string that may have been escaped, which not all versions do."""
    return value if re.search(r'(?<!\\)"', value) else value.replace('\\"', '"').replace("\\\\", "\\")


def carried(value: object, now: datetime, depth: int = _DEEPEST) -> list[Inside]:
    """The lines in a value: that of an object which is an entry, else those in the first of its parts that has some.

    Of a list each part is taken. An object's time is that of a line in it which has none.
    """
    if not depth:
        return []
    if isinstance(value, list):
        return _in_list(value, now, depth)
    if not isinstance(value, dict) or "TopicArn" in value:  # a notification of Amazon's: its reader opens it
        return []
    fields = {key.lower(): part for key, part in value.items()}
    if "__realtime_timestamp" in fields:
        return [journal_entry(fields)]
    log = fields.get("log")
    if isinstance(log, str) and ("stream" in fields or "time" in fields):
        return [_docker(log, fields, now)]
    if (shipped := shipped_line(fields, now)) is not None:
        return [shipped]
    stamp = None
    for part in (*(fields.get(name) for name in _WRAPPERS), *fields.values()):
        if isinstance(part, dict | list) and (found := carried(part, now, depth - 1)):
            stamp = stamp or _time(fields, now)
            return [inside if _knows(inside, now) else inside._replace(stamp=stamp) for inside in found]
    return []


def _in_list(items: list[object], now: datetime, depth: int) -> list[Inside]:
    """The lines among the items, and in each. A row of a time and a line (Loki, Azure) gives the line its time."""
    found: list[Inside] = []
    for item in items:
        if not isinstance(item, str):
            found += carried(item, now, depth - 1)
        elif len(item) > _SHORTEST and _is_line(item):
            inside = Inside(item)
            if len(items) <= _ROW and not _knows(inside, now):
                inside = Inside(
                    item, next((stamp for other in items if other is not item and (stamp := moment(other, now))), None)
                )
            found.append(inside)
    return found


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


def shipped_line(fields: Mapping[str, object], now: datetime) -> Inside | None:
    """A record of a logger or a shipper, by small names: its program and message, or a whole line as a value."""
    message = _message(fields)
    head = ""
    if message is not None and not (head := _head(fields)) and any(isinstance(part, dict) for part in fields.values()):
        beside = {key.lower(): part for parts in fields.values() if isinstance(parts, dict) for key, part in parts.items()}
        if head := _head(beside):
            fields = {**beside, **fields}
    if message is None or not head:
        message = next((text for text in _said(fields) if _is_line(text)), None)
        if message is None:
            return None
        own = message.lstrip()[:1] != "{" and read_stamp(message[:120], now) is not None
        return Inside(message.strip(), None if own else _time(fields, now))
    if ENTIRE.match(message):
        return Inside(message.strip())
    stamp = _stamp(fields)
    known = moment(stamp, now) if _NUMBER.fullmatch(stamp) else None
    before = " ".join(word for word in ("" if known else stamp, _word(fields, _HOST)) if word)
    return Inside(f"{before} {head}{message.strip()}".lstrip(), known)


def _message(fields: Mapping[str, object]) -> str | None:
    """What a record says, in the first of the usual fields."""
    for key in MESSAGES:
        value = _first(fields.get(key))
        if isinstance(value, str):
            return value
    return None


def _said(fields: Mapping[str, object]) -> Iterator[str]:
    """All that may be the message of a record that names no program: the usual fields, then any with a whole line."""
    for key in ("full_message", *MESSAGES):
        value = _first(fields.get(key))
        if isinstance(value, str):
            yield value
    yield from (value for value in fields.values() if isinstance(value, str) and value[:1] != "{" and WHOLE.match(value))


def _is_line(text: str) -> bool:
    """Whether a text is a line of a log."""
    return bool(WHOLE.match(text) or _BEGINS.match(text) or _RECORD.match(text)) or known_line(text)


def _first(value: object) -> object:
    """A value, or the first of a list with one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _time(fields: Mapping[str, object], now: datetime) -> datetime | None:
    """The time that a record gives."""
    return moment(_stamp(fields), now)


def _stamp(fields: Mapping[str, object]) -> str:
    """The time of a record as it is written: in the first of the usual fields, else in one that is named like a time."""
    usual = _word(fields, _STAMP)
    return usual or _word(fields, tuple(key for key in fields if "time" in key or "date" in key or "stamp" in key))


def _head(fields: Mapping[str, object]) -> str:
    """``postfix/smtp[196]: ``, as syslog writes it; nothing where no program is named."""
    tag = _word(fields, ("syslogtag", "legacy_msghdr")).strip()
    if not tag and _TAG.fullmatch(other := _word(fields, ("tag",)).strip()):  # shippers' own tags look otherwise
        tag = other
    if tag:
        return f"{tag.removesuffix(':')}: "
    process = fields.get("process")
    if isinstance(process, dict):
        fields = {**fields, "program": process.get("name"), "pid": process.get("pid")}
    elif isinstance(process, str):
        fields = {"program": process, **fields}
    elif isinstance(path := fields.get("processimagepath"), str):  # macOS
        fields = {"program": "/".join(path.split("/")[-2:]), **fields}
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
