"""Every format holds what its readers ask for, whatever the rule files hold."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from smtp421.errors import UnknownFormat
from smtp421.lint.check import all_checks
from smtp421.lint.finding import Edit, Finding, Fix, Level, Related, Span
from smtp421.lint.formats import FORMATS, Output, render
from smtp421.lint.run import Report
from smtp421.lint.source import SourceFile
from smtp421.render.interface import View

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"
TEXT = "schema: smtp421.rules/1\nrules:\n  - id: Acme\n    title: 100 %, a: b\n"
FINDINGS = (
    Finding(
        "I201",
        "duplicate-id",
        Level.ERROR,
        Span("pack/a,b:c.yaml", 3, 9, 3, 13),
        "100 % the same:\r\nkeep one, \x1b[31mor\u202e mend",
        (Related(Span("pack/a,b:c.yaml", 4, 12, 4, 15), "the first one"),),
        Fix("write 'acme'", (Edit(Span("pack/a,b:c.yaml", 3, 9, 3, 13), "acme"),), safe=False),
        "Acme",
    ),
    Finding("Y104", "unreadable-file", Level.WARNING, Span("pack/a,b:c.yaml"), "larger than 5 MB; split it"),
    Finding("D805", "unused-fix", Level.INFO, Span("elsewhere.yaml", 2, 1, 3, 4), "no rule names it"),
)


def output(*findings: Finding, **view: object) -> Output:
    file = SourceFile("pack/a,b:c.yaml", TEXT.encode())
    return Output(Report(findings, 2, 1, 3, 4), {file.name: file}, all_checks(), View(**view), "1.2.3")


def shown(name: str, *findings: Finding, **view: object) -> str:
    return "".join(render(name, output(*findings, **view)))


def validate(schema: str, text: str) -> None:
    data = json.loads((SCHEMAS / schema).read_text())
    jsonschema.validators.validator_for(data)(data, format_checker=jsonschema.FormatChecker()).validate(json.loads(text))


def test_text() -> None:
    assert shown("text", *FINDINGS) == (
        "error[duplicate-id]: 100 % the same:␍␊keep one, ␛[31mor<U+202E> mend\n"
        " --> pack/a,b:c.yaml:3:9\n"
        "3 |   - id: Acme\n"
        "  |         ^^^^\n"
        " ::: pack/a,b:c.yaml:4:12: the first one\n"
        "4 |     title: 100 %, a: b\n"
        "  |            ^^^\n"
        "   = write 'acme' (--fix --unsafe-fixes does it)\n"
        "\n"
        "warning[unreadable-file]: larger than 5 MB; split it\n"
        " --> pack/a,b:c.yaml\n"
        "\n"
        "info[unused-fix]: no rule names it\n"
        " --> elsewhere.yaml:2:1\n"
        "\n"
        "1 error, 1 warning, 1 info in 2 files. 1 finding held back. 4 findings known to the baseline. 3 more findings of the same "
        "kinds left out. Can be mended: 1 by --fix --unsafe-fixes. `smtp421 lint --explain CHECK` tells more.\n"
    )


def test_text_without_findings() -> None:
    assert shown("text").startswith("No findings in 2 files.")


def test_text_is_as_wide_as_the_terminal() -> None:
    line = "  - '" + "x" * 300 + "' # " + "y" * 300
    file = SourceFile("a.yaml", line.encode())
    for column, end in ((7, 200), (305, 308), (300, 306)):
        finding = FINDINGS[2]._replace(span=Span("a.yaml", 1, column, 1, end))
        made = Output(Report((finding,), 1), {"a.yaml": file}, all_checks(), View(width=60, terminal=True), "1")
        lines = "".join(render("text", made)).splitlines()
        assert all(len(each) <= 60 for each in lines)
        assert set(lines[3].partition("| ")[2].strip()) == {"^"}


def test_mark_stands_below_wide_characters() -> None:
    file = SourceFile("a.yaml", "a: '中文 (b'".encode())
    finding = FINDINGS[2]._replace(span=Span("a.yaml", 1, 8, 1, 9))
    text = "".join(render("text", Output(Report((finding,), 1), {"a.yaml": file}, (), View(), "1")))
    assert "1 | a: '中文 (b'\n  |          ^\n" in text


def test_concise() -> None:
    assert shown("concise", *FINDINGS).splitlines() == [
        "pack/a,b:c.yaml:3:9: error duplicate-id 100 % the same:␍␊keep one, ␛[31mor<U+202E> mend",
        "pack/a,b:c.yaml:1:1: warning unreadable-file larger than 5 MB; split it",
        "elsewhere.yaml:2:1: info unused-fix no rule names it",
    ]
    odd = FINDINGS[2]._replace(span=Span("::error::x.yaml", 1, 1, 1, 2))
    assert shown("concise", odd).startswith("./::error::x.yaml:1:1: ")


def test_github_escapes() -> None:
    assert shown("github", *FINDINGS).splitlines() == [
        "::error file=pack/a%2Cb%3Ac.yaml,line=3,col=9,title=smtp421 duplicate-id,endColumn=12::"
        "100 %25 the same:␍␊keep one, ␛[31mor<U+202E> mend",
        "::warning file=pack/a%2Cb%3Ac.yaml,line=1,col=1,title=smtp421 unreadable-file::larger than 5 MB; split it",
        "::notice file=elsewhere.yaml,line=2,col=1,title=smtp421 unused-fix::no rule names it",
    ]


def test_json() -> None:
    data = json.loads(shown("json", *FINDINGS))
    assert (data["schema"], data["version"], data["files"]) == ("smtp421.lint/1", "1.2.3", 2)
    assert data["summary"] == {"error": 1, "warning": 1, "info": 1, "suppressed": 1, "baseline": 4, "left_out": 3}
    first = data["findings"][0]
    assert first.pop("fingerprint")
    assert first == {
        "check": "duplicate-id",
        "code": "I201",
        "level": "error",
        "message": FINDINGS[0].message,
        "path": "pack/a,b:c.yaml",
        "line": 3,
        "column": 9,
        "end_line": 3,
        "end_column": 13,
        "subject": "Acme",
        "related": [
            {"path": "pack/a,b:c.yaml", "line": 4, "column": 12, "end_line": 4, "end_column": 15, "message": "the first one"}
        ],
        "fix": {
            "title": "write 'acme'",
            "safe": False,
            "edits": [{"path": "pack/a,b:c.yaml", "line": 3, "column": 9, "end_line": 3, "end_column": 13, "text": "acme"}],
        },
    }
    assert data["findings"][1]["fix"] is None


def test_sarif() -> None:
    text = shown("sarif", *FINDINGS)
    validate("sarif-schema-2.1.0.json", text)
    run = json.loads(text)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert "smtp421/v1" in result["partialFingerprints"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "pack/a%2Cb%3Ac.yaml", "uriBaseId": "%SRCROOT%"}
    assert location["region"] == {"startLine": 3, "startColumn": 9, "endLine": 3, "endColumn": 13}
    assert "region" not in run["results"][1]["locations"][0]["physicalLocation"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]


def test_sarif_of_a_file_elsewhere_and_of_none() -> None:
    validate("sarif-schema-2.1.0.json", shown("sarif"))
    text = shown("sarif", FINDINGS[2]._replace(span=Span("/srv/my rules/a.yaml", 1, 1, 1, 2)))
    validate("sarif-schema-2.1.0.json", text)
    assert "file:///srv/my%20rules/a.yaml" in text


def test_gitlab() -> None:
    text = shown("gitlab", *FINDINGS)
    validate("gitlab-code-quality.json", text)
    assert [issue["severity"] for issue in json.loads(text)] == ["major", "minor", "info"]
    assert json.loads(shown("gitlab")) == []


def test_junit() -> None:
    for findings in ((), FINDINGS):
        tree = etree.fromstring(shown("junit", *findings).encode())
        etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd")).assertValid(tree)
    assert tree.get("failures") == "3"


def test_unknown_format() -> None:
    with pytest.raises(UnknownFormat):
        render("xml", output())


def test_fingerprints_do_not_change_with_lines() -> None:
    def marks(text: str, line: int) -> list[str]:
        file = SourceFile("a.yaml", text.encode())
        findings = [FINDINGS[1]._replace(span=Span("a.yaml", line, 1, line, 2))] * 2
        made = Output(Report(tuple(findings), 1), {"a.yaml": file}, all_checks(), View(), "1")
        return [each["fingerprint"] for each in json.loads("".join(render("gitlab", made)))]

    before, after = marks("a: b\n", 1), marks("# more\n\na:   b\n", 3)
    assert before == after
    assert len(set(before)) == 2
    assert marks("a: c\n", 1) != before


TEXTS = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(
    ["::error::x", "##[error]x", "\n::set-output name=a::b", "%0A::x"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=TEXTS, path=TEXTS.filter(lambda path: path and not path.startswith("/")), text=TEXTS, column=st.integers(0, 40))
def test_nothing_that_files_hold_gets_through(message: str, path: str, text: str, column: int) -> None:
    span = Span(path, 1, max(column, 1), 1, max(column, 1) + 3)
    finding = Finding(
        "Y101",
        "yaml-syntax",
        Level.ERROR,
        span,
        message or "x",
        (Related(span, text),),
        Fix(text, (Edit(span, text),), safe=True),
    )
    file = SourceFile(path, text.encode("utf-8", "surrogatepass"))
    made = Output(Report((finding,), 1), {path: file}, all_checks(), View(), "1")
    for name in FORMATS:
        told = "".join(render(name, made))
        assert not any(ord(char) < 32 and char != "\n" for char in told), name
        assert "\u202e" not in told
        if name in ("concise", "github"):
            assert told.count("\n") == 1
    validate("sarif-schema-2.1.0.json", "".join(render("sarif", made)))
    etree.fromstring("".join(render("junit", made)).encode("utf-8", "strict"))
    properties = "".join(render("github", made)).removeprefix("::error ").partition("::")[0]
    assert [each.partition("=")[0] for each in properties.split(",")][:4] == ["file", "line", "col", "title"]
