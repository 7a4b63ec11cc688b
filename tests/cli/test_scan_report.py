"""``smtp421 scan``: the report in every format, its options and exit codes, on five lines of a Postfix log."""

import csv
import io
import json
from pathlib import Path

import pytest

LOG = Path(__file__).parent.parent / "data" / "report.log"


@pytest.mark.parametrize("by", ["provider", "domain", "cause", "relay", "rule", "source"])
def test_by(smtp421, by):
    code, out, err = smtp421("scan", "--by", by, str(LOG))
    assert (code, err) == (0, "")
    assert out.startswith("CRITICAL ")


def test_the_text_report_puts_the_worst_first(smtp421):
    out = smtp421("scan", str(LOG)).out
    assert out.startswith("CRITICAL  this server: The delivery agent of this mail does not run, since 10:13")
    assert "Greylisting  confirmed for 1 first contact" in out
    assert out.index("misconfiguration") < out.index("rate limit")


def test_json_counts(smtp421):
    report = json.loads(smtp421("scan", "--format", "json", str(LOG)).out)
    assert report["attempts"] == {"sent": 1, "deferred": 4, "bounced": 0}
    assert (report["messages"]["number"], report["fates"]["delivered"], report["fates"]["waiting"]) == (3, 1, 2)


def test_csv_is_a_table(smtp421):
    rows = list(csv.DictReader(io.StringIO(smtp421("scan", "--format", "csv", "--top", "0", str(LOG)).out)))
    assert {row["cause"] for row in rows} == {"misconfiguration", "rate_limit", "greylisting"}
    assert rows[0]["severity"] == "critical"


def test_markdown(smtp421):
    assert "misconfiguration" in smtp421("scan", "--format", "markdown", str(LOG)).out


@pytest.mark.parametrize(
    ("options", "causes"),
    [
        (("--provider", "gmail"), {"rate_limit"}),
        (("--cause", "greylisting"), {"greylisting"}),
        (("--min-severity", "critical"), {"misconfiguration"}),
        (("--since", "2026-11-20 10:06"), {"greylisting", "misconfiguration"}),
        (("--since", "2026-11-20 12:06+02:00"), {"greylisting", "misconfiguration"}),
        (("--until", "2026-11-20 10:05:30"), {"rate_limit"}),
    ],
)
def test_which_deferrals(smtp421, options, causes):
    lines = smtp421("scan", "--format", "jsonl", *options, str(LOG)).out.splitlines()
    assert {json.loads(line)["cause"] for line in lines} == causes


def test_fail_level(smtp421):
    assert smtp421("scan", "--fail-level", "critical", str(LOG)).code == 1
    assert smtp421("scan", "--fail-level", "critical", "--cause", "greylisting", str(LOG)).code == 0


def test_output_is_written_whole(smtp421, tmp_path):
    target = tmp_path / "report.txt"
    code, out, _ = smtp421("scan", "-o", str(target), str(LOG))
    assert (code, out) == (0, "")
    assert target.read_text().startswith("CRITICAL ")
    assert smtp421("scan", "-o", str(tmp_path / "no" / "report.txt"), str(LOG)).code == 3


def test_metrics(smtp421, tmp_path):
    target = tmp_path / "smtp421.prom"
    assert smtp421("scan", "--textfile", str(target), str(LOG)).code == 0
    text = target.read_text()
    assert "# TYPE " in text
    assert 'cause="rate_limit"' in text


def test_anonymize(smtp421):
    out = smtp421("scan", "--anonymize", "--format", "log", str(LOG)).out
    assert "u1@gmail.com" not in out
    assert "u3@" not in out
    assert "gmail-smtp-in.l.google.com" in out
    again = smtp421("scan", "--anonymize", "--format", "jsonl", str(LOG)).out
    assert "u2@example.com" not in again


def test_lines_behind_a_row(smtp421):
    assert "AAAAAA3" in smtp421("scan", "--show-lines", str(LOG)).out


def test_input_format(smtp421):
    assert smtp421("scan", "--input-format", "exim", str(LOG)).out.startswith("OK  No deferral")
    assert smtp421("scan", "--input-format", "nonsense", str(LOG)).code == 2


def test_formats(smtp421):
    listing = smtp421("formats").out
    assert "postfix" in listing
    assert "to=<u@example.com>" in smtp421("formats", "postfix").out
    assert smtp421("formats", "nonsense").code == 2
