"""What skimming tells of a log is what reading it line by line tells."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import smtp421
from smtp421 import scanning
from smtp421.cli.intake import Intake, Sieve
from smtp421.diagnosis.history import ledger
from smtp421.diagnosis.history.close import close
from smtp421.diagnosis.history.values import History
from smtp421.logs import source
from smtp421.logs.postfix_skim import _ID, suits
from smtp421.logs.skim import Memory
from smtp421.rulebook import RuleBook

DATA = Path(__file__).parents[1] / "data" / "logs"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GMAIL = "gmail-smtp-in.l.google.com[192.0.2.10]:25"
SAID = "host gmail-smtp-in.l.google.com[192.0.2.10] said: "
REASONS = (
    f"{SAID}421-4.7.28 Gmail has detected an unusual rate of mail. 421 4.7.28  https://support.google.com/mail/ - gsmtp (in reply"
    " to end of DATA command)",
    f"{SAID}450 4.2.1 (a) bracket ) and to=<x@y.example>, status=sent (250 ok) (in reply to RCPT TO command)",
    f"{SAID}451 4.9.9 Zorblax quux 17, come again (in reply to RCPT TO command)",
    f"{SAID}421 4.7.0 occup\u00e9, r\u00e9essayez" + " " * 80 + "later (in reply to MAIL FROM command)",
    "host gmail-smtp-in.l.google.com[192.0.2.10] refused to talk to me: 421 4.7.0 busy",
    "connect to mx.else.example[192.0.2.77]:25: Connection timed out",
    "connect to mx.other.example[192.0.2.78]:25: Connection timed out",
    "host HERE said: 450 4.2.0 <WHO>: come back later (in reply to RCPT TO command)",
    "lost connection with mx.else.example[192.0.2.77] while sending RCPT TO",
    "Host or domain name not found. Name service error for name=else.example type=MX: Host not found, try again",
    f"delivery temporarily suspended: {SAID}421 4.7.0 later",
    "TLS is required, but was not offered by host mx.else.example[192.0.2.77]",
    "host mx.else.example[192.0.2.77] said: 421-mx.else.example (c0cav9wwhk79x7) not now, case 7946490018 (in reply to RCPT TO command)",
    "host mx.else.example[192.0.2.77] said: 421-mx.else.example (x7k79whw9vac0c) not now, case 8100946497 (in reply to RCPT TO command)",
)
RECIPIENTS = (
    "u@gmail.example",
    "U@Gmail.Example",
    "x#y@odd.example",
    "root",
    "v@else.example",
    "w@[192.0.2.5]",
    "a b@else.example",
)
RELAYS = (
    GMAIL,
    "none",
    "mx.other.example[192.0.2.78]:25",
    "local",
    "mx.else.example[192.0.2.77]:25",
    "mx.else.example[private/lmtp]",
    "[192.0.2.9]:25",
)
OTHERS = (
    "postfix/smtpd[9]: connect from a.example[192.0.2.1]",
    "postfix/smtpd[9]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 450 4.7.1 <u@x.example>: Greylisted; from=<a@b.example>"
    " to=<u@x.example> proto=ESMTP helo=<a>",
    "postfix/cleanup[9]: AAAA1: milter-reject: END-OF-MESSAGE from a.example[192.0.2.1]: 4.7.1 Try later; from=<a@b.example>"
    " to=<u@x.example> proto=ESMTP helo=<a>",
    "postfix/qmgr[8]: AAAA1: from=<a@b.example>, size=12, nrcpt=1 (queue active)",
    "postfix/qmgr[8]: AAAA1: from=<a@b.example>, status=expired, returned to sender",
    "postfix/qmgr[8]: BBBB2: removed",
    f"postfix/smtp[7]: AAAA1: {SAID}450 4.2.1 one of several (in reply to RCPT TO command)",
    "postfix/smtp[7]: connect to mx.else.example[192.0.2.77]:25: Connection refused",
    "postfix/smtp[7]: CCCC3: lost connection with mx.else.example[192.0.2.77] while receiving the initial server greeting",
    "postfix/smtp[7]: CCCC3: conversation with mx.else.example[192.0.2.77] timed out while sending MAIL FROM",
    "postfix/qmgr[8]: warning: connect to transport private/smtp-x: No such file or directory",
    "postfix/smtpd[9]: warning: hostname a.example does not resolve to address 192.0.2.1: No such file or directory",
    "postfix/master[1]: fatal: no SASL authentication mechanisms",
    "postfix/smtp[7]: message repeated 2 times: [ AAAA1: to=<u@gmail.example>, relay=none, delay=3, delays=1/1/1/0, dsn=4.4.1,"
    " status=deferred (connect to mx.else.example[192.0.2.77]:25: Connection timed out)]",
    "opendkim[5]: AAAA1: DKIM-Signature field added (s=default, d=b.example)",
    "dovecot: imap-login: Login: user=<u>, method=PLAIN",
    "last message repeated 2 times",
)


@st.composite
def delivery(draw: st.DrawFn) -> str:
    status = draw(st.sampled_from(["sent", "deferred", "deferred", "bounced"]))
    if status == "deferred":
        reason = draw(st.sampled_from(REASONS))
    else:
        reason = "250 2.0.0 OK id" if status == "sent" else f"{SAID}550 5.1.1 no such user (in reply to RCPT TO command)"
    queue_id = draw(st.sampled_from(["AAAA1", "BBBB2", "CCCC3", "4jWVkt3cBJzN4ZF"]))
    dsn = {"sent": "2.0.0", "deferred": draw(st.sampled_from(["4.0.0", "4.7.28", "5.7.1"])), "bounced": "5.1.1"}[status]
    more = draw(st.sampled_from(["", "orig_to=<root>, "]))
    used = draw(st.sampled_from(["", "conn_use=2, "]))
    delay = draw(st.sampled_from(["0.5", "7", "301.2", "9000"]))
    program = draw(st.sampled_from(["postfix/smtp[7]", "postfix/error[6]", "postfix-out/smtp[17]", "postfix/lmtp[3]"]))
    recipient, relay = draw(st.sampled_from(RECIPIENTS)), draw(st.sampled_from(RELAYS))
    reason = reason.replace("HERE", relay.removesuffix(":25")).replace("WHO", recipient)
    return (
        f"{program}: {queue_id}: to=<{recipient}>, {more}relay={relay}, {used}"
        f"delay={delay}, delays=0.1/0.2/0/0.2, dsn={dsn}, status={status} ({reason})"
    )


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """A log in one layout, its times in order as a rule."""
    iso = draw(st.booleans())
    second = 0
    lines = []
    for text in draw(st.lists(st.one_of(delivery(), delivery(), st.sampled_from(OTHERS)), min_size=1, max_size=25)):
        second += draw(st.sampled_from([0, 0, 1, 5, 400, -3]))
        hour, minute = 8 + max(second, 0) // 3600, max(second, 0) // 60 % 60
        clock = f"{hour:02}:{minute:02}:{max(second, 0) % 60:02}"
        stamp = f"2026-11-20T{clock}.{draw(st.integers(0, 999_999)):06}+01:00" if iso else f"Nov 20 {clock}"
        end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
        lines.append(f"{stamp} mail {text}{end}".encode(draw(st.sampled_from(["utf-8", "latin-1"]))))
    if draw(st.booleans()):
        lines[-1] = lines[-1].rstrip()
    return b"".join(lines)


Count = Callable[..., History]


@pytest.fixture
def told(book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Count:
    """The history of a log, skimmed or not."""

    def count(text: bytes | Path, *, skimmed: bool, sieve: Sieve | None = None, **options: object) -> History:
        path = tmp_path / "mail.log"
        path.write_bytes(text if isinstance(text, bytes) else text.read_bytes())
        monkeypatch.setattr(scanning, "LEAST", 0 if skimmed else 1 << 60)
        intake = Intake(book, sieve or Sieve(), lines=True, **options)  # type: ignore[arg-type]
        scan = smtp421.scan(path, rulebook=book, now=NOW)
        intake.take(scan)
        found = close(intake.ledger, book.tree.thresholds)
        assert scan.lines == len(path.read_bytes().splitlines())
        return found

    return count


HEALTH = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HEALTH
@given(logs(), st.sampled_from([None, "domain", "relay", "cause"]))
def test_skimming_tells_what_reading_tells(told: Count, log: bytes, by: str | None) -> None:
    assert told(log, skimmed=True, by=by) == told(log, skimmed=False, by=by)


@pytest.mark.parametrize(("most", "number"), [("MOST_ROWS", 0), ("MOST_ROWS", 3), ("MOST_ROWS", 100_000), ("MOST_TEXT", 400)])
def test_it_does_not_matter_how_many_rows_are_counted_at_once(
    told: Count, most: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = told(DATA / "layouts/bsd.log", skimmed=True)
    monkeypatch.setattr(ledger, most, number)
    assert told(DATA / "layouts/bsd.log", skimmed=True) == whole
    assert told(DATA / "layouts/bsd.log", skimmed=False) == whole


def test_answers_that_differ_in_ids_are_alike(told: Count, book: RuleBook) -> None:
    """Every rule's examples, with their own ids and with others, as if different servers had given them."""
    chance = random.Random(421)

    def other(found: re.Match[str]) -> str:
        return "".join(
            chance.choice("0123456789" if each.isdigit() else "abcdef") if each.isalnum() else each for each in found[0]
        )

    lines = []
    for number, text in enumerate(example for rule in book.rules.values() for example in rule.examples if example[:1] in "45"):
        if "\n" in text or "status=" in text:
            continue
        host = f"mx{number % 50}.else.example[192.0.2.{number % 9}]"
        for answer in (text, _ID.sub(other, text)):
            second = len(lines)
            lines.append(
                f"Nov 20 {8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} mail postfix/smtp[7]: {second:07X}: "
                f"to=<u{second}@d{number % 40}.example>, relay={host}:25, delay=1, delays=1/0/0/0, dsn=4.0.0, status=deferred "
                f"(host {host} said: {answer} (in reply to RCPT TO command))\n"
            )
    assert len(lines) > 4000
    log = "".join(lines).encode()
    assert told(log, skimmed=True) == told(log, skimmed=False)


@pytest.mark.parametrize("by", [None, "relay", "domain"])
def test_the_same_words_of_different_servers(told: Count, by: str | None) -> None:
    log = "".join(
        f"Nov 20 08:00:0{number} mail postfix/smtp[7]: AAAA{number}: to=<u@{name}.example>, relay=mx.{name}.example[192.0.2.7]:25, "
        f"delay=1, delays=1/0/0/0, dsn=4.2.0, status=deferred (host mx.{name}.example[192.0.2.7] said: 450 4.2.0 mx.{name}.example "
        f"Greylisted <u@{name}.example> (in reply to RCPT TO command))\n"
        for number, name in enumerate(("one", "two", "one"))
    ).encode()
    found = told(log, skimmed=True, by=by)
    assert found == told(log, skimmed=False, by=by)
    names = {"relay": ["mx.one.example", "mx.two.example"], "domain": ["one.example", "two.example"], None: []}[by]
    assert [row.name for row in found.rows] == names


@HEALTH
@given(logs())
def test_times_are_kept_to(told: Count, log: bytes) -> None:
    sieve = Sieve(datetime(2026, 11, 20, 8, 1), datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    assert told(log, skimmed=True, sieve=sieve) == told(log, skimmed=False, sieve=sieve)


@pytest.mark.parametrize("name", ["layouts/bsd.log", "layouts/iso.log", "layouts/long-queue-ids.log"])
def test_real_logs(told: Count, name: str) -> None:
    assert told(DATA / name, skimmed=True) == told(DATA / name, skimmed=False)


def test_zeros_escapes_and_repeats_are_read_line_by_line(told: Count) -> None:
    line = (
        f"Nov 20 08:00:00 mail postfix/smtp[7]: AAAA1: to=<u@gmail.example>, relay={GMAIL}, delay=1, delays=1/0/0/0, dsn=4.0.0,"
    )
    log = f"{line} status=deferred (a \x1b[31mred\x1b[m word)\nNov 20 08:00:00 mail last message repeated 3 times\n".encode()
    assert told(log, skimmed=True) == told(log, skimmed=False)
    assert told(log, skimmed=True).deferred == 4
    assert told(b"\0\0" + log, skimmed=True).deferred == 4


def test_a_line_of_another_block_is_repeated_as_it_was(told: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    line = (
        f"Nov 20 08:00:00 mail postfix/smtp[7]: AAAA1: to=<u@gmail.example>, relay={GMAIL}, delay=1, delays=1/0/0/0, dsn=4.0.0,"
    )
    log = f"{line} status=deferred ({SAID}421 4.7.0 occup\u00e9)\nNov 20 08:05:00 mail last message repeated 2 times\n".encode()
    monkeypatch.setattr(source, "CHUNK", len(log) - 40)
    found = told(log, skimmed=True)
    assert found == told(log, skimmed=False)
    assert (found.deferred, found.groups[0].latest.attempt.reply.text) == (3, "occup\u00e9")


def test_plain_packed_and_piped_are_equal(book: RuleBook, tmp_path: Path) -> None:
    line = f"mail postfix/smtp[7]: {{0:05X}}: to=<u{{0}}@gmail.example>, relay={GMAIL}, delay=1, delays=1/0/0/0, dsn=4.0.0, status=def"
    reason = f"erred ({SAID}421 4.7.0 Try again {{0}} (in reply to RCPT TO command))"
    log = "".join(
        f"Nov 20 08:{number // 60 % 60:02}:{number % 60:02} {(line + reason).format(number)}\n" for number in range(3000)
    )
    plain, packed = tmp_path / "mail.log", tmp_path / "mail.log.gz"
    plain.write_text(log)
    packed.write_bytes(gzip.compress(log.encode()))
    histories = []
    for given_ in (plain, packed):
        intake = Intake(book, Sieve())
        scan = smtp421.scan(given_, rulebook=book, now=NOW)
        intake.take(scan)
        assert (scan.lines, scan.attempts) == (3000, 3000)
        histories.append(close(intake.ledger, book.tree.thresholds))
    one, other = (history._replace(groups=(), unknown=()) for history in histories)  # what is left out names the file
    assert one == other
    assert [group.attempts for group in histories[0].groups] == [group.attempts for group in histories[1].groups]


def test_what_can_be_skimmed() -> None:
    bsd = "Nov 20 08:00:00 mail postfix/qmgr[8]: BBBB2: removed"
    iso = "2026-11-20T08:00:00.5+01:00 mail postfix/qmgr[8]: BBBB2: removed"
    assert suits([bsd, "", "Nov 20 08:00:00 mail dovecot: imap-login: Login"])
    assert suits([iso])
    assert not suits([])
    assert not suits(["Nov 20 08:00:00 mail dovecot: imap-login: Login"])
    assert not suits([bsd, "BBBB2: removed"])
    exim = "Nov 20 08:00:00 mail exim[5]: 2026-11-20 08:00:00 1xUXD3-00000000001-0abc == u@x.example R=dns T=smtp defer (-44)"
    assert not suits([bsd, exim])


def test_a_memory_keeps_what_was_asked_for_lately() -> None:
    memory: Memory[int] = Memory(4)
    for number in range(3):
        memory.keep(str(number), number)
    assert memory.young == {"2": 2}
    assert (memory.recall("0"), memory.recall("3")) == (0, None)
    memory.keep("4", 4)
    assert memory.recall("1") is None
    assert memory.recall("2") == 2
