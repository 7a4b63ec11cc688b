"""The contract ``smtp421.lint/1``: one object with all findings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from smtp421.lint.finding import Finding, Level, Span
from smtp421.lint.fingerprint import fingerprints
from smtp421.lint.formats import Output

SCHEMA = "smtp421.lint/1"


def render(output: Output) -> Iterator[str]:
    """The object, indented. Lines and columns are counted from 1 in characters; line 0 is the whole file."""
    report = output.report
    levels = Counter(finding.level for finding in report.findings)
    marks = fingerprints(report.findings, output.files)
    whole = {
        "schema": SCHEMA,
        "version": output.version,
        "files": report.files,
        "summary": {
            **{level.value: levels[level] for level in Level},
            "suppressed": report.suppressed,
            "baseline": report.known,
            "left_out": report.left_out,
        },
        "findings": [_finding(finding, mark) for finding, mark in zip(report.findings, marks, strict=True)],
    }
    yield json.dumps(whole, indent=2) + "\n"


def _finding(finding: Finding, mark: str) -> dict[str, Any]:
    fix = finding.fix
    return {
        "check": finding.slug,
        "code": finding.code,
        "level": finding.level,
        "message": finding.message,
        **_span(finding.span),
        "subject": finding.subject or None,
        "related": [{**_span(related.span), "message": related.message} for related in finding.related],
        "fix": fix
        and {"title": fix.title, "safe": fix.safe, "edits": [{**_span(edit.span), "text": edit.text} for edit in fix.edits]},
        "fingerprint": mark,
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
