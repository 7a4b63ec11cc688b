"""The benchmarks run, say what they leave out, and clean up; what they measure is nobody's business here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"
pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="costs of commands are measured with wait4(2)")


def run(tmp_path, *arguments):
    command = [
        sys.executable,
        str(RUN),
        "--sizes",
        "200k",
        "--rounds",
        "1",
        "--replies",
        "300",
        "--folder",
        str(tmp_path),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def rows(markdown):
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in markdown.splitlines() if line.startswith("| ")]


def test_logs(tmp_path):
    said = run(tmp_path, "--only", "scan", "--deferred", "15")
    costs = {cells[0]: cells[1:] for cells in rows(said)}
    assert {"wc -l", "LC_ALL=C grep -c status=deferred", "smtp421 scan"} <= costs.keys()
    assert costs["smtp421 scan"][3] == "1"
    assert float(costs["smtp421 scan"][4]) > 10
    for tool in ("rg", "pflogsumm"):
        assert any(name.split()[0] == tool for name in costs) != (f"Left out: {tool}" in said)
    assert not any(tmp_path.iterdir())


def test_a_log_that_grows(tmp_path):
    said = run(tmp_path, "--only", "follow")
    assert [cells[0] for cells in rows(said)][-2:] == ["scan --follow FILE", "scan -` behind a pipe"]
