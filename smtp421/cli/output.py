"""Where results and remarks go, and how the reader looks at them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

from smtp421.errors import UnknownFormat
from smtp421.render.interface import MAX_WIDTH, View
from smtp421.render.phrases import MTAS
from smtp421.render.safe import visible

NARROWEST = 40
PIPE_WIDTH = 80
COLOR_CONSOLES = ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM")
"""Set on Windows by consoles that act on terminal codes; the old one prints them."""


def view(color: str | None = None, *, verbose: bool = False, mta: str | None = None) -> View:
    """The view that options, environment and terminal ask for. Raises UnknownFormat for an MTA that has no settings."""
    if mta is not None and mta not in MTAS:
        raise UnknownFormat(name=mta, known=", ".join(MTAS))
    colored = color == "always" or (color != "never" and wants_color(sys.stdout, os.environ))
    return View(
        width=width(sys.stdout, os.environ),
        terminal=sys.stdout.isatty(),
        color=colored,
        links=colored and sys.stdout.isatty(),
        ascii=not (sys.stdout.encoding or "").lower().startswith("utf"),
        verbose=verbose,
        mta=mta,
    )


def wants_color(stream: TextIO, environ: Mapping[str, str], *, windows: bool = os.name == "nt") -> bool:
    """NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then whether it is a terminal that knows colours."""
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if windows and not any(name in environ for name in COLOR_CONSOLES):
        return False
    return environ.get("TERM") != "dumb" and stream.isatty()


def width(stream: TextIO, environ: Mapping[str, str]) -> int:
    """COLUMNS, else the terminal's, else 80; between 40 and 100."""
    columns = environ.get("COLUMNS", "")
    found = int(columns) if columns.isdecimal() else 0
    if not found and stream.isatty():
        try:
            found = os.get_terminal_size(stream.fileno()).columns
        except OSError:
            found = 0
    return min(max(found or PIPE_WIDTH, NARROWEST), MAX_WIDTH)


def write(pieces: Iterable[str]) -> None:
    """Print the pieces as they come. A character that the output cannot hold is written as its code."""
    _lenient(sys.stdout)
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()


def remark(text: str) -> None:
    """A line on standard error."""
    _lenient(sys.stderr)
    sys.stderr.write(f"smtp421: {visible(text)}\n")


def _lenient(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
