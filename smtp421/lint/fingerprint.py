"""What a finding is recognised by from run to run, though lines move: never its line number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from smtp421.lint.finding import Finding
from smtp421.lint.source import SourceFile


def fingerprints(findings: Sequence[Finding], files: Mapping[str, SourceFile]) -> list[str]:
    """A fingerprint for each finding: of its check, file, entry and line's words; equal ones are numbered in their order."""
    seen: Counter[str] = Counter()
    made = []
    for finding in findings:
        file = files.get(finding.span.path)
        words = " ".join(file.line(finding.span.line).split()) if file else ""
        told = "\0".join((finding.code, finding.span.path, finding.subject, words))
        digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        seen[digest] += 1
        made.append(f"{digest}:{seen[digest]}")
    return made
