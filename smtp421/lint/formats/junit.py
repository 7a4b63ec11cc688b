"""JUnit XML: a failed case for each finding, a passed one for each file without any."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.lint.formats import Output
from smtp421.render.junit import Case, junit


def render(output: Output) -> Iterator[str]:
    """The report."""
    findings = output.report.findings
    failed = {finding.span.path for finding in findings}
    cases = [
        Case(
            finding.slug,
            finding.subject or finding.span.path,
            finding.span.path,
            finding.span.line,
            finding.message,
            "\n".join([finding.message, *(f"{each.span.path}:{each.span.line}: {each.message}" for each in finding.related)]),
        )
        for finding in findings
    ]
    cases += [Case("lint", name, name) for name in output.files if name not in failed]
    yield junit("smtp421 lint", cases)
