"""A group of commands whose modules are imported when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

if TYPE_CHECKING:
    from typer._click import Command, Context


class Entry(NamedTuple):
    """Where a command is."""

    module: str
    function: str
    """The name of the function, or of a :class:`typer.Typer` with commands below it."""


class LazyGroup(TyperGroup):
    """Knows its commands by a table; imports the one that is called, and all for help and completion."""

    entries: ClassVar[Mapping[str, Entry]] = {}

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - as the base class calls it
        """The names in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002 - as the base class calls it
        """The command of that name; None where there is none."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name, entry)
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """As the base class, which suggests a near name of those that it knows."""
        if args and args[0] not in self.entries:
            self.commands.update((name, _load(name, entry)) for name, entry in self.entries.items())
        return super().resolve_command(ctx, args)


def _load(name: str, entry: Entry) -> Command:
    found: Any = getattr(import_module(entry.module), entry.function)
    if isinstance(found, typer.Typer):
        command: Command = typer.main.get_group(found)
        command.name = name
        return command
    return get_command_from_info(CommandInfo(name=name, callback=found), pretty_exceptions_short=True, rich_markup_mode="rich")
