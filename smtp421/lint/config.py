"""The configuration: ``smtp421.toml``, or ``[tool.smtp421]`` of ``pyproject.toml``, found from a folder upwards."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from smtp421.errors import Smtp421Error
from smtp421.lint.check import NoSuchCheck, matching
from smtp421.lint.finding import Level
from smtp421.lint.run import Held
from smtp421.rulebook.validation import did_you_mean, nearest, shown

FILE, SHARED = "smtp421.toml", "pyproject.toml"
TOOL = ("tool", "smtp421")
"""Where it stands in ``pyproject.toml``."""


class BadConfiguration(Smtp421Error):
    """A configuration file that cannot be used."""

    template = "{path}:{line}: {reason}"
    exit_code = 2


class LintConfig(NamedTuple):
    """The table ``[lint]``."""

    select: tuple[str, ...] = ()
    """Slugs, codes or beginnings of codes of the checks to run; none for all."""
    ignore: tuple[str, ...] = ()
    """Those not to run."""
    fail_level: Level | None = None
    max_age_days: int | None = None
    baseline: Path | None = None
    held: tuple[Held, ...] = ()
    """``[[lint.suppress]]``: checks, paths, reason."""


KEYS: Mapping[str, str] = {
    "select": "a list of checks",
    "ignore": "a list of checks",
    "fail-level": "error, warning or info",
    "max-age-days": "a number of days",
    "baseline": "a file's name",
    "suppress": "tables [[lint.suppress]] with checks, paths and reason",
}
HELD_KEYS: Mapping[str, str] = {
    "checks": "a list of checks",
    "paths": "a list of patterns of paths",
    "reason": "why, in words",
}


def find_config(folder: Path) -> Path | None:
    """The configuration that holds in a folder: ``smtp421.toml`` there or above, or ``pyproject.toml`` with a part for us."""
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return place / FILE
        shared = place / SHARED
        if shared.is_file() and "[tool.smtp421" in shared.read_text(encoding="utf-8", errors="replace"):
            return shared
    return None


def read_config(path: Path) -> LintConfig:
    """Read a configuration file. Raises :class:`BadConfiguration`, with the line where it can be told."""
    return _Reader(path).read()


class _Reader:
    """One file that is being read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = ""
        self.prefix = ".".join(TOOL) + "." if path.name == SHARED else ""

    def read(self) -> LintConfig:
        try:
            self.text = self.path.read_bytes().decode("utf-8")
            data: Any = tomllib.loads(self.text)
        except OSError as error:
            raise BadConfiguration(path=self.path, line=0, reason=f"cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise BadConfiguration(path=self.path, line=1, reason="not UTF-8; save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            number = line[1] if line else self.text.count("\n") + 1
            raise BadConfiguration(path=self.path, line=number, reason=f"not valid TOML: {error}") from None
        for name in TOOL if self.prefix else ():
            data = data.get(name, {}) if isinstance(data, dict) else {}
        self.known(data, ["lint"], "")
        lint = data.get("lint", {})
        self.known(lint, list(KEYS), "lint")
        level = lint.get("fail-level")
        if level is not None and level not in list(Level):
            self.wrong("lint", "fail-level", level, KEYS)
        days = lint.get("max-age-days")
        if days is not None and (type(days) is not int or days < 0):
            self.wrong("lint", "max-age-days", days, KEYS)
        baseline = lint.get("baseline")
        if baseline is not None and not isinstance(baseline, str):
            self.wrong("lint", "baseline", baseline, KEYS)
        suppress = lint.get("suppress", [])
        if not isinstance(suppress, list) or not all(isinstance(each, dict) for each in suppress):
            self.wrong("lint", "suppress", suppress, KEYS)
        return LintConfig(
            self.checks("lint", "select", lint, KEYS),
            self.checks("lint", "ignore", lint, KEYS),
            None if level is None else Level(level),
            days,
            None if baseline is None else self.path.parent / baseline,
            tuple(self.held(each) for each in suppress),
        )

    def held(self, table: dict[str, Any]) -> Held:
        self.known(table, list(HELD_KEYS), "lint.suppress")
        names = self.checks("lint.suppress", "checks", table, HELD_KEYS)
        paths = self.strings("lint.suppress", "paths", table, HELD_KEYS)
        reason = table.get("reason", "")
        if not names or not isinstance(reason, str) or not reason.strip():
            missing = "reason" if names else "checks"
            raise BadConfiguration(
                path=self.path,
                line=self.line("lint.suppress", missing),
                reason=f"[[lint.suppress]] needs {missing!r}: {HELD_KEYS[missing]}",
            )
        return Held(matching(names), paths, reason)

    def known(self, table: Any, keys: list[str], where: str) -> None:
        """Raise for a key that is not known."""
        if not isinstance(table, dict):
            raise BadConfiguration(path=self.path, line=self.line("", where), reason=f"{where!r} is to be a table: [{where}]")
        for key in table:
            if key not in keys:
                near = did_you_mean(nearest(key, keys))
                reason = f"unknown key {shown(key)}{near}; known here: {', '.join(keys)}"
                raise BadConfiguration(path=self.path, line=self.line(where, key), reason=reason)

    def strings(self, where: str, key: str, table: dict[str, Any], known: Mapping[str, str]) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.wrong(where, key, value, known)
        return tuple(value)

    def checks(self, where: str, key: str, table: dict[str, Any], known: Mapping[str, str]) -> tuple[str, ...]:
        names = self.strings(where, key, table, known)
        try:
            matching(names)
        except NoSuchCheck as error:
            raise BadConfiguration(path=self.path, line=self.line(where, key), reason=error) from None
        return names

    def wrong(self, where: str, key: str, value: object, known: Mapping[str, str]) -> None:
        reason = f"{key!r} is {shown(value)}; expected {known[key]}"
        raise BadConfiguration(path=self.path, line=self.line(where, key), reason=reason)

    def line(self, where: str, key: str) -> int:
        """The line of a key of a table, or of the table, or 1."""
        table = (self.prefix + where).rstrip(".")
        found = 1
        current = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            header = re.match(r"\s*\[\[?\s*([\w.\"-]+?)\s*\]\]?", line)
            if header:
                current = header[1].replace('"', "")
                if current == table or current == f"{table}.{key}".strip("."):
                    found = number
            elif current == table and re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", line):
                return number
        return found
