"""A whole check, its report, and the report as evidence."""

import json
from ipaddress import ip_address

import pytest

from smtp421.sender import Finding, Level, Report, Subject, evidence
from smtp421.sender.checks import CHECKS
from smtp421.sender.run import check

GOOD = {
    ("25.2.0.192.in-addr.arpa", "PTR"): "mail.example.com",
    ("mail.example.com", "A"): "192.0.2.25",
    ("example.com", "MX"): "10 mail.example.com",
    ("example.com", "TXT"): "v=spf1 mx -all",
    ("_dmarc.example.com", "TXT"): "v=DMARC1; p=reject; rua=mailto:r@example.com",
}


def test_a_good_sender(dns, sender):
    report = check(sender, dns(GOOD))
    assert [finding.check for finding in report.findings][:4] == ["ptr", "helo", "mail_domain", "spf"]
    assert report.level is Level.NOTE  # no selector was given
    found = evidence(report.to_dict())
    assert [(each.key, each.answer) for each in found] == [("identity", "ok"), ("reputation", "clean")]
    assert "ptr, helo, mail domain, spf, dkim, dmarc" in found[0].source


def test_a_sender_without_reverse_dns_that_is_listed(dns, sender):
    zone = {key: value for key, value in GOOD.items() if key[1] != "PTR"}
    report = check(sender, dns({**zone, ("25.2.0.192.zen.spamhaus.org", "A"): "127.0.0.2"}))
    found = evidence(json.loads(json.dumps(report.to_dict())))
    assert [(each.key, each.answer) for each in found] == [("identity", "dns_faulty"), ("reputation", "issues")]
    assert found[0].source == "sender check: 192.0.2.25 has no reverse DNS."
    assert "Spamhaus ZEN (SBL: spam sources)" in found[1].source


def test_only_some_checks(dns, sender):
    report = check(sender, dns(GOOD), ["ptr"])
    assert [finding.check for finding in report.findings] == ["ptr"]
    assert [each.key for each in evidence(report.to_dict())] == ["identity"]


@pytest.mark.parametrize("level", [Level.UNKNOWN, Level.WARNING])
def test_what_is_not_known_answers_nothing(level):
    findings = tuple(Finding(name, level, "…") for name in CHECKS)
    assert evidence(Report(Subject(), findings).to_dict()) == []


def test_the_report_as_json(dns):
    report = check(Subject(ip_address("192.0.2.25"), "example.com"), dns(GOOD), ["ptr", "spf"]).to_dict()
    assert report["schema"] == "smtp421.sender/1"
    assert report["subject"]["address"] == "192.0.2.25"
    assert set(report["findings"][0]) == {"check", "level", "found", "do", "seen", "source"}
    assert json.loads(json.dumps(report)) == report


def test_no_findings_are_no_trouble():
    assert Report(Subject(), ()).level is Level.OK
