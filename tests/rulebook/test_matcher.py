"""The matcher gives the answers of trying every rule, in an order that depends on the rules alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtp421.model import EnhancedCode, Origin, Stage
from smtp421.rulebook import RuleBook, RuleSource, Subject, matcher, open_book, words
from smtp421.rulebook.texts import TEXT_CAP, collapse

Brute = Callable[[RuleBook, Subject], list[tuple[str, str]]]
BookOf = Callable[..., RuleBook]
RulesText = Callable[..., str]


def found(book: RuleBook, subject: Subject) -> list[tuple[str, str]]:
    matches = [(rule.id, words) for rule, words in book.matches(subject)]
    first = book.first(subject)
    assert (None if first is None else (first.rule.id, first.matched)) == (matches[0] if matches else None)
    return matches


def ids(book: RuleBook, subject: Subject) -> list[str]:
    return [name for name, _words in found(book, subject)]


PATTERNS = [
    "rate limit",
    r"rate\s+lim\w+",
    "too many",
    "too (?:many|much)",
    r"\bgrey",
    "grey|gray",
    r"\d+ sec",
    "ééé",
    "серый",
    "[TS]S04",
    "^try",
    "later$",
    "x?",
    r"\p{L}imit",
    "rate{e<=1}",
]
WORDS = [
    "rate",
    "limit",
    "too",
    "many",
    "Much",
    "GREY",
    "gray",
    "42",
    "sec",
    "ÉÉÉ",
    "СЕРЫЙ",
    "TS04",
    "try",
    "later",
    "a@rate.example",
    "ſ",
    "rate.limit.example",
    "grey[192.0.2.1]",
]
CODES = st.sampled_from([421, 450, 451, 554, 250, "4xx", "5xx", "2xx"])
ENHANCED = st.sampled_from(["4.7.0", "4.7.x", "4.x.x", "x.2.2", "5.7.1"])
PROVIDERS = ["gmail", "google_workspace", "yahoo", "postfix", "blocker"]
MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "text": st.lists(st.sampled_from(PATTERNS), max_size=3),
        "not_text": st.lists(st.sampled_from(PATTERNS[:6]), max_size=1),
        "code": st.lists(CODES, max_size=2),
        "enhanced_code": st.lists(ENHANCED, max_size=2),
        "stage": st.lists(st.sampled_from(["rcpt", "data"]), max_size=1),
        "origin": st.lists(st.sampled_from(["local", "remote"]), max_size=1),
        "provider_known": st.booleans(),
    },
).filter(lambda match: any(match.get(key) for key in ("text", "code", "enhanced_code", "stage", "origin")))
RULES = st.lists(
    st.fixed_dictionaries(
        {"match": MATCHES, "provider": st.sampled_from([None, *PROVIDERS])},
        optional={"priority": st.integers(-2, 2), "confidence": st.sampled_from(["high", "medium", "low"])},
    ),
    min_size=1,
    max_size=12,
)
SUBJECTS = st.builds(
    Subject,
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join),
    st.sampled_from([None, 250, 421, 450, 554]),
    st.sampled_from([None, EnhancedCode(4, 7, 0), EnhancedCode(4, 2, 2), EnhancedCode(5, 7, 1), EnhancedCode(2, 0, 0)]),
    st.sampled_from([None, Stage.RCPT, Stage.CONNECT]),
    st.sampled_from([None, Origin.LOCAL]),
    st.sampled_from([None, "gmail", "yahoo", "blocker", "postfix"]),
    st.sampled_from([None, "google", "yahoo"]),
    st.sampled_from([None, "postfix"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rules=RULES, subjects=st.lists(SUBJECTS, min_size=6, max_size=12))
def test_matcher_agrees_with_trying_every_rule(
    base: Path, brute: Brute, rules: list[dict[str, object]], subjects: list[Subject]
) -> None:
    entries = [
        {"id": f"r{number}", "title": "T", "cause": "rate_limit", "summary": "S.", **rule} for number, rule in enumerate(rules)
    ]
    (base / "rules.yaml").write_text(yaml.safe_dump({"schema": "smtp421.rules/1", "rules": entries}, allow_unicode=True))
    book = open_book([RuleSource(base, "bundled")])
    assert not book.faults
    for subject in subjects:
        assert found(book, subject) == brute(book, subject)


def test_bundled_rules_agree_with_trying_every_rule_on_their_examples(bundled: RuleBook, brute: Brute) -> None:
    texts = [collapse(text) for rule in bundled.rules.values() for text in (rule.examples + rule.counterexamples)[:1]]
    for number, text in enumerate(texts[::6]):
        subject = Subject(text, (421, 450, 554, None)[number % 4], (None, EnhancedCode(4, 7, 1))[number % 2])
        assert found(bundled, subject) == brute(bundled, subject)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_bundled_rules_agree_with_trying_every_rule_on_replies_made_of_others(
    data: st.DataObject, bundled: RuleBook, brute: Brute
) -> None:
    """Two replies run together, cut anywhere, with other figures, in capitals, with letters beyond ASCII."""
    texts = [collapse(text) for rule in bundled.rules.values() for text in rule.examples]
    one, other = data.draw(st.sampled_from(texts)), data.draw(st.sampled_from(texts))
    text = one[data.draw(st.integers(0, len(one))) :] + data.draw(st.sampled_from(["", " ", ": ", "@", " é "])) + other
    digit = data.draw(st.sampled_from("0479"))
    text = re.sub(r"\d", digit, text) if data.draw(st.booleans()) else text
    text = data.draw(st.sampled_from([str, str.lower, str.upper]))(text)
    provider = data.draw(st.sampled_from([None, *sorted(bundled.providers)]))
    family = bundled.locking_family(provider) if provider else None
    subject = data.draw(SUBJECTS)._replace(text=collapse(text), provider=provider, family=family, software=None)
    if not set("ıİ") & set(text):  # letters of which `re` and `regex` think differently
        assert found(bundled, subject) == brute(bundled, subject)


def test_literal_by_literal_and_the_automaton_find_the_same(bundled: RuleBook) -> None:
    index = bundled._words
    for _time in range(words.FEW_TEXTS + 1):
        index.read(f"text {_time}")
    assert index._automaton is not None
    for rule in list(bundled.rules.values())[::9]:
        for text in rule.examples:
            _text, folded, hits = index.read(collapse(text))
            one_by_one = tuple(number for number, literal in enumerate(index._literals) if literal in folded)
            assert set(hits.literals) == set(one_by_one)
            assert (hits.rules, hits.marks) == index._hits(one_by_one)[:2]


def test_what_is_remembered_makes_no_difference(bundled: RuleBook) -> None:
    """Asked again, in another order and after many others, a text has the same answer."""
    subjects = [Subject(collapse(rule.examples[0]), 451) for rule in bundled.rules.values()]
    answers = {subject: bundled.winner(subject) for subject in subjects}
    for subject in reversed(subjects):
        first = bundled.first(subject)
        assert answers[subject] == bundled.winner(subject) == (None if first is None else bundled.number_of(first.rule.id))


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_bundled_rules_agree_with_trying_every_rule_on_mixed_words(data: st.DataObject, bundled: RuleBook, brute: Brute) -> None:
    words = _words(bundled)
    text = " ".join(data.draw(st.lists(st.sampled_from(words), max_size=25)))
    subject = data.draw(SUBJECTS)._replace(text=text, provider="gmail", software=None, family="gmail")
    assert found(bundled, subject) == brute(bundled, subject)


def _words(book: RuleBook) -> list[str]:
    lines = [line for rule in book.rules.values() for line in rule.examples[:1]]
    pieces = [" ".join(line.split()[start : start + 3]) for line in lines for start in range(0, len(line.split()), 3)]
    return sorted({piece for piece in pieces if "ı" not in piece and "İ" not in piece}) or ["x"]


def test_order_of_rank(book_of: BookOf, rules_text: RulesText) -> None:
    generic = rules_text(
        "generic-text {text: [later]}",
        "generic-low {text: [try]}\n    confidence: low",
        "generic-enhanced {enhanced_code: ['4.7.0']}",
        "generic-code {code: [421]}",
        "generic-first {code: [421]}\n    priority: 1",
        "generic-class {code: [4xx], stage: [rcpt]}",
    )
    gmail = rules_text(
        "gmail-text {text: [later]}",
        "gmail-narrow {text: [later], code: [421]}",
        "gmail-narrower {text: [later], code: [421], enhanced_code: ['4.7.x']}",
        "gmail-exact {text: [later], code: [421], enhanced_code: ['4.7.0']}",
        "gmail-b {enhanced_code: ['4.7.x']}",
        "gmail-a {enhanced_code: ['4.7.x']}",
        "gmail-code {code: [421]}",
        provider="gmail",
    )
    postfix = rules_text("postfix-text {text: [later]}\n    priority: 3", "postfix-code {code: [421]}", provider="postfix")
    book = book_of(a=generic, b=gmail, c=postfix)
    subject = Subject("Try later", 421, EnhancedCode(4, 7, 0))
    expected = [
        "gmail-exact",
        "gmail-narrower",
        "gmail-narrow",
        "gmail-text",
        "postfix-text",
        "generic-text",
        "gmail-a",
        "gmail-b",
        "generic-low",
        "gmail-code",
        "postfix-code",
        "generic-enhanced",
        "generic-first",
        "generic-class",
        "generic-code",
    ]
    assert ids(book, subject) == expected
    again = book_of(a=postfix, b=generic, c=gmail)
    assert ids(again, subject) == expected == list(again.rules)


def test_words_or_code_that_decided(book_of: BookOf, rules_text: RulesText) -> None:
    book = book_of(
        a=rules_text(
            "text {text: ['To+ many', 'Many cooks']}",
            "enhanced {enhanced_code: [4.x.x]}",
            "code {code: [421]}",
            "stage {stage: [rcpt]}",
        )
    )
    enhanced = EnhancedCode(4, 7, 0)
    assert found(book, Subject("Many cooks, TOO many", 421, enhanced)) == [
        ("text", "TOO many"),
        ("enhanced", "4.7.0"),
        ("code", "421"),
        ("stage", "421"),
    ]
    assert found(book, Subject("", None, enhanced)) == [("enhanced", "4.7.0"), ("stage", "4.7.0")]
    assert found(book, Subject("")) == [("stage", "")]


@pytest.mark.parametrize(
    ("match", "code", "enhanced", "fits"),
    [
        ("{text: [w]}", 450, None, True),
        ("{text: [w]}", 554, None, True),
        ("{text: [w]}", None, None, True),
        ("{text: [w]}", 250, None, False),
        ("{text: [w]}", 354, None, False),
        ("{text: [w]}", None, "2.0.0", False),
        ("{text: [w], code: [4xx]}", None, None, True),
        ("{text: [w], code: [4xx]}", None, "5.1.1", False),
        ("{text: [w], code: [5xx]}", None, "5.1.1", True),
        ("{text: [w], code: [5xx]}", None, None, False),
        ("{text: [w], code: [421]}", None, None, False),
        ("{code: [4xx]}", None, None, False),
        ("{text: [w], code: [2xx]}", 250, None, True),
        ("{text: [w], enhanced_code: [4.7.x]}", 421, "4.7.28", True),
        ("{text: [w], enhanced_code: [4.7.x]}", 421, "4.2.2", False),
        ("{text: [w], enhanced_code: [x.7.1]}", 550, "5.7.1", True),
        ("{text: [w], enhanced_code: [4.7.1]}", 421, None, False),
    ],
)
def test_codes(book_of: BookOf, rules_text: RulesText, match: str, code: int | None, enhanced: str | None, fits: bool) -> None:
    book = book_of(a=rules_text(f"rule {match}"))
    subject = Subject("w", code, None if enhanced is None else EnhancedCode.parse(enhanced))
    assert bool(ids(book, subject)) is fits


@pytest.mark.parametrize(
    ("provider", "known", "subject", "fits"),
    [
        ("gmail", False, {}, True),
        ("gmail", False, {"provider": "google_workspace", "family": "google"}, True),
        ("gmail", False, {"provider": "yahoo", "family": "yahoo"}, False),
        ("gmail", False, {"provider": "postfix", "software": "postfix"}, True),
        ("gmail", True, {}, False),
        ("gmail", True, {"provider": "postfix", "software": "postfix"}, False),
        ("gmail", True, {"provider": "google_workspace", "family": "google"}, True),
        ("postfix", False, {"provider": "yahoo", "family": "yahoo"}, True),
        ("postfix", True, {"provider": "yahoo", "family": "yahoo"}, False),
        ("postfix", True, {"provider": "yahoo", "family": "yahoo", "software": "postfix"}, True),
        ("postfix", True, {"provider": "postfix", "software": "postfix"}, True),
        ("blocker", False, {"provider": "yahoo", "family": "yahoo"}, True),
        ("blocker", True, {"provider": "blocker"}, True),
        ("null", False, {"provider": "yahoo", "family": "yahoo"}, True),
        ("null", True, {}, False),
        ("null", True, {"provider": "yahoo", "family": "yahoo"}, True),
        ("null", True, {"provider": "nobody"}, False),
    ],
)
def test_providers(
    book_of: BookOf, rules_text: RulesText, provider: str, known: bool, subject: dict[str, str], fits: bool
) -> None:
    book = book_of(a=rules_text(f"rule {{text: [w], provider_known: {str(known).lower()}}}", provider=provider))
    assert bool(ids(book, Subject("w", 421, **subject))) is fits  # type: ignore[arg-type]


def test_stage_and_origin_that_are_not_known_fit(book_of: BookOf, rules_text: RulesText) -> None:
    book = book_of(a=rules_text("stage {text: [w], stage: [rcpt]}", "origin {text: [w], origin: [local]}"))
    assert sorted(ids(book, Subject("w"))) == ["origin", "stage"]
    assert ids(book, Subject("w", stage=Stage.DATA)) == ["origin"]
    assert ids(book, Subject("w", stage=Stage.RCPT, origin=Origin.REMOTE)) == ["stage"]


def test_next_occurrence_counts_where_the_first_is_inside_an_address(book_of: BookOf, rules_text: RulesText) -> None:
    book = book_of(
        a=rules_text(
            "one {text: [rate]}", "two {text: ['r[aA]te', zzz]}", "three {text: ['ra\\w+']}", "four {text: ['rate|grate']}"
        )
    )
    assert ids(book, Subject("<rate@example.com> grate@example.com rate.")) == ["four", "one", "three", "two"]
    assert ids(book, Subject("<rate@example.com> refused")) == []


def test_not_text(book_of: BookOf, rules_text: RulesText) -> None:
    book = book_of(a=rules_text("one {text: [busy], not_text: ['too bu+sy', never]}"))
    assert ids(book, Subject("busy")) == ["one"]
    assert ids(book, Subject("too busy")) == []
    assert ids(book, Subject("busy never")) == []
    assert ids(book, Subject("never@example.com busy")) == ["one"]


def test_text_is_looked_at_up_to_its_cap(book_of: BookOf, rules_text: RulesText) -> None:
    book = book_of(a=rules_text("one {text: [needle]}"))
    assert ids(book, Subject("x " * (TEXT_CAP // 2 - 4) + "needle")) == ["one"]
    assert ids(book, Subject("x " * (TEXT_CAP // 2) + "needle")) == []


def test_few_texts_and_many_texts_find_the_same(book_of: BookOf, rules_text: RulesText) -> None:
    book = book_of(a=rules_text("one {text: [alpha]}", "two {text: ['be\\w+a', alpha]}", "three {text: ['\\d\\d']}"))
    for time in range(12):
        assert ids(book, Subject(f"alpha beta 42 {time}")) == ["one", "three", "two"]
    empty = book_of(a=rules_text("one {code: [4xx]}"))
    for time in range(12):
        assert ids(empty, Subject(f"alpha {time}", 421)) == ["one"]


def test_remembered_conditions_have_a_limit(book_of: BookOf, rules_text: RulesText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matcher, "MAX_REMEMBERED", 5)
    book = book_of(a=rules_text("one {enhanced_code: [4.7.x]}"))
    for detail in range(30):
        assert ids(book, Subject("", 421, EnhancedCode(4, 7, detail))) == ["one"]
    assert len(book._matcher._fittings) <= 5


def test_remembered_literals_have_a_limit(book_of: BookOf, rules_text: RulesText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MAX_REMEMBERED", 5)
    names = [f"word{letter}" for letter in "abcdefghij"]
    book = book_of(a=rules_text(*(f"{name} {{text: [{name}]}}" for name in names)))
    for first in names:
        for second in names:
            assert ids(book, Subject(f"{first} {second}")) == sorted({first, second})
            assert len(book._matcher.words._known) <= 5


def test_texts_that_are_kept_have_a_limit(book_of: BookOf, rules_text: RulesText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MAX_TEXTS", 5)
    book = book_of(a=rules_text("one {text: [alpha]}"))
    for number in range(30):
        assert ids(book, Subject(f"alpha {number}")) == ["one"]
        assert len(book._words._readings) <= 5
    assert ids(book, Subject("alpha " * words.LONG)) == ["one"]
    assert len(book._words._readings) == 1


SLOW = r"(a|a)*$x"


def test_slow_rules_of_users_are_stopped_and_left_out(base: Path, write: Callable[..., Path], rules_text: RulesText) -> None:
    text = rules_text(f"slow {{text: ['b{SLOW}']}}", "veto {text: [ba], not_text: ['" + SLOW + "']}", "good {text: [ba]}")
    book = open_book([RuleSource(write("pack", slow=text), "option"), RuleSource(base, "bundled")])
    subject = Subject("b" + "a" * 40 + "x")
    assert book.remarks == ()
    assert ids(book, subject) == ["good"]
    assert any("slow took more than" in remark and "left out" not in remark for remark in book.remarks)
    for _time in range(3):
        assert ids(book, subject) == ["good"]
    assert len(book.remarks) == 2
    assert all("left out from now on" in remark for remark in book.remarks)
