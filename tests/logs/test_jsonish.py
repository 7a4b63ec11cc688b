"""JSON values in lines, over lines and torn."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs import jsonish
from smtp421.logs.line import Line

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def lines(text):
    return [Line(number, line, NOW) for number, line in enumerate(text.split("\n"), start=1)]


def joined(text):
    return [line.text for line in jsonish.joined(lines(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('[{"a": 1}, 2, {"b": 2}]', [{"a": 1}, {"b": 2}]),
        ('Nov 20 22:30:00 host app: [INFO] {"a": 1}', [{"a": 1}]),
        ('{"a": 1},', [{"a": 1}]),
        ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": "torn', []),
        ("no JSON", []),
        ("[" * 100_000, []),
        ('{"a": ' + "9" * 5000 + "}", []),
    ],
)
def test_objects(text, found):
    assert list(jsonish.objects(text)) == found


def test_paths():
    value = {"a": [{"b": 1}, {"b": None, "c.d": 2}], "e": ""}
    assert [jsonish.at(value, path) for path in ("a.0.b", "a.-1.b", "a.7.b", "a.x", "e", "e.f")] == [
        1,
        None,
        None,
        None,
        "",
        None,
    ]
    assert jsonish.first(value, ("e", "a.1.b", "a.0.b")) == 1


def test_a_whole_text():
    text = '\ufeff```json\n[\n  {"a": "\\"quoted\\""},\n  {"b": 2}\n]\n{"c": 3}\n```\n'
    assert [(line.number, json.loads(line.text)) for line in jsonish.whole(text, NOW)] == [
        (2, {"a": '"quoted"'}),
        (2, {"b": 2}),
        (6, {"c": 3}),
    ]


@pytest.mark.parametrize("text", ["", "421 later", 'what is this? {"a": 1}', '{"a": 1} and that', "[1, 2]", '{"a":', "[INFO] x"])
def test_a_text_that_is_not_json_alone(text):
    assert jsonish.whole(text, NOW) is None


def test_values_over_lines():
    text = 'before\n{\n  "a": [\n    1\n  ]\n}\n{"b": 2}\nafter'
    assert joined(text) == ["before", '{\n  "a": [\n    1\n  ]\n}', '{"b": 2}', "after"]


def test_the_elements_of_an_array_come_one_by_one():
    text = '[\n  {\n    "a": 1\n  },\n  {"b": 2}\n]'
    assert [list(jsonish.objects(line)) for line in joined(text)] == [[], [{"a": 1}], [{"b": 2}], []]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "torn\n{"b": 2}',
        '{"a": {\n{"b": 2}',
        "{\nNov 20 22:30:00 mail postfix/smtp[1]: x",
        "[INFO] [x] y\n[WARN] z",
        "[2026-11-20 22:30:00 x\ny",
        "{]\n}",
    ],
)
def test_torn_values_come_out_as_they_were(text):
    assert "\n".join(joined(text)) == text
    assert all("\n" not in line for line in joined(text))


@given(st.lists(VALUES.filter(lambda value: isinstance(value, dict | list)), max_size=4), st.sampled_from([None, 0, 2]))
def test_what_was_dumped_is_found_again(values, indent):
    text = "\n".join(json.dumps(value, indent=indent) for value in values)
    expected = [item for value in values for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    assert [json.loads(line.text) for line in jsonish.whole(text, NOW) or []] == expected


@given(st.text(alphabet='{}[]",:\\ \na1'))
def test_joining_loses_nothing(text):
    assert "\n".join(joined(text)) == text
