"""The JSON Schemas for editors: current, valid, and of one mind with the models."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
import yaml

from smtp421.lint.config import read_config
from smtp421.rulebook.json_schema import CONFIG, KINDS, MODELINE, config_schema, json_schema, main, text_of, with_modeline
from smtp421.rulebook.sources import bundled_rules
from smtp421.schemas import FOLDER, SUFFIX, kinds

ROOT = Path(__file__).parents[2]
OWN = [*sorted(bundled_rules().rglob("*.yaml")), *sorted((ROOT / "tests" / "cases").glob("*.yaml"))]


class EditorLoader(yaml.SafeLoader):
    """YAML 1.2's core, as editors read it: dates are words."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text):
    return yaml.load(text, Loader=EditorLoader)


def faults(kind, value):
    return [error.message for error in jsonschema.Draft7Validator(json.loads(kinds()[kind].read_text())).iter_errors(value)]


@pytest.mark.parametrize("kind", [*KINDS, CONFIG])
def test_shipped_schemas_are_current(kind):
    """Else run `python -m smtp421.rulebook.json_schema`."""
    assert (FOLDER / f"{kind}{SUFFIX}").read_text(encoding="utf-8") == text_of(kind)


def test_no_other_is_shipped():
    assert set(kinds()) == {*KINDS, CONFIG}


def test_they_can_be_written_anew(tmp_path, monkeypatch):
    schemas, rules = tmp_path / "smtp421" / "schemas", tmp_path / "rules" / "mailbox"
    schemas.mkdir(parents=True)
    rules.mkdir(parents=True)
    (rules / "a.yaml").write_text("# A\nschema: smtp421.rules/1\n")
    (rules / "b.yaml").write_text(f"{MODELINE} $schema=old.json\nschema: smtp421.causes/1\n")
    (rules / "c.yaml").write_text("a: b\n")
    monkeypatch.setattr("smtp421.rulebook.json_schema.FOLDER", schemas)
    monkeypatch.setattr("smtp421.rulebook.json_schema.bundled_rules", lambda: tmp_path / "rules")
    main()
    assert {path.name for path in schemas.iterdir()} == {f"{kind}{SUFFIX}" for kind in (*KINDS, CONFIG)}
    head = f"{MODELINE} $schema=../../smtp421/schemas/"
    assert (rules / "a.yaml").read_text() == f"{head}rules.schema.json\n# A\nschema: smtp421.rules/1\n"
    assert (rules / "b.yaml").read_text() == f"{head}causes.schema.json\nschema: smtp421.causes/1\n"
    assert (rules / "c.yaml").read_text() == "a: b\n"


def test_our_own_files_name_their_schema():
    """Else run `python -m smtp421.rulebook.json_schema`."""
    nameless = [path.name for path in OWN if with_modeline(path.read_text(), path.parent) != path.read_text()]
    assert nameless == []


CONFIGURATION = """
[lint]
select = ["P", "duplicate-id"]
ignore = ["stale-rule"]
fail-level = "warning"
max-age-days = 100
baseline = "known.json"

[[lint.suppress]]
checks = ["missing-example"]
paths = ["rules/*"]
reason = "they are old"
"""


def test_configurations_are_accepted_as_they_are_read(tmp_path):
    path = tmp_path / "smtp421.toml"
    path.write_text(CONFIGURATION)
    value = tomllib.loads(CONFIGURATION)
    assert read_config(path).max_age_days == 100
    assert faults(CONFIG, value) == []
    assert set(value["lint"]) == set(config_schema()["properties"]["lint"]["properties"])
    del value["lint"]["suppress"][0]["reason"]
    value["lint"]["fail-level"] = "fatal"
    assert len(faults(CONFIG, value)) == 2
    example = tomllib.loads((ROOT / "examples" / "own-rules" / "smtp421.toml").read_text())
    assert faults(CONFIG, example) == []


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_draft_07(kind):
    jsonschema.Draft7Validator.check_schema(json_schema(kind))
    assert '"$defs"' not in text_of(kind)
    assert "``" not in text_of(kind)


FILES = [
    *OWN,
    *sorted((ROOT / "examples" / "own-rules").glob("*/*.yaml")),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_own_files_are_accepted(path):
    value = read(path.read_text(encoding="utf-8"))
    kind = value["schema"].removeprefix("smtp421.").partition("/")[0]
    assert faults(kind, value) == []


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("rules", "rules: []", "'schema' is a required property"),
        ("rules", "schema: smtp421.rules/1\nrules: [{id: a}]", "'title' is a required property"),
        ("rules", "schema: smtp421.rules/1\nrules: []\nextra: 1", "'extra' was unexpected"),
        ("cases", "schema: smtp421.cases/1\ntests: [{text: a, severity: bad}]", "not valid under any"),
        ("tree", "schema: smtp421.causes/1\nroot: a\nnodes: []", "'smtp421.tree/1' was expected"),
    ],
)
def test_what_is_wrong_is_refused(kind, text, words):
    assert any(words in message for message in faults(kind, read(text)))


def test_fields_are_described():
    rule = json_schema("rules")["definitions"]["RuleForm"]["properties"]
    assert rule["priority"]["description"] == "Breaks a tie between rules of the same standing; higher wins."
    assert rule["id"]["description"].startswith("Ids of rules, fixes and nodes")  # the type's, where the field has none
    assert json_schema("rules")["definitions"]["RetryForm"]["properties"]["wait"]["examples"] == ["30s", "2h"]
    match = json_schema("rules")["definitions"]["MatchForm"]["properties"]
    assert match["text"]["examples"][0][0] == r"\[TSS0?4\]"
    assert "examples" not in json_schema("cases")["definitions"]["CaseForm"]["properties"]["text"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind):
    made = json_schema(kind)
    parts = {kind: made, **made["definitions"]}
    silent = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, field in part.get("properties", {}).items()
        if "description" not in field
    ]
    assert silent == []


@pytest.mark.parametrize("kind", KINDS)
def test_patterns_are_those_of_ecma_script(kind):
    """In Unicode mode, which editors use, a backslash stands only before what means something."""
    patterns = re.findall(r'"pattern": "(.*)"', text_of(kind))
    assert [
        pattern
        for pattern in map(json.loads, map('"{}"'.format, patterns))
        if re.search(r"\\[^sdwSDWbB\\^$.*+?()\[\]{}|/]", pattern)
    ] == []
