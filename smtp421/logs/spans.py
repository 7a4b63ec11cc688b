"""Log entries that span lines: ``journalctl -o verbose``, rsyslog's debug format, JSON and Logstash's rubydebug over several
lines, and lines that a terminal or a mail wrapped.

A span takes lines until it is complete, in bounded memory, and gives what it carried. It never takes a line that begins another.

Sources: journalctl(1), https://github.com/rsyslog/rsyslog/blob/main/tools/rsyslogd.c (``RSYSLOG_DebugFormat``),
https://www.elastic.co/guide/en/logstash/current/plugins-codecs-rubydebug.html.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Protocol

from smtp421.logs.envelope import Inside, carried, journal_entry
from smtp421.logs.jsonish import nested
from smtp421.logs.line import read_stamp

_VERBOSE = re.compile(r"\w+\.? \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} \S+ \[s=")
_FIELD = re.compile(r"    (?P<name>[A-Z_][A-Z0-9_]*)=(?P<value>.*)")
_DEBUG = "Debug line with all properties:"
_SAID = re.compile(r"(?P<name>msg|escaped msg|syslogtag|TIMESTAMP|FROMHOST): ?'(?P<value>.*)|syslogtag '(?P<tag>[^']*)'")
_DEBUG_LINE = re.compile(r"FROMHOST: |syslogtag '|TIMESTAMP: '|(?:escaped )?msg: '|inputname: |\$[!./]:")
_ARROW = re.compile(r'^([ \t]*"[^"\n]*") =>', re.MULTILINE)
_BARE = re.compile(r'(:\s+)(\d{4}-\d\d-\d\dT[^\s",]+)(?=,?$)', re.MULTILINE)
_TRAILING = re.compile(r",(\s*[}\]])")
_MOST = 16_000_000
"""Characters of one value that are held."""
_WIDEST = 81
"""Columns at which lines are wrapped, and a carriage return."""
WIDTHS = (80, 100, 120, 132)
"""Columns of terminals."""
_MOST_LINES = 60
_BEGUN = re.compile(
    r"""\bto=<?[^\s>]+>?,?(?!.*\bstat(?:us)?=) | \bevpid=(?!.*\bstat=) | [ ](?:==|\*\*)[ ][^\s:]+@(?!.*:[ ])
      | \(delivery\.(?!.*details[ ]=[ ]") | ^\{".*[^}\]]$ | \bstatus=deferred(?!.*\)$)
      | [0-9a-f]{16}[ ]mta(?:[ ]delivery|[ ]error\b.*)?$ | \b(?:connect[ ]to|connection[ ]with)\b(?!.*\]:\d+:[ ].)
      | [ ]host\b(?!.*(?:said|to[ ]me):[ ].) | [ ]H=(?!.*after[ ].*:[ ]) | [ ](?:=>|->)[ ](?!.*C=)
      | \]:(?:[ ][0-9A-Za-z]{5,20}:)?$
      | \d\d[ ][0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}(?:[ ](?:==|\*\*))?$ """,
    re.VERBOSE,
)
"""A record that is not at its end."""
_OPEN, _CUT = (
    (":", "=", "*"),
    (
        "mta",
        "mta delivery",
        "connect to",
        "Error:",
        "reason=Connection",
        " host",
        " mta error",
        "reason=BANNER",
        "connection with",
    ),
)
_NARROWEST = 56
_FIRST = 60
_BEGINS = re.compile(
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d |@4000000[0-9a-f]{17} |[\w/]\[\d+\]: "
)
"""What stands near the beginning of another line, behind whatever was put before it."""
_HEAD = re.compile(
    r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|@4000000[0-9a-f]{17})\S* "
)
_STARTS = re.compile(
    r"(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\d[T ]\d\d:|\{\"|\[?\d{10}|@4000|```|---|--$|==>|[\w./-]+\[\d+\]: |"
    r"[0-9A-F]{6,15}: )"
)
_STAMPED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:|\d{10}\b")
_INSIDE = tuple("\"'{}[],-0123456789tfn")
"""What a line inside a JSON value begins with."""
_MARGIN = re.compile(r"(?:[>|]\s?)+|\s*")


class Span(Protocol):
    """An entry whose first line was read."""

    number: int | None
    """The line that the entry is counted at."""

    def claims(self, text: str) -> bool:
        """Whether the next line belongs to it."""
        ...

    def read(self, number: int | None, text: str, /) -> None:
        """Take a line."""
        ...

    @property
    def complete(self) -> bool:
        """Whether it ends with the line that was read last."""
        ...

    def carries(self, now: datetime) -> list[Inside]:
        """The lines that it carried."""
        ...


def begins(number: int | None, text: str) -> Span | None:
    """The span that a line begins; None for any other line."""
    if " [s=" in text[20:64] and _VERBOSE.match(text):
        return Verbose(number, text)
    if text.startswith(_DEBUG):
        return Debug(number)
    end = text.rstrip()[-1:]
    if end in ("{", "[") and (at := _opener(text)) is not None:
        return Value(number, text[at:])
    return None


def _opener(text: str) -> int | None:
    """Where a value begins that goes on below: at the first bracket, behind nothing or behind what Ansible puts there."""
    at = min(found for mark in "{[" if (found := text.find(mark)) >= 0)
    if text[:at].strip() == "":
        return at
    return at_arrow + 3 if (at_arrow := text.rfind("=> {")) > 0 and text.rstrip().endswith("=> {") else None


class Verbose:
    """An entry of ``journalctl -o verbose``: its fields stand below its time, indented."""

    def __init__(self, number: int | None, text: str) -> None:
        self.number = number
        self.complete = False
        self._stamp = text.partition(" [s=")[0]
        self._fields: dict[str, object] = {}

    def claims(self, text: str) -> bool:
        """Whether a line is indented."""
        return text.startswith("    ") and len(self._fields) < 200

    def read(self, number: int | None, text: str) -> None:
        """Take a field; a field's further lines are left out."""
        if found := _FIELD.match(text):
            if found["name"] == "MESSAGE":
                self.number = number
            self._fields.setdefault(found["name"].lower(), found["value"])

    def carries(self, now: datetime) -> list[Inside]:
        """The message, with the time of the entry."""
        if "message" not in self._fields:
            return []
        return [journal_entry(self._fields)._replace(stamp=read_stamp(self._stamp, now))]


class Debug:
    """What rsyslog writes with ``RSYSLOG_DebugFormat``: the same message three times."""

    def __init__(self, number: int | None) -> None:
        self.number = number
        self.complete = False
        self._said: dict[str, str] = {}

    def claims(self, text: str) -> bool:
        """Whether a line is one of the format's."""
        return _DEBUG_LINE.match(text) is not None

    def read(self, number: int | None, text: str) -> None:
        """Take a line."""
        for found in _SAID.finditer(text):
            if found["tag"] is not None:
                self._said["tag"] = found["tag"]
            elif found["name"] == "msg":
                self.number = number
                self._said["msg"] = found["value"].removesuffix("'")
            else:
                self._said.setdefault(found["name"], found["value"].split("'")[0])

    def carries(self, _now: datetime) -> list[Inside]:
        """The message, as syslog daemons write it to files."""
        said = self._said
        if "msg" not in said:
            return []
        return [
            Inside(f"{said.get('TIMESTAMP', '')} {said.get('FROMHOST', '-')} {said.get('tag', '')} {said['msg'].strip()}".strip())
        ]


class Value:
    """A JSON value over several lines, or the same as Ruby writes it."""

    def __init__(self, number: int | None, text: str) -> None:
        self.number = number
        self.complete = False
        self._lines: list[str] = []
        self._brackets = ""
        self._size = 0
        self._add(text)

    def claims(self, text: str) -> bool:
        """Whether a line can stand inside the value."""
        start = text.lstrip()
        inside = start[:1] in _INSIDE and (text[:1] == " " or start[:1] not in "{" or self._brackets[-1:] != "{")
        return self._size < _MOST and inside and _STAMPED.match(start) is None

    def read(self, _number: int | None, text: str) -> None:
        """Take a line."""
        self._add(text)

    def _add(self, text: str) -> None:
        self._lines.append(text)
        self._size += len(text)
        after = nested(text, self._brackets)
        self._brackets = after or ""
        self.complete = not after

    def carries(self, now: datetime) -> list[Inside]:
        """The lines inside, else the value as one; of a torn one the lines as they stood."""
        text = "\n".join(self._lines).rstrip().rstrip(",")
        plain = _BARE.sub(r'\1"\2"', _ARROW.sub(r"\1 :", text)) if " => " in text else text
        try:
            value = json.loads(_TRAILING.sub(r"\1", plain) if " => " in text else plain, strict=False)
        except (ValueError, RecursionError):
            return [Inside(line) for line in self._lines]
        return carried(value, now) or [Inside(text)]


class Wrapped:
    """A record that was cut at the columns of a terminal, or between words."""

    def __init__(self, number: int | None, text: str) -> None:
        self.number = number
        self._lines = [text]

    @property
    def complete(self) -> bool:
        """Whether it cannot go on."""
        return len(self._lines) >= _MOST_LINES

    @property
    def alone(self) -> bool:
        """Whether nothing followed."""
        return len(self._lines) == 1

    def claims(self, text: str) -> bool:
        """Whether the line before had no room for the first word of this one, and this one begins nothing."""
        here = _unmargined(text)
        if not here.strip() or len(text) > max(_WIDEST, len(self._lines[0]) + 1) or _STARTS.match(here.strip()):
            return False
        if _BEGINS.search(text[:_FIRST]):
            return False
        word = len(here.split(None, 1)[0])
        return len(self._lines[-1].rstrip()) + 1 + word >= max(len(line) for line in self._lines) - 1 and not self._closed()

    def read(self, _number: int | None, text: str) -> None:
        """Take a line."""
        self._lines.append(text)

    def carries(self, _now: datetime) -> list[Inside]:
        """The record as one line."""
        return [Inside(self._joined())]

    def _closed(self) -> bool:
        text = self._joined()
        at = text.find(" status=")
        return at >= 0 and text.endswith(")") and text.count("(", at) == text.count(")", at)

    def _joined(self) -> str:
        if self.alone:
            return self._lines[0]
        first, *others = (line.rstrip("\r") for line in self._lines)
        full = [first, *others[:-1]]
        cut = len(first) in WIDTHS or (len(full) > 1 and len({len(line) for line in full}) == 1)
        if cut and _MARGIN.match(first, 0)[0] == "":  # type: ignore[index]
            return "".join((first, *others))
        return " ".join((first.rstrip(), *(_unmargined(line).strip() for line in others)))


def wrapped(number: int | None, text: str) -> Wrapped | None:
    """The beginning of a wrapped record; None for a line that is whole, as far as can be seen."""
    size = len(text)
    if size in WIDTHS:
        return Wrapped(number, text) if _HEAD.match(text) or text[:2] == '{"' else None
    hinted = "to=" in text or "evpid=" in text or " == " in text or "(delivery." in text or '{"' in text or " ** " in text
    if not hinted and size > _NARROWEST:
        hinted = (
            "connect to " in text or " host " in text or " mta error" in text or " H=" in text or "=> " in text or "-> " in text
        )
    if not hinted and text[-1:] not in _OPEN and text[-3:-2] != "-" and not text.endswith(_CUT):
        return None
    begins = text[:2] == '{"' or _BEGINS.search(text[:_FIRST]) is not None
    return Wrapped(number, text) if begins and _BEGUN.search(text) else None


def _unmargined(text: str) -> str:
    """A line without quote marks of mails and indents before it."""
    found = _MARGIN.match(text)
    return text[found.end() :] if found else text
