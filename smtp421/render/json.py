"""JSON: one object, or an array of them. ASCII only, so that no character of a hostile reply reaches a terminal raw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from smtp421.render.interface import Renderer

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page


_AT_ONCE = 10_000


class Format(Renderer):
    """``smtp421.diagnosis/1`` and ``smtp421.page/1``, indented by two."""

    def diagnosis(self, diagnosis: Diagnosis) -> str:
        """The object of :meth:`smtp421.model.Diagnosis.to_dict`."""
        return json.dumps(diagnosis.to_dict(), indent=2) + "\n"

    def diagnoses(self, diagnoses: Iterable[Diagnosis]) -> Iterator[str]:
        """An array, written as it grows."""
        before = "[\n"
        for diagnosis in diagnoses:
            yield before + _indented(json.dumps(diagnosis.to_dict(), indent=2))
            before = ",\n"
        yield "[]\n" if before == "[\n" else "\n]\n"

    def page(self, page: Page) -> str:
        """The page's data."""
        return "".join(self.pieces(page))

    def pieces(self, page: Page) -> Iterator[str]:
        """The page's data. A long report as a whole, or as the encoder's tiny pieces, would take many times its memory."""
        found = json.JSONEncoder(indent=2, default=list).iterencode(page.to_dict())
        while some := "".join(islice(found, _AT_ONCE)):
            yield some
        yield "\n"


def _indented(text: str) -> str:
    return "  " + text.replace("\n", "\n  ")
