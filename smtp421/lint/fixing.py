"""Put fixes into files, as far as they do not touch each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from smtp421.lint.finding import Finding, Fix
from smtp421.lint.source import SourceFile
from smtp421.rulebook.yaml_places import YamlError, read_yaml


class Fixed(NamedTuple):
    """A file's new text."""

    text: str
    fixes: int
    """How many were put in."""


def fixable(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    """The findings that can be mended; those by unsafe fixes only where they are wanted."""
    return [finding for finding in findings if finding.fix is not None and (unsafe or finding.fix.safe)]


def apply_fixes(findings: Iterable[Finding], files: Mapping[str, SourceFile]) -> dict[str, Fixed]:
    """The new texts of the files that change, by name. A file that would be no YAML any more is left as it is."""
    wanted: dict[str, list[Fix]] = {}
    for finding in findings:
        if finding.fix is not None and len({edit.span.path for edit in finding.fix.edits}) == 1:
            wanted.setdefault(finding.fix.edits[0].span.path, []).append(finding.fix)
    return {name: done for name, fixes in wanted.items() if (done := _apply(files[name], fixes)) is not None}


def _apply(file: SourceFile, fixes: Iterable[Fix]) -> Fixed | None:
    taken: dict[tuple[int, int], str] = {}
    count = 0
    for fix in fixes:
        edits = {(file.offset(edit.span[1:3]), file.offset(edit.span[3:5])): edit.text for edit in fix.edits}
        if all(_fits(span, text, taken) for span, text in edits.items()):
            taken.update(edits)
            count += 1
    text = file.text
    for (start, end), new in sorted(taken.items(), reverse=True):
        text = text[:start] + new + text[end:]
    text = _without_trailing_blanks(file.text, text)
    if not count or text == file.text or (_is_yaml(file.text) and not _is_yaml(text)):
        return None
    return Fixed(text, count)


def _fits(span: tuple[int, int], text: str, taken: Mapping[tuple[int, int], str]) -> bool:
    """Whether an edit touches none of those before it; the same edit once more does no harm."""
    start, end = span
    return taken.get(span) == text or all(end <= other[0] or start >= other[1] for other in taken)


def _without_trailing_blanks(before: str, after: str) -> str:
    """Blanks that an edit left at the end of a line go, and so does a line of which nothing is left."""
    old = set(before.splitlines(keepends=True))
    lines = []
    for line in after.splitlines(keepends=True):
        if line in old:
            lines.append(line)
            continue
        words = line.rstrip()
        if words:
            lines.append(words + line[len(line.rstrip("\r\n")) :])
    return "".join(lines)


def _is_yaml(text: str) -> bool:
    try:
        read_yaml(text)
    except YamlError:
        return False
    return True


def diff(name: str, before: str, after: str) -> str:
    """A unified diff, as ``patch -p1`` takes it."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
