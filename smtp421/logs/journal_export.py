"""The journal export format (``journalctl -o export``), which carries log lines as fields on lines of their own.

Source: https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format
"""

from __future__ import annotations

import re

from smtp421.logs.envelope import Inside, journal_entry


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
