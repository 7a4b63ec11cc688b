"""The rule book: what is known of deferrals, ready to be matched and read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from smtp421.model import EnhancedCode, Fault, Origin, Stage
from smtp421.rulebook import decode
from smtp421.rulebook.finders import TIMEOUT
from smtp421.rulebook.matcher import Matcher
from smtp421.rulebook.pages import Cause, Columns, FixPage, Info, Provider, Rule, Subject, Tree
from smtp421.rulebook.providers import Directory, Identity
from smtp421.rulebook.words import STRIKES, WordIndex


class Match(NamedTuple):
    """A rule that fits, and the words of the text that decided (the code where no words did)."""

    rule: Rule
    matched: str


class Classified(NamedTuple):
    """Who answered, and the rule that wins."""

    provider: str | None
    """The provider that the relay or the text names."""
    rule: int | None
    """The rule's number in the order of rank; :attr:`RuleBook.columns` are by number."""


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
        self._index = index
        self._lines = lines
        self._words = WordIndex(index["texts"], lines, texts)
        self._matcher = Matcher(index, self._words)
        self._directory = Directory(index, self._words)
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
    def columns(self) -> Columns:
        """What is often asked of rules, without decoding their pages."""
        return decode.columns(self.rules, json.loads(self._lines[self._tree + 1]))

    @cached_property
    def _causes_of_rules(self) -> dict[str, str]:
        return dict(zip(self.columns.id, self.columns.cause, strict=True))

    def cause_of(self, rule: str) -> str:
        """The cause of a rule, without decoding its page."""
        return self._causes_of_rules[rule]

    def classify(
        self,
        host: str | None,
        code: int | None,
        enhanced: EnhancedCode | None,
        text: str,
        stage: Stage | None,
        origin: Origin | None,
    ) -> Classified:
        """Who answered, and the rule that wins, of one reply, cheaply: what a log of millions is counted with.

        ``host`` is the relay's name; ``text`` must be white-space collapsed. A reply with a code whose origin is not known is
        taken for a server's, as :func:`smtp421.diagnosis.subject.subject_of` does.
        """
        reading = self._words.read(text)
        who = self._directory.who(host, code, reading, origin)
        if origin is None and code is not None:
            origin = Origin.REMOTE
        return Classified(who[0], self._matcher.winner(reading, (code, enhanced, stage, origin) + who))  # noqa: RUF005 - faster

    def winner(self, subject: Subject) -> int | None:
        """The number of the rule that wins."""
        return self._matcher.winner(self._words.read(subject.text), subject[1:])

    def number_of(self, rule: str) -> int:
        """The number of a rule in the order of rank. Raises KeyError."""
        return self._rules.number(rule)

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
        return next(iter(self._directory.marks(self._words.read(text))), None)

    def locking_family(self, provider: str) -> str | None:
        """The family of a provider, where that shuts out other families' rules: not for software and block lists."""
        return self._directory.locking_family(provider)

    def identity(self, host: str | None, text: str) -> Identity:
        """Who answered, by the relay's host name and by marks in the text."""
        return self._directory.identity(host, self._words.read(text))

    def who(self, host: str | None, code: int | None, text: str, origin: Origin | None) -> Identity:
        """Who answered, also by a server's name in the text; see :meth:`smtp421.rulebook.providers.Directory.who`."""
        return self._directory.who(host, code, self._words.read(text), origin)

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
