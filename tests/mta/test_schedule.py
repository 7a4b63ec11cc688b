"""The reckoned schedule against real logs and the servers' own algorithms."""

import re
from collections import Counter, defaultdict
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import smtp421.mta
from smtp421.mta.interface import first_run
from smtp421.mta.model import Settings
from smtp421.mta.postfix import Postfix
from smtp421.mta.schedule import MOST, schedule
from smtp421.mta.servers import SERVERS, server

DATA = Path(__file__).parents[1] / "data" / "mta"
LINE = re.compile(r"\w+ +\d+ (\d\d):(\d\d):(\d\d) \S+ postfix/(smtp|error|qmgr)\[\d+\]: (\w+): (.*)")
POSTFIX_LOGS = {"postfix-lab.log": "postconf-n-lab.txt", "postfix-run.log": "postconf-n-run.txt"}
"""Logs of real Postfix servers (the lines of qmgr and smtp), and the ``postconf -n`` of each."""


class Tried(NamedTuple):
    """One real attempt; seconds of the day, and the message's age at its end."""

    start: int
    end: int
    age: float


def real_attempts(name: str) -> dict[str, list[Tried]]:
    """By queue id: from where the queue manager took the message up to the last recipient's deferral."""
    found: dict[str, list[Tried]] = defaultdict(list)
    started: dict[str, int] = {}
    for line in (DATA / name).read_text().splitlines():
        read = LINE.match(line)
        assert read is not None, line
        when = int(read[1]) * 3600 + int(read[2]) * 60 + int(read[3])
        if "(queue active)" in read[6]:
            started[read[5]] = when
        elif (age := re.search(r" delay=([\d.]+)", read[6])) and read[5] in started:
            tried = Tried(started[read[5]], when, float(age[1]))
            if found[read[5]] and found[read[5]][-1].start == tried.start:
                found[read[5]].pop()  # another recipient of the same attempt
            found[read[5]].append(tried)
    return found


def postfix(name: str) -> Settings:
    return smtp421.mta.read((DATA / name).read_text(), name)


@pytest.mark.parametrize("log", POSTFIX_LOGS)
def test_every_retry_of_a_real_log_is_foretold(log: str) -> None:
    """From the end of one attempt and the message's age, the start of the next: the first scan after the pause, to the second.

    Scans come each queue_run_delay; one of them tells all others. The tolerance is the second to which stamps and ages are rounded,
    which at the edge of a scan decides between it and the next one.
    """
    settings = postfix(POSTFIX_LOGS[log])
    asked = Postfix()
    every = asked.interval(settings)
    attempts = real_attempts(log)
    retries = [later.start for tried in attempts.values() for later in tried[1:]]
    scan = Counter(start % every for start in retries).most_common(1)[0][0]
    exact = near = 0
    for tried in attempts.values():
        for before, after in pairwise(tried):
            due = before.end + asked.pause(settings, int(before.age)) - 1
            foretold = [first_run(due + off, every, scan / every) for off in (0, -1, 1)]
            assert any(abs(after.start - told) <= 1 for told in foretold), (before, after, foretold)
            exact, near = exact + (after.start == foretold[0]), near + 1
    assert near >= 10
    assert exact / near >= 0.95


@pytest.mark.parametrize("log", POSTFIX_LOGS)
def test_whole_lives_in_a_real_log_are_foretold(log: str) -> None:
    """Messages that were refused at once each time until they were given up: all their ages, from the moment they came."""
    settings = postfix(POSTFIX_LOGS[log])
    lifetime = Postfix().facts(settings).lifetime.amount
    lives = [
        tried
        for tried in real_attempts(log).values()
        if tried[-1].age >= lifetime and all(one.end - one.start <= 1 for one in tried)
    ]
    assert len(lives) >= 3
    planned = schedule(Postfix(), settings).attempts
    for tried in lives:
        ages = [one.age for one in tried]
        runs = [list(Postfix().ages(settings, step / 100)) for step in range(100)]
        distance = min(max(map(abs, map(float.__sub__, ages, run))) for run in runs if len(run) == len(ages))
        assert distance <= 2.5, ages
        for one, attempt in zip(ages, planned, strict=False):
            assert attempt.earliest - 2 <= one <= attempt.latest + 2


def test_postfix_by_hand() -> None:
    settings = smtp421.mta.read("minimal_backoff_time = 300s", "main.cf")
    # A queue run 60 s after the message came: at 360 s the pause of 300 s is over.
    assert list(islice(server("postfix").ages(settings, 0.2), 6)) == [0, 360, 960, 2160, 4560, 8760]
    # 360 s old, it is left alone until 720 s: the run at 660 s is too early. From 4000 s on the pause stays as it is.
    late = list(server("postfix").ages(settings, 0.2))
    assert {round(later - sooner) for sooner, later in pairwise(late[4:])} == {4200}
    assert late[-2] < 432_000 <= late[-1]


def test_a_lifetime_of_nothing_is_one_try() -> None:
    settings = smtp421.mta.read("maximal_queue_lifetime = 0", "main.cf")
    planned = schedule(server("postfix"), settings)
    assert len(planned.attempts) == 1
    assert planned.first_retry is None
    assert planned.pauses == ()


def exim(rule: str, queue_run: float, phase: float = 0.0) -> list[float]:
    settings = smtp421.mta.read(f"begin retry\n* * {rule}\n", "exim4.conf", "exim")._replace(queue_run=queue_run)
    return list(server("exim").ages(settings, phase))


def test_exim_fixed_pauses_and_the_ultimate_timeout() -> None:
    assert exim("F,1h,15m", 60) == [0, 900, 1800, 2700, 3600, 3660]


def test_exim_geometric_pauses() -> None:
    # The specification's rule: from the first hour's end pauses of 1 h, 2 h, 4 h, ... (chapter 32.8).
    ages = exim("F,1h,15m; G,2d,1h,2", 1)
    # Up to the first hour the fixed pause; the next one is the geometric rule's first argument, then twice as long each time.
    assert ages[:5] == [0, 900, 1800, 2700, 3600]
    pauses = [later - sooner for sooner, later in pairwise(ages)]
    assert pauses[4:9] == pytest.approx([900, 3600, 7200, 14400, 28800], abs=10)


def test_exim_parts_end_at_their_cutoffs() -> None:
    ages = exim("F,60s,5s; F,90s,10s", 5)
    assert ages[:13] == [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]
    assert ages[13:] == [65, 75, 85, 95]  # 65: the pause was set at 60, when the first part still held


def test_exim_random_pauses_lie_between() -> None:
    ages = exim("H,4h,10m,2", 1)
    pauses = [later - sooner for sooner, later in pairwise(ages)]
    assert pauses[0] == 600
    assert 600 <= pauses[1] <= 1200


def test_exim_no_pause_is_longer_than_a_day() -> None:
    settings = smtp421.mta.read("retry_interval_max = 2h\nbegin retry\n* * F,4d,1d\n", "x", "exim")._replace(queue_run=1.0)
    assert list(islice(server("exim").ages(settings, 0), 3)) == [0, 7200, 14400]


def test_attempts_of_a_real_exim() -> None:
    """One message, a server that greylists for ever, a queue run each 3 s: every attempt at the run that is reckoned, and the end."""
    settings = smtp421.mta.read((DATA / "exim-run.conf").read_text(), "exim.conf")._replace(queue_run=3.0)
    stamps = {"run": [], "try": [], "end": []}
    for line in (DATA / "exim-run.log").read_text().splitlines():
        read = re.match(r"\S+ (\d\d):(\d\d):([\d.]+) (.*)", line)
        assert read is not None
        when = int(read[1]) * 3600 + int(read[2]) * 60 + float(read[3])
        kinds = {"Start queue run": "run", " defer (-44)": "try", " ** ": "end"}
        kind = next((kind for words, kind in kinds.items() if words in line), None)
        if kind:
            stamps[kind].append(when)
    first, *others = stamps["try"]
    phase = ((stamps["run"][0] - first) % 3) / 3
    assert len(stamps["end"]) == 1
    real = [when - first for when in others]  # the last one and its end have one stamp
    reckoned = list(server("exim").ages(settings, phase))[1:]
    assert len(real) == len(reckoned) >= 10
    assert real == pytest.approx(reckoned, abs=1.0)


def test_sendmail() -> None:
    settings = smtp421.mta.read("O MinQueueAge=30m\nO Timeout.queuereturn=5d", "sendmail.cf")._replace(queue_run=600.0)
    assert list(islice(server("sendmail").ages(settings, 0.5), 4)) == [0, 2100, 3900, 5700]
    growing = smtp421.mta.read("O MaxQueueAge=1h\nO Timeout.queuereturn=5d", "sendmail.cf")._replace(queue_run=600.0)
    assert list(islice(server("sendmail").ages(growing, 0.5), 7)) == [0, 300, 900, 2100, 4500, 8100, 11700]


def test_opensmtpd() -> None:
    settings = smtp421.mta.read("queue ttl 2h", "smtpd.conf")
    assert list(server("opensmtpd").ages(settings, 0)) == [0, 400, 1600, 3600, 6400]


def test_powermta() -> None:
    settings = smtp421.mta.read("<domain *>\nretry-after 10m,20m,1h\nbounce-after 3h\n</domain>", "config")
    assert list(server("powermta").ages(settings, 0)) == [0, 600, 1800, 5400, 9000]


def test_kumomta() -> None:
    settings = smtp421.mta.read((DATA / "queues.toml").read_text(), "queues.toml")
    assert list(islice(server("kumomta").ages(settings, 0), 6)) == [0, 1020, 3060, 7140, 14340, 21540]


def test_haraka_default_and_list() -> None:
    default = smtp421.mta.read("concurrency_max=10", "outbound.ini")
    assert list(islice(server("haraka").ages(default, 0), 4)) == [0, 64, 192, 448]
    assert len(list(server("haraka").ages(default, 0))) == 13
    listed = smtp421.mta.read("temp_fail_intervals=1m, 5m*2, 1h*3", "outbound.ini")
    assert list(server("haraka").ages(listed, 0)) == [0, 60, 360, 660, 4260, 7860, 11460]
    for broken in ("1x", "2s", "5m*", "", "5m*2*3"):
        assert server("haraka").pauses(smtp421.mta.read(f"temp_fail_intervals={broken}\nmaxTempFailures=3", "x", "haraka")) == [
            64,
            128,
        ]


def test_postal_takes_31_hours() -> None:
    settings = smtp421.mta.read("postal:\n  default_maximum_delivery_attempts: 18", "postal.yml")
    ages = list(server("postal").ages(settings, 0))
    assert ages[:3] == [0, 300, 690]
    assert len(ages) == 18
    assert 23 * 3600 < ages[-1] < 31 * 3600  # the next one, at 31 hours, only gives up


@given(
    st.sampled_from(sorted(SERVERS)),
    st.floats(0, 1, exclude_max=True),
    st.floats(1, 10_000),
    st.lists(st.sampled_from(["5s", "1m", "10m", "3h", "0", "1d"]), min_size=4, max_size=4),
)
def test_attempts_follow_each_other(mta: str, phase: float, queue_run: float, times: list[str]) -> None:
    texts = {
        "postfix": "queue_run_delay = {}\nminimal_backoff_time = {}\nmaximal_backoff_time = {}\nmaximal_queue_lifetime = {}",
        "exim": "begin retry\n* * F,{},{}; G,{},{},1.5",
        "sendmail": "O MinQueueAge={}\nO MaxQueueAge={}\nO Timeout.queuereturn={}\nO X={}",
        "powermta": "<domain *>\nretry-after {},{},{}\nbounce-after {}\n</domain>",
        "haraka": "temp_fail_intervals={},{},{},{}",
    }
    settings = smtp421.mta.read(texts.get(mta, "").format(*times), "x", mta)._replace(queue_run=queue_run)
    ages = list(islice(server(mta).ages(settings, phase), 200))
    assert ages[0] == 0
    assert all(sooner < later for sooner, later in pairwise(ages))


@given(st.floats(0, 1e6), st.floats(0.5, 1e5), st.floats(0, 1, exclude_max=True))
def test_the_first_queue_run_is_the_first(after: float, interval: float, phase: float) -> None:
    run = first_run(after, interval, phase)
    assert run >= after - 1e-6
    assert run - interval < after + 1e-6 or run == pytest.approx(phase * interval)
    assert first_run(after, 0, phase) == after


def test_endless_schedules_are_cut() -> None:
    settings = smtp421.mta.read("queue_run_delay = 1s\nminimal_backoff_time = 1s\nmaximal_backoff_time = 1s", "main.cf")
    planned = schedule(server("postfix"), settings)
    assert planned.cut
    assert len(planned.attempts) == MOST
