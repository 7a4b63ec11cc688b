"""Where rules come from, the strongest first: ``--rules``, ``SMTP421_RULES``, the user's folder, the bundled ones."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from smtp421.errors import RulesUnreadable
from smtp421.rulebook.pages import Label

VARIABLE = "SMTP421_RULES"
SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 5_000_000
MAX_DEPTH = 8
"""Folders within folders that are looked into."""


class RuleSource(NamedTuple):
    """A folder of rule files, or one rule file."""

    path: Path
    label: Label


def bundled_rules() -> Path:
    """The rules that come with the package: beside it in a wheel, above it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_rules"
    return shipped if shipped.is_dir() else package.parent / "rules"


def rule_sources(
    paths: Iterable[str | Path] = (), environ: Mapping[str, str] | None = None, *, bundled: bool = True
) -> list[RuleSource]:
    """The sources in the order of their precedence. Of ``paths`` the later wins; the user's folder counts where it exists."""
    environ = {} if environ is None else environ
    sources = [RuleSource(Path(path), "option") for path in reversed(list(paths))]
    sources += [RuleSource(Path(path), "environment") for path in environ.get(VARIABLE, "").split(os.pathsep) if path]
    user = config_dir(environ)
    if user is not None and (user / "rules").is_dir():
        sources.append(RuleSource(user / "rules", "user"))
    if bundled:
        sources.append(RuleSource(bundled_rules(), "bundled"))
    return sources


def config_dir(environ: Mapping[str, str]) -> Path | None:
    """``$XDG_CONFIG_HOME/smtp421``, else under ``~/.config``; None where ``environ`` tells of no home."""
    return _xdg(environ, "XDG_CONFIG_HOME", ".config")


def cache_dir(environ: Mapping[str, str]) -> Path | None:
    """``$XDG_CACHE_HOME/smtp421``, else under ``~/.cache``; None where ``environ`` tells of no home."""
    return _xdg(environ, "XDG_CACHE_HOME", ".cache")


def _xdg(environ: Mapping[str, str], variable: str, default: str) -> Path | None:
    base = environ.get(variable, "")
    if base and Path(base).is_absolute():  # the XDG specification: a relative path is to be ignored
        return Path(base) / "smtp421"
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) / default / "smtp421" if home else None


class RuleFile(NamedTuple):
    """A rule file of a source."""

    source: RuleSource
    path: str


class RuleText(NamedTuple):
    """A rule file as it was read."""

    source: RuleSource
    path: str
    data: bytes
    refused: str = ""
    """Why it is not looked at; empty where it is."""


def rule_files(sources: Iterable[RuleSource]) -> list[RuleFile]:
    """The YAML files of all sources, in order; among them links that lead nowhere or out of a folder, which are refused later.

    Raises :class:`smtp421.errors.RulesUnreadable` for a source that is not there.
    """
    files = []
    for source in sources:
        try:
            found = [str(source.path)] if source.path.is_file() else sorted(_walk(str(source.path), 0))
        except OSError as error:
            raise RulesUnreadable(path=source.path, reason=error.strerror) from None
        files += [RuleFile(source, path) for path in found]
    return files


def _walk(folder: str, depth: int) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < MAX_DEPTH:
                    yield from _walk(entry.path, depth + 1)
            elif entry.name.endswith(SUFFIXES) and not (entry.is_symlink() and entry.is_dir()):
                yield entry.path


def _inside(path: Path, home: Path) -> bool:
    """Whether a link leads to a file within a folder; a file that was named itself may be anywhere."""
    return path == home or path.resolve().is_relative_to(home.resolve())


def read_files(files: Iterable[RuleFile]) -> list[RuleText]:
    """Read rule files. One that cannot be read is refused."""
    return [_read(file) for file in files]


def _read(file: RuleFile) -> RuleText:
    path = Path(file.path)
    try:
        if path.is_symlink() and not _inside(path, file.source.path):
            return RuleText(*file, b"", "a link that leads out of the folder; put the file itself there")
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe or a device might never end
            return RuleText(*file, b"", "not a plain file; put the file itself there")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return RuleText(*file, b"", f"cannot be read: {error.strerror}; check its permissions")
    if len(data) > MAX_BYTES:
        return RuleText(*file, b"", f"larger than {MAX_BYTES // 1_000_000} MB; split it")
    return RuleText(*file, data)
