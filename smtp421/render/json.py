"""JSON: one object, or an array of them. ASCII only, so that no character of a hostile reply reaches a terminal raw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING

from smtp421.render.interface import Renderer

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page


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
        text = StringIO()  # the pieces of a long report would take ten times its memory
        text.writelines(json.JSONEncoder(indent=2).iterencode(page.to_dict()))
        text.write("\n")
        return text.getvalue()


def _indented(text: str) -> str:
    return "  " + text.replace("\n", "\n  ")
