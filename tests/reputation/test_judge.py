"""From figures to answers of the tree."""

import json
from datetime import UTC, datetime

import pytest

from smtp421.model import Evidence
from smtp421.reputation import postmaster_tools, snds
from smtp421.reputation.judge import evidence

NOW = datetime(2026, 11, 29, 18, tzinfo=UTC)


@pytest.fixture
def answers(book):
    """(key, answer) with the source, of a report."""

    def judge(report, address=None, domain=None, now=NOW):
        return {item.key: item for item in evidence(report, address, domain, now, book.tree.thresholds)}

    return judge


@pytest.mark.parametrize(
    ("address", "answer", "told"),
    [
        ("192.0.2.10", "clean", "Microsoft SNDS: 192.0.2.10 green, below 10 % taken for spam on 2026-11-27"),
        ("192.0.2.11", "issues", "Microsoft SNDS: 192.0.2.11 yellow, 10 to 90 % taken for spam on 2026-11-27"),
        ("192.0.2.12", "issues", "Microsoft SNDS: 192.0.2.12 red, over 90 % taken for spam on 2026-11-27"),
    ],
)
def test_snds_judges_the_address_at_hand(answers, data, address, answer, told):
    report = snds.read(data("snds-data.csv"), "f")
    assert answers(report, address) == {"reputation": Evidence("reputation", answer, told)}


def test_an_address_that_snds_does_not_know(answers, data):
    report = snds.read(data("snds-data.csv"), "f")
    assert answers(report, "198.51.100.1")["reputation"][1:3] == ("unknown", "Microsoft SNDS has nothing of 198.51.100.1")
    assert answers(report, "2001:db8::1")["reputation"].answer == "unknown"


def test_without_an_address_the_worst_counts_and_is_said_to(answers, data):
    report = snds.read(data("snds-data.csv"), "f")
    assert answers(report)["reputation"].source == (
        "Microsoft SNDS: 192.0.2.12 red, over 90 % taken for spam on 2026-11-27, "
        "the worst of 3 senders; which one this was is not known"
    )
    only = snds.read(data("snds-data.csv").splitlines()[0], "f")
    assert answers(only, "no address")["reputation"].source.endswith("on 2026-11-27")


def test_a_blocked_range(answers, data):
    report = snds.read(data("snds-ipstatus.csv"), "f")
    assert answers(report, "192.0.2.5")["reputation"][1:3] == (
        "issues",
        "Microsoft SNDS: 192.0.2.0 to 192.0.2.7 blocked: Blocked due to user complaints or other evidence of spamming (day not given)",
    )
    assert answers(report, "192.0.2.8")["reputation"].answer == "unknown"


@pytest.mark.parametrize(
    ("rate", "hits", "answer", "told"),
    [
        ("< 0.1%", 0, "clean", "green"),
        ("0.2%", 0, "doubtful", "complaint rate 0.2%, below 0.1 % is wanted"),
        ("0.1% - < 1%", 0, "doubtful", "complaint rate 0.1% - < 1%"),
        ("0.3%", 0, "issues", "complaint rate 0.3%, 0.3 % is too much"),
        ("< 0.1%", 1, "clean", "green"),
        ("< 0.1%", 20, "issues", "20 trap hits, 0.2 % of its mail"),
    ],
)
def test_green_is_not_all(answers, rate, hits, answer, told):
    row = f"192.0.2.1,11/26/2026 8:00 AM,11/27/2026 8:00 AM,9999,9999,10000,GREEN,{rate},,,{hits}\n"
    found = answers(snds.read(row.encode(), "f"), "192.0.2.1")["reputation"]
    assert found.answer == answer
    assert told in found.source


def test_old_figures_are_said_to_be_old(answers, data):
    report = snds.read(data("snds-data.csv"), "f")
    found = answers(report, "192.0.2.12", now=datetime(2026, 12, 20, tzinfo=UTC))["reputation"]
    assert found.old
    assert found.source.endswith("on 2026-11-27, 23 days ago")
    assert not answers(report, "192.0.2.12", now=datetime(2026, 12, 4))["reputation"].old
    assert answers(report, "192.0.2.12", now=datetime(2026, 12, 5))["reputation"].old


def test_what_happened_long_before_the_newest_day_does_not_count(answers):
    row = "192.0.2.1,{0} 8:00 AM,{0} 8:00 PM,100,100,100,{1},< 0.1%\n"
    text = row.format("11/20/2026", "RED") + row.format("11/27/2026", "GREEN")
    assert answers(snds.read(text.encode(), "f"), "192.0.2.1")["reputation"].answer == "clean"
    text = row.format("11/21/2026", "RED") + row.format("11/27/2026", "GREEN")
    assert "on 2026-11-21" in answers(snds.read(text.encode(), "f"), "192.0.2.1")["reputation"].source


def test_postmaster_tools_answer_three_questions(answers, data):
    found = answers(postmaster_tools.read(data("traffic-stats.json"), "f"), None, "example.com")
    assert {key: item.answer for key, item in found.items()} == {
        "reputation": "issues",
        "identity": "auth_faulty",
        "rate": "too_fast",
    }
    assert found["reputation"].source == (
        "Google Postmaster Tools: example.com spam rate 0.41 %, 0.3 % is too much on 2026-11-26"
    )
    assert found["identity"].source == "Google Postmaster Tools: example.com DKIM passes for 62 % only on 2026-11-26"
    assert found["rate"].source == "Google Postmaster Tools: example.com rate limit exceeded for 8 % of the mail on 2026-11-26"


def test_the_reputation_of_an_address_at_google(answers, data):
    report = postmaster_tools.read(data("traffic-stats.json"), "f")
    assert "192.0.2.12 reputation BAD" in answers(report, "192.0.2.12", "other.example")["reputation"].source
    assert answers(report, "192.0.2.21", "other.example")["reputation"].answer == "clean"


def test_domains_and_subdomains(answers, data):
    report = postmaster_tools.read(data("domain-stats.json"), "f")
    assert answers(report, None, "Bounce.Example.COM")["reputation"].answer == "doubtful"
    assert answers(report, None, "badexample.com")["reputation"][1:3] == (
        "unknown",
        "Google Postmaster Tools has nothing of badexample.com",
    )
    assert answers(report)["reputation"].answer == "doubtful"
    table = postmaster_tools.read(b"date,spam rate\n2026-11-27,0.05%\n", "f")
    assert answers(table, "192.0.2.1", "any.example")["reputation"].answer == "clean"


def test_the_compliance_status(answers, data):
    found = answers(postmaster_tools.read(data("compliance-status.json"), "f"), None, "example.com")
    assert found["identity"][1:3] == (
        "dns_faulty",
        "Google Postmaster Tools: example.com requirement not met: dns records (day not given)",
    )
    assert found["reputation"].answer == "issues"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("RATE_LIMIT_EXCEEDED", {"rate": "too_fast"}),
        ("LOW_IP_REPUTATION", {"reputation": "issues"}),
        ("IP_IN_RBL", {"reputation": "issues"}),
        ("BAD_DMARC_POLICY", {"identity": "auth_faulty"}),
        ("BAD_PTR_RECORD", {"identity": "dns_faulty"}),
        ("ANOMALOUS_TRAFFIC_PATTERN", {"rate": "too_fast"}),
        ("BAD_OR_MISSING_PTR_RECORD", {"identity": "dns_faulty"}),
        ("BAD_ATTACHMENT", {}),
    ],
)
@pytest.mark.parametrize("often", [True, False])
def test_reasons_of_refusals(answers, reason, expected, often):
    refusal = {"errorType": reason, "errorRatio": 0.5 if often else 0.001}
    text = json.dumps({"name": "domains/example.com/trafficStats/20261127", "deliveryErrors": [refusal]})
    found = answers(postmaster_tools.read(text.encode(), "f"), None, "example.com")
    assert {key: item.answer for key, item in found.items()} == (expected if often else {})


def test_an_empty_report_says_nothing(answers):
    assert answers(snds.read(b"", "f"), "192.0.2.1") == {}


def test_without_thresholds_only_words_are_judged(data):
    report = postmaster_tools.read(data("traffic-stats.json"), "f")
    assert {(item.key, item.answer) for item in evidence(report, None, "example.com", NOW, {})} == {("reputation", "issues")}
