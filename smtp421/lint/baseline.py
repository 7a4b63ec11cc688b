"""Baseline files: findings that were there when linting began, and are not told again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from smtp421.errors import InputUnreadable
from smtp421.lint.fingerprint import fingerprints
from smtp421.lint.run import Report
from smtp421.lint.source import SourceFile

SCHEMA = "smtp421.baseline/1"


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of a baseline. Raises :class:`smtp421.errors.InputUnreadable`."""
    try:
        data = json.loads(path.read_bytes().decode("utf-8"))
        if data["schema"] != SCHEMA:
            raise InputUnreadable(path=path, reason=f"its schema is not {SCHEMA}")
        return frozenset(str(each["fingerprint"]) for each in data["findings"])
    except OSError as error:
        raise InputUnreadable(path=path, reason=error.strerror or error) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputUnreadable(path=path, reason="it is no baseline of smtp421; write one with --write-baseline") from None


def without_known(report: Report, known: frozenset[str], files: Mapping[str, SourceFile]) -> Report:
    """The report without the findings that a baseline knows."""
    marks = fingerprints(report.findings, files)
    new = tuple(finding for finding, mark in zip(report.findings, marks, strict=True) if mark not in known)
    return report._replace(findings=new, known=len(report.findings) - len(new))


def baseline_text(report: Report, files: Mapping[str, SourceFile]) -> str:
    """The baseline file of a report, for people to review: one finding after another, by place."""
    marks = fingerprints(report.findings, files)
    findings = [
        {"check": finding.slug, "path": finding.span.path, "message": finding.message, "fingerprint": mark}
        for finding, mark in zip(report.findings, marks, strict=True)
    ]
    return json.dumps({"schema": SCHEMA, "findings": findings}, indent=1) + "\n"
