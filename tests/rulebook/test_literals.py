"""Every match of a pattern holds a literal of each set."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from smtp421.rulebook.finders import EXACT, FEW_CALLS, finder
from smtp421.rulebook.literals import MAX_DEPTH, Needed, needed_literals
from smtp421.rulebook.texts import collapse, counts, fold

NOTHING = Needed((), exact=False, plain=False)


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("Too many connections", ["too many connections"]),
        (r"too\s+many", ["too many"]),
        (r"too\s*many", ["too many", "toomany"]),
        ("gr[ae]y ?list", ["gray list", "graylist", "grey list", "greylist"]),
        ("gr[ae]y ??list", ["graylist", "gray list", "greylist", "grey list"]),
        ("rate|limit", ["rate", "limit"]),
        ("(?:four){2}", ["fourfour"]),
        ("[1-3]x", ["1x", "2x", "3x"]),
        ("Grüße ПРИВЕТ 灰名单", ["grüße привет 灰名单"]),
        ("a{1}b(?#note)", ["ab"]),
        ("MASSE ſ", ["masse s"]),
    ],
)
def test_exact_patterns_list_their_literals_in_order_of_preference(pattern: str, literals: list[str]) -> None:
    needed = needed_literals(pattern)
    assert needed.exact
    assert needed.plain
    assert needed.sets == (tuple(literals),)


@pytest.mark.parametrize(
    ("pattern", "sets"),
    [
        (r"limit of \d+ per", [{"limit of "}]),
        (r"limit \d+ per", [{"limit "}, {" per"}]),
        (r"\brate\b", [{"rate"}]),
        ("(?=x)foo", [{"foo"}]),
        ("foo(?!bar)", [{"foo"}]),
        (r"(?:foo|bar\d+)x+", [{"foo", "bar"}]),
        (r"(?:abc)+\d", [{"abc"}]),
        (r"(?>abc)d", [{"abcd"}]),
        (r"(?-i:ABC)", [{"abc"}]),
        (r"(\w+) is \1", [{" is "}]),
        (r"(a)?(?(1)bc|de)fgh", [{"fgh"}]),
        (r"[^a]bcd", [{"bcd"}]),
        (r"x\s{2,}yz", [{"yz"}]),
        (r"[a-z]bcd[\d]", [{"bcd"}]),
        (r"(?:ab){9}", [{"ab"}]),
        (r"[a-h][a-h]late", [{letter + "late" for letter in "abcdefgh"}]),
        (r"ab.*", [{"ab"}]),
        (r"(?m)^abc", [{"abc"}]),
    ],
)
def test_sets_of_other_patterns(pattern: str, sets: list[set[str]]) -> None:
    needed = needed_literals(pattern)
    assert not needed.exact
    assert [set(literals) for literals in needed.sets][: len(sets)] == sets


@pytest.mark.parametrize("pattern", [r"\d+", "x*", "a?", "(?:a|)", "[^x]", "(?!a)", ".", r"(?:foo|\d)", "", "x{0}", "(?:abc)*"])
def test_patterns_without_literals(pattern: str) -> None:
    needed = needed_literals(pattern)
    assert needed.sets == ()
    assert not needed.exact
    assert needed.plain


@pytest.mark.parametrize(
    "pattern",
    ["(?:rate){e<=1}", r"\p{L}abc", "[[:alpha:]]bc", "a[x[:digit:]]bcd", "[a--b]cd", "(?|abc|d)", r"\mabc", "(abc", "[[a]bc]"],
)
def test_patterns_that_re_reads_otherwise_or_not_at_all_tell_nothing(pattern: str) -> None:
    assert needed_literals(pattern) == NOTHING


def test_limits() -> None:
    deep = "(?:" * (MAX_DEPTH + 2) + "abc" + "|d)" * (MAX_DEPTH + 2)
    assert needed_literals(deep).sets == ()
    assert needed_literals("(?:" * 3000 + ")" * 3000) == NOTHING
    assert needed_literals("|".join(f"{number}word" for number in range(10, 110))).sets == ()
    assert needed_literals("x" * 300 + r"\d").sets == ()
    assert len(needed_literals("|".join(f"{number}word" for number in range(10, 50))).sets[0]) == 40
    assert needed_literals("\U0001df95abc").sets == (("abc",),)


@pytest.mark.parametrize(
    ("pattern", "lowered"),
    [
        (r"Too\s+MANY \S\W\D\B", r"too\s+many \S\W\D\B"),
        (r"[A-Z]{2}\.[a-f0-9]+ (?:X|Y)(?=Z)(?!Z)(?<=Z)(?<!Z)", r"[a-z]{2}\.[a-f0-9]+ (?:x|y)(?=z)(?!z)(?<=z)(?<!z)"),
        (r"(A(B|[^C]))D+?", r"(a(b|[^c]))d+?"),
        ("É", ""),
        (r"\x41", ""),
        (r"(A)\1", ""),
        ("(?P<Name>A)", ""),
        ("(?i)A", ""),
        ("(?>A)", ""),
        ("(?:a|(?:b[!-^])+)c", ""),
        ("[A-z]", ""),
    ],
)
def test_patterns_for_folded_texts(pattern: str, lowered: str) -> None:
    assert needed_literals(pattern).lowered == lowered


ATOMS = st.sampled_from(
    [
        *"a b K S i I é ß Σ \\s \\s+ \\s* \\d \\w+ \\S \\W . [ab] [^a] [a-c] [A-C] [^A-K] [!-K] [Ab] \\b x? ^ $".split(),
        " ",
        r"[\d ]",
    ]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "??", "+?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        inner.map(lambda part: f"(?={part})"),
        inner.map(lambda part: f"({part})"),
    ),
    max_leaves=10,
)
TEXTS = st.text(st.sampled_from("aAbBkKsSiI éÉßẞΣσς1xſKİı"), max_size=14).map(collapse)


@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=8))
def test_every_match_holds_a_literal_of_each_set(pattern: str, texts: list[str]) -> None:
    needed = needed_literals(pattern)
    compiled = regex.compile(pattern, regex.IGNORECASE | regex.V0)
    for text in texts:
        found = compiled.search(text)
        if found is None:
            continue
        for literals in needed.sets:
            assert any(literal in fold(text) for literal in literals), (pattern, text, literals)


@given(st.data(), PATTERNS)
def test_strings_made_from_the_pattern_hold_its_literals(data: st.DataObject, pattern: str) -> None:
    needed = needed_literals(pattern)
    text = collapse(data.draw(st.from_regex(re.compile(pattern, re.IGNORECASE))))
    if re.search(pattern, text, re.IGNORECASE):
        for literals in needed.sets:
            assert any(literal in fold(text) for literal in literals), (pattern, text, literals)


WITHOUT_TURKISH = TEXTS.map(lambda text: text.replace("İ", "").replace("ı", "").strip())  # they fold to i, see test_texts.py


@given(PATTERNS.filter(lambda pattern: needed_literals(pattern).exact), st.lists(WITHOUT_TURKISH, min_size=1, max_size=8))
def test_exact_patterns_are_their_literals(pattern: str, texts: list[str]) -> None:
    find = finder([EXACT, *needed_literals(pattern).sets[0]])
    compiled = regex.compile(pattern, regex.IGNORECASE | regex.V0)
    for text in texts:
        spans = (found.span() for found in compiled.finditer(text) if counts(text, *found.span()))
        assert find(text, fold(text)) == next(spans, None)


@given(PATTERNS.filter(lambda pattern: bool(needed_literals(pattern).lowered)), st.lists(WITHOUT_TURKISH, min_size=1, max_size=8))
def test_lowered_patterns_find_in_folded_texts_what_the_others_find(pattern: str, texts: list[str]) -> None:
    lowered = re.compile(needed_literals(pattern).lowered)
    compiled = regex.compile(pattern, regex.IGNORECASE | regex.V0)
    for text in texts:
        assert [found.span() for found in lowered.finditer(fold(text))] == [found.span() for found in compiled.finditer(text)]


def test_several_literals_are_found_alike_before_and_after_they_are_compiled() -> None:
    find = finder([EXACT, "grey list", "greylist", "a.b", "list"])
    texts = ["a GREYLIST, a grey list", "<list@example.com> a.b", "axb", "", "the list", "list@x list", "no"]
    before = [find(text, fold(text)) for text in texts[:4]]
    assert before == [(2, 10), (19, 22), None, None]
    for _time in range(FEW_CALLS):
        find("", "")
    assert [find(text, fold(text)) for text in texts] == [*before, (4, 8), (7, 11), None]


def test_words_count_wherever_they_stand() -> None:
    find = finder([EXACT, "too many"])
    assert find("Too Many", "too many") == (0, 8)
    assert find("many", "many") is None
