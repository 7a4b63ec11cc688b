"""Proposed configuration as text that can go into files as it is, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from smtp421.mta.propose import Piece
from smtp421.render.page import SCHEMA

_MARKS = {"haraka": ";"}
"""How a comment begins where it is not ``#``."""


def limits_text(mta: str, pieces: Sequence[Piece], *, alone: bool = False) -> str:
    """Each piece below a comment that tells its place; one that is wanted alone without it."""
    mark = _MARKS.get(mta, "#")
    if alone:
        return "".join(piece.text + "\n" for piece in pieces)
    return "\n".join(f"{mark} ---- {piece.place}\n\n{piece.text}\n" for piece in pieces)


def limits_json(mta: str, pieces: Sequence[Piece]) -> str:
    """``smtp421.page/1``, page ``mta_limits``."""
    data = {"schema": SCHEMA, "page": "mta_limits", "mta": mta, "pieces": [piece._asdict() for piece in pieces]}
    return json.dumps(data, indent=2) + "\n"
