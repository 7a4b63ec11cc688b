"""The JSON Schemas of the rule files, as :mod:`smtp421.rulebook.json_schema` made them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SUFFIX = ".schema.json"


def kinds() -> dict[str, Path]:
    """The schema of each kind of file."""
    return {path.name.removesuffix(SUFFIX): path for path in sorted(FOLDER.glob(f"*{SUFFIX}"))}
