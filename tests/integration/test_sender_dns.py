"""``smtp421 sender check`` against a real name server on loopback, with good and broken records of each kind."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location("keys", Path(__file__).parents[1] / "sender" / "keys.py")
assert _SPEC is not None
assert _SPEC.loader is not None
keys = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(keys)

NSD = shutil.which("nsd") or shutil.which("nsd", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NSD is None, reason="the name server nsd is not installed (Debian: apt-get install nsd)")

HEAD = "$TTL 60\n@ SOA ns.example. root.example. 1 3600 600 86400 60\n@ NS ns.example.\n"


def _strings(text: str) -> str:
    """A TXT record in strings of 250 characters."""
    return " ".join(f'"{text[start : start + 250]}"' for start in range(0, len(text), 250))


ZONES = {
    "example.com": f"""
@ MX 10 mail
@ TXT "v=spf1 mx -all"
mail A 192.0.2.25
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:r@example.com"
s1._domainkey TXT {_strings("v=DKIM1; k=rsa; p=" + keys.rsa(2048))}
""",
    "example.net": f"""
@ MX 0 .
@ TXT "v=spf1 include:nowhere.example.net -all"
mail A 198.51.100.9
_dmarc TXT "v=DMARC1; p=reject"
_dmarc TXT "v=DMARC1; p=none"
s1._domainkey TXT "v=DKIM1; p={keys.rsa(512)}"
""",
    "example.org": """
@ MX 10 mx
mx A 198.51.100.1
_25._tcp.mx TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000
_mta-sts TXT "v=STSv1; id=20261129"
""",
    "2.0.192.in-addr.arpa": "25 PTR mail.example.com.\n26 PTR mail.example.net.\n",
    "zen.spamhaus.org": "26.2.0.192 A 127.0.0.3\n27.2.0.192 A 127.255.255.254\n",
    "dbl.spamhaus.org": "example.net A 127.0.1.2\n",
    "bl.spamcop.net": "",
    "psbl.surriel.com": "",
    "multi.uribl.com": "example.net A 127.0.0.1\n",
    "multi.surbl.org": "",
}
BROKEN = "broken.example"
"""Its zone file does not load, so the server answers SERVFAIL; it refuses names of zones that it does not have."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("nsd")
    for name, records in ZONES.items():
        (folder / f"{name}.zone").write_text(HEAD + records, encoding="ascii")
    (folder / f"{BROKEN}.zone").write_text("this is no zone file\n", encoding="ascii")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    zones = "".join(f'zone:\n  name: "{name}"\n  zonefile: "{name}.zone"\n' for name in (*ZONES, BROKEN))
    files = "".join(
        f'  {key}: "{folder / name}"\n'
        for key, name in (("pidfile", "nsd.pid"), ("xfrdfile", "xfrd.state"), ("zonelistfile", "zone.list"), ("xfrdir", ""))
    )
    config = folder / "nsd.conf"
    config.write_text(
        f'server:\n  ip-address: 127.0.0.1@{port}\n  username: ""\n  chroot: ""\n  database: ""\n  zonesdir: "{folder}"\n{files}'
        f"  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n{zones}",
        encoding="ascii",
    )
    process = subprocess.Popen([str(NSD), "-d", "-c", str(config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, process)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Ask until the server answers."""
    from smtp421.sender.dns import resolver
    from smtp421.sender.report import Outcome

    for _ in range(100):
        if process.poll() is not None:
            assert process.stdout is not None
            pytest.fail(f"nsd ended: {process.stdout.read().decode(errors='replace')[-2000:]}")
        if resolver([f"127.0.0.1:{port}"], timeout=0.2)("example.com", "SOA").outcome is not Outcome.TIMEOUT:
            return
    pytest.fail("nsd did not answer")


@pytest.fixture
def check(server: str) -> Callable[..., dict[str, Any]]:
    """The levels of each check, and the whole report."""

    def call(*arguments: str) -> dict[str, Any]:
        command = [
            sys.executable,
            "-m",
            "smtp421",
            "sender",
            "check",
            "--name-server",
            server,
            "--json",
            "--timeout",
            "2",
            *arguments,
        ]
        nowhere = {**os.environ, "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}  # no policy is fetched from outside
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=nowhere)
        assert done.returncode in (0, 1), done.stderr
        report = json.loads(done.stdout)
        levels: dict[str, list[str]] = {}
        for finding in report["findings"]:
            levels.setdefault(finding["check"], []).append(finding["level"])
        return {"levels": levels, "report": report, "code": done.returncode}

    return call


def test_a_good_sender(check):
    found = check("--ip", "192.0.2.25", "--domain", "example.com", "--helo", "mail.example.com", "--selector", "s1")
    assert found["levels"] == {
        "ptr": ["ok"],
        "helo": ["ok"],
        "mail_domain": ["ok"],
        "spf": ["ok"],
        "dkim": ["ok"],
        "dmarc": ["ok", "ok"],
        "block_lists": ["ok"] * 6,
    }
    assert found["code"] == 0


def test_a_sender_with_everything_broken(check):
    found = check("--ip", "192.0.2.26", "--domain", "example.net", "--helo", "nowhere.example.net", "--selector", "s1")
    levels = found["levels"]
    assert levels["ptr"] == levels["helo"] == levels["mail_domain"] == levels["spf"] == levels["dkim"] == ["critical"]
    assert levels["dmarc"] == ["critical"]
    assert sorted(levels["block_lists"]) == ["critical", "critical", "ok", "ok", "ok", "unknown"]
    told = " ".join(finding["found"] for finding in found["report"]["findings"])
    for words in ("does not lead back", "takes no mail", "SPF record of example.net is broken", "512 bits", "2 records", "CSS"):
        assert words in told
    assert found["code"] == 1


def test_a_query_that_a_list_refused_is_no_listing(check):
    found = check("--ip", "192.0.2.27")
    told = [finding for finding in found["report"]["findings"] if "Spamhaus" in finding["found"]]
    assert [(finding["level"], "that is no listing" in finding["found"]) for finding in told] == [("unknown", True)]


def test_nxdomain_servfail_refused_and_silence_are_four_things(check):
    assert check("--domain", "nowhere.example.com", "--no-block-lists")["levels"]["mail_domain"] == ["critical"]
    failed = check("--domain", "www.broken.example", "--no-block-lists")["report"]["findings"]
    assert {finding["level"] for finding in failed} <= {"unknown", "note"}
    assert "SERVFAIL" in failed[0]["found"]
    refused = check("--domain", "somewhere.test", "--no-block-lists")["report"]["findings"]
    assert "refused" in refused[0]["found"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        late = check(
            "--domain",
            "example.com",
            "--no-block-lists",
            "--name-server",
            f"127.0.0.1:{silent.getsockname()[1]}",
            "--timeout",
            "0.3",
        )
    assert late["levels"]["mail_domain"] == ["ok"]  # the other name server knows


def test_a_destination(check):
    found = check("--to", "example.org")
    # No web server has the policy that is announced.
    assert found["levels"] == {"destination": ["ok", "note", "warning"]}
