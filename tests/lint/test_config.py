"""Configuration files: found upwards, and what is wrong in them is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp421.lint.config import BadConfiguration, LintConfig, find_config, read_config
from smtp421.lint.finding import Level
from smtp421.lint.run import Held


def test_found_upwards(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (below / "pyproject.toml").write_text("[project]\n")
    assert find_config(below) not in (below / "pyproject.toml", tmp_path / "pyproject.toml")
    (tmp_path / "pyproject.toml").write_text("[tool.smtp421.lint]\n")
    assert find_config(below) == tmp_path / "pyproject.toml"
    (tmp_path / "a" / "smtp421.toml").write_text("")
    assert find_config(below) == tmp_path / "a" / "smtp421.toml"


FULL = """
[lint]
select = ["P", "example-fails"]
ignore = ["P305"]
fail-level = "warning"
max-age-days = 90
baseline = "known.json"

[[lint.suppress]]
checks = ["volatile-text"]
paths = ["old/*.yaml"]
reason = "kept as they were"
"""


@pytest.mark.parametrize(("name", "prefix"), [("smtp421.toml", ""), ("pyproject.toml", "tool.smtp421.")])
def test_all_keys(tmp_path: Path, name: str, prefix: str) -> None:
    path = tmp_path / name
    path.write_text(FULL.replace("[lint", f"[{prefix}lint"))
    assert read_config(path) == LintConfig(
        ("P", "example-fails"),
        ("P305",),
        Level.WARNING,
        90,
        tmp_path / "known.json",
        (Held(frozenset({"volatile-text"}), ("old/*.yaml",), "kept as they were"),),
    )
    path.write_text("")
    assert read_config(path) == LintConfig()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[lint]\n\nselct = []\n", 3, "unknown key 'selct' (did you mean 'select'?); known here: select, ignore"),
        ("[lnt]\n", 1, "unknown key 'lnt' (did you mean 'lint'?)"),
        ("a = 1\n[lint]\n", 1, "unknown key 'a'"),
        ("lint = 1\n", 1, "'lint' is to be a table: [lint]"),
        ("[lint]\nselect = 'P'\n", 2, "'select' is 'P'; expected a list of checks"),
        ("[lint]\nselect = ['redso']\n", 2, "there is no check 'redso' (did you mean 'redos'?)"),
        ("[lint]\nfail-level = 'high'\n", 2, "'fail-level' is 'high'; expected error, warning or info"),
        ("[lint]\nmax-age-days = true\n", 2, "'max-age-days' is True; expected a number of days"),
        ("[lint]\nbaseline = 1\n", 2, "'baseline' is 1; expected a file's name"),
        ("[lint]\nsuppress = 1\n", 2, "'suppress' is 1; expected tables"),
        ("[[lint.suppress]]\nchecks = ['redos']\n", 1, "[[lint.suppress]] needs 'reason': why, in words"),
        ("[[lint.suppress]]\nreason = 'x'\n", 1, "[[lint.suppress]] needs 'checks'"),
        ("[[lint.suppress]]\nreson = 'x'\n", 2, "unknown key 'reson' (did you mean 'reason'?)"),
        ("[lint]\nselect = [\n", 2, "not valid TOML: "),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "smtp421.toml"
    path.write_text(text)
    with pytest.raises(BadConfiguration) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}:{line}: ") or "not valid TOML" in said
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "smtp421.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(BadConfiguration, match="not UTF-8"):
        read_config(path)
