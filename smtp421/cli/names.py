"""Checking of names that stand on pages of the rule book."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

import typer


def check_name(kind: str, name: str | None, known: Collection[str]) -> None:
    """Refuse a name that no page has, and suggest one. Raises :class:`typer.BadParameter`."""
    if name is not None and name not in known:
        near = get_close_matches(name, known, n=3)
        message = f"there is no {kind} {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
        raise typer.BadParameter(message, param_hint=f"--{kind}")
