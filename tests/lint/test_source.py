"""Where the characters of a value stand in the file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smtp421.lint.finding import Span
from smtp421.lint.source import SourceFile


def source(text: str) -> SourceFile:
    return SourceFile("a.yaml", text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("text", "place", "first", "last", "words"),
    [
        ("a: one (two\n", (1, 4), 4, 5, "("),
        ("a: 'it''s (two'\n", (1, 4), 5, 6, "("),
        ('a: "\\u00e9\\\\ (two"\n', (1, 4), 3, 4, "("),
        ("a: |\n  one\n  (two\n", (1, 4), 4, 5, "("),
        ("a: >-\n  one\n  (two\n", (1, 4), 4, 5, "("),
        ("a: one\n  (two\n", (1, 4), 4, 5, "("),
        ("a: 'one\n\n  (two'\n", (1, 4), 4, 5, "("),
        ("a: 'é中(two'\n", (1, 4), 2, 3, "("),
        ("- 'x'\n- '(two'\r\n", (2, 3), 0, 4, "(two"),
    ],
)
def test_part_of_a_value(text: str, place: tuple[int, int], first: int, last: int, words: str) -> None:
    file = source(text)
    span = file.part(place, first, last)
    assert span is not None
    assert file.text[file.offset(span[1:3]) : file.offset(span[3:5])] == words


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a: "one\\\n  two \\x28"\n', (1, 4)),
        ("a: 'it''s\n  (two'\n", (1, 4)),
        ("a: [b]\n", (1, 4)),
    ],
)
def test_places_that_are_not_known(text: str, place: tuple[int, int]) -> None:
    assert source(text).part(place, 4, 5) is None
    assert source(text).edit(place, 4, 5, "x") is None
    assert source("a: b\n").part((1, 4), 0, 9) is None


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("a: one two\n", "a: 'one it''s: #'\n"),
        ("a: 'one two'\n", "a: 'one it''s: #'\n"),
        ('a: "one two"\n', 'a: "one it\'s: #"\n'),
        ("a: |\n  one two\n", "a: |\n  one it's: #\n"),
    ],
)
def test_edits_keep_to_the_style(text: str, edited: str) -> None:
    file = source(text)
    edit = file.edit((1, 4), 4, 7, "it's: #")
    assert edit is not None
    start, end = file.offset(edit.span[1:3]), file.offset(edit.span[3:5])
    assert text[:start] + edit.text + text[end:] == edited
    assert yaml.safe_load(edited)["a"].strip() == "one it's: #"


def test_edits_of_plain_words_and_of_lines() -> None:
    assert source("a: one two\n").edit((1, 4), 4, 7, "three").text == "three"
    assert source('a: "b"\n').edit((1, 4), 0, 1, '\\"').text == '\\\\\\"'
    assert source("a: |\n  one\n").edit((1, 4), 0, 3, "x\ny") is None


def test_spans() -> None:
    file = source("\ufeffa: 'b c' # d\n- x: |\n    text\n\n\nlast")
    assert file.bom
    assert file.span_at((1, 4)) == Span("a.yaml", 1, 4, 1, 9)
    assert file.span_at((2, 1)) == Span("a.yaml", 2, 1, 2, 7)
    assert file.span_at((9, 1)) == Span("a.yaml", 6, 5, 6, 5)
    assert file.span_at((0, 0)) == Span("a.yaml")
    assert [file.line(number) for number in (0, 1, 6, 7)] == ["", "a: 'b c' # d", "last", ""]
    assert file.offset((0, 0)) == 0


def test_lines_end_where_yaml_says() -> None:
    text = "a: 1\rb: 2\r\nc: 3\x85d: 4\u2028e: [}\n"
    file = source(text)
    assert [file.line(number) for number in range(1, 6)] == ["a: 1", "b: 2", "c: 3", "d: 4", "e: [}"]
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        yaml.safe_load(text)
    assert caught.value.problem_mark.line == 4


@given(
    value=st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20),
    style=st.sampled_from(["'", '"', "", "|"]),
)
def test_places_lead_to_the_characters(value: str, style: str) -> None:
    text = yaml.safe_dump({"key": value}, default_style=style or None, allow_unicode=True, width=1000)
    file = source(text)
    place = next(place for place, scalar in file.scalars.items() if scalar.value in (value, value + "\n") and place != (1, 1))
    offsets = file.offsets(place)
    if offsets is None:
        return
    assert offsets == sorted(offsets)
    for number, char in enumerate(value):
        shown = file.text[offsets[number] : offsets[number + 1]]
        assert char in shown or char.isspace() or shown.startswith("\\")
