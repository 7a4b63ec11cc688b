"""How fast the winning rule is found, against trying the rules one by one with `regex`.

    python benchmarks/matching.py [--replies 100000] [--rules 700] [--seed 1]

The bundled rules are used, and generated ones are added where they are fewer than ``--rules``. The replies are the rules' own
examples with other figures, hosts and wordings, and random ones. Both ways must give the same answers: rule and words.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import regex

from smtp421.model import EnhancedCode
from smtp421.rulebook import RuleBook, RuleSource, Subject, load_rulebook, open_book
from smtp421.rulebook.matcher import code_fits, enhanced_fits, member_fits
from smtp421.rulebook.pages import Rule
from smtp421.rulebook.sources import bundled_rules
from smtp421.rulebook.texts import TEXT_CAP, collapse, counts

Answer = tuple[Any, str] | None
CHUNK = 2000
CODES = re.compile(r"^(\d{3})[ -]*(?:#?(\d\.\d{1,3}\.\d{1,3})\b)?")
WORDS = (
    "temporarily deferred due to unusual rate volume of mail from host address client sender recipient mailbox server busy try "
    "again later please connection limit exceeded policy reputation listed blocked greylisted message content DNS lookup failure"
).split()
NOUNS = ("quota", "gateway", "cluster", "tenant", "pool", "relay", "bucket", "channel", "filter", "queue")


def generated_rules(count: int, chance: random.Random) -> str:
    """A file of rules with plain and with regex patterns, with and without constraints."""
    lines = ["schema: smtp421.rules/1", "rules:"]
    for number in range(count):
        noun, verb = chance.choice(NOUNS), chance.choice(WORDS)
        pattern = chance.choice(
            (f"{noun} {verb} limit {number}", rf"{noun} \d+ {verb} over{number}\b", f"(?:{noun}|{verb}) held.{{0,20}}x{number}")
        )
        more = chance.choice(("", ", code: [4xx]", ", code: [421, 450]", ", enhanced_code: ['4.7.x']"))
        lines.append(
            f"  - {{id: generated-{number}, title: T, cause: rate_limit, summary: S., match: {{text: ['{pattern}']{more}}}}}"
        )
    return "\n".join(lines) + "\n"


def make_book(wanted: int, chance: random.Random) -> RuleBook:
    """The bundled rules, filled up."""
    book = load_rulebook()
    if len(book.rules) >= wanted:
        return book
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "generated.yaml").write_text(generated_rules(wanted - len(book.rules), chance), encoding="utf-8")
        # labelled as bundled: rules of users run with a time limit
        return open_book([RuleSource(bundled_rules(), "bundled"), RuleSource(Path(folder), "bundled")])


def make_subjects(book: RuleBook, count: int, chance: random.Random) -> list[Subject]:
    """Replies with their codes: four fifths examples with other figures, the rest random words."""
    examples = [example for rule in book.rules.values() for example in (*rule.examples, *rule.counterexamples)] or [
        "421 4.7.0 Try again"
    ]
    relays = chance.sample(sorted(book.providers), min(20, len(book.providers)))  # a log meets some providers again and again
    families = [(provider, book.locking_family(provider)) for provider in relays]
    return [
        _subject(chance.choice(examples) if chance.random() < 0.8 else _random_reply(chance), families, chance)
        for _ in range(count)
    ]


def _random_reply(chance: random.Random) -> str:
    words = " ".join(chance.choice(WORDS) for _ in range(chance.randint(4, 30)))
    codes = f"{chance.choice((421, 450, 451, 452, 554))} 4.{chance.randint(2, 7)}.{chance.randint(0, 30)}"
    return f"{codes} {words} {chance.randrange(10**6)}"


def _subject(reply: str, families: list[tuple[str, str | None]], chance: random.Random) -> Subject:
    head = CODES.match(reply)
    code, enhanced = head.groups() if head else (None, None)
    text = collapse("\n".join(CODES.sub("", line) for line in reply.splitlines()))
    text = re.sub(
        r"\d+", lambda digits: digits[0] if chance.random() < 0.5 else str(chance.randrange(10 ** len(digits[0]))), text
    )
    if chance.random() < 0.3:
        text += f" (in reply to end of DATA command) q{chance.randrange(10**9):x}"
    provider, family = chance.choice(families) if families and chance.random() < 0.5 else (None, None)
    return Subject(
        text, int(code) if code else None, EnhancedCode.parse(enhanced) if enhanced else None, None, None, provider, family
    )


class Sequential:
    """The rules one by one in the order of their rank: words first, or the other conditions first."""

    def __init__(self, book: RuleBook, *, words_first: bool) -> None:
        self.book = book
        self.words_first = words_first
        self.rules = [
            (rule, _compiled(rule.match.text), _compiled(rule.match.not_text), *_provider(book, rule))
            for rule in book.rules.values()
        ]

    def first(self, subject: Subject) -> Answer:
        text = subject.text[:TEXT_CAP]
        for rule, patterns, vetoes, family, shuts in self.rules:
            if not self.words_first and not self.fits(rule, family, shuts, subject):
                continue
            words = _search(patterns, text)
            if patterns and words is None:
                continue
            if self.words_first and not self.fits(rule, family, shuts, subject):
                continue
            if vetoes and _search(vetoes, text) is not None:
                continue
            if words is None:
                words = str((subject.enhanced if rule.match.enhanced_code or subject.code is None else subject.code) or "")
            return rule.id, words
        return None

    def fits(self, rule: Rule, family: str | None, shuts: bool, subject: Subject) -> bool:
        match = rule.match
        if shuts:
            if subject.family != family and (subject.family is not None or match.provider_known):
                return False
        elif match.provider_known:
            known = self.book.providers[subject.provider].family if subject.provider else None
            if known is None or (family is not None and known != family):
                return False
        klass = subject.code // 100 if subject.code is not None else subject.enhanced.klass if subject.enhanced else None
        return (
            code_fits((match.code, bool(match.text)), (subject.code, klass))
            and enhanced_fits(match.enhanced_code, subject.enhanced)
            and member_fits(match.stage, subject.stage)
            and member_fits(match.origin, subject.origin)
        )


def _provider(book: RuleBook, rule: Rule) -> tuple[str | None, bool]:
    if rule.provider is None:
        return None, False
    return book.providers[rule.provider].family, book.locking_family(rule.provider) is not None


def _compiled(patterns: tuple[str, ...]) -> list[Any]:
    return [regex.compile(pattern, regex.IGNORECASE | regex.V0, cache_pattern=False) for pattern in patterns]


def _search(patterns: list[Any], text: str) -> str | None:
    for pattern in patterns:
        found = pattern.search(text)
        if found is None:
            continue
        if counts(text, *found.span()):
            return str(found[0]).strip()
        for later in pattern.finditer(text):
            if counts(text, *later.span()):
                return str(later[0]).strip()
    return None


def main() -> Iterator[str]:
    """Compare, and tell line by line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=700)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    chance = random.Random(wish.seed)
    book = make_book(wish.rules, chance)
    subjects = make_subjects(book, wish.replies, chance)
    texts = len({subject.text for subject in subjects})
    yield f"{len(book.rules)} rules, {len(subjects)} replies with {texts} different texts, seed {wish.seed}"
    for subject in make_subjects(book, 20_000, random.Random(wish.seed + 1)):
        book.first(subject)  # patterns are compiled when they are first needed; those of the others are by now
    ways: dict[str, Callable[[Subject], Answer]] = {
        "rule book": lambda subject: book.first(subject),
        "sequential regex": Sequential(book, words_first=True).first,
        "conditions, then regex": Sequential(book, words_first=False).first,
    }
    seconds = dict.fromkeys(ways, 0.0)
    different = dict.fromkeys(ways, 0)
    for start in range(0, len(subjects), CHUNK):  # in turns, so that all meet the same moods of the machine
        chunk = subjects[start : start + CHUNK]
        expected: list[Answer] = []
        for name, first in ways.items():
            begin = time.process_time()
            answers = [first(subject) for subject in chunk]
            seconds[name] += time.process_time() - begin
            told = [None if answer is None else (getattr(answer[0], "id", answer[0]), answer[1]) for answer in answers]
            expected = expected or told
            different[name] += sum(one != other for one, other in zip(told, expected, strict=True))
    for name, spent in seconds.items():
        ratio = f"{spent / seconds['rule book']:6.1f} x the time, {different[name]} different answers"
        yield f"{name:<22} {len(subjects) / spent:10,.0f} replies/s {ratio}"


if __name__ == "__main__":
    for line in main():
        print(line, flush=True)
