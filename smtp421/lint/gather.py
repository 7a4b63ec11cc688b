"""Which files are linted, and which stand behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from smtp421.errors import InputUnreadable, RulesUnreadable
from smtp421.rulebook.sources import (
    MAX_BYTES,
    RuleFile,
    RuleSource,
    RuleText,
    bundled_rules,
    read_files,
    rule_files,
    rule_sources,
)

STDIN = "-"


class Gathered(NamedTuple):
    """Rule files as they were read."""

    texts: list[RuleText]
    """Those to be linted, the strongest source first."""
    base: list[RuleText]
    """The bundled ones, which they may build upon."""
    names: dict[str, str]
    """How each is shown: relative to the current folder where it lies below it."""

    def with_texts(self, texts: Mapping[str, str]) -> Gathered:
        """The same with other texts for some files, by path."""
        new = [text._replace(data=texts[text.path].encode()) if text.path in texts else text for text in self.texts]
        return self._replace(texts=new)


def gather(paths: Sequence[Path], environ: Mapping[str, str], folder: Path, stdin: BinaryIO | None = None) -> Gathered:
    """Read the files of ``paths``, all as one pack; without any the bundled rules and the user's.

    ``folder`` is the current one; ``stdin`` is read for ``-``.

    Raises :class:`smtp421.errors.InputUnreadable` for a path that is not there.
    """
    bundled = RuleSource(bundled_rules(), "bundled")
    shipped = read_files(rule_files([bundled]))
    if paths:
        wanted = _files(path for path in paths if str(path) != STDIN)
    else:
        users = [source for source in rule_sources((), environ, bundled=False) if source.label == "user"]
        wanted = rule_files([*users, bundled])
    ours = {_real(text.path): text for text in shipped}
    linted: dict[str, RuleText] = {}
    pack = RuleSource(paths[0] if paths else folder, "option")
    for file in wanted:
        real = _real(file.path)
        if real not in linted:
            (text,) = [ours[real]] if real in ours else read_files([file])
            linted[real] = text if real in ours or not paths else text._replace(source=pack)
    if stdin is not None:
        data = stdin.read(MAX_BYTES + 1)
        refused = f"larger than {MAX_BYTES // 1_000_000} MB; split it" if len(data) > MAX_BYTES else ""
        linted[STDIN] = RuleText(pack, STDIN, b"" if refused else data, refused)
    own = [text for real, text in linted.items() if real not in ours]
    texts = [*own, *(text for real, text in ours.items() if real in linted)]
    base = [text for real, text in ours.items() if real not in linted]
    names = {text.path: shown_path(text.path, folder) for text in (*texts, *base)}
    return Gathered(texts, base, names | {STDIN: "stdin"})


def _files(paths: Iterable[Path]) -> list[RuleFile]:
    files: list[RuleFile] = []
    for path in paths:
        try:
            files += rule_files([RuleSource(path, "option")])
        except RulesUnreadable as error:
            raise InputUnreadable(path=path, reason=error.fields["reason"]) from None
    return files


def shown_path(path: str, folder: Path) -> str:
    """A path relative to a folder where it lies below it, with ``/`` between its parts."""
    absolute = Path(path).absolute()
    return (absolute.relative_to(folder) if absolute.is_relative_to(folder) else absolute).as_posix()


def _real(path: str) -> str:
    """The folder's real path and the file's own name: a link stays a link."""
    return str(Path(path).parent.resolve() / Path(path).name)
