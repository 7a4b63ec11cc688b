"""A Code Quality report of GitLab (https://docs.gitlab.com/ci/testing/code_quality/): an array of issues."""

from __future__ import annotations

import json
from collections.abc import Iterator

from smtp421.lint.finding import Level
from smtp421.lint.fingerprint import fingerprints
from smtp421.lint.formats import Output
from smtp421.render.safe import visible

_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.INFO: "info"}


def render(output: Output) -> Iterator[str]:
    """The array; empty where there is no finding."""
    findings = output.report.findings
    issues = [
        {
            "description": visible(finding.message),
            "check_name": finding.slug,
            "fingerprint": mark,
            "severity": _SEVERITIES[finding.level],
            "location": {
                "path": finding.span.path,
                "lines": {"begin": max(finding.span.line, 1), "end": max(finding.span.end_line, 1)},
            },
        }
        for finding, mark in zip(findings, fingerprints(findings, output.files), strict=True)
    ]
    yield json.dumps(issues, indent=2) + "\n"
