"""Batches say what ``explain`` and ``scan`` say, row by row, whatever the columns are made of."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import smtp421
from smtp421.arrow_rows import spans_lines
from smtp421.errors import BatchUnusable, NothingToExplain, UnknownFormat

pa = pytest.importorskip("pyarrow")
from smtp421 import arrow  # noqa: E402

DATA = Path(__file__).parent / "data"
LOGS = sorted({*(DATA / "scan").glob("*.log"), *DATA.glob("logs/*/*.log"), *DATA.glob("logs/*.csv"), *DATA.glob("logs/*.jsonl")})
TSS04 = "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1"
DEFERRED = (
    "Nov 20 22:29:59 mail postfix/smtp[207]: DADBA28A9C3: to=<u@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=0.14, "
    "delays=0.01/0.12/0.01/0, dsn=4.7.0, status=deferred (host mx.example.com[192.0.2.1] said: 421 4.7.0 Try again later "
    "(in reply to MAIL FROM command))"
)
SENT = (
    "Nov 20 22:29:59 mail postfix/smtp[196]: 0527028A9D1: to=<news@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=0.05, "
    "delays=0/0.04/0.01/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4F000008)"
)


def batch(**columns):
    return pa.RecordBatch.from_pydict(columns)


def row(found):
    """A diagnosis as a row of the answer, from the JSON contract."""
    told = found.to_dict()
    attempt, reply, retry = found.attempt.to_dict(), told["reply"], told["retry"]
    relay = attempt["relay"] or {"host": None, "address": None, "port": None}
    return {
        "format": attempt["format"],
        "line": attempt["line"],
        "timestamp": found.attempt.timestamp,
        "queue_id": attempt["queue_id"],
        "sender": found.attempt.sender,
        "recipient": attempt["recipient"],
        **{f"relay_{name}": value for name, value in relay.items()},
        "status": attempt["status"],
        "delay": attempt["delay"],
        **reply,
        **{name: told[name] for name in ("origin", "provider", "rule", "title", "cause", "also", "severity", "confidence", "who_acts", "summary")},
        **{f"retry_{name}": retry[name] for name in ("helps", "wait_seconds", "advice")},
        "fixes": [fix["id"] for fix in told["fixes"]],
        "matched": told["matched"],
        "rivals": [rival["rule"] for rival in told["rivals"]],
    }  # fmt: skip


NOTHING = dict.fromkeys(arrow.COLUMNS)


def explained(text, book, now):
    try:
        return row(smtp421.explain(text, rulebook=book, now=now))
    except NothingToExplain:
        return NOTHING


# Equal answers


def test_columns_are_those_of_the_contract(book, now):
    assert tuple(row(smtp421.explain(TSS04, rulebook=book, now=now))) == arrow.COLUMNS
    assert arrow.schema().names == list(arrow.COLUMNS)


def test_what_explain_says_of_the_rules_examples(book, now):
    texts = [example for rule in book.rules.values() for example in rule.examples[:1]]
    answers = arrow.diagnose(batch(text=texts), rulebook=book, now=now).to_pylist()
    assert answers == [explained(text, book, now) for text in texts]


@given(
    texts=st.lists(
        st.one_of(st.text(max_size=80), st.sampled_from(("4.2.2 quota", "450 try later", DEFERRED, SENT, "mail"))), max_size=6
    )
)
@settings(max_examples=60)
def test_what_explain_says_of_anything(book, texts):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    answers = arrow.diagnose(batch(text=pa.array(texts, pa.string())), rulebook=book, now=now).to_pylist()
    assert answers == [explained(text, book, now) for text in texts]


@pytest.mark.parametrize("path", LOGS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_scan_says_of_whole_logs(book, now, path):
    expected = [row(found) for found in smtp421.scan(path, rulebook=book, now=now)]
    batches = [*arrow.scan(path, rulebook=book, now=now, rows=7)]
    assert [answer for some in batches for answer in some.to_pylist()] == expected
    assert all(some.num_rows == 7 for some in batches[:-1])
    assert {some.schema for some in batches} <= {arrow.schema()}


@pytest.mark.parametrize("path", [path for path in LOGS if path.stem in ("postfix", "sendmail")], ids=lambda path: path.name)
@pytest.mark.parametrize("known", [True, False])
def test_what_scan_says_line_by_line(book, now, path, known):
    lines = path.read_bytes().split(b"\n")
    form = path.stem if known else "log"
    answers = arrow.diagnose(batch(text=lines), input_format=form, rulebook=book, now=now).to_pylist()
    expected = [row(found) | {"line": None} for found in smtp421.scan(path, rulebook=book, now=now)]
    firsts = {number: answer for answer, number in zip(reversed(expected), reversed([found.attempt.line for found in smtp421.scan(path, rulebook=book, now=now)]), strict=True)}  # fmt: skip
    assert len(firsts) > 50
    assert [answer for answer in answers if answer["cause"]] == [firsts[number] for number in sorted(firsts)]
    assert all(answer == NOTHING for number, answer in enumerate(answers, start=1) if number not in firsts)


CHEAP = [name for name in arrow.COLUMNS if name not in arrow.DEAR]


def test_fewer_columns_say_the_same(book, now):
    texts = [example for rule in book.rules.values() for example in (*rule.examples, *rule.counterexamples)]
    rows = batch(text=texts * 2, relay_host=[None] * len(texts) + ["mx.example.com"] * len(texts))
    whole, some = (arrow.diagnose(rows, columns=columns, rulebook=book, now=now) for columns in (None, CHEAP))
    assert some == whole.select(CHEAP)


@pytest.mark.parametrize("path", [path for path in LOGS if path.parent.name == "scan"], ids=lambda path: path.name)
def test_fewer_columns_say_the_same_of_logs(book, now, path):
    rows = batch(text=path.read_bytes().split(b"\n"))
    whole, some = (arrow.diagnose(rows, columns=columns, rulebook=book, now=now) for columns in (None, CHEAP))
    assert some == whole.select(CHEAP)


# Columns that come in


def test_a_format_says_what_a_row_is(book, now):
    forms = [None, "reply", "log", "postfix", "exim"]
    sent = arrow.diagnose(batch(text=[SENT] * 5, format=forms), columns=["format", "cause"], rulebook=book, now=now)
    assert sent["format"].to_pylist()[2:] == [None] * 3
    deferred = arrow.diagnose(batch(text=[DEFERRED] * 5, format=forms), columns=["format", "status"], rulebook=book, now=now)
    assert deferred["format"].to_pylist() == ["postfix", "reply", "postfix", "postfix", None]
    assert deferred["status"].to_pylist() == ["deferred", None, "deferred", "deferred", None]


def test_other_columns_tell_what_the_text_leaves_open(book, now):
    told = {
        "text": ["Try again later"],
        "code": [450],
        "enhanced_code": ["4.2.1"],
        "stage": ["rcpt"],
        "status": ["deferred"],
        "timestamp": ["2026-11-20T22:30:00Z"],
        "queue_id": ["A1"],
        "sender": ["news@example.org"],
        "recipient": ["user@example.com"],
        "relay_host": ["MTA5.am0.yahoodns.net."],
        "delay": [3],
    }
    (answer,) = arrow.diagnose(batch(**told), rulebook=book, now=now).to_pylist()
    assert answer["provider"] == "yahoo"
    assert answer | {"code": 450, "enhanced_code": "4.2.1", "stage": "rcpt", "status": "deferred", "queue_id": "A1"} == answer
    assert answer["timestamp"] == datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert (answer["sender"], answer["recipient"]) == ("news@example.org", "user@example.com")
    assert (answer["relay_host"], answer["delay"]) == ("mta5.am0.yahoodns.net", 3.0)


def test_the_text_goes_before_other_columns(book, now):
    others = {"queue_id": ["X"], "relay_host": ["mta5.am0.yahoodns.net"], "enhanced_code": ["4.2.2"], "stage": ["data"]}
    (answer,) = arrow.diagnose(batch(text=[DEFERRED], **others), rulebook=book, now=now).to_pylist()
    assert answer | {"line": 1} == explained(DEFERRED, book, now)


@pytest.mark.parametrize(
    "text", [TSS04, TSS04[4:], TSS04[10:], TSS04.replace("421 4.7.0 [TSS04]", "421-4.7.0 [TSS04]\n421 4.7.0")]
)
def test_a_code_of_its_own_and_in_the_text(book, now, text):
    (answer,) = arrow.diagnose(batch(text=[text], code=[421], enhanced_code=["4.7.0"]), rulebook=book, now=now).to_pylist()
    expected = explained(TSS04, book, now)
    assert answer == expected


def test_a_code_alone(book, now):
    columns = {
        "text": pa.array([None] * 4, pa.string()),
        "code": [452, None, None, 421],
        "enhanced_code": [None, "4.2.2", None, ""],
    }
    answers = arrow.diagnose(batch(**columns), rulebook=book, now=now).to_pylist()
    assert [answer["cause"] is not None for answer in answers] == [True, True, False, True]
    assert answers[1]["cause"] == "mailbox"


def test_a_local_reason(book, now):
    columns = {"text": ["connect to mx.example.com[192.0.2.1]:25: Connection refused"], "format": ["reply"], "origin": ["local"]}
    (answer,) = arrow.diagnose(batch(**columns), rulebook=book, now=now).to_pylist()
    assert (answer["origin"], answer["cause"], answer["code"]) == ("local", "network", None)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.dictionary(pa.int32(), pa.string())]
)
def test_kinds_of_text(book, now, kind):
    array = pa.array([TSS04, None]).cast(pa.binary() if kind == pa.binary() else pa.string())
    array = array.dictionary_encode() if pa.types.is_dictionary(kind) else array.cast(kind)
    rules = arrow.diagnose(batch(text=array), columns=["rule"], rulebook=book, now=now)["rule"].to_pylist()
    assert rules == ["yahoo-tss04", None]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_kinds_of_time(book, unit, zone):
    when = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    array = pa.array([when], pa.timestamp(unit, zone))
    (found,) = arrow.diagnose(batch(text=[TSS04], timestamp=array), columns=["timestamp"], rulebook=book)["timestamp"].to_pylist()
    assert found == when


def test_no_rows(book):
    answer = arrow.diagnose(batch(text=pa.array([], pa.string())), rulebook=book)
    assert (answer.num_rows, answer.schema) == (0, arrow.schema())
    assert [*arrow.scan([], rulebook=book)] == []


# Columns that go out


def test_chosen_and_kept_columns(book):
    given_ = batch(id=[1, 2], text=[TSS04, None], other=["a", "b"])
    answer = arrow.diagnose(given_, columns=["cause", "also"], keep=["other", "id"], rulebook=book)
    assert answer.to_pydict() == {
        "other": ["a", "b"],
        "id": [1, 2],
        "cause": ["reputation", None],
        "also": [["rate_limit"], None],
    }
    assert arrow.diagnose(given_, columns=["cause"], keep=["text"], rulebook=book)["text"].to_pylist() == [TSS04, None]


def test_the_default_rules(now):
    assert arrow.diagnose(batch(text=[TSS04]), columns=["rule"], now=now)["rule"].to_pylist() == ["yahoo-tss04"]


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({"line": ["x"]}, {}, "no column 'text' but line; rename"),
        ({"text": [1]}, {}, "row 0, column 'text': 1"),
        ({"text": ["x", "y"], "code": ["421", "no"]}, {}, "row 1, column 'code': 'no'"),
        ({"text": ["x"], "stage": ["lunch"]}, {}, "expected one of connect, ehlo"),
        ({"text": ["x"], "timestamp": [5]}, {}, "expected a timestamp"),
        ({"text": ["x"]}, {"columns": ["cuase"]}, "no column 'cuase'"),
        ({"text": ["x"]}, {"keep": ["id"]}, "no column 'id' to keep; it has text"),
        ({"text": ["x"]}, {"keep": ["text"]}, "'text' is also one of the answer"),
    ],
)
def test_what_cannot_be_used(book, columns, options, words):
    with pytest.raises(BatchUnusable) as raised:
        arrow.diagnose(batch(**columns), rulebook=book, **options)
    assert words in str(raised.value)


def test_a_table_is_no_batch(book):
    table = pa.table({"text": [TSS04]})
    with pytest.raises(BatchUnusable, match="it is a Table, no RecordBatch"):
        arrow.diagnose(table, rulebook=book)


def test_very_long_texts_are_cut(book, now):
    longs = [f"{DEFERRED[:-2]} {'x ' * 5_000_000}", "421 4.7.0 " + "[TSS04] " * 2_000_000]
    answers = arrow.diagnose(batch(text=longs, format=["log", "reply"]), rulebook=book, now=now).to_pylist()
    assert [answer["format"] for answer in answers] == ["postfix", "reply"]
    assert all(len(answer["text"]) < 1_000_000 for answer in answers)


def test_unknown_format(book):
    for columns, options in (({"format": ["postfx"]}, {}), ({}, {"input_format": "postfx"})):
        with pytest.raises(UnknownFormat, match="postfx"):
            arrow.diagnose(batch(text=["x"], **columns), rulebook=book, **options)


def test_which_formats_span_lines():
    assert not spans_lines("postfix")
    assert spans_lines("exim")  # what expires takes the reason of an earlier line
    assert spans_lines("qmail")
    assert spans_lines("powermta")
    with pytest.raises(UnknownFormat):
        spans_lines("nothing")


def test_without_pyarrow():
    code = "import sys; sys.modules['pyarrow'] = None\nfrom smtp421.errors import MissingExtra\ntry:\n import smtp421.arrow\nexcept MissingExtra as error: print(error)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "smtp421.arrow needs the package pyarrow: pip install 'smtp421[arrow]'\n"
