"""GitHub Actions: whether we run there, and texts that it must not take for its commands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from secrets import token_hex


def in_actions() -> bool:
    """Whether this is a step of a workflow."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def no_commands(pieces: Iterable[str]) -> Iterator[str]:
    """Text that quotes what anybody may have written: GitHub Actions must not take a line of it for a command."""
    token = token_hex(16)
    if in_actions():
        yield f"::stop-commands::{token}\n"
    yield from pieces
    if in_actions():
        yield f"::{token}::\n"
