"""SARIF 2.1.0 (OASIS), as GitHub code scanning and others take it: paths relative to the project, ids and fingerprints stable."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smtp421.lint.check import Check
from smtp421.lint.finding import Finding, Fix, Level, Span
from smtp421.lint.fingerprint import fingerprints
from smtp421.lint.formats import Output
from smtp421.render.safe import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/smtp421/smtp421"
ROOT = "%SRCROOT%"
"""The name that GitHub and others know for the project's folder."""

_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def render(output: Output) -> Iterator[str]:
    """One run."""
    findings = output.report.findings
    numbers = {each.slug: number for number, each in enumerate(output.checks)}
    driver = {
        "name": "smtp421",
        "version": output.version,
        "informationUri": HOME,
        "rules": [_rule(each) for each in output.checks],
    }
    results = [
        _result(finding, numbers[finding.slug], mark)
        for finding, mark in zip(findings, fingerprints(findings, output.files), strict=True)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.slug,
        "name": "".join(word.capitalize() for word in check.slug.split("-")),
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.title},
        "help": {"text": check.page, "markdown": check.page},
        "defaultConfiguration": {"level": _LEVELS[check.level]},
        "properties": {"tags": [check.code]},
    }


def _result(finding: Finding, number: int, mark: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.slug,
        "ruleIndex": number,
        "level": _LEVELS[finding.level],
        "message": {"text": visible(finding.message)},
        "locations": [{"physicalLocation": _location(finding.span)}],
        "partialFingerprints": {"smtp421/v1": mark},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": at, "physicalLocation": _location(each.span), "message": {"text": visible(each.message)}}
            for at, each in enumerate(finding.related, 1)
        ]
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        changes.setdefault(edit.span.path, []).append(
            {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        )
    return {
        "description": {"text": visible(fix.title)},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": edits} for path, edits in changes.items()],
    }


def _location(span: Span) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": _artifact(span.path)}
    if span.line:
        location["region"] = _region(span)
    return location


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(path: str) -> dict[str, str]:
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": ROOT}
