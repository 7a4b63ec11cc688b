"""Run the checks: several questions at a time, the findings in the order of the checks."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from smtp421.sender.checks import CHECKS
from smtp421.sender.report import Lookup, Report, Subject

AT_ONCE = 8


def check(subject: Subject, ask: Lookup, names: Iterable[str] = tuple(CHECKS)) -> Report:
    """Look up and judge all that ``subject`` says enough for; ``names`` are those of the checks that are wanted.

    Raises :class:`smtp421.errors.MissingExtra` where a package is missing.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda name: tuple(CHECKS[name](subject, ask)), names)
        return Report(subject, tuple(finding for findings in found for finding in findings))
