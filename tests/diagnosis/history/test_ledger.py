"""Logs of Postfix and Exim, read as ``scan`` reads them: what their history counts."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import smtp421
from smtp421.cli.intake import Intake, Sieve
from smtp421.diagnosis.history import following as history_following
from smtp421.diagnosis.history import ledger as history_ledger
from smtp421.diagnosis.history import places as history_places
from smtp421.diagnosis.history import templates as history_templates
from smtp421.diagnosis.history.close import close
from smtp421.diagnosis.history.ledger import OWN_SIDE, Ledger
from smtp421.diagnosis.history.merge import merge
from smtp421.diagnosis.history.places import OTHERS
from smtp421.diagnosis.history.templates import masked
from smtp421.diagnosis.history.tracks import Fate
from smtp421.diagnosis.history.values import Finding, Where
from tests.diagnosis.conftest import START, THRESHOLDS, attempt, deferred, finding, history_of, identify, ledger_of, sent

DATA = Path(__file__).parents[2] / "data" / "logs"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = datetime(2026, 11, 20, 8, tzinfo=UTC)
GOOGLE = "gmail-smtp-in.l.google.com[192.0.2.10]:25"
RATE = (
    "host gmail-smtp-in.l.google.com[192.0.2.10] said: 421-4.7.28 [203.0.113.25      15] Our system has detected an unusual rate of "
    "421-4.7.28 unsolicited mail originating from your IP address. To protect our 421-4.7.28 users from spam, mail sent from your IP "
    "address has been temporarily rate limited. - gsmtp (in reply to end of DATA command)"
)
GREY = "host mx.grey.example[192.0.2.20] said: 450 4.2.0 <u@grey.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/grey.example.html (in reply to RCPT TO command)"
OK = "250 2.0.0 OK  1795213798 d9443c01a7336-2 - gsmtp"


def at(second):
    return (FIRST + timedelta(seconds=second)).strftime("%b %d %H:%M:%S")


def postfix(second, queue_id, status, text, to="u@gmail.example", relay=GOOGLE, delay=0.5, process=196):
    dsn = {"sent": "2.0.0", "bounced": "5.1.1"}.get(status, "4.7.28")
    return f"{at(second)} mail postfix/smtp[{process}]: {queue_id}: to=<{to}>, relay={relay}, delay={delay}, delays=0.02/0.09/0.02/0.01, dsn={dsn}, status={status} ({text})"


def expired(second, queue_id):
    return f"{at(second)} mail postfix/qmgr[185]: {queue_id}: from=<news@example.org>, status=expired, returned to sender"


def suspended(second, queue_id, text=RATE, **more):
    return postfix(second, queue_id, "deferred", f"delivery temporarily suspended: {text}", relay="none", **more)


def events_of(lines: Iterable[str] | Path, book):
    """What ``scan`` gives the ledger."""
    events, seen = [], [None]

    def watch(each, name, line):
        seen[0] = Where(name, each.line, "")
        if each.status in ("sent", "bounced"):
            events.append((each, None, seen[0]))

    scan = smtp421.scan(lines, rulebook=book, now=NOW)
    scan.watch = watch
    for found in scan:
        events.append((found.attempt, Finding.of(found), seen[0]))
    return events


def count(events, book, **options):
    ledger = Ledger(book.identify, **options)
    for each, found, where in events:
        ledger.add(each, found, where=where)
    return ledger


@pytest.fixture
def judged(book):
    def read(lines, **more):
        intake = Intake(book, Sieve(), **more)
        intake.take(smtp421.scan(lines, rulebook=book, now=NOW))
        return intake.judgement()

    return read


@pytest.fixture
def told(judged):
    return lambda lines, **more: judged(lines, **more).history


# What is counted


def test_attempts_messages_and_recipients(told):
    history = told(
        [
            postfix(0, "AAAA1", "deferred", RATE, "a@gmail.example"),
            postfix(0, "AAAA1", "deferred", RATE, "b@gmail.example"),
            postfix(400, "AAAA1", "deferred", RATE, "a@gmail.example", delay=400),
            postfix(401, "BBBB2", "deferred", RATE, "A@Gmail.example"),
            postfix(402, "CCCC3", "sent", OK, "c@gmail.example"),
            postfix(
                403,
                "DDDD4",
                "bounced",
                "host gmail-smtp-in.l.google.com[192.0.2.10] said: 550-5.1.1 The email account that you tried to reach does not exist (in reply to RCPT TO command)",
            ),
        ]
    )
    assert (history.sent, history.deferred, history.bounced) == (1, 4, 1)
    assert (history.messages.number, history.recipients.number) == (2, 2)
    assert history.messages.exact
    assert history.fates.waiting == 3
    assert history.waiting_for == 403
    (group,) = history.groups
    assert (group.key.provider, group.key.cause, group.attempts) == ("gmail", "rate_limit", 4)
    assert (group.messages.number, group.recipients.number, group.domains) == (2, 2, (("gmail.example", 4),))
    assert (group.first, group.last) == (FIRST, FIRST + timedelta(seconds=401))
    assert group.rules[0].attempts == 4
    assert group.rules[0].example.attempt.line == 1
    assert group.latest.attempt.line == 4
    (domain,) = history.domains
    assert (domain.attempts, domain.reached, domain.provider) == (6, 6, "gmail")
    (load,) = history.loads
    assert (load.attempts, load.busiest_minute[1], load.connections) == (6, 4, 1)


def test_suspended_lines_are_no_attempts(told):
    history = told(
        [
            postfix(0, "AAAA1", "deferred", RATE),
            *(suspended(number, f"BBBB{number}") for number in range(1, 6)),
            suspended(9, "AAAA1"),
        ]
    )
    assert (history.deferred, history.suspended) == (1, 6)
    assert history.messages.number == 1
    assert history.fates.waiting == 6
    assert history.groups[0].attempts == 1
    assert sum(group.fates.waiting for group in history.groups) == 6


def test_messages_that_only_wait_are_a_group_of_their_own(told):
    history = told([suspended(number, f"BBBB{number}") for number in range(3)])
    (group,) = history.groups
    assert (history.deferred, group.attempts, group.messages.number, group.fates.waiting, group.latest) == (0, 0, 3, 3, None)
    assert group.domains == (("gmail.example", 3),)


def test_replies_that_are_not_the_last_word_are_no_attempts(told):
    aside = f"{at(0)} mail postfix/smtp[196]: AAAA1: host gmail-smtp-in.l.google.com[192.0.2.10] said: 421-4.7.28 Our system has detected an unusual rate of unsolicited mail (in reply to end of DATA command)"
    history = told([aside, postfix(1, "AAAA1", "deferred", RATE)])
    assert (history.deferred, history.asides) == (1, 1)
    assert history.hints == ()
    alone = told([aside])
    assert (alone.deferred, alone.asides, len(alone.hints), alone.groups) == (0, 1, 1, ())


def test_what_we_deferred_ourselves_is_none_of_our_queue(judged):
    line = f"{at(0)} mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.3]: 450 4.1.8 <a@example.org>: Sender address rejected: Domain not found; from=<a@example.org> to=<u@example.net> proto=ESMTP helo=<mx.example.org>"
    judgement = judged([line])
    assert (judgement.history.deferred, judgement.groups, len(judgement.inbound)) == (0, (), 1)
    assert not judgement.inbound[0].signs


# What became of it


def test_ends(told):
    history = told(
        [
            *(postfix(0, name, "deferred", RATE, f"{name}@gmail.example") for name in ("AAAA1", "BBBB2", "CCCC3", "DDDD4")),
            postfix(300, "AAAA1", "sent", OK, "AAAA1@gmail.example", delay=301),
            postfix(
                400,
                "BBBB2",
                "bounced",
                "host gmail-smtp-in.l.google.com[192.0.2.10] said: 550 5.7.1 no (in reply to end of DATA command)",
                "BBBB2@gmail.example",
                delay=401,
            ),
            expired(500, "CCCC3"),
        ]
    )
    assert history.fates == (1, 1, 1, 1)
    assert history.fates.resolved == 0.25
    assert history.expired == 1
    assert history.given_up_after.longest == 500
    assert [(each.queue_id, each.fate) for each in history.listed] == [
        ("DDDD4", Fate.WAITING),
        ("CCCC3", Fate.EXPIRED),
        ("BBBB2", Fate.BOUNCED),
        ("AAAA1", Fate.DELIVERED),
    ]
    assert history.groups[0].delivered_after == (1, 300, 301)
    assert history.schedule[0] == (2, 300, 400)


def test_expiry_ends_all_recipients_and_only_that_message(told):
    history = told(
        [
            *(postfix(0, "AAAA1", "deferred", RATE, f"{name}@gmail.example") for name in "abc"),
            postfix(0, "BBBB2", "deferred", RATE),
            postfix(9, "AAAA1", "sent", OK, "b@gmail.example"),
            expired(600, "AAAA1"),
            expired(601, "EEEE9"),
        ]
    )
    assert history.fates == (1, 0, 2, 1)
    assert history.expired == 2


def test_greylisting_is_confirmed_by_how_it_ends(judged):
    lines = [
        postfix(0, "AAAA1", "deferred", GREY, "u@grey.example", "mx.grey.example[192.0.2.20]:25"),
        postfix(
            320, "AAAA1", "sent", "250 2.0.0 Ok: queued as 1", "u@grey.example", "mx.grey.example[192.0.2.20]:25", delay=320.4
        ),
    ]
    (group,) = judged(lines).groups
    assert (group.group.strangers, group.group.greylisted, group.cause) == (1, 1, "greylisting")
    assert group.cleared
    assert not group.pressing
    assert [item[:2] for item in group.evidence] == [("first_contact", "yes"), ("course", "brief")]
    known = [postfix(-60, "EEEE9", "sent", "250 ok", "v@grey.example", "mx.grey.example[192.0.2.20]:25"), *lines]
    (group,) = judged(known).groups
    assert (group.group.strangers, group.group.greylisted) == (0, 0)


def test_share_and_sudden_start(judged):
    calm = [postfix(number * 60, f"AA{number:03X}", "sent", OK, f"u{number}@gmail.example") for number in range(40)]
    storm = [
        postfix(2400 + number * 120, f"BB{number:03X}", "deferred", RATE, f"v{number}@gmail.example") for number in range(30)
    ]
    (group,) = judged([*calm, *storm]).groups
    assert group.share == (30, 30)
    assert group.onset.sudden is False  # 8 in the first 15 minutes are fewer than "least_attempts"
    assert "reputation" in group.diagnosis.also
    assert {sign.id for sign in group.signs} == {"everything", "investigate"}
    storm = [postfix(2400 + number * 40, f"BB{number:03X}", "deferred", RATE, f"v{number}@gmail.example") for number in range(60)]
    (group,) = judged([*calm, *storm]).groups
    assert group.onset.sudden
    assert (group.onset.at, group.onset.before) == (FIRST + timedelta(seconds=2400), 40)
    assert {sign.id for sign in group.signs} == {"everything", "sudden", "investigate"}
    assert group.severity.value == "critical"


def test_an_old_message_raises_a_warning(judged):
    lines = [postfix(hour * 3600, "AAAA1", "deferred", RATE, delay=hour * 3600 + 1) for hour in range(6)]
    (group,) = judged(lines).groups
    assert "lasting" in [sign.id for sign in group.signs]
    assert group.group.longest_wait == 5 * 3600 + 1
    assert group.pressing


# Real logs


@pytest.mark.parametrize(
    "name", ["exim/mainlog.log", "exim/log-selector-all.log", "layouts/bsd.log", "layouts/long-queue-ids.log"]
)
def test_real_logs_in_two_parts(name, book):
    events = events_of(DATA / name, book)
    assert events
    whole = close(count(events, book), book.tree.thresholds)
    assert whole.deferred == sum(
        each.status == "deferred" and (found is None or found.origin != "inbound") for each, found, _ in events
    )
    assert whole.suspended == sum(each.status == "suspended" and found.origin != "inbound" for each, found, _ in events)
    assert sum(group.attempts for group in whole.groups) == whole.deferred
    for cut in range(0, len(events) + 1, max(1, len(events) // 12)):
        both = merge(count(events[:cut], book), count(events[cut:], book, begins=False))
        assert close(both, book.tree.thresholds) == whole


LOG = [
    postfix(0, "AAAA1", "deferred", RATE, "a@gmail.example"),
    postfix(0, "AAAA1", "deferred", RATE, "b@gmail.example"),
    postfix(5, "BBBB2", "deferred", GREY, "u@grey.example", "mx.grey.example[192.0.2.20]:25"),
    suspended(8, "CCCC3"),
    postfix(300, "AAAA1", "sent", OK, "a@gmail.example", delay=301),
    postfix(310, "BBBB2", "deferred", GREY, "u@grey.example", "mx.grey.example[192.0.2.20]:25", delay=310),
    postfix(900, "CCCC3", "deferred", RATE, delay=900),
    postfix(1500, "BBBB2", "sent", "250 ok", "u@grey.example", "mx.grey.example[192.0.2.20]:25", delay=1500),
    expired(432_000 // 10, "AAAA1"),
    postfix(
        50_000,
        "CCCC3",
        "bounced",
        "host gmail-smtp-in.l.google.com[192.0.2.10] said: 550 5.7.1 no (in reply to end of DATA command)",
        delay=50_000,
    ),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(LOG)), max_size=4))
def test_any_split_tells_the_same(book, cuts):
    events = events_of(LOG, book)
    bounds = [0, *sorted(cuts), len(events)]
    merged = count([], book)
    for start, end in pairwise(bounds):
        merged = merge(merged, count(events[start:end], book, begins=False))
    whole = close(count(events, book), book.tree.thresholds)
    assert close(merged, book.tree.thresholds) == whole
    assert whole.fates == (2, 1, 1, 0)


# Bounds


def test_too_many_messages_to_follow():
    ledger = ledger_of([deferred(f"Q{number}", "u@one.example", number) for number in range(10)], most=3)
    assert len(ledger.following.tracks) == 3
    assert [track.queue_id for track in ledger.following.tracks] == ["Q7", "Q8", "Q9"]
    history = close(ledger, THRESHOLDS)
    assert (history.deferred, history.messages.number, history.dropped.waiting) == (10, 10, 7)


def test_a_later_part_settles_what_surely_began_in_it():
    events = [
        each
        for number in range(6)
        for each in (
            deferred(f"Q{number}", "u@one.example", number * 100, delay=1.0),
            sent(f"Q{number}", "u@one.example", number * 100 + 50, delay=51.0),
        )
    ]
    ledger = ledger_of(events, begins=False)
    assert [event.queue_id for event in ledger.following.events] == ["Q0", "Q0", "Q1", "Q1"]
    assert close(ledger, THRESHOLDS).fates.delivered == 4


def test_listed_messages_are_bounded(monkeypatch):
    monkeypatch.setattr(history_following, "MOST_LISTED", 2)
    events = [
        each
        for number in range(4)
        for each in (deferred(f"Q{number}", "u@one.example", number * 10), sent(f"Q{number}", "u@one.example", number * 10 + 5))
    ]
    history = history_of(events)
    assert (len(history.listed), history.dropped.finished, history.fates.delivered) == (2, 2, 4)


def test_groups_are_bounded(monkeypatch):
    monkeypatch.setattr(history_ledger, "MOST_GROUPS", 2)
    history = history_of([deferred(f"Q{number}", f"u@d{number}.example", number) for number in range(5)], by="domain")
    assert {group.key.part: group.attempts for group in history.groups} == {"d0.example": 1, "d1.example": 1, OTHERS: 3}
    assert history.dropped.groups == 3


def test_domains_names_and_addresses_are_bounded(monkeypatch):
    monkeypatch.setattr(history_places, "MOST_DOMAINS", 10)
    monkeypatch.setattr(history_places, "MOST_SOURCES", 3)
    calm = [sent(f"S{number}", f"u@s{number}.example", number, source_address=f"192.0.2.{number}") for number in range(10)]
    bad = [deferred(f"Q{number}", f"u@d{number}.example", number, source_address="192.0.2.1") for number in range(12)]
    history = history_of([*calm, *bad])
    assert history.dropped.domains == 10
    assert {domain.name for domain in history.domains} == {OTHERS, *(f"d{number}.example" for number in range(10))}
    assert [(source.address, source.attempts) for source in history.sources] == [
        (OTHERS, 7),
        ("192.0.2.0", 1),
        ("192.0.2.1", 13),
        ("192.0.2.2", 1),
    ]


def test_templates_are_bounded(monkeypatch):
    monkeypatch.setattr(history_templates, "MOST", 2)
    ledger = ledger_of(
        [
            deferred(word, "u@one.example", 0, cause="unknown", text=f"because of {word} again")
            for word in ("moon", "sun", "rain", "moon")
        ]
    )
    assert [(template.text, template.number) for template in ledger.unknown.found()] == [
        ("421 because of moon again", 2),
        ("421 because of sun again", 1),
    ]
    assert ledger.unknown.left_out == 1


# Templates


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("<u@grey.example>: greylisted for 300 seconds", "<address>: greylisted for <n> seconds"),
        ("see https://support.example/a/b?c=1 now", "see https://support.example/… now"),
        ("see https://support.example now", "see https://support.example now"),
        ("4.7.28 from [203.0.113.25] or 2001:db8::1", "4.7.28 from [<ip>] or <ip>"),
        ("mx1.mail.example is busy, id d9443c01a7336-2", "<host> is busy, id <id>"),
        ("nothing of that", "nothing of that"),
    ],
)
def test_masks(text, template):
    assert masked(text) == template


def test_replies_no_rule_explains_are_put_together(told):
    text = "host mx.odd.example[192.0.2.30] said: 451 4.9.9 Zorblax quux {0}, come again (in reply to RCPT TO command)"
    history = told(
        [
            postfix(number, f"AAAA{number}", "deferred", text.format(number), "u@odd.example", "mx.odd.example[192.0.2.30]:25")
            for number in range(3)
        ]
    )
    (template,) = history.unknown
    assert (template.number, template.text) == (3, "451 4.9.9 Zorblax quux <n>, come again")
    assert template.example.line == 1


# Rows by something else


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("provider", {"one", OWN_SIDE, "?"}),
        ("cause", {"rate_limit", "network"}),
        ("domain", {"one.example", "?"}),
        ("relay", {"mx.one.example", "192.0.2.1", "?"}),
        ("rule", {"one-rate_limit", "?"}),
        ("source", {"192.0.2.9", "?"}),
    ],
)
def test_parts(by, names):
    from smtp421.model import Relay

    history = history_of(
        [
            deferred("A1", "u@one.example", 0, source_address="192.0.2.9"),
            (attempt("deferred", "A2", None, 1, relay=None), finding("network", None, None, origin="local")),
            (attempt("deferred", "A3", "v@one.example", 2, relay=Relay(None, "192.0.2.1", 25)), finding("network", None, None)),
        ],
        by=by,
    )
    assert {row.name for row in history.rows} == names
    assert {group.key.part for group in history.groups} == names


# What the log leaves out


def test_attempts_without_time_or_id():
    history = history_of(
        [
            deferred(None, "u@one.example", None),
            deferred("A1", "u@one.example", None),
            (attempt("expired", None, "u@one.example", None), None),
            (attempt("deferred", "A1", None, None, relay=None), None),
            sent("A1", "u@one.example", None),
            (attempt("suspended", None, "u@one.example", None), None),
        ]
    )
    assert (history.deferred, history.sent, history.expired, history.suspended, history.first) == (3, 1, 1, 1, None)
    assert history.listed == ()
    assert history.fates.resolved is None
    assert {load.provider: load.busiest_minute for load in history.loads} == {"one": None, None: None}


def test_an_end_without_a_time_ends_at_the_last_attempt():
    history = history_of(
        [deferred("A1", "u@one.example", 0), deferred("A1", "u@one.example", 300), sent("A1", "u@one.example", None)]
    )
    (message,) = history.listed
    assert (message.last, message.waited, message.gaps) == (START + timedelta(seconds=300), 300, (300, 0))


def test_inbound_ends_are_not_counted():
    from smtp421.model import Origin

    history = history_of(
        [(attempt("sent", "A1", origin=Origin.INBOUND), None), (attempt("deferred", "A1", origin=Origin.INBOUND), None)]
    )
    assert (history.sent, history.deferred, history.inbound) == (0, 0, ())


def test_what_waits_while_the_log_grows():
    ledger = ledger_of(
        [
            deferred("A1", "u@one.example", 0),
            deferred("A2", "v@one.example", 0),
            deferred("B1", "u@one.example", 1, cause="greylisting"),
        ]
    )
    assert sorted((key.cause, number) for key, number in ledger.waiting().items()) == [("greylisting", 1), ("rate_limit", 2)]
    assert ledger.at(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert Ledger(identify).at(0).tzinfo is UTC


def test_only_gaps_from_the_first_attempt_tell_the_schedule():
    history = history_of([deferred("A1", "u@one.example", 0, delay=9000.0), deferred("A1", "u@one.example", 300, delay=9300.0)])
    assert history.schedule == ()
    assert history.waiting_for == 9300
    many = history_of([deferred("A1", "u@one.example", turn * 300) for turn in range(12)] + [sent("A1", "u@one.example", 9000)])
    assert len(many.schedule) == 7
    assert many.listed[0].attempts == 12


def test_one_that_was_never_tried_waits_for_what_holds_its_domain_back():
    held = (attempt("suspended", "B1", "v@one.example", 5), finding("network", None, None, origin="local"))
    history = history_of([deferred("A1", "u@one.example", 0), held])
    assert [(group.key.cause, group.fates.waiting) for group in history.groups] == [("rate_limit", 2)]


def test_one_that_was_never_deferred_is_no_fate_of_a_deferral():
    held = (attempt("suspended", "B1", "v@one.example", 5), finding())
    history = history_of([held, sent("B1", "v@one.example", 60)])
    assert (history.fates, [each.fate for each in history.listed]) == ((0, 0, 0, 0), [Fate.DELIVERED])


def test_a_rule_shows_its_first_attempt_and_its_highest_severity():
    events = [
        (attempt("deferred", "A2", "u@one.example", 60), finding(severity="warning")),
        (attempt("deferred", "A1", "u@one.example", 0), finding(severity="critical")),
    ]
    (group,) = history_of(events).groups
    (rule,) = group.rules
    assert (rule.attempts, rule.severity, rule.example.attempt.queue_id) == (2, "critical", "A1")
    assert group.latest.attempt.queue_id == "A2"


def test_one_wrong_stamp_coarsens_the_bins_of_its_group_only():
    events = [
        *(deferred(f"A{number}", f"u{number}@one.example", number * 20) for number in range(20)),
        *(deferred(f"B{number}", f"u{number}@two.example", number * 20, provider="two") for number in range(20)),
        deferred("B20", "u20@two.example", 10 * 365 * 86_400, provider="two"),
    ]
    history = history_of(events)
    steps = {group.key.provider: group.bins.step for group in history.groups}
    assert steps["one"] == 1
    assert steps["two"] > 86_400
    assert {load.provider: load.busiest_minute for load in history.loads} == {"one": (START, 3), "two": None}
