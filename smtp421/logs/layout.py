"""Layouts: what logging puts around a message is taken off, so that format readers see ``program[pid]: message`` and its time.

- BSD, ISO, journalctl short, short-iso, short-full, short-unix, short-precise, cat: stay; the year of BSD stamps goes up with
  the lines (:class:`smtp421.logs.line.Clock`).
- RFC 5424, RFC 3164 with its priority: become ``stamp host program[pid]: message``.
- journald JSON and export, rsyslog and syslog-ng JSON, Docker's JSON files, shippers' JSON: the line inside
  (:mod:`smtp421.logs.envelope`).
- ``docker compose logs``, ``kubectl logs --prefix``, Kubernetes CRI: the line behind the prefix; its parts are joined.
- ``last message repeated N times`` (syslogd, syslog-ng): the line before, N times.
- ``message repeated N times: [ text]`` (rsyslog): the text, N times. It is cut at 800 bytes; the line before may have it whole.

Both programs write the first of equal messages and count those that follow, so that N lines are N more attempts. Escapes like
``#012`` stay for the readers. All that is not known stays as it is.

Sources: RFC 3164 section 4.1, RFC 5424 section 6, RFC 6587 section 3.4.1 (octet counts), journalctl(1),
https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md,
https://github.com/rsyslog/rsyslog/blob/main/runtime/ratelimit.c (``ratelimitGenRepMsg``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from smtp421.logs import cells, spans
from smtp421.logs.envelope import WHOLE, Inside, behind_prefix, opened, shipped_line
from smtp421.logs.journal_export import Export
from smtp421.logs.line import MONTHS, Clock, Line, read_stamp

MOST_REPEATS = 10_000
"""So many attempts one line may stand for: a line is easily forged."""

_BSD = frozenset(f"{month} " for month in MONTHS)
_RFC5424 = re.compile(
    r"""(?:\d{1,6}[ ])?<\d{1,3}>[1-9]\d?[ ](?P<stamp>\S+)[ ](?P<host>\S+)[ ](?P<program>\S+)[ ](?P<pid>\S+)[ ]\S+[ ]
    (?:-|(?:\[(?:[^\]"\\]|"(?:[^"\\]|\\.)*+"|\\.)*+\])++)(?:[ ](?P<message>.*))?$""",
    re.VERBOSE | re.DOTALL,
)
_PRIORITY = re.compile(r"<\d{1,3}>\s?")
_CRI = re.compile(
    r"(?P<stamp>\d{4}-\d\d-\d\dT\S{8,24}) (?P<stream>stdout|stderr) (?P<part>[FP])(?::\S*)?(?: (?P<text>.*))?$", re.DOTALL
)
_PREFIX = re.compile(r"(?:[\w./-]{1,64}\ +\|\ ?|\[pod/[^\]\s]+\]\s)", re.ASCII)
_BREAKS = ("<br>", "<br/>", "<br />")
_AFTERS = ('"', "'", "`", "”", "»", ">", ";", "}", "]", ",", "|")
_ENDS = ("}", "]", ",")
_QUOTED = ('"', "'", "`", "“", "«")
_NAMED = re.compile(r"\s*(?:[-+] )?(?:\"?[\w@.-]{1,40}\"?: |b)(?=[\"'])", re.ASCII)
"""A name before a quoted text, as YAML has it; a mark of bytes, as Python has it."""
_ELEMENT = re.compile(r"</?[A-Za-z][\w:-]*(?: [^<>]*)?/?>")
_AFTER = re.compile(r"\)(?:[\"'`”]\);?|(?:[\"'`”»\]]|</?[a-z])[^()]{0,2000})$")
"""What stands behind a Postfix line, which ends with a parenthesis, where something was left of its carrier."""
_HEAD = 80
"""Characters in which a line's stamp, host and program stand."""
_SHORT = 80
"""Columns of a terminal: a longer line was not wrapped."""
_SHOWN = re.compile(r"(?:\^\[|ESC|␛)\[[0-9;]*[A-Za-z]")
"""Colours as ``less`` and ``cat -v`` show them."""
_FILE = re.compile(
    r"(?:>\s?)+|(?:[A-Za-z]:)?[\w./\\~+@-]{1,200}?\.(?:log|gz)[\w.-]{0,40}?[:-](?:(?!\d{4}-\d\d-\d\d)\d{1,9}[:-]){0,2}(?=\S)",
    re.ASCII,
)
"""What ``grep -Hn`` and mail programs put before a line."""
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LAST = re.compile(
    r"(?P<head>(?:\S+ +){0,7}?)(?:--- )?last message (?:'.*' )?repeated (?P<times>\d{1,9}) times?\b.{0,80}$", re.IGNORECASE
)
_TEXT = re.compile(r"(?P<head>(?:\S+ +){0,8}?)message repeated (?P<times>\d{1,9}) times: \[ ?(?P<text>.*)", re.DOTALL)
_CUT = 700
"""rsyslog's 800 bytes, in characters."""
_LONGEST = 1 << 18
_DEEPEST = 3
"""A line in a line in a line."""


class Layout:
    """Turns the physical lines of one stream into lines for the format readers. It keeps what spans lines, in bounded memory."""

    def __init__(self, now: datetime, sample: Callable[[], Iterable[str]] = tuple) -> None:
        """``now`` and ``sample`` are those of :class:`smtp421.logs.line.Clock`."""
        self._clock = Clock(now, sample)
        self._before: Line | None = None
        self._export: Export | None = None
        self._parts: dict[str, Line] = {}
        self._span: spans.Span | None = None
        self._columns: tuple[str, ...] = ()
        self.joins = True
        """Whether lines that were wrapped are put together, for which one may have to wait for the next."""
        self.opened = False
        """Whether anything was taken off so far but colours and the like."""

    def at(self, now: datetime) -> None:
        """Let time go on, for a stream that lasts."""
        self._clock.at(now)

    @property
    def now(self) -> datetime:
        """The clock for the line at hand, for stamps without a year."""
        return self._clock.now

    def moment(self, stamp: str) -> datetime | None:
        """The time of a line that begins with a stamp, and comes behind those that were read."""
        if stamp[:4] in _BSD and stamp[:4] != self._clock.month:
            self._clock.turn(stamp)
        return read_stamp(stamp, self._clock.now)

    def read(self, number: int | None, raw: bytes | str) -> Sequence[Line]:
        """Take a physical line, without its line end; the lines that it completes: one, as a rule."""
        if self._span is not None:
            return self._spanned(self._span, number, raw if isinstance(raw, str) else raw.decode("utf-8", "replace"))
        if self._export is not None:
            data = raw.encode("utf-8", "replace") if isinstance(raw, str) else raw
            if self._export.claims(data):
                return self._entry(self._export.read(number, data))
            last = self._entry(self._export.close())
            self._export = None
            return [*last, *self._peeled(number, data.decode("utf-8", "replace"), 0)]
        return self._peeled(number, raw if isinstance(raw, str) else raw.decode("utf-8", "replace"), 0)

    def close(self) -> Sequence[Line]:
        """The lines that the end of the stream completes."""
        parts = [*self._ended(), *self._parts.values()]
        self._parts.clear()
        if self._export is None:
            return parts
        return [*parts, *self._entry(self._export.close())]

    def _spanned(self, span: spans.Span, number: int | None, text: str) -> Sequence[Line]:
        """A line while an entry is open that spans lines."""
        plain = _ANSI.sub("", text).rstrip("\r")
        if not span.claims(plain):
            return [*self._ended(), *self._peeled(number, text, 0)]
        span.read(number, plain)
        return self._ended() if span.complete else ()

    def _ended(self) -> Sequence[Line]:
        """The lines of the entry that was open."""
        span, self._span = self._span, None
        if span is None:
            return ()
        if isinstance(span, spans.Wrapped) and span.alone:
            return self._peeled(span.number, span.carries(self._clock.now)[0].text, 0, whole=True)
        self.opened = True
        return [line for inside in span.carries(self._clock.now) for line in self._inside(span.number, inside, 0)]

    def _peeled(self, number: int | None, text: str, depth: int, *, whole: bool = False) -> Sequence[Line]:
        text = text.rstrip("\r")
        if "\0" in text:
            text = text.replace("\0", "")
        if "\x1b" in text:
            text = _ANSI.sub("", text)
        if not text.isascii() and "\u00a0" in text[:_HEAD]:
            text = text[:_HEAD].replace("\u00a0", " ") + text[_HEAD:]
        start = text[:4]
        if start in _BSD:
            if start != self._clock.month:
                self._clock.turn(text)
        elif (
            start[:2] == "20" and text[4:5] == "-" and text[-1:] not in _ENDS and not self._columns and " std" not in text[19:40]
        ):
            pass  # an ISO stamp, and nothing that it was put before
        elif depth < _DEEPEST and (inner := self._opened(number, text, depth)) is not None:
            self.opened = True
            return inner
        if (
            self.joins
            and (len(text) <= _SHORT or len(text) in spans.WIDTHS)
            and not whole
            and not depth
            and (span := spans.wrapped(number, text))
        ):
            self._span = span
            return ()
        if text[-1:] == ">" and text.endswith(_BREAKS):
            self.opened = True
            return self._peeled(number, text[: text.rfind("<")], depth + 1)
        if text[-1:] in _AFTERS and " status=" in text and (after := _AFTER.search(text)):
            text = text[: after.start() + 1]
            self.opened = True
        if "&" in text and (plain := _unescaped(text)) is not None:
            self.opened = True
            return self._peeled(number, plain, depth + 1)
        if "repeated " in text and (again := self._repeated(number, text)) is not None:
            return again
        self._before = line = Line(number, text, self._clock.now)
        return (line,)

    def _opened(self, number: int | None, text: str, depth: int) -> Sequence[Line] | None:
        """The lines inside an envelope or behind a prefix; None where there is neither."""
        first = text[:1]
        if first == "{":
            found = opened(text.rstrip(" ,"), self._clock.now)
            if found or depth or (span := spans.begins(number, text)) is None:
                return self._all(number, found, depth) if found else None
            self._span = span
            return ()
        if self._columns and not depth and (below := shipped_line(cells.fields(text, self._columns), self._clock.now)):
            return self._inside(number, below, depth)
        if first == "_" and text.startswith(("__CURSOR=", "__REALTIME_TIMESTAMP=")):
            self._export = Export()
            return self._entry(self._export.read(number, text.encode("utf-8", "replace")))
        if first == "<" or (first.isdigit() and " <" in text[1:8]):
            if written := _RFC5424.match(text):
                return self._peeled(number, _as_written(written), _DEEPEST)
            behind = _PRIORITY.match(text)
            if behind is None:
                return None if (plain := _untagged(text)) is None else self._peeled(number, plain, depth + 1)
            return self._peeled(number, text[behind.end() :], depth + 1)
        if first.isdigit() and " std" in text[19:40] and (part := _CRI.match(text)):
            stamp = read_stamp(part["stamp"], self._clock.now)
            return self._inside(number, Inside(part["text"] or "", stamp, part["stream"], part["part"] == "P"), depth)
        if text.endswith(("}", "}]", "},")) and (found := behind_prefix(text, self._clock.now)):
            return self._all(number, found, depth)
        return None if first.isdigit() else self._strange(number, text, depth)

    def _strange(self, number: int | None, text: str, depth: int) -> Sequence[Line] | None:
        """The lines of what begins neither with a stamp nor with a bracket."""
        first = text[:1]
        if first in ("\x1e", "\ufeff"):  # RFC 7464 (journalctl -o json-seq); a byte-order mark
            return self._peeled(number, text[1:], depth + 1)
        if first == "@" and text[1:2] == "4":  # tai64n
            return None
        if first in _QUOTED and (line := cells.unquoted(text)) is not None:
            return self._peeled(number, line, depth + 1)
        if text[-1:] in _QUOTED and (named := _NAMED.match(text)) and (line := cells.unquoted(text[named.end() :])) is not None:
            return self._peeled(number, line, depth + 1)
        if first == "|" and (line := cells.barred(text)) is not None:
            return self._peeled(number, line, depth + 1)
        if first in ("^", "E", "␛") and _SHOWN.match(text):
            return self._peeled(number, _SHOWN.sub("", text), depth + 1)
        says = 'sg="' in text or 'essage="' in text or 'ESSAGE="' in text
        if says and (said := shipped_line(cells.pairs(text), self._clock.now)):
            return self._inside(number, said, depth)
        if ": " not in text and "=" not in text and (names := cells.columns(text)):
            self._columns = names
            return None
        if first == "E" and text.startswith("EVENTS\t"):  # aws logs filter-log-events --output text
            return self._peeled(number, max(text.split("\t"), key=len), depth + 1)
        if not depth and (span := spans.begins(number, text)) is not None:
            self._span = span
            return ()
        if ((first == ">" and len(text) > _SHORT) or ".log" in text[:128] or ".gz" in text[:128]) and (file := _FILE.match(text)):
            self.opened = True
            return self._peeled(number, text[file.end() :], depth + 1)
        behind = _PREFIX.match(text) if " |" in text[:72] or first == "[" else None
        if behind is None and text[1:].lstrip()[:1] in ('"', "{", "|", "`", "'") and first in (" ", "\t", "[", ">", "*", "-"):
            inner = text[1:].lstrip()
            return lines if (lines := self._opened(number, inner, depth + 1)) else None
        return self._peeled(number, text[behind.end() :], depth + 1) if behind else None

    def _all(self, number: int | None, found: Sequence[Inside], depth: int) -> Sequence[Line]:
        """The lines of all that an envelope holds."""
        if len(found) == 1:
            return self._inside(number, found[0], depth)
        return [line for inside in found for line in self._inside(number, inside, depth)]

    def _inside(self, number: int | None, inside: Inside, depth: int) -> Sequence[Line]:
        """The lines of what an envelope holds, with its time; none where the text goes on in the next one."""
        text, stamp, stream, more = inside
        held = self._parts.pop(stream, None) if stream else None
        if held is not None:
            number, text, stamp = held.number, held.text + text, held.stamp
        if stream and more and len(text) < _LONGEST:
            self._parts[stream] = Line(number, text, self._clock.now, stamp)
            return ()
        lines = self._peeled(number, text, depth + 1)
        return lines if stamp is None else [line._replace(stamp=stamp) for line in lines]

    def _entry(self, entry: Inside | None) -> Sequence[Line]:
        """The line of an entry of the journal export format."""
        return () if entry is None or self._export is None else self._inside(self._export.number, entry, 0)

    def _repeated(self, number: int | None, text: str) -> Sequence[Line] | None:
        """The lines that a line about repeats stands for."""
        now = self._clock.now
        if found := _LAST.match(text):
            if self._before is None:
                return ()
            line = self._before._replace(number=number, stamp=read_stamp(found["head"], now) or self._before.stamp)
        elif found := _TEXT.match(text):
            inner = found["text"].rstrip().removesuffix("]")
            if len(inner) >= _CUT and self._before is not None and inner in self._before.text:
                line = self._before._replace(number=number, stamp=read_stamp(found["head"], now) or self._before.stamp)
            else:
                self._before = line = Line(number, found["head"] + inner, now)
        else:
            return None
        return [line] * min(int(found["times"]), MOST_REPEATS)


def _unescaped(text: str) -> str | None:
    """A line whose angle brackets or quotes were escaped for HTML; None for any other."""
    if ("&lt;" in text or "&gt;" in text) and not ({*"<>"} & {*(plain := _ELEMENT.sub(" ", text).strip())}):
        return html.unescape(plain)
    if "&quot;" in text and '"' not in text:
        return html.unescape(text)
    return None


def _untagged(text: str) -> str | None:
    """The line in a table or a paragraph of HTML; None where there is none."""
    if not (text[1:2].isalpha() or text[1:2] == "/"):
        return None
    plain = _ELEMENT.sub(" ", text).strip()
    return plain if WHOLE.match(plain) else None


def _as_written(found: re.Match[str]) -> str:
    """An RFC 5424 line as syslog daemons write it to files."""
    stamp, host, program, pid = (found[name] if found[name] != "-" else "" for name in ("stamp", "host", "program", "pid"))
    head = f"{program}[{pid}]: " if program and pid else f"{program}: " if program else ""
    message = (found["message"] or "").removeprefix("\ufeff").strip()
    return f"{' '.join(word for word in (stamp, host) if word)} {head}{message}".lstrip()
