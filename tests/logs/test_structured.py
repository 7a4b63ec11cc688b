"""What holds for every reader of JSON, tables and queue listings."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp421.logs import (
    LINE_FORMATS,
    Stream,
    exchange_online,
    exchange_send,
    exchange_tracking,
    exim_bp,
    google_els,
    kumomta,
    mailq,
    postqueue_j,
    powermta,
    smtpctl_queue,
    webhooks,
)
from smtp421.logs.line import Line

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data" / "logs"
FORMATS = (
    postqueue_j.FORMAT,
    kumomta.FORMAT,
    *webhooks.FORMATS,
    powermta.FORMAT,
    exchange_tracking.FORMAT,
    exchange_send.FORMAT,
    exchange_online.FORMAT,
    google_els.FORMAT,
    *mailq.FORMATS,
    exim_bp.FORMAT,
    smtpctl_queue.FORMAT,
)
FILES = {
    "postfix_queue_json": ["postqueue-j.json"],
    "kumomta": ["kumomta.jsonl"],
    "amazon_ses": ["webhooks/amazon_ses.json", "webhooks/amazon_ses-sns.json", "webhooks/amazon_ses-eventbridge.json"],
    **{form.name: [f"webhooks/{form.name}.json"] for form in webhooks.FORMATS if form.name not in ("amazon_ses", "scaleway")},
    "powermta": ["powermta.csv", "powermta-short.csv"],
    "exchange_tracking": ["exchange-tracking.log"],
    "exchange_send": ["exchange-send.log", "exchange-receive.log"],
    "exchange_online": ["exchange-online-detail.csv", "exchange-online-extended.csv"],
    "google_els": ["google-els.csv"],
    "postfix_queue": ["postqueue-p.txt"],
    "sendmail_queue": ["mailq.txt"],
}
ALL = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)


def texts_of(form):
    """The texts of a format's files."""
    return [(DATA / name).read_text(encoding="utf-8") for name in FILES.get(form.name, ())]


def stream(text):
    """What the stream of all formats reads in a text."""
    reader = Stream(LINE_FORMATS)
    lines = (Line(number, line, NOW) for number, line in enumerate(text.split("\n"), start=1))
    return [*(attempt for line in lines for attempt in reader.read(line)), *reader.close()]


def feed(form, text):
    """Everything that a format's own reader makes of a text, whether it knows the lines or not."""
    reader = form.open()
    for number, line in enumerate(text.split("\n"), start=1):
        form.recognises(line)
        reader.claims(line)
        yield from reader.read(Line(number, line, NOW))
    yield from reader.close()


@ALL
def test_the_sample_is_read_as_what_it_is(form):
    found = stream(form.sample)
    assert found
    assert {attempt.format for attempt in found} == {form.name}
    assert all(attempt.recipient == "u@example.com" for attempt in found)
    assert len(form.title) < 80


@pytest.mark.parametrize("form", LINE_FORMATS, ids=lambda form: form.name)
def test_no_format_takes_the_line_of_another(form):
    strangers = [other for other in FORMATS if other.name != form.name]
    for line in form.sample.split("\n"):
        assert [other.name for other in strangers if other.recognises(line)] == []
    assert {attempt.format for attempt in stream(form.sample)} == {form.name}


@ALL
def test_its_files_are_read_by_no_other(form):
    for text in texts_of(form):
        assert {attempt.format for attempt in stream(text)} == {form.name}


def test_tables_in_one_stream():
    tables = [form for form in FORMATS if form.sample.count("\n") == 1]
    found = stream("\n".join(form.sample for form in (*tables, *tables)))
    assert [attempt.format for attempt in found] == [form.name for form in (*tables, *tables)]


def test_a_line_of_another_log_between_two_rows():
    postfix = next(form for form in LINE_FORMATS if form.name == "postfix").sample
    header, row = powermta.FORMAT.sample.split("\n")
    found = stream("\n".join([header, row, postfix, row]))
    assert [attempt.format for attempt in found] == ["powermta", "postfix", "powermta"]


@ALL
@given(text=st.text())
def test_no_text_makes_a_reader_fail(form, text):
    for attempt in feed(form, text):
        assert attempt.format == form.name


@ALL
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 12))
def test_no_change_of_a_real_line_makes_a_reader_fail(form, seed, times):
    chance = random.Random(seed)
    pieces = ['"', "{", "}", "[", "]", ",", ";", "\n", "null", "-1", "9" * 20, "é", "\x00", "421 ", "<", ">", "\\", "true"]
    text = chance.choice([form.sample, *(text[:3000] for text in texts_of(form))])
    for _ in range(times):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 0, 1, 3, 40]))
        text = text[:start] + chance.choice(pieces) + text[end:]
    for attempt in feed(form, text):
        assert attempt.format == form.name
        assert attempt.timestamp is None or attempt.timestamp.tzinfo is not None
