"""A small rule folder to start from, and the slow but plain way to match."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import regex

from smtp421.rulebook import RuleBook, RuleSource, Subject, load_rulebook, open_book
from smtp421.rulebook.matcher import code_fits, enhanced_fits
from smtp421.rulebook.pages import Rule
from smtp421.rulebook.rank import SHUT_OUT
from smtp421.rulebook.texts import counts

BASE = """
causes.yaml:
  schema: smtp421.causes/1
  causes:
    - {id: rate_limit, title: Too fast, meaning: The sender is too fast., signs: [figures], severity: warning, who_acts: sender,
       retry: {helps: 'yes', wait: 15m, advice: Slow down.}, fixes: [slow-down], next_checks: [Look.], decides: The log.}
    - {id: unknown, title: Unknown, meaning: Not told., signs: [nothing], severity: info, severity_at_known_provider: warning,
       severity_in_program: critical, who_acts: nobody, retry: {helps: 'yes'}, fixes: [], decides: More words.}
fixes.yaml:
  schema: smtp421.fixes/1
  fixes:
    - {id: slow-down, action: Send more slowly., who: sender, why: It helps., settings: {postfix: 'a = {connections}'},
       references: [{title: RFC 5321, url: 'https://www.rfc-editor.org/rfc/rfc5321', checked: 2026-11-20}]}
    - {id: wait-and-watch, action: Wait., who: nobody}
providers.yaml:
  schema: smtp421.providers/1
  defaults: {connections: 2}
  providers:
    - {id: gmail, name: Gmail, kind: mailbox, family: google, large: true, mx: [google.com, googlemail.com], marks: [gsmtp$],
       limits: [{what: connections, value: 10, kind: provider, source: Help page, checked: 2026-11-19, note: per address}],
       postmaster: {title: Tools, url: 'https://postmaster.google.com', checked: 2026-11-18}}
    - {id: google_workspace, name: Workspace, kind: mailbox, family: google, mx: [aspmx.l.google.com]}
    - {id: yahoo, name: Yahoo, kind: mailbox, mx: [yahoodns.net], marks: ['\\[TSS?\\d\\d\\]']}
    - {id: postfix, name: Postfix, kind: software, marks: ['Service currently unavailable for postfix', postfix]}
    - {id: blocker, name: Block list, kind: list, marks: [blocker\\.example]}
tree.yaml:
  schema: smtp421.tree/1
  root: who
  thresholds: {long: 4h, share: 0.5}
  nodes:
    - {id: who, question: Who said it?, evidence: origin, how: [Look.], unknown: {says: Not known., to: why},
       answers: {remote: {says: The receiver., to: why}, local: {says: Our side., cause: unknown, raises: warning}}}
    - {id: why, question: Why?, evidence: reason, how: [Read.], unknown: {says: Not known.}, answers: {}}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write files, given as name=text, into a new folder and name it."""

    def write(folder: str, **files: str) -> Path:
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        for name, text in files.items():
            (path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder with causes, fixes, providers and a tree, without rules."""
    folder = tmp_path / "base"
    folder.mkdir()
    for part in BASE.split("\n\n")[0].strip().split("\n"):
        if not part.startswith(" "):
            name = part.rstrip(":")
            (folder / name).write_text("")
        else:
            with (folder / name).open("a") as file:
                file.write(part[2:].replace("\\\\", "\\") + "\n")
    return folder


@pytest.fixture
def rules_text() -> Callable[..., str]:
    """The text of a rules file with one entry for each dict of JSON-like YAML parts."""
    return _rules_text


def _rules_text(*rules: str, provider: str = "null") -> str:
    lines = [f"schema: smtp421.rules/1\nprovider: {provider}\nrules:\n"]
    for rule in rules:
        name, _comma, match = rule.partition(" ")
        lines.append(f"  - id: {name}\n    title: T\n    cause: rate_limit\n    summary: S.\n    match: {match}\n")
    return "".join(lines)


@pytest.fixture
def book_of(base: Path, write: Callable[..., Path]) -> Callable[..., RuleBook]:
    """A book of the base folder with these files as bundled rules."""

    def book_of(**files: str) -> RuleBook:
        for name, text in files.items():
            (base / f"{name}.yaml").write_text(text, encoding="utf-8")
        return open_book([RuleSource(base, "bundled")])

    return book_of


@pytest.fixture(scope="session")
def bundled() -> RuleBook:
    """The bundled rules."""
    return load_rulebook()


@pytest.fixture(scope="session")
def brute() -> Callable[[RuleBook, Subject], list[tuple[str, str]]]:
    """All rules that fit, found by trying every pattern of every rule with `regex`."""
    return lambda book, subject: list(_brute(book, subject))


@cache
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern, regex.IGNORECASE | regex.V0)


def _found(patterns: tuple[str, ...], text: str) -> str | None:
    for pattern in patterns:
        for found in _compiled(pattern).finditer(text):
            if counts(text, *found.span()):
                return str(found.group()).strip()
    return None


def _brute(book: RuleBook, subject: Subject) -> Iterator[tuple[str, str]]:
    text = subject.text[:4096]
    klass = subject.code // 100 if subject.code is not None else subject.enhanced.klass if subject.enhanced else None
    for rule in book.rules.values():
        match = rule.match
        words = _found(match.text, text)
        if match.text and words is None:
            continue
        if not code_fits((match.code, bool(match.text)), (subject.code, klass)):
            continue
        if not enhanced_fits(match.enhanced_code, subject.enhanced):
            continue
        if (match.stage and subject.stage and subject.stage not in match.stage) or (
            match.origin and subject.origin and subject.origin not in match.origin
        ):
            continue
        if not _provider_fits(book, rule, subject) or _found(match.not_text, text) is not None:
            continue
        if words is None:
            words = str((subject.enhanced if match.enhanced_code or subject.code is None else subject.code) or "")
        yield rule.id, words


def _provider_fits(book: RuleBook, rule: Rule, subject: Subject) -> bool:
    known = {book.providers[name].family for name in (subject.provider, subject.software) if name}
    if rule.provider is None:
        return bool(known) or not rule.match.provider_known
    provider = book.providers[rule.provider]
    if provider.kind in SHUT_OUT:
        return subject.family == provider.family or (subject.family is None and not rule.match.provider_known)
    return provider.family in known or not rule.match.provider_known
