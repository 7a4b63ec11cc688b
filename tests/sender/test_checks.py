"""Each check on good and broken records, and on a DNS that does not answer: three things."""

import importlib.util
from ipaddress import ip_address
from pathlib import Path

import pytest

from smtp421.sender.checks import CHECKS, block_lists, destination, dkim, dmarc, helo, mail_domain, ptr, spf
from smtp421.sender.report import Answer, Finding, Level, Outcome, Subject

_SPEC = importlib.util.spec_from_file_location("keys", Path(__file__).with_name("keys.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
keys = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(keys)

REVERSE = "25.2.0.192.in-addr.arpa"
UNANSWERED = [Outcome.SERVFAIL, Outcome.REFUSED, Outcome.TIMEOUT]


def levels(findings: list[Finding]) -> list[tuple[str, Level]]:
    return [(finding.check, finding.level) for finding in findings]


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_check_that_knows_too_little_says_nothing(dns, name):
    assert list(CHECKS[name](Subject(), dns({}))) == []


@pytest.mark.parametrize("outcome", UNANSWERED)
@pytest.mark.parametrize("name", ["ptr", "helo", "mail_domain", "spf", "dkim", "dmarc", "destination", "block_lists"])
def test_no_answer_is_no_finding_about_the_record(name, outcome):
    subject = Subject(ip_address("192.0.2.25"), "example.com", None, "mail.example.com", None, ("s1",), "example.org")

    def ask(question: str, kind: str) -> Answer:
        return Answer(question, kind, outcome)

    findings = list(CHECKS[name](subject, ask))
    assert findings
    assert {finding.level for finding in findings} == {Level.UNKNOWN}
    words = {Outcome.SERVFAIL: "SERVFAIL", Outcome.REFUSED: "refuse", Outcome.TIMEOUT: "time"}[outcome]
    assert all(words.lower() in finding.found.lower() for finding in findings)


# PTR


def test_ptr_and_back(dns, sender):
    found = only(list(ptr.check(sender, dns({(REVERSE, "PTR"): "mail.example.com", ("mail.example.com", "A"): "192.0.2.25"}))))
    assert (found.level, found.found) == (Level.OK, "192.0.2.25 is mail.example.com, and back.")


def test_ptr_of_ipv6(dns):
    address = ip_address("2001:db8::25")
    zone = {(address.reverse_pointer, "PTR"): "mail.example.com", ("mail.example.com", "AAAA"): "2001:db8::25"}
    assert only(list(ptr.check(Subject(address), dns(zone)))).level is Level.OK


@pytest.mark.parametrize(
    ("zone", "level", "words"),
    [
        ({}, Level.CRITICAL, "has no reverse DNS"),
        ({(REVERSE, "PTR"): "mail.example.com"}, Level.CRITICAL, "does not lead back"),
        (
            {(REVERSE, "PTR"): "mail.example.com", ("mail.example.com", "A"): "192.0.2.99"},
            Level.CRITICAL,
            "does not lead back",
        ),
        ({(REVERSE, "PTR"): "mail.example.com", ("mail.example.com", "A"): Outcome.SERVFAIL}, Level.UNKNOWN, "SERVFAIL"),
        (
            {(REVERSE, "PTR"): "192-0-2-25.example.net", ("192-0-2-25.example.net", "A"): "192.0.2.25"},
            Level.WARNING,
            "dial-up",
        ),
        ({(REVERSE, "PTR"): "p7.dsl.example.net", ("p7.dsl.example.net", "A"): "192.0.2.25"}, Level.WARNING, "dial-up"),
        (
            {(REVERSE, "PTR"): ["a.example.com", "b.example.com"], ("a.example.com", "A"): "192.0.2.25"},
            Level.NOTE,
            "2 names",
        ),
    ],
)
def test_ptr(dns, sender, zone, level, words):
    found = only(list(ptr.check(sender, dns(zone))))
    assert found.level is level
    assert words in found.found
    assert (found.do == "") is (level is Level.OK)


# HELO


@pytest.mark.parametrize(
    ("name", "zone", "level"),
    [
        ("mail.example.com", {("mail.example.com", "A"): "192.0.2.25"}, Level.OK),
        ("mail.example.com", {("mail.example.com", "A"): "192.0.2.99"}, Level.WARNING),
        ("mail.example.com", {}, Level.CRITICAL),
        ("localhost.localdomain", {}, Level.CRITICAL),
        ("mail", {}, Level.CRITICAL),
        ("-bad-.example.com", {}, Level.CRITICAL),
        ("[192.0.2.25]", {}, Level.WARNING),
    ],
)
def test_helo(dns, sender, name, zone, level):
    assert only(list(helo.check(sender._replace(helo=name), dns(zone)))).level is level


# Envelope domain


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ({("example.com", "MX"): "10 mx.example.com", ("mx.example.com", "A"): "198.51.100.1"}, [Level.OK]),
        ({}, [Level.CRITICAL]),
        ({("example.com", "MX"): "0 ."}, [Level.CRITICAL]),
        ({("example.com", "TXT"): "hello"}, [Level.CRITICAL]),
        ({("example.com", "A"): "198.51.100.1"}, [Level.NOTE]),
        ({("example.com", "TXT"): "hello", ("example.com", "AAAA"): Outcome.TIMEOUT}, [Level.UNKNOWN]),
        ({("example.com", "MX"): "10 mx.example.com", ("mx.example.com", "A"): "10.1.2.3"}, [Level.CRITICAL]),
        ({("example.com", "MX"): "10 mx.example.com", ("mx.example.com", "A"): Outcome.SERVFAIL}, [Level.UNKNOWN]),
        (
            {("example.com", "MX"): ["10 a.example.com", "20 b.example.com"], ("b.example.com", "AAAA"): "2001:db8::1"},
            [Level.WARNING, Level.OK],
        ),
    ],
)
def test_mail_domain(dns, sender, zone, found):
    assert [finding.level for finding in mail_domain.check(sender, dns(zone))] == found


def test_a_domain_that_does_not_exist_is_not_waited_for(dns, sender):
    assert "retrying is useless" in only(list(mail_domain.check(sender, dns({})))).do


# SPF


@pytest.mark.parametrize(
    ("record", "level", "words"),
    [
        ("v=spf1 ip4:192.0.2.25 -all", Level.OK, "SPF passes"),
        ("v=spf1 mx -all", Level.OK, "SPF passes"),
        ("v=spf1 a:mail.example.com -all", Level.OK, "SPF passes"),
        ("v=spf1 include:_spf.example.org -all", Level.OK, "SPF passes"),
        ("v=spf1 ptr:example.com -all", Level.OK, "SPF passes"),
        ("v=spf1 ip4:198.51.100.0/24 -all", Level.CRITICAL, "may not send"),
        ("v=spf1 ~all", Level.WARNING, "softfail"),
        ("v=spf1 ?all", Level.WARNING, "neutral"),
        ("v=spf1 ip4:192.0.2.0/33 -all", Level.CRITICAL, "broken"),
        ("v=spf1 include:missing.example.org -all", Level.CRITICAL, "broken"),
        (["v=spf1 -all", "v=spf1 ~all"], Level.CRITICAL, "broken"),
        ("v=spf1 a:no1.example.com a:no2.example.com a:no3.example.com -all", Level.CRITICAL, "find nothing"),
        ("google-site-verification=x", Level.CRITICAL, "has no SPF record"),
    ],
)
def test_spf(dns, sender, record, level, words):
    zone = {
        ("example.com", "TXT"): record,
        ("example.com", "MX"): "10 mx.example.com",
        ("mx.example.com", "A"): "192.0.2.25",
        ("mail.example.com", "A"): "192.0.2.25",
        ("_spf.example.org", "TXT"): "v=spf1 ip4:192.0.2.0/24 -all",
        (REVERSE, "PTR"): "mail.example.com",
    }
    found = only(list(spf.check(sender, dns(zone))))
    assert (found.level, words in found.found) == (level, True), found


def test_spf_waits_for_what_the_dns_does_not_answer(dns, sender):
    zone = {("example.com", "TXT"): "v=spf1 include:slow.example.org -all", ("slow.example.org", "TXT"): Outcome.TIMEOUT}
    found = only(list(spf.check(sender, dns(zone))))
    assert found.level is Level.UNKNOWN
    assert "slow.example.org" in found.found


@pytest.mark.parametrize(
    ("records", "level"), [(["v=spf1 -all"], Level.NOTE), ([], Level.CRITICAL), (["v=spf1 a", "v=spf1 mx"], Level.CRITICAL)]
)
def test_spf_without_an_address(dns, records, level):
    assert only(list(spf.check(Subject(domain="example.com"), dns({("example.com", "TXT"): [*records, "x"]})))).level is level


# DKIM

KEY = "s1._domainkey.example.com"


@pytest.mark.parametrize(
    ("record", "level", "words"),
    [
        (f"v=DKIM1; k=rsa; p={keys.rsa(2048)}", Level.OK, "rsa, 2048 bits"),
        (f"p={keys.rsa(2048)}", Level.OK, "rsa, 2048 bits"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", Level.OK, "ed25519"),
        (f"v=DKIM1; p={keys.rsa(1024)}", Level.NOTE, "1024 bits"),
        (f"v=DKIM1; t=y; p={keys.rsa(2048)}", Level.NOTE, "testing"),
        (f"v=DKIM1; p={keys.rsa(512)}", Level.CRITICAL, "512 bits"),
        ("v=DKIM1; p=", Level.CRITICAL, "revoked"),
        ("v=DKIM1; k=rsa", Level.CRITICAL, "has no key"),
        (f"v=DKIM2; p={keys.rsa(2048)}", Level.CRITICAL, "version"),
        ("v=DKIM1; p=MFwwDQ", Level.CRITICAL, "cut or no base64"),
        ("v=DKIM1; p=AAAA", Level.CRITICAL, "cut or no base64"),
        ("v=DKIM1; p=a; p=b", Level.CRITICAL, "stands twice"),
        ("v=DKIM1; hello", Level.CRITICAL, "is no tag=value"),
        (["v=DKIM1; p=a", "v=DKIM1; p=b"], Level.CRITICAL, "2 records"),
    ],
)
def test_dkim(dns, record, level, words):
    subject = Subject(domain="example.com", selectors=("s1",))
    found = only(list(dkim.check(subject, dns({(KEY, "TXT"): record}))))
    assert (found.level, words in found.found) == (level, True), found


def test_dkim_without_a_key_or_a_selector(dns):
    assert only(list(dkim.check(Subject(domain="example.com", selectors=("s1",)), dns({})))).level is Level.CRITICAL
    assert only(list(dkim.check(Subject(domain="example.com"), dns({})))).level is Level.NOTE


# DMARC


@pytest.mark.parametrize(
    ("author", "zone", "level", "words"),
    [
        ("example.com", {("_dmarc.example.com", "TXT"): "v=DMARC1; p=reject; rua=mailto:r@example.com"}, Level.OK, "reject"),
        ("news.example.com", {("_dmarc.example.com", "TXT"): "v=DMARC1; p=none; rua=mailto:r@example.com"}, Level.OK, "none"),
        ("example.com", {("_dmarc.example.com", "TXT"): "v=DMARC1; p=none"}, Level.NOTE, "without rua="),
        ("example.com", {}, Level.WARNING, "no DMARC policy"),
        ("example.com", {("_dmarc.example.com", "TXT"): "v=DMARC1; p=nothing"}, Level.CRITICAL, "broken"),
        ("example.com", {("_dmarc.example.com", "TXT"): "v=DMARC1; p"}, Level.CRITICAL, "broken"),
        ("example.com", {("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, Level.CRITICAL, "2 records"),
        ("news.example.com", {("_dmarc.example.com", "TXT"): Outcome.SERVFAIL}, Level.UNKNOWN, "SERVFAIL"),
    ],
)
def test_dmarc(dns, author, zone, level, words):
    found = next(dmarc.check(Subject(author=author), dns(zone)))
    assert (found.level, words in found.found) == (level, True), found


POLICY = "v=DMARC1; p=reject; rua=mailto:r@example.com"


@pytest.mark.parametrize(
    ("subject", "policy", "level"),
    [
        (Subject(ip_address("192.0.2.25"), "bounce.example.com", "example.com"), POLICY, Level.OK),
        (Subject(ip_address("192.0.2.25"), "bounce.example.com", "example.com"), f"{POLICY}; aspf=s", Level.WARNING),
        (Subject(ip_address("192.0.2.25"), "example.net", "example.com"), POLICY, Level.WARNING),
        (Subject(ip_address("192.0.2.99"), "bounce.example.com", "example.com"), POLICY, Level.WARNING),
        (Subject(ip_address("192.0.2.25"), "example.net", "example.com", selectors=("s1",)), POLICY, Level.OK),
        (Subject(None, None, "example.com", None, "example.net", ("s1",)), POLICY, Level.CRITICAL),
        (Subject(None, None, "example.com", None, "mail.example.com", ("s2",)), f"{POLICY}; adkim=s", Level.CRITICAL),
    ],
)
def test_alignment(dns, subject, policy, level):
    zone = {
        ("_dmarc.example.com", "TXT"): policy,
        ("bounce.example.com", "TXT"): "v=spf1 ip4:192.0.2.25 -all",
        ("example.net", "TXT"): "v=spf1 ip4:192.0.2.25 -all",
        (KEY, "TXT"): f"v=DKIM1; p={keys.rsa(2048)}",
        ("s1._domainkey.example.net", "TXT"): f"v=DKIM1; p={keys.rsa(2048)}",
    }
    assert levels(list(dmarc.check(subject, dns(zone)))) == [("dmarc", Level.OK), ("dmarc", level)]


# Destination

MX = ("example.org", "MX")
HOST = {MX: "10 mx.example.org", ("mx.example.org", "A"): "198.51.100.1"}
TLSA = ("_25._tcp.mx.example.org", "TLSA")
STS = ("_mta-sts.example.org", "TXT")
POLICY = ("example.org", "POLICY")


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        (HOST, [Level.OK]),
        ({("example.org", "A"): "198.51.100.1"}, [Level.OK]),
        ({}, [Level.CRITICAL]),
        ({MX: "0 ."}, [Level.CRITICAL]),
        ({MX: "10 mx.example.org"}, [Level.WARNING]),
        ({MX: "10 mx.example.org", ("mx.example.org", "A"): Outcome.TIMEOUT}, [Level.UNKNOWN]),
        ({**HOST, TLSA: Outcome.SERVFAIL}, [Level.OK, Level.WARNING]),
        ({**HOST, TLSA: "3 1 1 00"}, [Level.OK, Level.NOTE]),
        ({**HOST, TLSA: Answer(*TLSA, Outcome.FOUND, ("3 1 1 00",), signed=True)}, [Level.OK, Level.OK]),
        ({**HOST, STS: "v=STSv1; id=1", POLICY: ["version: STSv1", "mode: enforce", "mx: mx.example.org"]}, [Level.OK, Level.OK]),
        ({**HOST, STS: "v=STSv1; id=1", POLICY: ["version: STSv1", "mode: testing", "mx: *.example.org"]}, [Level.OK, Level.OK]),
        ({**HOST, STS: "v=STSv1; id=1", POLICY: ["version: STSv1", "mode: none"]}, [Level.OK, Level.OK]),
        ({**HOST, STS: "v=STSv1; id=1", POLICY: ["version: STSv1", "mode: enforce", "mx: *.org"]}, [Level.OK, Level.CRITICAL]),
        ({**HOST, STS: "v=STSv1; id=1", POLICY: ["version: STSv1", "mode: testing", "mx: other.org"]}, [Level.OK, Level.NOTE]),
        ({**HOST, STS: "v=STSv1; id=1", POLICY: ["<html>"]}, [Level.OK, Level.WARNING]),
        ({**HOST, STS: "v=STSv1; id=1", POLICY: Outcome.TIMEOUT}, [Level.OK, Level.WARNING]),
        ({**HOST, STS: "v=STSv1; id=1"}, [Level.OK, Level.WARNING]),
        ({**HOST, STS: "v=STSv1"}, [Level.OK, Level.NOTE]),
        ({**HOST, STS: ["v=STSv1; id=1", "v=STSv1; id=2"]}, [Level.OK, Level.NOTE]),
    ],
)
def test_destination(dns, zone, found):
    assert [finding.level for finding in destination.check(Subject(to="example.org"), dns(zone))] == found


# Block lists


def test_on_no_list(dns, sender):
    found = list(block_lists.check(sender._replace(author="news.example.com"), dns({})))
    assert {finding.level for finding in found} == {Level.OK}
    addresses = sum(not each.domains for each in block_lists.LISTS)
    assert len(found) == addresses + 2 * (len(block_lists.LISTS) - addresses)


@pytest.mark.parametrize(
    ("question", "value", "level", "words"),
    [
        ("25.2.0.192.zen.spamhaus.org", "127.0.0.3", Level.CRITICAL, "CSS"),
        ("25.2.0.192.zen.spamhaus.org", ["127.0.0.4", "127.0.0.11"], Level.CRITICAL, "XBL: a hijacked or infected machine; PBL"),
        ("25.2.0.192.zen.spamhaus.org", "127.255.255.254", Level.UNKNOWN, "that is no listing"),
        ("25.2.0.192.zen.spamhaus.org", "203.0.113.1", Level.UNKNOWN, "that is no listing"),
        ("25.2.0.192.zen.spamhaus.org", "127.0.0.77", Level.CRITICAL, "is on Spamhaus ZEN."),
        ("example.com.dbl.spamhaus.org", "127.0.1.255", Level.UNKNOWN, "that is no listing"),
        ("example.com.dbl.spamhaus.org", "127.0.1.4", Level.CRITICAL, "phishing"),
        ("example.com.multi.uribl.com", "127.0.0.1", Level.UNKNOWN, "that is no listing"),
        ("example.com.multi.uribl.com", "127.0.0.10", Level.CRITICAL, "black: in spam; red: watched"),
    ],
)
def test_answers_of_lists(dns, sender, question, value, level, words):
    found = list(block_lists.check(sender, dns({(question, "A"): value})))
    told = next(finding for finding in found if finding.level is not Level.OK)
    assert (told.level, words in told.found) == (level, True), told


def test_an_ipv6_address_is_asked_by_its_nibbles(dns):
    asked = []

    def ask(name: str, kind: str) -> Answer:
        asked.append(name)
        return Answer(name, kind, Outcome.NXDOMAIN)

    list(block_lists.check(Subject(ip_address("2001:db8::25")), ask))
    assert asked[0] == "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.spamhaus.org"
