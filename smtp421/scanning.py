"""The diagnoses of whole logs, one by one, and what is known of the input meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Protocol

from smtp421.diagnosis.decide import Given, diagnose
from smtp421.logs import LINE_FORMATS, Stream
from smtp421.logs.exim_skim import SKIM as EXIM
from smtp421.logs.interface import LineFormat
from smtp421.logs.layout import Layout
from smtp421.logs.line import Line, as_written
from smtp421.logs.postfix_skim import SKIM as POSTFIX
from smtp421.logs.skim import Sink, Skim, Skimmer, first_of, is_odd, last_of
from smtp421.logs.source import Remark, Source, lines_of, open_source
from smtp421.model import Attempt, Diagnosis, Status
from smtp421.rulebook import RuleBook

Path = str | os.PathLike[str]
Item = str | bytes | Source | os.PathLike[str] | tuple[Path, str | bytes]
"""A line; an input; or a line of one of several inputs that are followed, with its path."""

REPORTED = (Status.DEFERRED, Status.SUSPENDED, Status.EXPIRED, None)
"""Deferrals, not what was sent or bounced."""


SKIMS = (POSTFIX, EXIM)
"""The formats that can be skimmed."""
LEAST = 1 << 15
"""Bytes of a stream that tell whether it can be skimmed; smaller ones are soon read line by line."""


class Counter(Sink, Protocol):
    """Takes attempts, whole or in the parts that skimming gives."""

    @property
    def skims(self) -> bool:
        """Whether it takes parts."""
        ...

    def attempt(self, attempt: Attempt, name: str, line: Line | None, /) -> None:
        """Take an attempt of an input, and the line that told of it."""
        ...


class Scan(Iterator[Diagnosis]):
    """The diagnoses of an input, made as they are asked for: an iterator that also tells how far it is and what went wrong."""

    def __init__(
        self,
        items: Iterable[Item],
        rulebook: RuleBook,
        now: datetime,
        *,
        trusting: bool = True,
        clock: Callable[[], datetime] | None = None,
        formats: Sequence[LineFormat] = LINE_FORMATS,
        evidence: Given = (),
    ) -> None:
        """``now`` is the clock for stamps without a year; ``trusting`` takes a file's own time for it, where that is earlier.

        ``clock`` tells the time again and again, for pipes and followed files, which last.
        """
        self.lines = 0
        """Lines read so far, of all inputs."""
        self.attempts = 0
        """Delivery attempts in them, whatever became of them."""
        self.source: Source | None = None
        """The input that is being read, where it is a file or a pipe: its name, and how much of it is done."""
        self.watch: Callable[[Attempt, str, Line | None], object] | None = None
        """Called with every attempt, also with those that are no deferrals, the input's name, and the line that told of it."""
        self._rulebook = rulebook
        self._now = now
        self._trusting = trusting
        self._clock = clock
        self._formats = formats
        self._evidence = evidence
        self._counter: Counter | None = None
        self._read: list[Source] = []
        self._elsewhere = 0
        self._remarks: list[Remark] = []
        self._found = self._diagnoses(items)

    def __iter__(self) -> Scan:
        return self

    def __next__(self) -> Diagnosis:
        return next(self._found)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What went wrong so far while reading went on: a file that ends too early, a line that is too long."""
        return (*self._remarks, *(remark for source in self._read for remark in source.remarks))

    @property
    def bytes_read(self) -> int:
        """Bytes read so far of files and pipes, as they are stored."""
        return self._elsewhere + sum(source.position for source in self._read)

    def close(self) -> None:
        """End it and close what is open."""
        self._found.close()

    def go_on(self, items: Iterable[Item], counter: Counter) -> None:
        """Count more inputs."""
        self._found = self._diagnoses(items)
        self.count(counter)

    def told(self, lines: int, attempts: int, size: int, remarks: Iterable[Remark]) -> None:
        """Take what was read elsewhere."""
        self.lines += lines
        self.attempts += attempts
        self._elsewhere += size
        self._remarks += remarks

    def count(self, counter: Counter) -> None:
        """Hand all attempts to ``counter`` instead of diagnosing them: the whole rest of the input at once."""
        self._counter = counter
        for _ in self._found:
            raise AssertionError("what is counted is not diagnosed")

    def _diagnoses(self, items: Iterable[Item]) -> Generator[Diagnosis, None, None]:
        channels: dict[str | None, _Channel] = {}
        for item in items:
            if isinstance(item, Source | os.PathLike):
                yield from self._of_source(item if isinstance(item, Source) else open_source(item))
                continue
            path, raw = (str(item[0]), item[1]) if isinstance(item, tuple) else (None, item)
            channel = channels.get(path)
            if channel is None:
                channel = channels[path] = _Channel(path or "", Layout(self._now), self._formats)
            channel.lines += 1
            self.lines += 1
            if self._clock is not None:
                channel.at(self._clock())
            line = raw.removesuffix("\n") if isinstance(raw, str) else raw.removesuffix(b"\n")
            yield from self._told(channel, channel.read(channel.lines, line))
        for channel in channels.values():
            yield from self._told(channel, channel.close())

    def _of_source(self, source: Source) -> Iterator[Diagnosis]:
        now = min(self._now, source.modified) if self._trusting and source.modified else self._now
        channel = _Channel(source.name, Layout(now, source.sample), self._formats)
        self.source = source
        self._read.append(source)
        before = self.lines
        clock = self._clock if source.size is None else None
        with closing(source):
            for first, block in source.blocks():
                skimmer = self._skimmer(channel, source, block)
                if skimmer is not None and clock is not None:
                    channel.at(clock())
                lines = enumerate(lines_of(block), first) if skimmer is None else channel.skim(skimmer, first, block)
                for number, raw in lines:
                    self.lines = before + number
                    if clock is not None:
                        channel.at(clock())
                    yield from self._told(channel, channel.read(number, raw))
                if skimmer is not None:
                    self.attempts += skimmer.attempts
                    source.lines_read = skimmer.number - 1
                    self.lines = before + source.lines_read
        yield from self._told(channel, channel.close())

    def _skimmer(self, channel: _Channel, source: Source, block: bytes) -> Skimmer | None:
        counter = self._counter
        skimmer = None if counter is None or not counter.skims else channel.skimmer(source, block, counter)
        return None if skimmer is None or is_odd(block) else skimmer

    def _told(self, channel: _Channel, attempts: Iterable[Attempt]) -> Iterator[Diagnosis]:
        for attempt in attempts:
            self.attempts += 1
            if self._counter is not None:
                self._counter.attempt(attempt, channel.name, channel.line)
                continue
            if self.watch is not None:
                self.watch(attempt, channel.name, channel.line)
            if attempt.status in REPORTED:
                yield diagnose(attempt, self._rulebook, self._evidence)


def skim_of(source: Source, block: bytes) -> Skim | None:
    """How an input is skimmed that begins with a block; None where nothing skims it, or where that is too short to tell."""
    if source.form is not None:
        return next((skim for skim in SKIMS if skim.name == source.form), None)
    if len(block) < LEAST:
        return None
    lines = [*block[:LEAST].decode("utf-8", "replace").split("\n")[:-1], *source.sample()]
    if not all(as_written(line) for line in lines):
        return None
    return next((skim for skim in SKIMS if skim.suits(lines)), None)


class _Channel:
    """What one stream of lines is read with."""

    def __init__(self, name: str, layout: Layout, formats: Sequence[LineFormat]) -> None:
        self.name = name
        self.lines = 0
        self.line: Line | None = None
        self._layout = layout
        self._stream = Stream(formats)
        self._formats = frozenset(form.name for form in formats)
        self._skimmer: Skimmer | None = None
        self._known = False
        self.at = layout.at

    def skimmer(self, source: Source, block: bytes, counter: Counter) -> Skimmer | None:
        """What skims the stream; None where nothing does, or as long as too little has come to tell."""
        if not self._known:
            self._known = source.form is not None or len(block) >= LEAST
            skim = skim_of(source, block)
            if skim is not None and skim.name in self._formats:
                counter.begin(self.name)
                self._layout.joins = False  # all lines begin like lines, and a skimmer passes most of them over
                self._skimmer = skim.open(self._layout, counter)
        return self._skimmer

    def skim(self, skimmer: Skimmer, first: int, block: bytes) -> Iterator[tuple[int, bytes]]:
        """Skim a block; the layout takes notice of how it begins and ends."""
        self._layout.read(first, first_of(block))
        yield from skimmer.skim(first, block)
        self._layout.read(skimmer.number - 1, last_of(block))

    def read(self, number: int, raw: str | bytes) -> Iterator[Attempt]:
        for line in self._layout.read(number, raw):
            self.line = line
            yield from self._stream.read(line)

    def close(self) -> Iterator[Attempt]:
        for line in self._layout.close():
            self.line = line
            yield from self._stream.read(line)
        yield from self._stream.close()
