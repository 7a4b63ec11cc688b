"""Exim: ``exim -bp`` (``mailq``): age, size, id and sender of each message, its recipients below.

A listing gives no reason why a message waits: that stands in the main log and in ``exim -Mvl ID``. It is known here so that no
other reader takes it for its own; only a message that Exim has frozen, which no retry will move, is told of.
Layout: https://www.exim.org/exim-html-current/doc/html/spec_html/ch-the_exim_command_line.html (-bp)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.interface import Format
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Status
from smtp421.reply import read_words

NAME = "exim_queue"

_MESSAGE = (
    r"\s*(?P<age>\d+)(?P<unit>[mhdw])\s+[\d.]+[KM]?\s+"
    r"(?P<id>[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4}))\s+<(?P<sender>[^>]*)>(?P<frozen>.*)"
)
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def recognises(text: str) -> bool:
    """Whether a line is a message of a listing."""
    return text.lstrip()[:1].isdigit() and re.match(_MESSAGE, text) is not None


class Listing:
    """The reader of a listing."""

    def __init__(self) -> None:
        self._message: re.Match[str] | None = None

    def claims(self, text: str) -> bool:
        """Whether a line is a message, or below one."""
        return recognises(text) or (self._message is not None and (not text.strip() or text[:1].isspace()))

    def read(self, line: Line) -> Iterator[Attempt]:
        """Yield the state of a recipient of a frozen message; those marked with ``D`` have it already."""
        if message := re.match(_MESSAGE, line.text):
            self._message = message
            return
        address = line.text.strip()
        if self._message is not None and "frozen" in self._message["frozen"] and address and not address.startswith("D "):
            yield Attempt(
                read_words("Message is frozen"),
                NAME,
                Origin.LOCAL,
                line.number,
                None,
                self._message["id"],
                self._message["sender"] or None,
                address,
                None,
                Status.SUSPENDED,
                float(int(self._message["age"][:9]) * _UNITS[self._message["unit"]]),
            )

    def close(self) -> Iterator[Attempt]:
        """Nothing is left open."""
        return iter(())


FORMAT = Format(
    NAME,
    "Exim: exim -bp, mailq",
    recognises,
    Listing,
    "25m   422 1xUXD3-00001R-0P <news@example.org> *** frozen ***\n          u@example.com",
)
