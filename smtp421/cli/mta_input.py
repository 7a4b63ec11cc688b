"""Where the settings come from: a file, a pipe, or the Postfix of this machine."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import typer

from smtp421.cli.input import MOST, decode, piped, read_stdin
from smtp421.cli.output import remark
from smtp421.errors import InputUnreadable

if TYPE_CHECKING:
    from smtp421.mta import Settings

STDIN = "-"
ASKED = (("postconf", "-n"), ("postconf", "-M"))
"""What tells the settings of the Postfix of this machine."""
SYSTEM = ("/usr/sbin", "/usr/local/sbin")
"""Where it is, though not on the path of most users."""
PATIENCE = 20
"""Seconds to wait for it."""
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?")


def read_settings(ctx: typer.Context, file: str | None, mta: str | None, queue_run: str | None) -> Settings:
    """The settings that the user means. Raises :class:`smtp421.errors.Smtp421Error`; prints the help where nothing is given."""
    import smtp421.mta

    interval = duration(queue_run, "--queue-run") if queue_run else None
    if file is not None and file != STDIN:
        text, name = _file(file), file
    elif file == STDIN or piped():
        text, cut = read_stdin()
        name = "standard input"
        if cut:
            remark(f"standard input is longer than {MOST // 1024 // 1024} MB; the rest was not read")
    elif (postconf := which(ASKED[0][0], path=os.pathsep.join((os.environ.get("PATH", ""), *SYSTEM)))) is not None:
        text, name = "".join(_answer((postconf, *command[1:])) for command in ASKED), " ".join(ASKED[0])
    else:
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    settings = smtp421.mta.read(text, name, mta)
    if interval is not None and settings.mta == "postfix":
        raise typer.BadParameter("Postfix has it in its settings: queue_run_delay", param_hint="--queue-run")
    return settings if interval is None else settings._replace(queue_run=interval)


def duration(text: str, option: str) -> float:
    """Seconds of ``90s``, ``30m``, ``2h``, ``1d12h``. Raises :class:`typer.BadParameter`."""
    from smtp421.mta.durations import compact

    seconds = compact(text, "m") if not text.isdecimal() else None
    if not seconds:
        raise typer.BadParameter(f"{text!r} is no duration; write 90s, 30m, 2h or 1d12h", param_hint=option)
    return seconds


def mail_domain(text: str) -> str:
    """A domain in lower case. Raises :class:`typer.BadParameter` for what is none."""
    name = text.strip().lower().rstrip(".")
    if _DOMAIN.fullmatch(name) is None:
        raise typer.BadParameter(
            f"{text!r} is no domain name; write one as it stands behind the @ (IDN as xn--...)", param_hint="--domain"
        )
    return name


def _file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise InputUnreadable(path=name, reason=error.strerror or error) from error
    if len(data) > MOST:
        remark(f"{name} is longer than {MOST // 1024 // 1024} MB; the rest was not read")
    return decode(data[:MOST])


def _answer(command: tuple[str, ...]) -> str:
    """What a command of this machine prints."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputUnreadable(path=" ".join(command), reason=error) from error
    if done.returncode:
        raise InputUnreadable(path=" ".join(command), reason=decode(done.stderr).strip() or f"exit code {done.returncode}")
    return decode(done.stdout)
