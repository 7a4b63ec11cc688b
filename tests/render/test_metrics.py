"""Prometheus's text format."""

import re
from collections.abc import Iterable
from typing import Any

import smtp421
from smtp421.cli.intake import Intake, Sieve
from smtp421.diagnosis.history.judgement import Judgement
from smtp421.render.metrics import metrics

LINE = (
    "2026-11-20T08:{minute}:00+00:00 mail postfix/smtp[196]: A{minute}: to=<v@{domain}>, relay=mx.{domain}[192.0.2.9]:25, "
    "delay=0.1, delays=0/0/0/0, dsn=4.7.1, status=deferred (host mx.{domain}[192.0.2.9] said: 450 4.7.1 Hm (in reply to RCPT TO command))"
)
SAMPLE = re.compile(r'[a-z0-9_]+(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? -?\d[\d.e+]*')


def judged(lines: Iterable[str], book: Any, by: Any = None) -> Judgement:
    intake = Intake(book, Sieve(), by=by)
    intake.take(smtp421.scan(lines, rulebook=book))
    return intake.judgement()


def test_all(book) -> None:
    text = metrics(judged([LINE.format(minute=10, domain="example.com")], book), 1, "1.0")
    assert text.startswith(
        "# HELP smtp421_info The program that wrote this.\n"
        "# TYPE smtp421_info gauge\n"
        'smtp421_info{version="1.0"} 1\n'
        "# HELP smtp421_lines Log lines read.\n"
        "# TYPE smtp421_lines gauge\n"
        "smtp421_lines 1\n"
        "# HELP smtp421_first_timestamp_seconds Time of the first line that was understood.\n"
        "# TYPE smtp421_first_timestamp_seconds gauge\n"
        "smtp421_first_timestamp_seconds 1795162200\n"
    )
    assert 'smtp421_attempts{provider="example_mail",outcome="deferred"} 1\n' in text
    assert 'smtp421_deferrals{provider="example_mail",cause="unknown"} 1\n' in text
    assert 'smtp421_severity{provider="example_mail",cause="unknown"} 2\n' in text
    names = re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE)
    assert len(names) == len(set(names))
    for line in text.splitlines():
        assert line.startswith("# ") or SAMPLE.fullmatch(line), line
    assert text.endswith("\n")


def test_nothing(book) -> None:
    text = metrics(judged([], book), 0, "1.0")
    assert re.findall(r"^smtp421_\S+ ", text, re.MULTILINE) == ['smtp421_info{version="1.0"} ', "smtp421_lines "]
    assert "timestamp" not in text
    assert "deferrals" not in text


def test_labels_are_bounded(book) -> None:
    """However many domains a log holds, there is one series for all that are no provider's."""
    lines = [
        LINE.format(minute=minute, domain=f"d{minute}.example").replace("4.7.1 Hm", "4.7.2 Later") for minute in range(10, 60)
    ]
    for by in (None, "domain"):
        text = metrics(judged(lines, book, by), 50, "1.0")
        assert re.findall(r"^smtp421_deferrals.*", text, re.MULTILINE) == [
            'smtp421_deferrals{provider="other",cause="unknown"} 50'
        ]
        assert ".example" not in text


def test_own_side_inbound_and_what_is_over(book) -> None:
    judgement = judged([LINE.format(minute=10, domain="example.com")], book)
    (one,) = judgement.groups
    own = one._replace(group=one.group._replace(key=one.group.key._replace(own=True)), cleared=True)
    text = metrics(judgement._replace(groups=(one, own), inbound=(own,)), 1, "1.0")
    assert 'smtp421_severity{provider="own_side",cause="unknown"} 0\n' in text
    assert 'smtp421_inbound_deferrals{provider="own_side",cause="unknown"} 1\n' in text


def test_escaping(book) -> None:
    text = metrics(judged([], book), 10_000_000, 'a"b\\c\nd')
    assert 'smtp421_info{version="a\\"b\\\\c\\nd"} 1\n' in text
    assert "smtp421_lines 10000000\n" in text
