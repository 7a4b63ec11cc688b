"""Log lines in quotes and in cells: JSON strings, CSV (RFC 4180) with and without a header, tables drawn with bars.

Columns are found by name, as exports of Kibana, Graylog, Splunk, Grafana, CloudWatch, Azure and Datadog spell them. Without a
header a row counts where one of its cells is a whole line, or where its cells, in a row, make one (rsyslog's CSV templates).
"""

from __future__ import annotations

import json
import re

from smtp421.logs.envelope import COLUMNS, ENTIRE, MESSAGES, WHOLE
from smtp421.logs.formats import known_line
from smtp421.logs.lazy import Lazy

_DECODER = json.JSONDecoder(strict=False)
_HEADER = re.compile(r"""["']?[\w@. \[\]()-]{1,48}["']?(?:[,;\t]["']?[\w@. \[\]()/-]{1,48}["']?){1,80}$""")
_CLOSED = re.compile(r'"(?:[^"]|"")*"(?P<mark>[,;\t])')
_CLOSING = {"“": "”", "«": "»"}
_LONGEST_HEADER = 2_000
_KEY = Lazy(r'(?:^|\s)(?P<name>[\w@.-]{1,40})=(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>[^\s"]\S*))')


def columns(text: str) -> tuple[str, ...]:
    """The columns' names, in small letters, where a line is the header of a table with a column of messages; else none."""
    if len(text) > _LONGEST_HEADER or _HEADER.match(text) is None:
        return ()
    mark = max(",;\t", key=text.count)
    names = tuple(_plain(name.strip().lower()) for name in row(text, mark))
    return names if len(names) > 1 and any(name in MESSAGES for name in names) else ()


def _plain(name: str) -> str:
    """A name without the path before it: ``_source.message``, ``process.name``."""
    last = name.rpartition(".")[2]
    return "program" if name.endswith("process.name") else last if last in COLUMNS else name


def fields(text: str, names: tuple[str, ...]) -> dict[str, str]:
    """A row below such a header, by name; empty where it has another number of cells."""
    for mark in ",;\t":
        if mark in text and len(cells := row(text, mark)) == len(names):
            return dict(zip(names, cells, strict=True))
    return {}


def row(text: str, mark: str = ",") -> list[str]:
    """The cells of a row; none where its quotes do not match."""
    import csv  # only tables need it

    try:
        return next(csv.reader([text], delimiter=mark, strict=True), [])
    except csv.Error:
        return []


def unquoted(text: str) -> str | None:
    """The line in quotes that begin a text, or in the cells of a row; None where there is none."""
    text = text.rstrip()
    if text[0] == '"':
        if '"\t' in text:  # hMailServer's logs
            return None
        if '","' not in text and '";"' not in text and '",' not in text and not _is_line(text[1:]):
            return None
        return _string(text) or _cell(text) or _stripped(text)
    if text[0] == "'":
        inner = text.rstrip(",]").rstrip()
        if len(inner) > 1 and inner.endswith("'") and _is_line(inner[1:]):
            return re.sub(r"\\([\\'])|''", lambda found: found[1] or "'", inner[1:-1])
        return None
    return _stripped(text)


def barred(text: str) -> str | None:
    """The line in a table that is drawn with bars, as Markdown and SQL clients do; None where there is none."""
    for part in text.strip(" |").split(" | "):
        if _is_line(part):
            return part.strip()
    return None


def pairs(text: str) -> dict[str, str]:
    """The values of ``key=value key="value"``, as logfmt and WELF write them; a quote inside is escaped."""
    return {
        found["name"].lower(): found["bare"] or re.sub(r'\\(["\\])', r"\1", found["quoted"] or "")
        for found in _KEY.finditer(text)
    }


def _is_line(text: str) -> bool:
    return WHOLE.match(text) is not None or known_line(text)


def _string(text: str) -> str | None:
    """A JSON string, alone or as the element of a list."""
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        return None
    return value.rstrip("\n") if isinstance(value, str) and text[end:].strip() in ("", ",", "]") and _is_line(value) else None


def _cell(text: str) -> str | None:
    """The cell that is a whole line, else the cells as one line."""
    closed = _CLOSED.match(text)
    cells = row(text, closed["mark"] if closed else ",")
    whole = next((cell for cell in cells if ENTIRE.match(cell)), None) or next(
        (cell for cell in cells if WHOLE.match(cell)), None
    )
    if whole is None and ENTIRE.match(joined := " ".join(cell.strip() for cell in cells)):
        return joined
    return whole


def _stripped(text: str) -> str | None:
    """A line between two quote marks or backticks that are no part of it."""
    mark = _CLOSING.get(text[0], text[0])
    inner = text.rstrip(",")
    return inner[1:].removesuffix(mark) if inner.endswith(mark) and _is_line(inner[1:]) else None
