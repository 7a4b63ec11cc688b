"""Logs for the examples, and what ``scan`` says of them."""

import importlib.util
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import smtp421

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "scan"
KEY = (
    "format",
    "timestamp",
    "queue_id",
    "recipient",
    "code",
    "text",
    "provider",
    "rule",
    "cause",
    "severity",
    "retry_wait_seconds",
)
"""What is compared."""


@pytest.fixture
def said():
    """What ``scan`` says of logs, as sorted tuples of ``KEY``."""

    def say(*paths):
        found = [diagnosis for path in paths for diagnosis in smtp421.scan(path)]
        assert found
        return sorted((_key(diagnosis) for diagnosis in found), key=repr)

    return say


def _plain(value):
    """A time in UTC of the standard library's, whatever library gave it."""
    return datetime.fromtimestamp(value.timestamp(), UTC) if isinstance(value, datetime) else value


def _key(found):
    attempt, reply = found.attempt, found.attempt.reply
    return (
        attempt.format, _plain(attempt.timestamp), attempt.queue_id, attempt.recipient, reply.code, reply.text, found.provider, found.rule, found.cause,
        str(found.severity), found.retry.wait_seconds,
    )  # fmt: skip


@pytest.fixture
def keys():
    """Rows of a table as sorted tuples of ``KEY``."""
    return lambda rows: sorted((tuple(_plain(row[name]) for name in KEY) for row in rows), key=repr)


@pytest.fixture
def example():
    """Import an example."""

    def load(name):
        spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def run():
    """Run an example as its users do; its output."""

    def call(name, *arguments):
        command = [sys.executable, str(ROOT / "examples" / f"{name}.py"), *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
        ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert ran.returncode == 0, ran.stderr[-3000:]
        return ran.stdout

    return call


@pytest.fixture
def log(tmp_path):
    """A Postfix log in a folder of its own."""
    (tmp_path / "logs").mkdir()
    return Path(shutil.copy(DATA / "postfix.log", tmp_path / "logs"))
