"""What there is to test: the rules of all sources and their case files, or those of given files and folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from smtp421.model import Fault
from smtp421.rulebook import RuleBook, open_book
from smtp421.rulebook.load import CASES
from smtp421.rulebook.sources import RuleSource, RuleText, cache_dir, read_files, rule_files, rule_sources
from smtp421.ruletest.cases import read_cases
from smtp421.ruletest.checks import Check
from smtp421.ruletest.examples import rule_checks

_CASES = re.compile(rb"^schema:[ \t]*[\"']?" + re.escape(CASES.encode()) + rb"[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)


class Plan(NamedTuple):
    """What is tested, against which rules."""

    book: RuleBook
    """The full set."""
    checks: tuple[Check, ...]
    """Examples and counterexamples first, then cases."""
    rules: tuple[str, ...]
    """The rules that cases are to reach: those whose examples are tested, else all."""
    faults: tuple[Fault, ...]
    """What is wrong in the tested files."""
    remarks: tuple[str, ...]
    """What is wrong in other rule files."""
    files: tuple[str, ...]
    """All files that the outcome depends on."""


def make_plan(paths: Iterable[Path], rules: Iterable[Path], environ: Mapping[str, str]) -> Plan:
    """Find what to test: ``paths``, else all rules and the case files beside them.

    The rules of ``paths`` win over all others, as with ``--rules``; paths inside folders that are read anyway only choose among
    their rules. ``rules`` are packs to test with. Raises :class:`smtp421.errors.RulesUnreadable` for what is not there.
    """
    sources = rule_sources(rules, environ)
    given = [RuleSource(path, "option") for path in paths]
    homes = [source.path.resolve() for source in sources]
    chosen: list[RuleText] = []
    added: list[RuleSource] = []
    for source in given:
        texts = read_files(rule_files([source]))
        chosen += texts
        inside = any(source.path.resolve().is_relative_to(home) for home in homes)
        if not inside and not all(map(is_cases, texts)):
            added.append(source)
    sources = [*reversed(added), *sources]
    files = rule_files(sources)
    book = open_book(sources, cache_dir(environ))
    if not given:
        chosen = [text for text in read_files(file for file in files if file.source.label != "bundled") if is_cases(text)]
    tested = {_real(text.path) for text in chosen}
    every = list(book.rules.values())
    mine = [rule for rule in every if not given or _real(rule.path) in tested]
    cases = read_cases([text for text in chosen if is_cases(text)], book)
    own = [fault for fault in book.faults if not given or _real(fault.path) in tested]
    return Plan(
        book,
        (*rule_checks(mine), *cases.checks),
        tuple(rule.id for rule in mine or every),
        (*own, *cases.faults),
        tuple(str(fault) for fault in book.faults if fault not in own),
        tuple(dict.fromkeys([*(file.path for file in files), *(text.path for text in chosen)])),
    )


def is_cases(text: RuleText) -> bool:
    """Whether a file says that it holds test cases."""
    return _CASES.search(text.data) is not None


def watched(paths: Iterable[Path], rules: Iterable[Path], environ: Mapping[str, str]) -> Iterator[str]:
    """The files that the outcome depends on, as they are now."""
    sources = [*(RuleSource(path, "option") for path in paths), *rule_sources(rules, environ)]
    yield from dict.fromkeys(file.path for file in rule_files(sources))


def _real(path: str) -> str:
    return str(Path(path).resolve())
