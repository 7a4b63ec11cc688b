"""The way in and out of the program: which path to take, and what an exit code means.

0 done, 1 nothing found to explain, 2 wrong usage, 3 input or rules could not be read, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from smtp421.errors import Smtp421Error

COMPLETION = "_SMTP421_COMPLETE"
"""Set by the shell that asks for completions."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and leave with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the program; its exit code. A reader that went away ends it quietly with 0."""
    try:
        try:
            return _quick(arguments) if is_quick(arguments) else _commands(arguments)
        except Smtp421Error as error:
            return report(error)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        return _silenced()
    except KeyboardInterrupt:
        return 130


def is_quick(arguments: Sequence[str]) -> bool:
    """Whether it is ``explain`` with texts and no option but ``--json``: nothing to parse, so typer need not be imported."""
    options = [argument for argument in arguments[1:] if argument.startswith("-") and argument != "-"]
    return len(arguments) > 1 and arguments[0] == "explain" and options in ([], ["--json"]) and COMPLETION not in os.environ


def _quick(arguments: Sequence[str]) -> int:
    from smtp421.cli.answer import Wish, answer

    return answer(
        Wish(texts=tuple(text for text in arguments[1:] if text != "--json"), form="json" if "--json" in arguments else "text")
    )


def _commands(arguments: Sequence[str]) -> int:
    from typer.main import get_command

    from smtp421.cli.app import app

    try:
        get_command(app)(args=list(arguments), prog_name="smtp421")
    except SystemExit as left:
        if isinstance(left.__context__, BrokenPipeError):  # typer and rich turn it into exit code 1
            return _silenced()
        return left.code if isinstance(left.code, int) else 0
    return 0


def report(error: Smtp421Error) -> int:
    """One line on standard error; the exit code."""
    from smtp421.cli.output import remark

    remark(str(error))
    return error.exit_code


def _silenced() -> int:
    """Let what is still buffered go nowhere when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
