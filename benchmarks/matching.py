"""How fast replies are matched against the rule book, and against trying the rules one by one with `regex`.

    python benchmarks/matching.py [--replies 20000] [--rounds 5] [--seed 1] [--growth 100,400,1234,2500,5000]

Two kinds of replies, both made of the bundled rules' own examples with other figures: *log* as a log has them, few of them often
and most of them seldom, from the relays of the rules' providers; *mixed* all alike, from any relay, and a fifth of them random
words that nearly fit many rules. Measured is processor time, in turns, in medians over the rounds. The ways that find words must
give the same answers on both kinds: rule and words. ``--growth`` shows what a reply costs by the number of rules: samples of the
bundled ones, filled up with generated ones that have words of their own.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import regex

from smtp421.model import EnhancedCode
from smtp421.rulebook import RuleBook, RuleSource, Subject, load_rulebook
from smtp421.rulebook.compile import Compiled, compile_book
from smtp421.rulebook.load import load
from smtp421.rulebook.matcher import code_fits, enhanced_fits, member_fits
from smtp421.rulebook.pages import Rule
from smtp421.rulebook.sources import bundled_rules, read_files, rule_files
from smtp421.rulebook.texts import TEXT_CAP, collapse, counts

Answer = tuple[Any, str] | None
FEW = 400
"""Replies of each round that are tried against the rules one by one."""
CODES = re.compile(r"^(\d{3})[ -]*(?:#?(\d\.\d{1,3}\.\d{1,3})\b)?")
WORDS = (
    "temporarily deferred due to unusual rate volume of mail from host address client sender recipient mailbox server busy try "
    "again later please connection limit exceeded policy reputation listed blocked greylisted message content DNS lookup failure"
).split()
SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo wu xa ze bri cla dro fle gri pla sto tru".split()


# Rules


def compiled(wanted: int | None, chance: random.Random) -> Compiled:
    """A book of so many rules: a sample of the bundled ones, or all of them, filled up with generated ones."""
    bundled = [RuleSource(bundled_rules(), "bundled")]
    with tempfile.TemporaryDirectory() as folder:
        forms, faults = load(read_files(rule_files(bundled)))
        wanted = wanted or len(forms.rules)
        missing = wanted - len(forms.rules)
        if missing > 0:
            (Path(folder) / "generated.yaml").write_text(generated_rules(missing, chance), encoding="utf-8")
            # labelled as bundled: rules of users run with a time limit
            sources = [*bundled, RuleSource(Path(folder), "bundled")]
            forms, faults = load(read_files(rule_files(sources)))
        names = chance.sample(sorted(forms.rules), wanted)
        forms = forms._replace(rules={name: forms.rules[name] for name in names})
        return compile_book(forms, faults, bundled)


def generated_rules(count: int, chance: random.Random) -> str:
    """A file of rules as people write them: words of their own, some with patterns, providers and codes."""
    lines = ["schema: smtp421.rules/1", "rules:"]
    for number in range(count):
        own = ["".join(chance.choice(SYLLABLES) for _ in range(3)) for _ in range(3)]
        word = [chance.choice(WORDS).lower() for _ in range(3)]
        patterns = chance.sample(
            [
                f"{own[0]} {word[0]} {word[1]}",
                rf"{word[0]} {own[1]} \d+ {word[2]}\b",
                f"(?:{own[2]}|{own[1]}s) {word[1]}.{{0,20}}{word[0]}",
                rf"\[{own[0][:4].upper()}{number}\]",
            ],
            chance.randint(1, 3),
        )
        more = chance.choice(("", ", code: [4xx]", ", code: [421, 450]", ", enhanced_code: ['4.7.x']"))
        texts = ", ".join("'" + pattern + "'" for pattern in patterns)
        provider = chance.choice(("gmail", "yahoo", "gmx", "postfix", "null", "null"))
        lines.append(
            f"  - {{id: generated-{number}, title: T, cause: rate_limit, summary: S., provider: {provider}, "
            f"match: {{text: [{texts}]{more}}}}}"
        )
    return "\n".join(lines) + "\n"


# Replies


def log_subjects(book: RuleBook, count: int, chance: random.Random) -> list[Subject]:
    """Replies as a log has them: the nth most frequent is n times rarer than the first."""
    rules = [rule for rule in book.rules.values() if rule.examples]
    examples = [(example, rule.provider) for rule in rules for example in rule.examples]
    chance.shuffle(examples)
    weights = [1 / rank for rank in range(1, len(examples) + 1)]
    return [
        _subject(example, (provider, book.locking_family(provider)) if provider else (None, None), chance)
        for example, provider in chance.choices(examples, weights, k=count)
    ]


def mixed_subjects(book: RuleBook, count: int, chance: random.Random) -> list[Subject]:
    """Replies with any codes from any relay: four fifths examples and counterexamples, the rest random words."""
    examples = [example for rule in book.rules.values() for example in (*rule.examples, *rule.counterexamples)]
    relays = chance.sample(sorted(book.providers), 20)
    families = [(provider, book.locking_family(provider)) for provider in relays]
    return [
        _subject(
            chance.choice(examples) if chance.random() < 0.8 else _random_reply(chance),
            chance.choice(families) if chance.random() < 0.5 else (None, None),
            chance,
        )
        for _ in range(count)
    ]


def _random_reply(chance: random.Random) -> str:
    words = " ".join(chance.choice(WORDS) for _ in range(chance.randint(4, 30)))
    codes = f"{chance.choice((421, 450, 451, 452, 554))} 4.{chance.randint(2, 7)}.{chance.randint(0, 30)}"
    return f"{codes} {words} {chance.randrange(10**6)}"


def _subject(reply: str, who: tuple[str | None, str | None], chance: random.Random) -> Subject:
    head = CODES.match(reply)
    code, enhanced = head.groups() if head else (None, None)
    text = collapse("\n".join(CODES.sub("", line) for line in reply.splitlines()))
    text = re.sub(
        r"\d+", lambda digits: digits[0] if chance.random() < 0.5 else str(chance.randrange(10 ** len(digits[0]))), text
    )
    if chance.random() < 0.3:
        text += f" (in reply to end of DATA command) q{chance.randrange(10**9):x}"
    return Subject(text, int(code) if code else None, EnhancedCode.parse(enhanced) if enhanced else None, None, None, *who)


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


# Measuring


def seconds(way: Callable[[Subject], object], subjects: Sequence[Subject]) -> float:
    """Processor time that one reply takes."""
    begin = time.process_time()
    for subject in subjects:
        way(subject)
    return (time.process_time() - begin) / len(subjects)


def speed(made: Compiled, subjects: Sequence[Subject], rounds: int) -> Iterator[str]:
    """How many replies a second each way takes; each has a book of its own, and what that remembers."""
    book = RuleBook(*made)
    hosts = {name: f"mx.{provider.mx[0]}" for name, provider in book.providers.items() if provider.mx}

    def classify(it: Subject) -> object:
        return book.classify(hosts.get(it.provider or "", "mx.example.com"), it.code, it.enhanced, it.text, it.stage, it.origin)

    ways: dict[str, tuple[Callable[[Subject], object], int]] = {
        "classify: provider and rule": (classify, 0),
        "winner: its number": (RuleBook(*made).winner, 0),
        "first: its page and words": (RuleBook(*made).first, 0),
        "matches: all of them": (RuleBook(*made).matches, 0),
        "one by one, regex": (Sequential(book, words_first=True).first, FEW),
        "conditions first, regex": (Sequential(book, words_first=False).first, FEW),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (way, few) in ways.items():
            start = number * few % max(1, len(subjects) - few)
            used = seconds(way, subjects[start : start + few] if few else subjects)
            if number:  # in the first round patterns are compiled
                spent[name].append(used)
    base = median(spent["one by one, regex"])
    for name, times in spent.items():
        cost = median(times)
        yield f"  {name:<28}{cost * 1e6:9.2f} us{1 / cost:12,.0f} replies/s{base / cost:8.1f} x one by one"


def different(book: RuleBook, subjects: Sequence[Subject]) -> int:
    """How many answers differ from those of trying rule by rule."""
    slow = Sequential(book, words_first=False)
    answers = ((book.first(subject), slow.first(subject)) for subject in subjects)
    return sum((None if one is None else (one.rule.id, one.matched)) != other for one, other in answers)


def growth(sizes: Sequence[int], replies: int, rounds: int, seed: int) -> Iterator[str]:
    """What a reply costs by the number of rules, for the same replies."""
    books = {size: RuleBook(*compiled(size, random.Random(seed))) for size in sizes}
    spent: dict[tuple[int, str], list[float]] = defaultdict(list)
    subjects = log_subjects(load_rulebook(), replies, random.Random(seed))
    for number in range(rounds + 1):
        for size, book in books.items():
            for name, way in (("winner", book.winner), ("matches", book.matches)):
                used = seconds(way, subjects)
                if number:
                    spent[size, name].append(used)
    yield f"  {'rules':>6}{'winner, us':>14}{'x':>7}{'matches, us':>14}{'x':>7}"
    base = 400 if 400 in books else sizes[0]
    for size in sizes:
        cells = [(median(spent[size, name]), median(spent[base, name])) for name in ("winner", "matches")]
        yield f"  {size:>6}" + "".join(f"{cost * 1e6:14.2f}{cost / least:7.2f}" for cost, least in cells)


def main() -> Iterator[str]:
    """Measure, and tell line by line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checked", type=int, default=2_000, help="replies of each kind whose answers are compared")
    parser.add_argument("--growth", default="100,400,1234,2500,5000", help="numbers of rules; empty for none")
    wish = parser.parse_args()
    made = compiled(None, random.Random(wish.seed))
    book = RuleBook(*made)
    yield f"{len(book.rules)} rules, load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    for name, make in (("log", log_subjects), ("mixed", mixed_subjects)):
        subjects = make(book, wish.replies, random.Random(wish.seed))
        yield f"{name}: {len(subjects)} replies, {len({subject.text for subject in subjects})} different texts"
        yield from speed(made, subjects, wish.rounds)
        yield f"  different answers: {different(book, subjects[: wish.checked])} of {min(len(subjects), wish.checked)}"
    if wish.growth:
        yield "growth:"
        yield from growth([int(size) for size in wish.growth.split(",")], wish.replies, wish.rounds, wish.seed)


if __name__ == "__main__":
    for line in main():
        print(line, flush=True)
