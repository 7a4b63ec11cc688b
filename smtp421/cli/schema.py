"""``smtp421 schema``: JSON Schemas of the rule files, for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from smtp421.cli.output import write
from smtp421.errors import UnknownFormat


def complete_kind(incomplete: str) -> list[str]:
    """Kinds of files."""
    from smtp421.schemas import kinds

    return [kind for kind in kinds() if kind.startswith(incomplete)]


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[KIND]", autocompletion=complete_kind, help="The kind of file; without it, all are listed."),
    ] = None,
) -> None:
    """Print the JSON Schema (draft-07) of a kind of file, for editors that check and complete YAML.

    $ smtp421 schema

    $ smtp421 schema rules > rules.schema.json

    An editor with a YAML language server takes the schema that the first line of a file names:
    # yaml-language-server: $schema=rules.schema.json
    """
    from smtp421.schemas import kinds

    known = kinds()
    if kind is None:
        write(f"{name:<12}{path}\n" for name, path in known.items())
        return
    if kind not in known:
        raise UnknownFormat(name=kind, known=", ".join(known))
    write([known[kind].read_text(encoding="utf-8")])
