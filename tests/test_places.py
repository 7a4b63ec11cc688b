"""What other repositories take from ours: the pre-commit hooks, the action, the problem matcher, the example pack."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from smtp421.cli.app import Commands
from smtp421.cli.entry import run

ROOT = Path(__file__).parents[1]
PACK = ROOT / "examples" / "own-rules"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
WORKFLOW = yaml.safe_load((PACK / ".github" / "workflows" / "rules.yml").read_text())


def test_hooks_call_commands_that_exist():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["entry"] for hook in hooks] == ["smtp421 lint", "smtp421 test"]
    assert all(hook["entry"].split()[1] in Commands.entries for hook in hooks)
    configured = yaml.safe_load((PACK / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["id"] for hook in configured] == [hook["id"] for hook in hooks]


def test_the_action_calls_what_exists_and_pastes_nothing_into_its_scripts():
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert all(step["shell"] == "bash" for step in STEPS if "run" in step)
    assert not any("${{" in script for script in scripts)  # an input could hold a command
    called = set(re.findall(r'/smtp421" (\w+)', "\n".join(scripts)))
    assert called == {"lint", "test"}
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])


@pytest.mark.parametrize("uses", [step["uses"] for step in (*STEPS, *WORKFLOW["jobs"]["rules"]["steps"]) if "uses" in step])
def test_actions_of_others_are_pinned(uses):
    assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses) or uses.startswith("smtp421/smtp421@")


def test_the_workflow_gives_inputs_that_the_action_has():
    ours = next(step for step in WORKFLOW["jobs"]["rules"]["steps"] if step["uses"].startswith("smtp421/"))
    assert set(ours["with"]) <= set(ACTION["inputs"])


def test_the_problem_matcher_reads_the_concise_format(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text("schema: smtp421.rules/1\nrules:\n  - {id: generic-a, titel: A}\n")
    assert run(["lint", "--format", "concise", "r.yaml"]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    pattern = json.loads((ROOT / ".github" / "problem-matcher.json").read_text())["problemMatcher"][0]["pattern"][0]
    found = re.search(pattern["regexp"], line)
    assert found[pattern["file"]] == "r.yaml"
    assert found[pattern["line"]] == "3"
    assert found[pattern["severity"]] in ("error", "warning", "info")
    assert found[pattern["code"]] in line
    assert found[pattern["message"]]


def commands():
    """What the example's README and its GitLab job call, with what the README says that they print."""
    readme = (PACK / "README.md").read_text()
    for block in re.findall(r"```console\n(.*?)```", readme, re.DOTALL):
        for found in re.finditer(r"^\$ smtp421 (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            if not found[1].startswith("rules new"):
                yield found[1], found[2]
    for line in yaml.safe_load((PACK / ".gitlab-ci.yml").read_text())["rules"]["script"]:
        if line.startswith("smtp421 "):
            yield line.removeprefix("smtp421 ").partition(" || ")[0], ""


@pytest.mark.parametrize(("command", "printed"), [*commands()])
def test_the_example_pack_holds(command, printed, tmp_path, monkeypatch, capsys):
    from shutil import copytree

    copytree(PACK, tmp_path / "pack")
    monkeypatch.chdir(tmp_path / "pack")
    assert run(shlex.split(command)) == 0
    out = capsys.readouterr().out
    assert printed in ("", out)
