"""Google Postmaster Tools."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.reputation import postmaster_tools


def found(report):
    return [(item.day and item.day.day, item.what, item.about, item.value) for item in report.observations]


def test_version_1(data):
    report = postmaster_tools.read(data("traffic-stats.json"), "stats.json")
    assert not report.faults
    assert (report.tool, report.families, report.newest) == ("Google Postmaster Tools", {"google"}, date(2026, 11, 27))
    assert found(report) == [
        (26, "spam_rate", "", 0.0041),
        (26, "authenticated", "SPF", 1.0),
        (26, "authenticated", "DKIM", 0.62),
        (26, "authenticated", "DMARC", 0.99),
        (26, "reputation", "", "LOW"),
        (26, "reputation", "", "BAD"),
        (26, "reputation", "", "HIGH"),
        (26, "reputation", "", "HIGH"),
        (26, "deferred", "RATE_LIMIT_EXCEEDED", 0.08),
        (26, "deferred", "BAD_ATTACHMENT", 0.02),
        (27, "spam_rate", "", 0.0002),
        (27, "reputation", "", "MEDIUM"),
    ]
    assert [str(sender) for sender in report.senders] == ["example.com", "192.0.2.12", "192.0.2.10", "192.0.2.20 to 192.0.2.21"]


def test_one_day_and_a_list_of_days(data):
    days = json.loads(data("traffic-stats.json"))["trafficStats"]
    assert len(found(postmaster_tools.read(json.dumps(days[1]).encode(), "f"))) == 2
    assert len(found(postmaster_tools.read(json.dumps(days).encode(), "f"))) == 12


def test_version_2(data):
    report = postmaster_tools.read(data("domain-stats.json"), "f")
    assert not report.faults
    assert found(report) == [(27, "spam_rate", "", 0.0015), (27, "authenticated", "DKIM", 0.999)]
    batch = {"results": [{"response": json.loads(data("domain-stats.json"))}]}
    assert found(postmaster_tools.read(json.dumps(batch).encode(), "f")) == found(report)


def test_reasons_of_refusals_of_version_2_are_known_by_the_name_of_the_metric():
    stat = {
        "name": "domains/example.com/domainStats/x",
        "date": {"year": 2026, "month": 11, "day": 27},
        "value": {"doubleValue": 0.2},
    }
    names = (
        "delivery_error__reject__ip_in_rbls",
        "DELIVERY_ERROR_RATE anomalous-traffic-pattern",
        "delivery_error__reject__other",
    )
    report = postmaster_tools.read(json.dumps({"domainStats": [{**stat, "metric": name} for name in names]}).encode(), "f")
    assert not report.faults
    assert found(report) == [(27, "deferred", "IP_IN_RBLS", 0.2), (27, "deferred", "ANOMALOUS_TRAFFIC_PATTERN", 0.2)]


def test_a_sum_over_all_days_has_no_day():
    report = postmaster_tools.read(b'{"domainStats": [{"metric": "spamRate", "value": {"doubleValue": 0.2}}]}', "f")
    assert found(report) == [(None, "spam_rate", "", 0.2)]


def test_the_compliance_status_of_version_2(data):
    report = postmaster_tools.read(data("compliance-status.json"), "f")
    assert not report.faults
    assert [(item.about, item.value) for item in report.observations if item.value != "COMPLIANT"] == [
        ("DMARC_POLICY", "NEEDS_WORK"),
        ("DNS_RECORDS", "NEEDS_WORK"),
        ("USER_FEEDBACK_NEGATIVE", "NEEDS_WORK"),
    ]
    assert {(str(item.sender), item.day) for item in report.observations} == {("example.com", None)}


def test_a_table():
    report = postmaster_tools.read(
        b"Date,Domain,User-reported spam rate (%),IP reputation,Domain reputation,SPF success rate,Volume\n"
        b"2026-11-27,Example.com,0.31,high,LOW,99.5%,12\n"
        b'"Nov 26, 2026",example.com,,,,1.0,12\n',
        "export.csv",
    )
    assert not report.faults
    assert found(report) == [
        (27, "spam_rate", "", pytest.approx(0.0031)),
        (27, "reputation", "", "HIGH"),
        (27, "reputation", "", "LOW"),
        (27, "authenticated", "SPF", 0.995),
        (26, "authenticated", "SPF", 1.0),
    ]
    assert str(report.senders[0]) == "example.com"
    nameless = postmaster_tools.read(b"day,spam rate\n20261127,0.001\n", "f")
    assert (str(nameless.senders[0]), nameless.senders[0].domain) == ("mail", None)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        (b'{"trafficStats": [}', (1, 19), "this is no JSON"),
        (b"[" * 200_000, (1, 1), "this JSON is nested too deep"),
        (b"{}", (1, 1), "no trafficStats, domainStats or complianceStatus in it"),
        (b'{"trafficStats": [\n  {"name": "domains/x/trafficStats/2026"}]}', (2, 12), "the name is not"),
        (
            b'{"trafficStats": [\n  {"name": "domains/x/trafficStats/20261127",\n   "userReportedSpamRatio": 4.1}]}',
            (3, 29),
            "'4.1' is no share",
        ),
        (
            b'[{"name": "domains/x/trafficStats/20261127",\n "domainReputation": "FINE"}]',
            (2, 22),
            "'FINE' is no reputation",
        ),
        (
            b'[{"name": "domains/x/trafficStats/20261127", "ipReputations": [{"reputation": "BAD",\n "sampleIps": ["no ip"]}]}]',
            (2, 16),
            "'no ip' is no IP address",
        ),
        (b'{"domainStats": [{"metric": "spamRate",\n "date": {"year": 2026}, "value": {}}]}', (2, 10), "the date is not"),
        (
            b'{"name": "x", "complianceData": {"rowData":\n [{"requirement": "SPF", "status": {"status": "GREAT"}}]}}',
            (1, 33),
            "'GREAT' is no state",
        ),
        (b"Spam rate,SPF\n0.1%,1\n", (1, 1), "no column for the date"),
        (b"date,spam rate\nyesterday,0.1%\n", (2, 1), "'yesterday' is no date"),
        (b"date,spam rate\n2026-11-27,lots\n", (2, 12), "'lots' is no share"),
        (b"date,domain reputation\n2026-11-27,fine\n", (2, 12), "'fine' is no reputation"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, place, told):
    (fault,) = postmaster_tools.read(text, "f.json").faults
    assert fault.message.startswith(told)
    assert (fault.path, fault.line, fault.column) == ("f.json", *place)


def test_json_that_is_no_yaml_has_faults_without_a_place():
    text = b'[{"name":\t"domains/x/trafficStats/20261127", "userReportedSpamRatio": "\\ud800", "x": {"a": 1, "a": 2}}]'
    report = postmaster_tools.read(text, "f")
    assert len(report.faults) == 1


def test_figures_that_mean_nothing_are_passed_over():
    text = (
        b'{"domainStats": [{"metric": "spam_rate", "date": {"year": 2026, "month": 11, "day": 27}, "value": {"stringValue": "x"}},'
        b'{"metric": "tls_rate", "value": {"doubleValue": 1}},'
        b'{"metric": "spf_error_count", "date": {}, "value": {}}, 7]}'
    )
    report = postmaster_tools.read(text, "f")
    assert not report.observations
    assert [fault.message.partition(",")[0] for fault in report.faults] == ["no trafficStats"]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["trafficStats", "domainStats", "results", "name", "metric", "value", "date", "complianceData", "rowData", "status", "ipReputations", "deliveryErrors"]), inner, max_size=4), max_leaves=12))  # fmt: skip
def test_any_json_is_read_or_a_fault(value):
    report = postmaster_tools.read(json.dumps(value).encode(), "f")
    assert report.observations or report.faults
