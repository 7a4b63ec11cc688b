"""``smtp421 lint`` as it is typed: paths, formats, exit codes, fixes, baseline, configuration."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from smtp421.lint import gather

CASES = Path(__file__).parents[1] / "lint" / "cases"
GOOD = (CASES / "yaml-syntax.good.yaml").read_text()
BAD = (CASES / "implicit-type.bad.yaml").read_text()
PRIVATE = (CASES / "example-private-data.bad.yaml").read_text()


class Clock(date):
    """A day soon after the pages in the packs were read."""

    @classmethod
    def today(cls) -> date:
        return date(2026, 11, 29)


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a sound pack in it, and few rules behind it."""
    monkeypatch.setattr(gather, "bundled_rules", lambda: CASES.parent / "base")
    monkeypatch.setattr("smtp421.cli.lint.date", Clock)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "acme.yaml").write_text(GOOD)
    return tmp_path / "pack" / "acme.yaml"


def test_a_sound_pack(pack: Path, smtp421) -> None:
    assert smtp421("lint", "pack") == (0, "No findings in 1 file.\n", "")


def test_the_bundled_rules_have_no_finding(smtp421) -> None:
    code, out, _err = smtp421("lint", "--max-age-days", "99999")  # their references grow old whether or not anybody changes them
    assert (code, out.partition(" in ")[0]) == (0, "No findings")


def test_the_users_rules_are_linted_too(pack: Path, smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    user = pack.parent / "config" / "smtp421" / "rules"
    user.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(pack.parent / "config"))
    (user / "mine.yaml").write_text(BAD)
    code, out, _err = smtp421("lint", "-f", "concise")
    assert (code, out) == (
        1,
        "pack/config/smtp421/rules/mine.yaml:8:20: error implicit-type YAML reads a bare no as false; put quotes around it\n",
    )


def test_a_bundled_file_by_itself_is_one_of_the_bundled(pack: Path, smtp421) -> None:
    rules = gather.bundled_rules() / "rules.yaml"
    code, out, _err = smtp421("lint", str(rules), "-f", "json")
    assert (code, json.loads(out)["files"]) == (0, 1)


def test_files_that_are_named_are_one_pack(pack: Path, smtp421) -> None:
    other = pack.with_name("other.yaml")
    other.write_text(GOOD)
    code, out, _err = smtp421("lint", str(pack), "pack/other.yaml", "pack", "-f", "json", "--select", "duplicate-id")
    (finding,) = json.loads(out)["findings"]
    assert (code, finding["path"], finding["related"][0]["path"]) == (1, "pack/other.yaml", "pack/acme.yaml")
    assert json.loads(out)["files"] == 2


def test_standard_input(pack: Path, smtp421) -> None:
    code, out, _err = smtp421("lint", "-", "-f", "concise", stdin=BAD)
    assert (code, out) == (1, "stdin:8:20: error implicit-type YAML reads a bare no as false; put quotes around it\n")
    code, out, err = smtp421("lint", "-", "--fix", stdin=BAD)
    assert (code, out.startswith(BAD.replace("no}", "'no'}"))) == (0, True)
    assert err == "smtp421: 1 fix put into 1 file\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone"], 3, "cannot read gone: No such file or directory; check the path"),
        (["empty"], 1, "no rule files (*.yaml, *.yml) in empty"),
        (["pack", "--select", "redso"], 2, "there is no check 'redso' (did you mean 'redos'?); `smtp421 lint --list`"),
        (["pack", "--ignore", "X9"], 2, "there is no check 'X9'"),
        (["--explain", "Y999"], 2, "there is no check 'Y999'"),
        (["pack", "--unsafe-fixes"], 2, "it goes with --fix or --diff"),
        (["--fix"], 2, "name the files that may be changed"),
        (["pack", "--write-baseline"], 2, "name the file by --baseline FILE"),
        (["pack", "--baseline", "gone.json"], 3, "cannot read gone.json: No such file or directory"),
        (["pack", "--baseline", "pack/acme.yaml"], 3, "it is no baseline of smtp421"),
        (["pack", "--baseline", "other.json"], 3, "its schema is not smtp421.baseline/1"),
        (["pack", "--config", "gone.toml"], 2, "gone.toml:0: cannot be read: No such file or directory"),
        (["pack", "-o", "gone/report"], 3, "cannot write gone/report"),
        (["pack", "--format", "xml"], 2, "xml"),
    ],
)
def test_wrong_usage(pack: Path, smtp421, arguments: list[str], code: int, said: str) -> None:
    Path("empty").mkdir()
    Path("other.json").write_text('{"schema": "other", "findings": []}')
    found = smtp421("lint", *arguments)
    assert found.code == code
    assert said in " ".join(found.err.replace("│", " ").split())


def test_select_and_ignore(pack: Path, smtp421) -> None:
    pack.write_text(BAD.replace("['450 4.3.2 Acme is busy']", "[]"))

    def checks(*arguments: str) -> list[str]:
        return [line.split()[2] for line in smtp421("lint", "pack", "-f", "concise", *arguments).out.splitlines()]

    assert checks() == ["missing-example", "implicit-type"]
    assert checks("--select", "Y,e7") == ["missing-example", "implicit-type"]
    assert checks("--select", "Y103", "--select", "missing-metadata") == ["implicit-type"]
    assert checks("--ignore", "implicit-type") == ["missing-example"]
    assert checks("--ignore", "all") == []


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (PRIVATE, [], 1),
        (PRIVATE, ["--fail-level", "warning"], 1),
        (PRIVATE, ["--fail-level", "error"], 0),
        (BAD, ["--fail-level", "error"], 1),
        (BAD, ["--exit-zero"], 0),
    ],
)
def test_exit_codes(pack: Path, smtp421, text: str, arguments: list[str], code: int) -> None:
    pack.write_text(text)
    assert smtp421("lint", "pack", *arguments).code == code


def test_explain_and_list(smtp421) -> None:
    code, out, _err = smtp421("lint", "--explain", "R502")
    assert code == 0
    assert out.startswith("R502 shadowed-rule  Another rule wins every reply")
    assert "\nBad:\n  - {id: acme-busy" in out
    assert smtp421("lint", "--explain", "shadowed-rule").out == out
    code, out, _err = smtp421("lint", "--list")
    assert out.index("Y101  yaml-syntax") < out.index("S101  unknown-key") < out.index("Z901  unused-ignore")


def test_fix(pack: Path, smtp421) -> None:
    text = PRIVATE.replace("    summary", "    retry: {helps: no}\n    summary").replace("'acme is busy'", "'acme is busy.*'")
    pack.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    code, out, _err = smtp421("lint", "pack", "--diff")
    assert (code, "+    retry: {helps: 'no'}" in out, "user@example.com" in out, "+++ b/pack/acme.yaml" in out) == (
        1,
        True,
        True,
        True,
    )
    assert pack.read_bytes().startswith(b"\xef\xbb\xbf")
    code, out, err = smtp421("lint", "pack", "--fix")
    assert err == "smtp421: 2 fixes put into 1 file\n"
    assert (code, "needless-wildcard" in out) == (1, True)
    code, out, err = smtp421("lint", "pack", "--fix", "--unsafe-fixes")
    assert (code, out, err) == (0, "No findings in 1 file.\n", "smtp421: 1 fix put into 1 file\n")
    mended = pack.read_bytes()
    assert mended.startswith(b"\xef\xbb\xbfschema: smtp421.rules/1\r\n")
    assert b"\n" not in mended.replace(b"\r\n", b"")
    assert b"text: ['acme is busy']" in mended
    assert smtp421("lint", "pack", "--diff", "--unsafe-fixes") == (0, "", "")


def test_baseline(pack: Path, smtp421) -> None:
    pack.write_text(PRIVATE)
    assert smtp421("lint", "pack", "--baseline", "known.json", "--write-baseline") == (
        0,
        "",
        "smtp421: 1 finding written to known.json\n",
    )
    assert "jane" in Path("known.json").read_text()
    pack.write_text("# moved\n\n" + PRIVATE)
    code, out, _err = smtp421("lint", "pack", "--baseline", "known.json")
    assert (code, out) == (0, "No findings in 1 file. 1 finding known to the baseline.\n")
    pack.write_text(PRIVATE.replace("title: Acme is busy", "title: Acme is busy # smtp421: ignore[redos]"))
    assert smtp421("lint", "pack", "--baseline", "known.json").code == 1


def test_configuration(pack: Path, smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    pack.write_text(PRIVATE)
    Path("pyproject.toml").write_text('[tool.smtp421.lint]\nfail-level = "error"\n')
    assert smtp421("lint", "pack").code == 0
    assert smtp421("lint", "pack", "--fail-level", "info").code == 1
    monkeypatch.chdir(pack.parent)
    assert smtp421("lint", "acme.yaml").code == 0
    Path("smtp421.toml").write_text(
        '[[lint.suppress]]\nchecks = ["E704"]\npaths = ["acme*"]\nreason = "shown with leave"\n[lint]\nmax-age-days = 1\n'
    )
    code, out, _err = smtp421("lint", "acme.yaml")
    assert (code, out.count("stale-rule"), out.count("private")) == (1, 1, 0)
    assert smtp421("lint", "acme.yaml", "--max-age-days", "99999").out == "No findings in 1 file. 1 finding held back.\n"


def test_in_github_actions(pack: Path, smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    pack.write_text(BAD + "    next_checks: ['::set-output name=a::b']\n")
    code, out, _err = smtp421("lint", "pack")
    lines = out.splitlines()
    assert (code, lines[0].partition("::stop-commands::")[0]) == (1, "")
    token = lines[0].removeprefix("::stop-commands::")
    assert lines[1].startswith("error[implicit-type]: ")
    assert lines[-2] == f"::{token}::"
    assert lines[-1].startswith("::error file=pack/acme.yaml,line=8,col=20,title=smtp421 implicit-type,")
    code, out, _err = smtp421("lint", "pack", "-o", "report.txt")
    assert out.splitlines() == lines[-1:]
    assert Path("report.txt").read_text().splitlines() == lines[1:-2]
    assert smtp421("lint", "pack", "--format", "text").out.count("::error") == 0


def test_output_file(pack: Path, smtp421) -> None:
    assert smtp421("lint", "pack", "-f", "sarif", "-o", "lint.sarif") == (0, "", "")
    assert json.loads(Path("lint.sarif").read_text())["runs"][0]["results"] == []
