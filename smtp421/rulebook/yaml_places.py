"""YAML read into plain values together with the place of each, safely: for files that anybody may have written.

The values are built from parser events, without recursion: depth, size and the growth by aliases have limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

MAX_DEPTH = 30
MAX_VALUES = 400_000
MAX_ALIASES = 1000

Place = tuple[int, int]
"""Line and column, counted from 1."""
Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALARS: Any = yaml.constructor.SafeConstructor()
_RESOLVER: Any = yaml.resolver.Resolver()
_FIRST = frozenset(first for first in yaml.SafeLoader.yaml_implicit_resolvers if first)


HINTS = {
    "mapping values are not allowed": "put quotes around a value that holds a colon and a blank",
    "unknown escape character": "put single quotes around a pattern: between double ones a backslash begins an escape",
    "a tab character": "indent with blanks, not tabs",
    "cannot start any token": "indent with blanks, not tabs, and put quotes around a value that begins with @, ` or %",
    "did not find expected key": "look at the indentation, and for quotes within quotes",
    "did not find expected '-' indicator": "begin each entry of the list in the same column, with a dash",
    "could not find expected ':'": "write a colon and a blank behind a key, and close quotes that were opened above",
    "did not find expected ',' or": "close the bracket, or put quotes around values that hold brackets or commas",
    "unexpected end of stream": "close the quotes that were opened here",
}
"""What to do, by words of the YAML reader's complaints."""


class YamlError(Exception):
    """The text is no YAML, or YAML that is refused."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class Document(NamedTuple):
    """A YAML document."""

    value: Any
    places: dict[Path, Place]
    """Where each value stands."""
    keys: dict[Path, Place]
    """Where the key of each value stands."""
    duplicates: list[tuple[Path, Place]]
    """Keys that stood in their mapping already; the first one's value holds."""

    def place(self, path: Path) -> Place:
        """Where the value of ``path`` stands, or the nearest value around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return (1, 1)

    def key_place(self, path: Path) -> Place:
        """Where the key of ``path`` stands, or the nearest value around it."""
        return self.keys.get(path) or self.place(path)


class _Open:
    """A sequence or mapping that is being read."""

    __slots__ = ("anchor", "key", "path", "size", "skipped", "value")

    def __init__(self, value: list[Any] | dict[str, Any], path: Path, anchor: str | None) -> None:
        self.value = value
        self.path = path
        self.anchor = anchor
        self.key: str | None = None
        self.skipped = False
        self.size = 1


def read_yaml(text: str) -> Document:
    """Read the one document of a text. Raises :class:`YamlError`."""
    try:
        return _Reader().read(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = error.problem or error.context or ""
        hint = next((f"; {hint}" for words, hint in HINTS.items() if words in problem), "")
        raise YamlError(f"not valid YAML: {problem}{hint}", place) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(f"not valid YAML: {error.reason}", (line, 1)) from None


class _Reader:
    """Builds the values out of events."""

    def __init__(self) -> None:
        self.document = Document(None, {}, {}, [])
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.values = self.aliases = 0
        self.documents = 0
        self.result: Any = None

    def read(self, events: Iterator[Any]) -> Document:
        for event in events:
            place = (event.start_mark.line + 1, event.start_mark.column + 1)
            if isinstance(event, yaml.ScalarEvent):
                self.scalar(event, place)
            elif isinstance(event, yaml.MappingStartEvent):
                self.begin({}, event, place)
            elif isinstance(event, yaml.SequenceStartEvent):
                self.begin([], event, place)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self.end()
            elif isinstance(event, yaml.AliasEvent):
                self.alias(event.anchor or "", place)
            elif isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise YamlError("a second YAML document; put everything in one", place)
        return self.document._replace(value=self.result)

    def count(self, size: int, place: Place) -> None:
        self.values += size
        if self.values > MAX_VALUES:
            raise YamlError(f"more than {MAX_VALUES} values; split the file", place)

    def scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        self.count(1, place)
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self.begin_pair(top, event.value, place)
            return
        value: Any = event.value
        if event.tag is not None or (event.implicit[0] and (value == "" or value[0] in _FIRST)):
            tag = event.tag or _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))
            value = self.construct(tag, value, place)
        self.add(value, 1, place, event.anchor)

    def construct(self, tag: str, text: str, place: Place) -> Any:
        if tag == "tag:yaml.org,2002:str":
            return text
        try:
            return _SCALARS.construct_object(yaml.ScalarNode(tag, text))
        except (yaml.YAMLError, ValueError, OverflowError, KeyError) as error:
            reason = getattr(error, "problem", None) or error
            raise YamlError(f"cannot read the value {text[:40]!r}: {reason}; quote it", place) from None

    def begin_pair(self, top: _Open, key: str, place: Place) -> None:
        path = (*top.path, key)
        top.key = key
        top.skipped = key in top.value
        if top.skipped:
            self.document.duplicates.append((path, place))
        else:
            self.document.keys[path] = place

    def begin(self, value: list[Any] | dict[str, Any], event: Any, place: Place) -> None:
        self.count(1, place)
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise YamlError("a key that is no plain word; write a word", place)
        if len(self.open) >= MAX_DEPTH:
            raise YamlError(f"nested more than {MAX_DEPTH} deep; flatten it", place)
        if event.tag is not None and not event.tag.startswith("tag:yaml.org,2002:"):
            raise YamlError(f"unknown tag {event.tag!r}; leave it out", place)
        path = self.next_path()
        self.document.places.setdefault(path, place)
        self.open.append(_Open(value, path, event.anchor))

    def end(self) -> None:
        done = self.open.pop()
        self.add(done.value, done.size, None, done.anchor)

    def alias(self, anchor: str, place: Place) -> None:
        self.aliases += 1
        if anchor not in self.anchors:
            raise YamlError(f"the alias *{anchor} has no anchor before it; write the value out", place)
        if self.aliases > MAX_ALIASES:
            raise YamlError(f"more than {MAX_ALIASES} aliases; write the values out", place)
        value, size = self.anchors[anchor]
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise YamlError("an alias as a key; write a word", place)
        self.count(size, place)
        self.add(value, size, place, None)

    def next_path(self) -> Path:
        if not self.open:
            return ()
        top = self.open[-1]
        return (*top.path, len(top.value) if isinstance(top.value, list) else top.key or "")

    def add(self, value: Any, size: int, place: Place | None, anchor: str | None) -> None:
        """Put a finished value where it belongs."""
        if anchor:
            self.anchors[anchor] = (value, size)
        if place is not None:
            self.document.places.setdefault(self.next_path(), place)
        if not self.open:
            self.result = value
            return
        top = self.open[-1]
        top.size += size
        if isinstance(top.value, list):
            top.value.append(value)
            return
        key, top.key = top.key, None
        if key is not None and not top.skipped:
            top.value[key] = value
