"""What settings answer of the diagnosis tree."""

import re
from pathlib import Path

import pytest

import smtp421
import smtp421.mta
from smtp421.model import Evidence
from smtp421.rulebook.pages import Tree

DATA = Path(__file__).parents[1] / "data" / "mta"


def answers(text: str, book, provider: str | None = None, mta: str | None = None, name: str = "main.cf") -> dict[str, Evidence]:
    settings = smtp421.mta.read(text, name, mta)
    found = smtp421.mta.evidence(settings, book.tree, book.providers[provider] if provider else None)
    return {item.key: item for item in found}


@pytest.mark.parametrize(
    ("mta", "text", "answer"),
    [
        ("postfix", "myhostname = mail.example.com", "sound"),
        ("postfix", "minimal_backoff_time = 5s\nqueue_run_delay = 5s", "too_eager"),
        ("postfix", "maximal_backoff_time = 600s", "too_eager"),
        ("postfix", "minimal_backoff_time = 2h", "too_slow"),
        ("postfix", "maximal_queue_lifetime = 0", "too_slow"),
        ("postfix", "minimal_backoff_time = 2d", "too_slow"),
        ("exim", "begin retry\n* * F,2h,15m; G,16h,1h,1.5; F,4d,6h", "sound"),
        ("exim", "begin retry\n* * F,4d,1m", "too_eager"),
        ("exim", "begin retry\n* * F,4d,3h", "too_slow"),
        ("exim", "begin retry\n", "too_slow"),
        ("sendmail", "define(`confMIN_QUEUE_AGE', `21m')", "sound"),
        ("sendmail", "define(`confMIN_QUEUE_AGE', `1m')", "too_eager"),
        ("opensmtpd", "queue ttl 4d", "sound"),
        ("powermta", "<domain *>\nretry-after 10m,20m,1h\n</domain>", "sound"),
        ("powermta", "<domain *>\nbounce-after 4d12h\n</domain>", "too_eager"),
        ("kumomta", '[queue.default]\nretry_interval = "20 minutes"', "sound"),
        ("haraka", "concurrency_max=100", "too_eager"),
        ("haraka", "temp_fail_intervals=5m,15m,1h*4", "sound"),
        ("haraka", "temp_fail_intervals=none", "too_slow"),
        ("postal", "postal:\n  default_maximum_delivery_attempts: 18", "sound"),
    ],
)
def test_backoff(mta: str, text: str, answer: str, book) -> None:
    item = answers(text, book, mta=mta, name="the file")["backoff"]
    assert item.answer == answer
    assert item.source.startswith("the file: ")
    assert item.answer in book.tree.nodes["sound-backoff"].answers


def test_the_source_names_settings_and_what_follows(book) -> None:
    source = answers("minimal_backoff_time = 5s\nqueue_run_delay = 5s", book)["backoff"].source
    assert source == (
        "main.cf: minimal_backoff_time = 5s, maximal_backoff_time = 4000s (default); first retry after 4 s to 9 s, pauses up to 1 h 7 min"
    )


def test_an_assumed_queue_run_is_told(book) -> None:
    text = "begin retry\n* * F,4d,1h"
    assert "queue runs each 30 min assumed" in answers(text, book, mta="exim")["backoff"].source
    settings = smtp421.mta.read(text, "x", "exim")._replace(queue_run=300)
    assert "assumed" not in smtp421.mta.evidence(settings, book.tree)[0].source


@pytest.mark.parametrize(
    ("text", "provider", "answer"),
    [
        ("default_destination_concurrency_limit = 20", "yahoo", "too_many_connections"),
        ("smtp_destination_concurrency_limit = 5", "yahoo", "within_limits"),
        ("default_destination_concurrency_limit = 10", "gmail", None),  # sources disagree: 5 and 20
        ("default_destination_concurrency_limit = 21", "gmail", "too_many_connections"),
        ("yahoo_destination_concurrency_limit = 3", "yahoo", "within_limits"),
        ("smtp_destination_concurrency_limit = 0", "yahoo", None),
        ("smtp_destination_concurrency_limit = 5", "sina", None),  # no limit is known
        ("smtp_destination_concurrency_limit = 5", None, None),
    ],
)
def test_rate(text: str, provider: str | None, answer: str | None, book) -> None:
    item = answers(text, book, provider).get("rate")
    assert (item.answer if item else None) == answer
    if item is not None:
        assert item.answer in book.tree.nodes["too-fast"].answers
        assert re.match(r"main\.cf: \w+ = \d+; .+ grants \d+ \(.+\)$", item.source)


def test_without_thresholds_nothing_is_judged() -> None:
    settings = smtp421.mta.read("minimal_backoff_time = 5s", "main.cf")
    assert smtp421.mta.evidence(settings, Tree("", {}, {})) == []
    assert smtp421.mta.evidence(settings, {"first_retry_least": 300.0, "first_retry_most": 1800.0})[0].answer == "too_eager"


def test_the_walk_takes_it(book) -> None:
    settings = smtp421.mta.read((DATA / "postconf-n-lab.txt").read_text(), "postconf -n")
    found = smtp421.mta.evidence(settings, book.tree, book.providers["yahoo"])
    diagnosis = smtp421.explain("421 4.7.0 Temporarily deferred for the sending rate, slow down", rulebook=book, evidence=found)
    walked = {step.node: step for step in diagnosis.path}
    assert walked["sound-backoff"].answer == "too_eager"
    assert "postconf -n: minimal_backoff_time = 5s" in walked["sound-backoff"].evidence
