"""What a reply costs by the number of rules: samples of the bundled rules, all of them, and generated ones on top."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import yaml
from matching import make_book, make_subjects
from measure import in_turn, table

from smtp421.rulebook import RuleBook, RuleSource, Subject, load_rulebook, open_book
from smtp421.rulebook.sources import bundled_rules

SIZES = (100, 400, 700, 1200, 2500, 5000)


def by_rules(replies: int, rounds: int, sizes: Sequence[int] = SIZES) -> Iterator[str]:
    """The table: replies made of each book's own examples, so that as many find a rule, in turn."""
    bundled = load_rulebook()
    with tempfile.TemporaryDirectory() as folder:
        books = {
            str(size): make_book(size, random.Random(1))
            if size >= len(bundled.rules)
            else _sample(size, Path(folder) / str(size))
            for size in sizes
        }
        subjects = {name: make_subjects(book, replies, random.Random(1)) for name, book in books.items()}
        for name, book in books.items():
            _spent(book, subjects[name])  # patterns are compiled when they are first needed
        spent = in_turn({name: partial(_spent, book, subjects[name]) for name, book in books.items()}, rounds)
    micros = {name: median(some) / replies * 1e6 for name, some in spent.items()}
    first = micros[str(sizes[0])]
    rows = [(f"{len(books[name].rules):,}", cost, 1e6 / cost, cost / first) for name, cost in micros.items()]
    yield table(("rules", "µs a reply", "replies/s", f"x {sizes[0]} rules"), rows)


def _spent(book: RuleBook, subjects: list[Subject]) -> float:
    begin = time.process_time()
    for subject in subjects:
        book.winner(subject)
    return time.process_time() - begin


def _sample(size: int, folder: Path) -> RuleBook:
    """A book with so many of the bundled rules, from all files."""
    files = {
        path.relative_to(bundled_rules()): yaml.safe_load(path.read_text("utf-8")) for path in bundled_rules().rglob("*.yaml")
    }
    rules = [(path, rule["id"]) for path, content in files.items() for rule in content.get("rules", ())]
    chosen = set(random.Random(1).sample(rules, size))
    for path, content in files.items():
        if "rules" in content:
            content["rules"] = [rule for rule in content["rules"] if (path, rule["id"]) in chosen]
            if not content["rules"]:
                continue
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return open_book([RuleSource(folder, "bundled")])
