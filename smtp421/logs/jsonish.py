"""JSON in logs and pastes: one object a line, an array, several values in a row, or a value spread over lines.

Readers of JSON formats get one *logical* line a value (:func:`whole` for pastes, :func:`joined` for files) and take the objects
out of it with :func:`objects`. Nothing here raises on what is no JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from smtp421.logs.line import Line

Event = dict[str, Any]

_DECODER = json.JSONDecoder(strict=False)
_MARKS = r'"(?:[^"\\]|\\.)*"|[{}\[\]]|"'
_FENCE = r"(?m)^[ \t]*(?:```+|~~~+)[ \t]*\w*[ \t]*$"
_TRIES = 12
"""Brackets at which a line is tried: logging puts ``[INFO]`` and the like before an object."""
_MOST = 4_000_000
"""Characters held while a value is open; what is longer is no log record."""


def objects(text: str) -> Iterator[Event]:
    """Yield the objects of a line: one, those of an array, or several in a row; text before and between them is passed over."""
    position = 0
    for _ in range(_TRIES):
        opener = min((found for mark in "{[" if (found := text.find(mark, position)) >= 0), default=None)
        if opener is None:
            return
        try:
            value, position = _DECODER.raw_decode(text, opener)
        except (ValueError, RecursionError):
            position = opener + 1
            continue
        yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict))
        if position >= len(text):
            return


def at(value: object, path: str) -> Any:
    """What stands at ``delivery-status.code`` or ``smtp_events.-1.diag`` (keys and list indexes); None where nothing does."""
    for key in path.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.lstrip("-").isdigit() and -len(value) <= int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def first(value: object, paths: Iterable[str]) -> Any:
    """What stands at the first of the paths where something does."""
    return next((found for path in paths if (found := at(value, path)) not in (None, "", [])), None)


def unwrapped(event: Event, wrappers: tuple[str, ...], depth: int = 6) -> Iterator[Event]:
    """Yield the events inside the keys that carriers put around them, also where they are JSON in a string; else the event."""
    inside = next((found for key in wrappers if isinstance(found := event.get(key), dict | list | str) and found), None)
    if isinstance(inside, str):
        inside = [*objects(inside)] if inside.lstrip()[:1] in ("{", "[") else None
    if not inside or not depth:
        yield event
        return
    for item in inside if isinstance(inside, list) else [inside]:
        if isinstance(item, dict):
            yield from unwrapped(item, wrappers, depth - 1)


def whole(text: str, now: datetime) -> list[Line] | None:
    """The objects of a text that is JSON and nothing else, each as one line for the line readers; None for any other text.

    A Markdown fence around it is taken off. To be asked before the text is cleaned: cleaning eats the backslashes of strings.
    """
    text = re.sub(_FENCE, "", text.lstrip("\ufeff"))
    lines: list[Line] = []
    position = 0
    while position < len(text):
        if text[position] not in "{[":
            if text[position] not in " \t\r\n,":
                return None
            position += 1
            continue
        number = text.count("\n", 0, position) + 1
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return None
        items = value if isinstance(value, list) else [value]
        lines += [Line(number, json.dumps(item, ensure_ascii=False), now) for item in items if isinstance(item, dict)]
    return lines or None


class _Value:
    """A JSON value that is being put together from lines."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.brackets = ""
        """Those that are open; an array that was left open at the top stays, between its elements."""
        self._size = 0

    def take(self, line: Line) -> bool:
        """Add a line; False where it cannot belong to the value."""
        start = line.text.lstrip()[:1]
        if self.brackets[-1:] == "{" and (start not in '"}]{[,:' or line.text[:1] == "{"):
            return False
        after = nested(line.text, self.brackets)
        if after is None or self._size > _MOST:
            return False
        self.lines.append(line)
        self.brackets = after
        self._size += len(line.text)
        return True

    def end(self) -> Line:
        """The lines as one."""
        lines, self.lines, self._size = self.lines, [], 0
        return lines[0]._replace(text="\n".join(line.text for line in lines)) if len(lines) > 1 else lines[0]


def joined(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines as they come, but a JSON value that is spread over several as one, with the number of its first.

    The elements of an array come as they end, so that memory stays bounded. The lines of a torn value come out as they were.
    """
    value = _Value()
    for line in lines:
        taken = bool(value.brackets) and value.take(line)
        if value.brackets and not taken:
            yield from value.lines
            value = _Value()
        if not taken and not (line.text[:1] in ("{", "[") and value.take(line)):
            yield line
        elif value.brackets in ("", "["):
            yield value.end()
    yield from value.lines


def nested(text: str, brackets: str) -> str | None:
    """The brackets that are open behind a line, given those open before it; None where they do not match or a string is torn."""
    for token in re.finditer(_MARKS, text):
        mark = token[0]
        if mark in ("{", "["):
            brackets += mark
        elif mark in ("}", "]"):
            if brackets[-1:] != ("{" if mark == "}" else "["):
                return None
            brackets = brackets[:-1]
        elif mark == '"':
            return None
    return brackets
