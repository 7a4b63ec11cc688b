"""What a renderer is, and which there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from smtp421.errors import UnknownFormat

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page

MAX_WIDTH = 100
FORMATS = ("text", "json", "jsonl", "markdown", "csv")
"""Each is a module of this package with a class ``Format``."""


class View(NamedTuple):
    """How the reader looks at it; decided by the caller, never by a renderer."""

    width: int = 80
    terminal: bool = False
    """Whether somebody reads it on a screen; else it is a pipe or a file."""
    color: bool = False
    links: bool = False
    """Whether the terminal can be given clickable links."""
    ascii: bool = False
    """Whether the output can hold nothing but ASCII."""
    verbose: bool = False
    mta: str | None = None
    """The MTA whose settings are wanted; None takes the one whose log it is."""


class Renderer(ABC):
    """Turns values into pieces of text. Pieces end with a line break and are to be written as they come."""

    def __init__(self, view: View | None = None) -> None:
        self.view = View() if view is None else view

    @abstractmethod
    def diagnosis(self, diagnosis: Diagnosis) -> str:
        """One diagnosis by itself."""

    @abstractmethod
    def diagnoses(self, diagnoses: Iterable[Diagnosis]) -> Iterator[str]:
        """Any number of them, as a list in the format's own way."""

    @abstractmethod
    def page(self, page: Page) -> str:
        """A page about a rule, cause, fix, provider or code, or a list of them."""

    def pieces(self, page: Page) -> Iterator[str]:
        """The same in pieces, for a page that may be long."""
        yield self.page(page)


def renderer(name: str, view: View | None = None) -> Renderer:
    """The renderer of that name. Raises :class:`smtp421.errors.UnknownFormat`."""
    if name not in FORMATS:
        raise UnknownFormat(name=name, known=", ".join(FORMATS))
    made: Renderer = import_module(f"smtp421.render.{name}").Format(view)
    return made
