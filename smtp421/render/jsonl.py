"""JSON Lines: one compact object a line, for pipes and for very many of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from smtp421.render.interface import Renderer

if TYPE_CHECKING:
    from smtp421.model import Diagnosis
    from smtp421.render.page import Page

_encode = json.JSONEncoder(separators=(",", ":"), default=list).encode


class Format(Renderer):
    """The objects of the JSON contract, each on a line of its own."""

    def diagnosis(self, diagnosis: Diagnosis) -> str:
        """The object of :meth:`smtp421.model.Diagnosis.to_dict` and a line break."""
        return _encode(diagnosis.to_dict()) + "\n"

    def diagnoses(self, diagnoses: Iterable[Diagnosis]) -> Iterator[str]:
        """One line each."""
        return map(self.diagnosis, diagnoses)

    def page(self, page: Page) -> str:
        """The page's data on one line."""
        return _encode(page.to_dict()) + "\n"
