import json


def test_a_schema(smtp421):
    code, out, err = smtp421("schema", "rules")
    assert (code, err) == (0, "")
    assert json.loads(out)["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_all_are_listed(smtp421):
    out = smtp421("schema").out
    assert [line.split()[0] for line in out.splitlines()][:3] == ["cases", "causes", "config"]


def test_an_unknown_kind(smtp421):
    code, out, err = smtp421("schema", "rule")
    assert (code, out) == (2, "")
    assert "choose one of: cases, causes" in err


def test_completion():
    from smtp421.cli.schema import complete_kind

    assert complete_kind("ca") == ["cases", "causes"]
