"""A rule file as its author sees it: lines and columns, where each scalar ends, and where a character of a value stands."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, NamedTuple

import yaml

from smtp421.lint.finding import Edit, Span
from smtp421.rulebook.yaml_places import MAX_VALUES, Place

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML 1.1 takes for the end of a line."""
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN = re.compile(r"[\w./()+-][\w ./()+-]*")
"""Text that may stand in a plain scalar whatever is around it."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar(NamedTuple):
    """A scalar as it stands in the file."""

    start: int
    """Offset of its first character, quotes included."""
    end: int
    style: str
    """``'``, ``"``, ``|``, ``>``, or empty for a plain one."""
    value: str


class SourceFile:
    """The text of one file."""

    def __init__(self, path: str, data: bytes, name: str = "") -> None:
        self.path = path
        """Where it is on the disk."""
        self.name = name or path
        """How findings call it."""
        text = data.decode("utf-8", "replace")
        self.bom = text.startswith("\ufeff")
        self.text = text.removeprefix("\ufeff")
        self._last: tuple[Place, list[int] | None] = ((0, 0), None)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def line(self, number: int) -> str:
        """A line without its end; empty where there is none."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return _BREAK.sub("", self.text[self._starts[number - 1] : end])

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return len(self._starts)

    def offset(self, place: Place) -> int:
        """Where a place is in the text."""
        line, column = place
        if line < 1:
            return 0
        return min(self._starts[min(line, len(self._starts)) - 1] + column - 1, len(self.text))

    def place(self, offset: int) -> Place:
        """Line and column of an offset."""
        from bisect import bisect_right

        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        return Span(self.name, *self.place(start), *self.place(max(start, end)))

    @cached_property
    def scalars(self) -> dict[Place, Scalar]:
        """All scalars, keys too, by the place of their first character; what precedes a syntax error where there is one."""
        found: dict[Place, Scalar] = {}
        try:
            for number, event in enumerate(yaml.parse(self.text, Loader=_LOADER)):
                if number > 2 * MAX_VALUES:
                    break
                if isinstance(event, yaml.ScalarEvent):
                    start: Any = event.start_mark
                    end: Any = event.end_mark
                    place = (start.line + 1, start.column + 1)
                    stop = self.offset((end.line + 1, end.column + 1))
                    style = "" if event.style in (None, ":") else str(event.style)
                    found.setdefault(place, Scalar(self.offset(place), stop, style, event.value))
        except yaml.YAMLError:
            pass
        return found

    def span_at(self, place: Place) -> Span:
        """The scalar that begins at a place, without the blank lines below a block; else the rest of the line's words."""
        if place[0] < 1:
            return Span(self.name)
        if place[0] > self.lines:  # libyaml tells of an early end behind the last line
            return self.span(len(self.text), len(self.text))
        scalar = self.scalars.get(place)
        if scalar is not None:
            return self.span(scalar.start, scalar.start + len(self.text[scalar.start : scalar.end].rstrip()))
        line, column = place
        words = re.match(r"[^#\s](?:[^#\n]*[^#\s])?", self.line(line)[column - 1 :])
        return Span(self.name, line, column, line, column + (words.end() if words else 1))

    def part(self, place: Place, first: int, last: int) -> Span | None:
        """The characters ``first`` to before ``last`` of the scalar value at a place; None where that is not known."""
        offsets = self.offsets(place)
        if offsets is None or not 0 <= first <= last < len(offsets):
            return None
        return self.span(offsets[first], offsets[last])

    def edit(self, place: Place, first: int, last: int, text: str) -> Edit | None:
        """The edit that puts a text for some characters of the scalar value at a place; None where that is not simple."""
        span = self.part(place, first, last)
        if span is None:
            return None
        style = self.scalars[place].style
        if style == "'":
            return Edit(span, text.replace("'", "''"))
        if style == '"':
            return Edit(span, text.replace("\\", "\\\\").replace('"', '\\"'))
        if style in "|>" and style:
            return Edit(span, text) if "\n" not in text else None
        scalar = self.scalars[place]
        if _PLAIN.fullmatch(text) or not text:
            return Edit(span, text)
        whole = scalar.value[:first] + text + scalar.value[last:]  # a plain scalar gets quotes
        return Edit(self.span(scalar.start, scalar.end), "'" + whole.replace("'", "''") + "'")

    def offsets(self, place: Place) -> list[int] | None:
        """Where each character of the value of the scalar at a place stands, and where it ends; None where that is not known."""
        if self._last[0] != place:  # many findings may lie in one long value
            self._last = (place, self._offsets(place))
        return self._last[1]

    def _offsets(self, place: Place) -> list[int] | None:
        scalar = self.scalars.get(place)
        if scalar is None:
            return None
        if scalar.style == "'":
            found = self._single(scalar)
        elif scalar.style == '"':
            found = self._double(scalar)
        else:
            found = self._words(scalar, self.text[scalar.start : scalar.end], scalar.start)
        if found is None or len(found) != len(scalar.value) + 1:
            return self._words(scalar, self.text[scalar.start : scalar.end], scalar.start)
        return found

    def _single(self, scalar: Scalar) -> list[int] | None:
        inside = self.text[scalar.start + 1 : scalar.end - 1]
        if _BREAK.search(inside):
            return None
        return [scalar.start + 1 + found.start() for found in re.finditer(r"''|.", inside)] + [scalar.end - 1]

    def _double(self, scalar: Scalar) -> list[int] | None:
        inside = self.text[scalar.start + 1 : scalar.end - 1]
        if _BREAK.search(inside):
            return None
        pieces = re.finditer(_ESCAPE.pattern + r"|.", inside, re.DOTALL)
        return [scalar.start + 1 + found.start() for found in pieces] + [scalar.end - 1]

    def _words(self, scalar: Scalar, raw: str, base: int) -> list[int] | None:
        """Plain and block scalars, and those of several lines: the value's words stand in the file one after another."""
        offsets: list[int] = []
        position = 1 if scalar.style in "'\"" and scalar.style else 0
        if scalar.style in "|>" and scalar.style:
            header = _BREAK.search(raw)
            position = header.end() if header else len(raw)
        for word in re.findall(r"\s+|\S+", scalar.value):
            if word.isspace():
                offsets += [base + min(position + number, len(raw)) for number in range(len(word))]
                continue
            at = raw.find(word, position)
            if at < 0:
                return None
            offsets += range(base + at, base + at + len(word))
            position = at + len(word)
        return [*offsets, base + position]
