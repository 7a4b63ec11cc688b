"""A walk on disk: JSON with a version, checked when it is read, so that it can go on another day."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from smtp421.diagnosis.walkthrough import Session
from smtp421.errors import SessionUnusable

SCHEMA = "smtp421.session/1"
MOST = 1024 * 1024
"""Characters of a saved walk; an attempt and its evidence have some thousands."""


def to_json(session: Session) -> str:
    """The file's text."""
    return json.dumps({"schema": SCHEMA, **_plain(session)}, indent=2) + "\n"


def from_json(text: str, path: Path) -> Session:
    """Read a saved walk. Raises :class:`smtp421.errors.SessionUnusable`; ``path`` names the file in it."""
    from pydantic import TypeAdapter, ValidationError  # here: only a walk that goes on needs it

    if len(text) > MOST:
        raise SessionUnusable(path=path, reason="it is too long for one")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise SessionUnusable(path=path, reason=f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise SessionUnusable(path=path, reason="it is nested too deep") from None
    schema = value.pop("schema", None) if isinstance(value, dict) else None
    if schema != SCHEMA:
        found = f"its schema is {str(schema)[:40]!r}, not {SCHEMA!r}" if schema else "it names no schema"
        raise SessionUnusable(path=path, reason=found)
    try:
        return TypeAdapter(Session).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SessionUnusable(path=path, reason=f"{place}: {first['msg']}") from None


def is_session(text: str) -> bool:
    """Whether a file's text is a saved walk, of whatever version: then it may be written over."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and str(value.get("schema", "")).startswith("smtp421.session/")


def _plain(value: Any) -> Any:
    """Named tuples as dictionaries, other tuples as lists, times as ISO text."""
    if hasattr(value, "_asdict"):
        return {key: _plain(part) for key, part in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value
