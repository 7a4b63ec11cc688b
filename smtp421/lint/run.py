"""Run checks over a pack: which, what is held back, and in which order findings are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from smtp421.lint.check import Check, all_checks, matching
from smtp421.lint.finding import Finding, Level
from smtp421.lint.pack import Pack

MOST = 200
"""Findings of one check in one file that are told."""
LAST = "Z"
"""The family of checks on suppressions, which run when all else is known."""


class Held(NamedTuple):
    """Findings that the configuration holds back, and why."""

    checks: frozenset[str]
    """Slugs."""
    paths: tuple[str, ...]
    """Patterns of paths; none for all files."""
    reason: str


class Choice(NamedTuple):
    """Which findings are wanted."""

    select: tuple[str, ...] = ()
    """Slugs, codes or beginnings of codes; none for all."""
    ignore: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()


class Report(NamedTuple):
    """What came of it."""

    findings: tuple[Finding, ...]
    files: int
    """How many files were looked at."""
    suppressed: int = 0
    """Findings held back by comments or the configuration."""
    left_out: int = 0
    """Findings beyond the first 200 of a check in a file."""
    known: int = 0
    """Findings that the baseline knows."""

    def reaches(self, level: Level) -> bool:
        """Whether any finding is as severe as that."""
        return any(finding.level.rank <= level.rank for finding in self.findings)


def chosen(choice: Choice) -> tuple[Check, ...]:
    """The checks that are to run. Raises :class:`smtp421.lint.check.NoSuchCheck`."""
    wanted = matching(choice.select) if choice.select else frozenset(each.slug for each in all_checks())
    wanted -= matching(choice.ignore)
    return tuple(each for each in all_checks() if each.slug in wanted)


def run(pack: Pack, choice: Choice) -> Report:
    """Run the chosen checks. Raises :class:`smtp421.lint.check.NoSuchCheck`."""
    checks = chosen(choice)
    pack.ran = frozenset(each.slug for each in checks)
    first = list(_findings(pack, (each for each in checks if not each.code.startswith(LAST))))
    kept = [finding for finding in first if not _held(finding, pack, choice.held)]
    last = list(_findings(pack, (each for each in checks if each.code.startswith(LAST))))
    also = [finding for finding in last if not _held(finding, pack, choice.held)]
    findings, left_out = _few(sorted({*kept, *also}, key=lambda finding: finding.order))
    return Report(tuple(findings), len(pack.files), len(first) + len(last) - len(kept) - len(also), left_out)


def _findings(pack: Pack, checks: Iterable[Check]) -> Iterator[Finding]:
    for each in checks:
        yield from each.findings(pack)


def _held(finding: Finding, pack: Pack, held: Sequence[Held]) -> bool:
    by = [suppression for suppression in pack.suppressions_of(finding.span) if suppression.holds(finding)]
    pack.used.update(by)
    return bool(by) or any(_applies(each, finding) for each in held)


def _applies(held: Held, finding: Finding) -> bool:
    from fnmatch import fnmatchcase

    paths = held.paths or ("*",)
    return finding.slug in held.checks and any(fnmatchcase(finding.span.path, path) for path in paths)


def _few(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """The findings without those that would only repeat what was said often enough, and how many these are."""
    seen: Counter[tuple[str, str]] = Counter()
    kept: list[Finding] = []
    left_out = 0
    for finding in findings:
        key = (finding.span.path, finding.slug)
        seen[key] += 1
        if seen[key] <= MOST:
            kept.append(finding)
        else:
            left_out += 1
    return kept, left_out
