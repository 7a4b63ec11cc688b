"""The command line: parsing of options, one file a command, and nothing else.

:func:`main` is the entry point. A cold start is a feature: `smtp421 explain TEXT` runs without typer (:mod:`smtp421.cli.entry`),
everything else imports the one command that is called (:mod:`smtp421.cli.lazy`).
"""

from smtp421.cli.entry import main

__all__ = ["main"]
