"""What skimming tells of Exim's main log is what reading it line by line tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import smtp421
from smtp421 import scanning
from smtp421.cli.intake import Intake, Sieve
from smtp421.diagnosis.history.close import close
from smtp421.diagnosis.history.values import History
from smtp421.logs.exim_skim import suits
from smtp421.rulebook import RuleBook

DATA = Path(__file__).parents[1] / "data" / "logs" / "exim"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IDS = ("1xUXD1-00000W-2m", "1xUXD1-00000Z-2q", "1xUXD3-00000000001-0abc")
HOSTS = (
    "H=mx.else.example [192.0.2.77]",
    "H=MX.Other.Example. [192.0.2.78]:25",
    "H=gmail-smtp-in.l.google.com [2001:db8::1]",
    "H=mx.else.example (greets.example) [192.0.2.77]",
    "H=(greets.example) [192.0.2.77]",
)
SAID = "SMTP error from remote mail server after RCPT TO:<u@else.example>: 450 4.2.0 Greylisted"
OTHERS = (
    "Start queue run: pid=28",
    "no host name found for IP address 192.0.2.9",
    "{id} <= news@x.example H=(app.example) [127.0.0.1] P=esmtp S=468 id=lab001@x.example",
    '{id} <= news@x.example U=root P=local S=427 T="we => rejected == you"',
    "{id} Completed",
    "{id} Completed QT=3s",
    "{id} Frozen (delivery error message)",
    "{id} == u@else.example R=dns T=remote_smtp defer (-44) {host}: " + SAID,
    "{id} == u@else.example R=dns T=remote_smtp defer (110) {host}: Connection timed out",
    "{id} == u@else.example routing defer (-51): retry time not reached",
    "{id} ** v@else.example R=dns T=remote_smtp {host}: SMTP error from remote mail server after RCPT TO:<v@else.example>: 550 no",
    "{id} ** u@else.example: retry timeout exceeded",
    "{id} {host}: " + SAID,
    "{id} {host} Connection refused",
    "{host} F=<a@b.example> temporarily rejected RCPT <u@x.example>: greylisted",
    "{host} sender verify defer for <a@b.example>: host lookup did not complete",
    "{host} rejected EHLO or HELO x: syntactically invalid argument(s)",
    "{id} => user <user@x.example> R=local_user T=local_delivery",
    "{id} => /var/mail/user <user@x.example> R=local_user T=address_file",
    "{id} => u@x.example <alias@x.example> R=dns T=remote_smtp",
    "{id} => u\\303\\274@x.example R=dns T=remote_smtp {host}",
    " Suggested action: use keep_environment.",
    "",
)


@st.composite
def sent(draw: st.DrawFn) -> str:
    arrow = draw(st.sampled_from(["=>", "=>", "->"]))
    recipient = draw(st.sampled_from(["u@else.example", "V@Else.Example", "w@gmail.example", "u@else.example:"]))
    parent = draw(st.sampled_from(["", "", " <alias@x.example>", " (expanded@x.example)"]))
    middle = draw(
        st.sampled_from(
            [" R=dns T=remote_smtp", " F=<a@x.example> P=<a@x.example> R=dns T=remote_smtp S=1234", " F=<a b@x.example> R=dns"]
        )
    )
    end = draw(
        st.sampled_from(
            ["", ' X=TLS1.3:ECDHE:256 CV=yes C="250 2.0.0 OK  id"', ' C="250 ok" QT=1m2.5s DT=0.3s', ' L DN="CN=x H=y [1]"']
        )
    )
    return f"{{id}} {arrow} {recipient}{parent}{middle} {{host}}{end}"


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """A main log, its times in order as a rule."""
    second, lines = 0, []
    fraction, zone, process = (
        draw(st.sampled_from(["", ".123"])),
        draw(st.sampled_from(["", " +0100"])),
        draw(st.sampled_from(["", " [28]"])),
    )
    for text in draw(st.lists(st.one_of(sent(), sent(), st.sampled_from(OTHERS)), min_size=1, max_size=25)):
        second += draw(st.sampled_from([0, 0, 1, 5, 400, -3]))
        at = max(second, 0)
        stamp = f"2026-11-20 {8 + at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}{fraction}{zone}{process} "
        line = text.replace("{id}", draw(st.sampled_from(IDS))).replace("{host}", draw(st.sampled_from(HOSTS)))
        lines.append(line if line[:1] in ("", " ") else stamp + line)
    return ("\n".join(lines) + draw(st.sampled_from(["\n", ""]))).encode()


Count = Callable[..., History]


@pytest.fixture
def told(book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Count:
    """The history of a log, skimmed or not."""

    def count(text: bytes, *, skimmed: bool, **options: object) -> History:
        path = tmp_path / "mainlog"
        path.write_bytes(text)
        monkeypatch.setattr(scanning, "LEAST", 0 if skimmed else 1 << 60)
        intake = Intake(book, Sieve(), lines=True, **options)  # type: ignore[arg-type]
        scan = smtp421.scan(path, rulebook=book, now=NOW)
        intake.take(scan)
        assert scan.lines == len(path.read_bytes().splitlines())
        return close(intake.ledger, book.tree.thresholds)

    return count


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logs(), st.sampled_from([None, "domain", "relay"]))
def test_skimming_tells_what_reading_tells(told: Count, log: bytes, by: str | None) -> None:
    assert told(log, skimmed=True, by=by) == told(log, skimmed=False, by=by)


@pytest.mark.parametrize("path", sorted(DATA.iterdir()), ids=lambda path: path.name)
def test_real_logs(told: Count, path: Path) -> None:
    assert told(path.read_bytes(), skimmed=True) == told(path.read_bytes(), skimmed=False)


def test_what_can_be_skimmed() -> None:
    line = "2026-11-20 22:35:55 1xUXD1-00000W-2m == u@x.example R=dns T=remote_smtp defer (-44): no"
    assert suits([line, "", " Suggested action: none", "2026-11-20 22:35:54 Start queue run: pid=28"])
    assert suits([line.replace("55 1x", "55.123 +0100 [28] 1x")])
    assert not suits([])
    assert not suits(["2026-11-20 22:35:54 Start queue run: pid=28"])
    assert not suits([line, "Nov 20 22:35:55 mail exim[28]: " + line])
    assert not suits([line.replace("55 1x", "55 mail.example 1x")]), "an id that stands elsewhere would be overlooked"
    assert not suits(
        [
            line,
            "2026-11-20 22:35:56 mail postfix/smtp[7]: AAAA1: to=<u@x.example>, relay=none, delay=1, dsn=4.4.1, status=deferred (x)",
        ]
    )
