"""A real Postfix defers mail for the reasons of real providers, and ``smtp421 scan --follow`` names each as it is logged."""

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

BOUND = 30.0
"""Seconds from the log line to the name: for machines that are busy with something else. What is measured is printed."""
PROBE = (
    "{now:%b %e %H:%M:%S} mail postfix/smtp[1]: 0A0A0A0A0{number}: to=<a@probe{number}.example>, "
    "relay=mx.probe{number}.example[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=4.3.1, status=deferred "
    "(host mx.probe{number}.example[192.0.2.9] said: {reply} (in reply to MAIL FROM command))\n"
)


class Case(NamedTuple):
    """A provider's host, what it answers where, and how the incident must be named."""

    domain: str
    host: str
    stage: str
    reply: str | tuple[str, ...]
    name: str


CASES = (
    Case(
        "gmail.example",
        "gmail-smtp-in.l.google.com",
        "end_of_data",
        "421-4.7.28 [203.0.113.25      15] Our system has detected an unusual rate of\n"
        "421-4.7.28 unsolicited mail originating from your IP address. To protect our\n"
        "421-4.7.28 users from spam, mail sent from your IP address has been temporarily\n"
        "421-4.7.28 rate limited. Please visit\n"
        "421-4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError to\n"
        "421 4.7.28 review our Bulk Email Senders Guidelines. d2e1a72fcca58-724e0b8a1c2si1234567b3a.11 - gsmtp",
        r"gmail: (?:rate limit|reputation)",
    ),
    Case(
        "yahoo.example",
        "mta5.am0.yahoodns.net",
        "mail",
        "421 4.7.0 [TSS04] Messages from 203.0.113.25 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; "
        "see https://postmaster.yahooinc.com/error-codes",
        "yahoo: reputation",
    ),
    Case(
        "hotmail.example",
        "hotmail-com.olc.protection.outlook.com",
        "connect",
        "421 RP-001 (SNT004-MC2F10) Unfortunately, some messages from 203.0.113.25 weren't sent. Please try again. We have limits for "
        "how many messages can be sent per hour and per day. You can also refer to http://mail.live.com/mail/troubleshooting.aspx#errors.",
        r"microsoft_consumer: (?:rate limit|reputation)",
    ),
    Case(
        "tenant.example",
        "tenant-example.mail.protection.outlook.com",
        "rcpt",
        "451 4.7.500 Server busy. Please try again later from [203.0.113.25]. (AS77713912) "
        "[BN1NAM02FT019.eop-nam02.prod.protection.outlook.com 2026-11-20T22:30:11.402Z 08DE27F7A1C2B3D4]",
        "exchange_online: ",
    ),
    Case(
        "orange.example",
        "smtp-in.orange.fr",
        "connect",
        "421 opmta1mtl34nd1 smtp.orange.fr 203.0.113.25 Trop de connexions, veuillez verifier votre configuration. "
        "Too many connections, slow down. OFR004_104 [104]",
        "orange: too many connections",
    ),
    Case(
        "icloud.example",
        "mx01.mail.icloud.com",
        "rcpt",
        "452 4.2.2 <user@icloud.example>: user is over quota",
        "icloud: mailbox",
    ),
    Case(
        "grey.example",
        "mx.grey.example",
        "rcpt",
        (
            "450 4.2.0 <user@grey.example>: Recipient address rejected: Greylisted, see "
            "http://postgrey.schweikert.ch/help/grey.example.html",
            "250 2.1.5 Ok",
        ),
        "grey.example: greylisting",
    ),
    Case(
        "busy.example",
        "mx.busy.example",
        "connect",
        "421 4.7.0 mx.busy.example Error: too many connections from 203.0.113.25",
        "busy.example: too many connections",
    ),
    Case("closed.example", "mx.closed.example", "", "", "this server: network"),
)
DELIVERED = r"to=<user@grey\.example>, .*status=sent"
"""What the greylisted message comes to at the second try."""


class Follower:
    """``smtp421 scan --follow`` as a process, and when it wrote which line."""

    def __init__(self, log: Path) -> None:
        environment = {**os.environ, "COLUMNS": "400", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
        self._log = log
        command = [sys.executable, "-m", "smtp421", "scan", "--follow", str(log)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.lines: queue.Queue[tuple[float, str]] = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def probe(self, number: int, reply: str) -> None:
        """Write a deferral of another server into the log, to see whether it is named."""
        with self._log.open("a") as log:
            log.write(PROBE.format(number=number, reply=reply, now=datetime.now()))

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put((time.monotonic(), line.rstrip("\n")))

    def interrupt(self, patience: float) -> str:
        """Ctrl-C; what is printed at the end."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(patience)
        self._thread.join(patience)
        rest = [self.lines.get()[1] for _ in range(self.lines.qsize())]
        self.process.stdout.close()
        self.process.stderr.close()
        return "\n".join(rest)


class Watcher:
    """When the first line with each pattern came into a log; looks a thousand times a second."""

    def __init__(self, log: Path, patterns: list[str]) -> None:
        self.seen: dict[str, float] = {}
        self.all = threading.Event()
        """Set once all have come."""
        self._over = threading.Event()
        self._log, self._patterns = log, {pattern: re.compile(pattern) for pattern in patterns}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        with self._log.open() as log:
            while not self._over.wait(0.001):
                text = log.read()
                now = time.monotonic()
                for pattern, compiled in self._patterns.items() if text else ():
                    if pattern not in self.seen and compiled.search(text):
                        self.seen[pattern] = now
                if len(self.seen) == len(self._patterns):
                    self.all.set()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()


@pytest.fixture
def follower(postfix):
    """A follower that is known to be looking: it has named what was written into the log by hand."""
    postfix.log.touch()
    following = Follower(postfix.log)
    for number in range(300):
        following.probe(number, "452 4.3.1 Insufficient system storage")
        try:
            _, line = following.lines.get(timeout=0.2)
        except queue.Empty:
            continue
        assert "probe" in line
        break
    else:
        pytest.fail(f"no incident named: {following.process.stderr.read() if following.process.poll() is not None else ''}")
    yield following
    if following.process.poll() is None:
        following.process.kill()
        following.interrupt(10)


def test_each_incident_is_named_as_it_is_logged(postfix, reply_server, follower, deadline, capsys):
    for case in CASES:
        if case.stage:
            reply_server.add(case.host, {case.stage: case.reply})
        else:
            reply_server.add_closed(case.host)
        postfix.route(case.domain, case.host)
    marks = {case.domain: rf"(?:to=<user@|connect to mx\.){re.escape(case.domain)}[>\[]" for case in CASES}
    watcher = Watcher(postfix.log, [*marks.values(), DELIVERED])
    postfix.start()
    postfix.send("news@sender.example", *(f"user@{case.domain}" for case in CASES))

    waiting = {case.domain: re.compile(rf" NEW  .*{case.name}") for case in CASES}
    named: dict[str, float] = {}
    told: list[str] = []
    while waiting and (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            at, line = follower.lines.get(timeout=left)
            told.append(line)
            for domain in [domain for domain, pattern in waiting.items() if pattern.search(line)]:
                named[domain] = at
                del waiting[domain]
    assert not waiting, "\n".join((*told, postfix.log.read_text()[:20_000]))
    assert watcher.all.wait(max(deadline - time.monotonic(), 0)), watcher.seen
    watcher.end()

    delays = {domain: at - watcher.seen[marks[domain]] for domain, at in named.items()}
    with capsys.disabled():
        print("\nfrom log line to name, ms:", ", ".join(f"{domain} {delay * 1000:.0f}" for domain, delay in delays.items()))
    assert max(delays.values()) < BOUND

    follower.probe(1000, "450 4.1.8 <news@sender.example>: Sender address rejected: Domain not found")
    while "probe1000.example: sender DNS" not in follower.lines.get(timeout=BOUND)[1]:
        pass  # once that is named, all that stands before it has been read
    report = follower.interrupt(BOUND)
    assert follower.process.returncode == 130
    assert re.search(r"^Greylisting +confirmed for 1 first contact", report, re.MULTILINE), report
    assert "RCPT TO:<user@grey.example>" in reply_server.commands["mx.grey.example"]
