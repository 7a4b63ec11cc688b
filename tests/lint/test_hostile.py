"""Rule packs from anybody: whatever they hold ends in a finding, never in a crash, a hang or a look at other files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtp421.errors import InputUnreadable
from smtp421.lint.formats import FORMATS, Output, render
from smtp421.lint.gather import gather
from smtp421.lint.pack import MOST_SLOW, Pack, Settings
from smtp421.lint.run import MOST, Choice, run
from smtp421.render.interface import View
from smtp421.rulebook import sources
from smtp421.rulebook.load import MAX_FAULTS
from tests.lint.conftest import RULE, TODAY, only, told

BOMB = "a: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


@pytest.mark.parametrize(
    ("text", "slug", "said"),
    [
        (BOMB, "yaml-syntax", "more than 400000 values"),
        ("a: &a x\nb: [" + "*a, " * 1200 + "]\n", "yaml-syntax", "more than 1000 aliases"),
        ("[" * 100_000, "yaml-syntax", "nest"),
        ("- " * 100_000, "yaml-syntax", "nested more than 30 deep"),
        (b"schema: smtp421.rules/1\nrules: [\xff]\n", "unreadable-file", "not UTF-8"),
        (b"schema: smtp421.rules/1\nrules: [\x00]\n", "yaml-syntax", "not valid YAML"),
        ("schema: smtp421.rules/1\nrules: !!python/object/apply:os.system ['true']\n", "invalid-value", "found 'true'"),
        ("", "unsupported-schema-version", "not a rule file"),
        ("schema: " + "x" * 100_000, "unsupported-schema-version", "unknown schema 'xxx"),
        ("schema: smtp421.rules/99999999999999999999\n", "unsupported-schema-version", "unknown schema"),
    ],
)
def test_hostile_text(lint_of, text, slug, said) -> None:
    finding = only(lint_of(text))
    assert finding.slug == slug
    assert said in finding.message
    assert len(finding.message) < 400


def test_many_faults_are_not_all_told(lint_of) -> None:
    rules = "".join(f"  - {{id: acme-{number}, titel: x}}\n" for number in range(5000))
    report = lint_of("schema: smtp421.rules/1\nrules:\n" + rules)
    last = [finding for finding in report.findings if finding.slug == "yaml-syntax"]
    assert f"more than {MAX_FAULTS} faults before this entry" in last[0].message
    assert len(report.findings) < 10 * MOST


def test_many_findings_of_a_kind_are_counted(lint_of) -> None:
    rules = "".join(
        f"  - {{id: acme-{number}, title: T{number}, match: {{text: [w{number}]}}, cause: rate_limit, summary: S.}}\n"
        for number in range(300)
    )
    report = lint_of("schema: smtp421.rules/1\nrules:\n" + rules, select="missing-metadata")
    assert (len(report.findings), report.left_out) == (MOST, 100)


@pytest.mark.parametrize(
    "pattern", [r"(?:\w+\s?)+ deferred", r"(\w|\w\w)+ deferred", r"(?:(?:a|aa){1,40}){1,40} deferred", r"(?<x>a+)+(?&x) b"]
)
def test_hanging_patterns_end(lint_of, pattern: str) -> None:
    example = "450 4.3.2 " + "a" * 3000
    text = RULE.replace("['acme is busy']", f"['{pattern}']").replace("'450 4.3.2 Acme is busy'", f"'{example}'")
    assert "redos" in {finding.slug for finding in lint_of(text).findings}


def test_a_pack_of_hanging_patterns_is_given_up(pack_of) -> None:
    """Where so many patterns run into their time limit, the rest of the examples is not tried, and none of them blamed."""
    rule = (
        "  - {{id: acme-{0}, title: T{0}, match: {{text: ['(?<x{0}>a+)+(?&x{0}) b{0}']}}, cause: rate_limit, summary: S., "
        "examples: ['450 {1}{0}']}}\n"
    )
    pack = pack_of("schema: smtp421.rules/1\nrules:\n" + "".join(rule.format(number, "a" * 2000) for number in range(60)))
    report = run(pack, Choice(("example-fails", "redos", "examples-not-tried")))
    assert "examples-not-tried" in {finding.slug for finding in report.findings}
    assert pack.gave_up
    assert sum(pack.book.slow.values()) <= MOST_SLOW + 60
    assert len([finding for finding in report.findings if finding.slug == "redos"]) > 5


def test_a_pack_in_which_everything_fits_is_given_up(pack_of, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtp421.lint.pack.MOST_WORK", 500)
    rule = "  - {{id: acme-{0}, title: T{0}, match: {{text: ['\\w+']}}, cause: rate_limit, summary: S., examples: ['450 word{0}']}}\n"
    pack = pack_of("schema: smtp421.rules/1\nrules:\n" + "".join(map(rule.format, range(60))))
    assert only(run(pack, Choice(("examples-not-tried",)))).span.line == 0
    assert told(run(pack, Choice(("example-fails",)))) == []


def test_links_pipes_and_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 1000)
    pack = tmp_path / "pack"
    pack.mkdir()
    (tmp_path / "secret.yaml").write_text("password: x\n")
    (pack / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (pack / "device.yaml").symlink_to("/dev/zero")
    (pack / "broken.yaml").symlink_to(pack / "gone.yaml")
    (pack / "large.yaml").write_text("x" * 1001)
    (pack / "good.yaml").write_text(RULE)
    os.mkfifo(pack / "pipe.yaml")
    gathered = gather([pack], {}, tmp_path)
    report = run(Pack(gathered.texts, [], gathered.names, Settings(TODAY)), Choice(("unreadable-file",)))
    assert [(finding.span.path, finding.span.line, finding.message.partition(";")[0]) for finding in report.findings] == [
        ("pack/broken.yaml", 0, "cannot be read: No such file or directory"),
        ("pack/device.yaml", 0, "a link that leads out of the folder"),
        ("pack/large.yaml", 0, "larger than 0 MB"),
        ("pack/out.yaml", 0, "a link that leads out of the folder"),
        ("pack/pipe.yaml", 0, "not a plain file"),
    ]


def test_standard_input_without_end(tmp_path: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        gathered = gather([Path("-")], {}, tmp_path, endless)
    assert gathered.texts[0].refused.startswith("larger than 5 MB")
    assert gathered.texts[0].data == b""


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable):
        gather([tmp_path / "gone"], {}, tmp_path)


def test_a_comment_inside_a_value_holds_nothing_back(lint_of) -> None:
    text = RULE.replace("title: Acme is busy", "title: 'Acme # smtp421: ignore-file[all] x'").replace(
        "examples: ['450 4.3.2 Acme is busy']", "examples: []"
    )
    assert told(lint_of(text)) == [("missing-example", 3, 9)]


SEEDS = [
    *(path.read_bytes() for path in sorted((Path(__file__).parent / "cases").glob("*.bad.yaml"))),
    *(path.read_bytes() for path in sorted((Path(__file__).parent / "base").glob("*.yaml"))),
]
PIECES = [
    b"\n  - ",
    b"rules: ",
    b"match: {text: [",
    b"]}",
    b"<<: *a",
    b"&a ",
    b"'",
    b'"\\x1b"',
    b"(?:a+)+b",
    b"[",
    b"(",
    b"# smtp421: ignore[redos]",
    b"# smtp421: ignore-file[",
    b"\xff",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\r",
    b"4.10",
    b"no",
    b"2026-13-45",
    b"id: acme-busy",
    b"!!int x",
    b"? ",
    b": ",
    b"|2\n",
    b"((((((((((",
    b"\\p{L}{e<=2}",
    b"(?R)",
    b"(?(DEFINE)x)",
    b"\xf0\x9f\x98\x80",
]
BYTES = st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=4).map(b"".join)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.sampled_from(SEEDS), start=st.floats(0, 1), length=st.integers(0, 40), piece=BYTES, more=BYTES)
def test_no_bytes_stop_the_linter(pack_of, seed: bytes, start: float, length: int, piece: bytes, more: bytes) -> None:
    at = int(start * len(seed))
    pack = pack_of(seed[:at] + piece + seed[at + length :], more)
    report = run(pack, Choice())
    files = {file.name: file for file in pack.files.values()}
    for finding in report.findings:
        span, file = finding.span, files.get(finding.span.path)
        assert file is not None
        assert span.line == 0 or (1 <= span.line <= file.lines and span.column >= 1)
        assert (span.end_line, span.end_column) >= (span.line, span.column)
        assert finding.message
    for name in FORMATS:
        assert (
            not any(
                ord(char) < 32 and char != "\n"
                for piece in render(name, Output(report, files, (), View(), "1"))
                for char in piece
            )
            if name != "sarif"
            else True
        )
