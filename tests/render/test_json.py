import json

import pytest

from smtp421.errors import UnknownFormat
from smtp421.model import Diagnosis
from smtp421.render.interface import FORMATS, Renderer, renderer
from smtp421.render.page import Page


def test_one_object(logged: Diagnosis) -> None:
    text = renderer("json").diagnosis(logged)
    assert text == json.dumps(logged.to_dict(), indent=2) + "\n"
    assert text.isascii()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_array(logged: Diagnosis, number: int) -> None:
    text = "".join(renderer("json").diagnoses([logged] * number))
    assert json.loads(text) == [logged.to_dict()] * number
    assert text == json.dumps([logged.to_dict()] * number, indent=2) + "\n"


def test_lines(logged: Diagnosis, bare: Diagnosis) -> None:
    lines = list(renderer("jsonl").diagnoses([logged, bare]))
    assert [json.loads(line) for line in lines] == [logged.to_dict(), bare.to_dict()]
    assert all(line.count("\n") == 1 and line.endswith("}\n") for line in lines)


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_pages(name: str) -> None:
    page = Page("rule", {"id": "x", "also": ("a",)}, ())
    assert json.loads(renderer(name).page(page)) == {"schema": "smtp421.page/1", "page": "rule", "id": "x", "also": ["a"]}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_there(name: str, logged: Diagnosis) -> None:
    made = renderer(name)
    assert isinstance(made, Renderer)
    assert made.diagnosis(logged).endswith("\n")


def test_no_other_format_is() -> None:
    with pytest.raises(UnknownFormat, match="unknown format 'xml'; choose one of: text, json, jsonl, markdown"):
        renderer("xml")
