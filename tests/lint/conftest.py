"""Lint a text against a small base, as quickly as many tests need it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from smtp421.lint.finding import Finding
from smtp421.lint.pack import Pack, Settings
from smtp421.lint.run import Choice, Report, run
from smtp421.rulebook.sources import RuleSource, RuleText, read_files, rule_files

TODAY = date(2026, 11, 29)
BASE = Path(__file__).parent / "base"
RULE = (Path(__file__).parent / "cases" / "yaml-syntax.good.yaml").read_text()
"""A file without a fault."""

PackOf = Callable[..., Pack]
LintOf = Callable[..., Report]


@pytest.fixture(scope="session")
def base() -> list[RuleText]:
    """The files of the small base."""
    return read_files(rule_files([RuleSource(BASE, "bundled")]))


@pytest.fixture
def pack_of(base: list[RuleText]) -> PackOf:
    """A pack of texts, the first called a.yaml, the next b.yaml."""

    def pack_of(*texts: str | bytes, label: str = "option", today: date = TODAY, max_age_days: int = 365) -> Pack:
        source = RuleSource(Path("pack"), label)  # type: ignore[arg-type]
        files = [
            RuleText(source, f"{name}.yaml", text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
            for name, text in zip("abcdefgh", texts, strict=False)
        ]
        return Pack(files, base, {}, Settings(today, max_age_days))

    return pack_of


@pytest.fixture
def lint_of(pack_of: PackOf) -> LintOf:
    """The report on texts."""

    def lint_of(*texts: str | bytes, select: str = "", ignore: str = "", **options: object) -> Report:
        return run(pack_of(*texts, **options), Choice(tuple(select.split()), tuple(ignore.split())))

    return lint_of


def told(report: Report) -> list[tuple[str, int, int]]:
    """Check, line and column of each finding."""
    return [(finding.slug, finding.span.line, finding.span.column) for finding in report.findings]


def only(report: Report) -> Finding:
    """The one finding."""
    assert len(report.findings) == 1, [(finding.slug, finding.message) for finding in report.findings]
    return report.findings[0]
