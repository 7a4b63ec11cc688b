"""The rule book: what is known of deferrals, ready to be matched and read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from smtp421.model import Attempt, Fault
from smtp421.rulebook import decode
from smtp421.rulebook.matcher import Matcher
from smtp421.rulebook.pages import Cause, FixPage, Info, Provider, Rule, Subject, Tree
from smtp421.rulebook.providers import Directory, Identity
from smtp421.rulebook.texts import collapse
from smtp421.rulebook.words import STRIKES, TIMEOUT, WordIndex


class Match(NamedTuple):
    """A rule that fits, and the words of the text that decided (the code where no words did)."""

    rule: Rule
    matched: str


class RuleBook:
    """Rules in the order of their rank, causes, fixes, providers and the diagnosis tree; pages are decoded when asked for."""

    def __init__(self, index: Mapping[str, Any], pages: bytes | memoryview) -> None:
        names = index["names"]
        lines = decode.Lines(pages, index["lengths"])
        causes = len(names["rules"])
        fixes = causes + len(names["causes"])
        providers = fixes + len(names["fixes"])
        self._tree = providers + len(names["providers"])
        texts = self._tree + 2
        marks = texts + 2 + len(index["texts"]["starts"])
        self._index = index
        self._lines = lines
        self._matcher = Matcher(index, WordIndex(index["texts"], lines, texts))
        self._directory = Directory(index, WordIndex(index["marks"], lines, marks))
        self._rules = decode.Pages(names["rules"], lines, 0, decode.rule)
        self.rules: Mapping[str, Rule] = self._rules
        """By id, the strongest first."""
        self.causes: Mapping[str, Cause] = decode.Pages(names["causes"], lines, causes, decode.cause)
        self.fixes: Mapping[str, FixPage] = decode.Pages(names["fixes"], lines, fixes, decode.fix)
        self.providers: Mapping[str, Provider] = decode.Pages(names["providers"], lines, providers, decode.provider)
        self.defaults: Mapping[str, int | str] = index["defaults"]
        """Figures for fixes where a provider's own are not known."""

    @cached_property
    def tree(self) -> Tree:
        """The diagnosis tree."""
        return decode.tree(json.loads(self._lines[self._tree]))

    @cached_property
    def info(self) -> Info:
        """Figures about the book."""
        info = Info(*self._index["info"])
        return info._replace(sources=tuple((label, path) for label, path in info.sources))

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong in the rule files; the book does without it."""
        return tuple(
            Fault(path, line, column, message, check, instead, offset, None if first is None else tuple(first))
            for path, line, column, message, check, instead, offset, first in self._index["faults"]
        )

    @cached_property
    def _causes_of_rules(self) -> dict[str, str]:
        return dict(zip(self.rules, json.loads(self._lines[self._tree + 1]), strict=True))

    def cause_of(self, rule: str) -> str:
        """The cause of a rule, without decoding its page."""
        return self._causes_of_rules[rule]

    def subject(self, attempt: Attempt) -> Subject:
        """What rules are matched against, for an attempt: its reply, and who answered by relay and marks."""
        reply = attempt.reply
        text = collapse(reply.text)
        provider, family, software = self.identity(attempt.relay.host if attempt.relay else None, text)
        return Subject(text, reply.code, reply.enhanced_code, reply.stage, attempt.origin, provider, family, software)

    def first(self, subject: Subject) -> Match | None:
        """The rule that wins."""
        found = self._matcher.first(subject)
        return None if found is None else Match(self._rules.at(found[0]), found[1])

    def matches(self, subject: Subject) -> list[Match]:
        """All rules that fit, the winner first."""
        return [Match(self._rules.at(number), words) for number, words in self._matcher.matches(subject)]

    def identify(self, host: str | None) -> str | None:
        """The provider whose servers a host name belongs to."""
        return self._directory.identify(host)

    def marks(self, text: str) -> str | None:
        """The provider that marks in a text name; a mailbox provider goes before software."""
        return next(iter(self._directory.marks(text)), None)

    def locking_family(self, provider: str) -> str | None:
        """The family of a provider, where that shuts out other families' rules: not for software and block lists."""
        return self._directory.locking_family(provider)

    def identity(self, host: str | None, text: str) -> Identity:
        """Who answered, by the relay's host name and by marks in the text."""
        return self._directory.identity(host, text)

    @property
    def slow(self) -> Mapping[str, int]:
        """The rules whose patterns took too long, and how often."""
        return {self._rules.at(number).id: times for number, times in self._matcher.slow.items()}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What came up while matching: rules whose patterns took too long."""
        return tuple(
            f"rule {name} took more than {TIMEOUT} s on {times} text(s)"
            + (" and is left out from now on" if times >= STRIKES else "")
            + "; simplify its pattern"
            for name, times in self.slow.items()
        )
