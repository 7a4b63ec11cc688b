"""The logs that the benchmarks are run on: the same for the same options, of the size and share that is asked for, readable."""

import importlib.util
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

import smtp421

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "make_log.py"


@pytest.fixture(scope="module")
def make_log():
    spec = importlib.util.spec_from_file_location("make_log", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_log"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_log"]


def made(make_log, size, **options):
    out = io.BytesIO()
    make_log.write_log(out, size, **options)
    return out.getvalue()


@pytest.mark.parametrize(("share", "near"), [(0.0, 0.0), (0.01, 0.002), (0.15, 0.01), (0.9, 0.01)])
def test_share_of_lines(make_log, share, near):
    log = made(make_log, 2_000_000, deferred=share)
    lines = log.splitlines()
    assert sum(b"status=deferred" in line for line in lines) / len(lines) == pytest.approx(share, abs=near)


def test_size_ends_with_the_line_that_reaches_it(make_log):
    for size in (1, 1000, 300_000):
        log = made(make_log, size, deferred=0.15)
        assert log.endswith(b"\n")
        assert size <= len(log) < size + 1500


def test_same_for_the_same_seed_and_another_for_another(make_log):
    log = made(make_log, 300_000, deferred=0.15)
    assert made(make_log, 300_000, deferred=0.15, seed=1) == log
    assert made(make_log, 300_000, deferred=0.15, seed=2) != log
    assert made(make_log, 600_000, deferred=0.15)[:300_000] == log[:300_000]


def test_in_order_of_time(make_log):
    stamps = [line[:15] for line in made(make_log, 2_000_000, deferred=0.3).splitlines()]
    assert stamps == sorted(stamps)
    assert len(set(stamps)) > 100


def test_every_deferral_is_read_and_most_are_known(make_log):
    log = made(make_log, 1_500_000, deferred=0.3, lines_per_second=5)
    found = list(smtp421.scan(log.decode().splitlines(), input_format="postfix"))
    outbound = [diagnosis for diagnosis in found if diagnosis.origin != "inbound"]
    assert len(outbound) == log.count(b"status=deferred") + log.count(b"status=expired")
    assert len({diagnosis.rule for diagnosis in found}) > 150
    assert sum(diagnosis.rule is None for diagnosis in found) / len(found) < 0.1
    assert {str(diagnosis.attempt.status) for diagnosis in found} == {"deferred", "suspended", "expired"}


def test_messages_live_as_in_postfix(make_log):
    log = made(make_log, 3_000_000, deferred=0.15, lines_per_second=5).decode()
    kinds = (
        "connect from",
        "client=",
        "message-id=<",
        "(queue active)",
        "status=sent",
        "status=bounced",
        "removed",
        "disconnect from",
    )
    assert all(kind in log for kind in kinds)
    queue_ids = re.findall(r"smtpd\[\d+\]: ([0-9A-F]+): client=", log)
    assert len(queue_ids) == len(set(queue_ids))
    delivered = re.findall(r"([0-9A-F]+): to=<.*?delay=(\d+)\.\d+.*status=sent", log)
    assert max(int(delay) for _, delay in delivered) > 1000


def test_command_line(tmp_path):
    out = tmp_path / "mail.log"
    run = subprocess.run(
        [sys.executable, SCRIPT, "--size", "100k", "--deferred", "15%", "--output", out],
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stat().st_size >= 100_000
    assert "of them deferrals" in run.stderr


@pytest.mark.parametrize("wrong", [("--size", "much"), ("--deferred", "120")])
def test_wrong_options(wrong):
    run = subprocess.run([sys.executable, SCRIPT, *wrong], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert wrong[1] in run.stderr
