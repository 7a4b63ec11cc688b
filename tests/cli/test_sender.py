"""``smtp421 sender check``: options, output, exit codes, missing packages."""

import json
import sys

import pytest

from smtp421.sender.report import Answer, Outcome

ZONE = {
    ("25.2.0.192.in-addr.arpa", "PTR"): "mail.example.com",
    ("mail.example.com", "A"): "192.0.2.25",
    ("example.com", "TXT"): "v=spf1 ip4:192.0.2.25 -all",
    ("_dmarc.example.com", "TXT"): "v=DMARC1; p=reject; rua=mailto:r@example.com\x1b[31m",
}


@pytest.fixture(autouse=True)
def zone(monkeypatch):
    """No test asks a real name server."""

    def ask(name: str, kind: str) -> Answer:
        value = ZONE.get((name, kind))
        return Answer(name, kind, Outcome.FOUND, (value,)) if value else Answer(name, kind, Outcome.NXDOMAIN)

    monkeypatch.setattr("smtp421.sender.dns.resolver", lambda servers, timeout: ask)


def test_text(smtp421):
    found = smtp421("sender", "check", "--ip", "192.0.2.25", "--domain", "example.com", "--helo", "mail.example.com")
    assert found.code == 1
    assert found.out.startswith("CRITICAL  1 finding about this sender\n")
    assert "• mail domain: The domain example.com does not exist." in found.out
    assert "• ptr: 192.0.2.25 is mail.example.com, and back." in found.out
    assert "spamhaus" in found.out.lower()


def test_records_are_shown_but_not_obeyed(smtp421):
    found = smtp421("sender", "check", "--from", "example.com", "-v", "--no-block-lists")
    assert found.code == 0
    assert "_dmarc.example.com has the policy reject" in found.out
    assert "\x1b" not in found.out
    assert "rfc7489" in found.out


def test_json(smtp421):
    found = smtp421("sender", "check", "--ip", "192.0.2.25", "--no-block-lists", "--json")
    report = json.loads(found.out)
    assert (found.code, report["schema"], report["level"]) == (0, "smtp421.sender/1", "ok")
    assert [finding["check"] for finding in report["findings"]] == ["ptr"]


@pytest.mark.parametrize(("level", "code"), [("critical", 0), ("warning", 1), ("never", 0)])
def test_fail_level(smtp421, level, code):
    found = smtp421("sender", "check", "--from", "example.net", "--no-block-lists", "--fail-level", level)
    assert (found.code, "has no DMARC policy" in found.out) == (code, True)


@pytest.mark.parametrize(
    ("arguments", "words"), [((), "nothing to look up"), (("--ip", "localhost"), "is no address"), (("--timeout", "0"), "range")]
)
def test_wrong_usage(smtp421, arguments, words):
    found = smtp421("sender", "check", *arguments)
    assert (found.code, words in found.err) == (2, True)


@pytest.mark.parametrize(
    ("module", "package"), [("spf", "pyspf"), ("dkim.util", "dkimpy"), ("publicsuffixlist", "publicsuffixlist")]
)
def test_a_missing_package_is_named(smtp421, monkeypatch, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    found = smtp421("sender", "check", "--ip", "192.0.2.25", "--domain", "example.com", "--no-block-lists")
    assert found.code == 3
    assert f"needs the package {package}: pip install 'smtp421[dns]'" in found.err


def test_without_dnspython(smtp421, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "dns.resolver", None)
    found = smtp421("sender", "check", "--ip", "192.0.2.25")
    assert (found.code, "needs the package dnspython" in found.err) == (3, True)
