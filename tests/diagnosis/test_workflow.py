"""Every node of the tree, answered by each kind of evidence and by none, and the documented workflow in all its branches.

The kinds are real: replies, logs, settings of a mail server, exports of reputation tools, and what a person says. What a check of
the sender's records gives is checked where that is built; here it is evidence by its key.
"""

from datetime import UTC, datetime, timedelta

import pytest

import smtp421
from smtp421 import mta
from smtp421.cli.intake import Intake, Sieve
from smtp421.diagnosis import diagnose
from smtp421.diagnosis.dossier import Dossier
from smtp421.diagnosis.walkthrough import Session, diagnosis_of, marks
from smtp421.model import Evidence
from smtp421.reputation import postmaster_tools, snds

NOW = datetime(2026, 11, 29, 18, tzinfo=UTC)
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
GOOGLE = "gmail-smtp-in.l.google.com[192.0.2.9]:25"
MICROSOFT = "outlook-com.olc.protection.outlook.com[192.0.2.8]:25"
VAGUE = "451 Try again later"
SENT = "250 2.0.0 OK"


def line(second, queue_id, status, text, to="u@dest.example", relay="mx.dest.example[192.0.2.20]:25", process=1):
    at = (START + timedelta(seconds=second)).isoformat()
    told = (
        text
        if relay == "none" or status == "sent"
        else f"host {relay.partition(':')[0]} said: {text} (in reply to end of DATA command)"
    )
    return f"{at} mail postfix/smtp[{process}]: 4BCD{queue_id}: to=<{to}>, relay={relay}, delay=1, delays=0/0/0/1, dsn=4.0.0, status={status} ({told})"


def refused(second, queue_id, host="mx.dest.example"):
    at = (START + timedelta(seconds=second)).isoformat()
    return f"{at} mail postfix/smtp[1]: 4BCD{queue_id}: to=<u@{host.partition('.')[2]}>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to {host}[192.0.2.20]:25: Connection refused)"


# How each kind of evidence makes an answer


@pytest.fixture
def by_reply(book):
    """The answers that a text gives by itself."""

    def answers(text):
        return {step.node: step.answer for step in smtp421.explain(text, rulebook=book, now=NOW).path}

    return answers


@pytest.fixture
def by_log(book):
    """The answers in the walk of the most pressing group of a log."""

    def answers(lines):
        intake = Intake(book, Sieve())
        intake.take(smtp421.scan(lines, rulebook=book, now=NOW))
        judgement = intake.judgement()
        found = (*judgement.groups, *judgement.inbound)[0].diagnosis
        return {step.node: step.answer for step in found.path}

    return answers


@pytest.fixture
def by_files(book):
    """The answers that files give for a text."""

    def answers(text=VAGUE, reports=(), settings=None):
        given = [] if settings is None else [lambda provider: mta.evidence(mta.read(settings, "main.cf"), book.tree, provider)]
        known = Dossier(NOW, book.tree.thresholds, reports=reports, settings=given)
        return {step.node: step.answer for step in smtp421.explain(text, rulebook=book, now=NOW, evidence=known).path}

    return answers


REPLIES = [
    ("who-said-it", "remote", "421 4.7.0 Try again later"),
    ("who-said-it", "local", refused(0, "A1")),
    (
        "who-said-it",
        "inbound",
        "Nov 20 22:30:00 mail postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.4]: 450 4.2.0 <u@example.com>: Recipient address rejected: Greylisted; from=<a@example.org> to=<u@example.com>",
    ),
    ("which-part", "network", refused(0, "A1")),
    (
        "which-part",
        "name_service",
        line(0, "A1", "deferred", "Host or domain name not found. Name service error for name=dest.example type=MX: Host not found, try again", relay="none"),
    ),
    ("which-part", "service", line(0, "A1", "deferred", "mail transport unavailable", relay="none")),
    ("which-part", "tls", line(0, "A1", "deferred", "TLS is required, but our TLS engine is unavailable", relay="none")),
    (
        "own-policy",
        "meant",
        "Nov 20 22:30:00 mail postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.4]: 450 4.2.0 <u@example.com>: Recipient address rejected: Greylisted; from=<a@example.org> to=<u@example.com>",
    ),
    (
        "own-policy",
        "fault",
        "Nov 20 22:30:00 mail postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.4]: 451 4.3.0 <u@example.com>: Temporary lookup failure; from=<a@example.org> to=<u@example.com>",
    ),
    ("names-a-reason", "rate", "421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp"),
    ("names-a-reason", "connections", "421 Too many concurrent SMTP connections from your address"),
    ("names-a-reason", "reputation", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints"),
    ("names-a-reason", "greylisting", "451 4.7.1 Greylisting in action, please come back in 180 seconds"),
    ("names-a-reason", "identity", "421 Refused. Your reverse DNS entry does not resolve to an IP."),
    ("names-a-reason", "recipient", "452 4.2.2 <u@example.com> Mailbox full"),
    ("names-a-reason", "receiver", "452 4.3.1 Insufficient system storage"),
    ("names-a-reason", "session", "421 4.4.2 mx.example.com Error: timeout exceeded"),
    ("first-contact", "yes", "451 4.7.1 Greylisting in action, please come back in 180 seconds"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "answer", "text"), REPLIES, ids=[f"{node}-{answer}" for node, answer, _ in REPLIES])
def test_a_reply_answers(by_reply, node, answer, text):
    assert by_reply(text)[node] == answer


def rate(second, queue_id, status="deferred", **more):
    text = SENT if status == "sent" else "421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp"
    return line(second, queue_id, status, text, to=f"u{queue_id}@gmail.example", relay=GOOGLE, **more)


def vague(second, queue_id, status="deferred", **more):
    return line(second, queue_id, status, SENT if status == "sent" else VAGUE, **more)


def retried(pause, number=12):
    """Messages whose first retry comes after ``pause`` seconds, of which the last is still waiting."""
    return [
        each
        for n in range(number)
        for each in (rate(n * 10, f"A{n}"), rate(n * 10 + pause, f"A{n}", "deferred" if n else "sent"))
    ]


LOGS = {
    ("one-or-all", "one"): [
        *(vague(n, f"E{n}", "sent", to=f"u@d{n}.example", relay=f"mx.d{n}.example[192.0.2.3]:25") for n in range(9)),
        *(refused(100 + n, f"F{n}") for n in range(12)),
    ],
    ("one-or-all", "all"): [refused(n * 60, f"F{n}", f"mx.d{n}.example") for n in range(12)],
    ("first-contact", "yes"): [vague(0, "A1"), vague(600, "A1", "sent")],
    ("first-contact", "no"): [vague(0, "A0", "sent"), vague(60, "A1"), vague(600, "A1", "sent")],
    ("sound-backoff", "sound"): retried(600),
    ("sound-backoff", "too_eager"): retried(20),
    ("sound-backoff", "too_slow"): retried(7200),
    ("too-fast", "too_many_connections"): [rate(0, f"A{n}", process=n) for n in range(30)],
    ("how-long", "brief"): [each for n in range(3) for each in (rate(n, f"A{n}"), rate(n + 400, f"A{n}", "sent"))],
    ("how-long", "lasting"): [rate(0, "A1"), *(rate(n * 60, f"E{n}", "sent") for n in range(300)), rate(18_000, "A1")],
    ("how-long", "everything"): [
        *(line(n * 600, f"A{n}", "deferred", "451 Temporary local problem", to="u@dest.example") for n in range(12)),
    ],
    ("how-long", "alarming"): [rate(n * 600, f"A{n}") for n in range(30)],
}  # fmt: skip


@pytest.mark.parametrize(("node", "answer"), LOGS, ids=lambda part: part)
def test_a_log_answers(by_log, node, answer):
    assert by_log(LOGS[node, answer])[node] == answer


def test_a_log_that_tells_too_little_answers_nothing(by_log):
    known = by_log([vague(0, "A1")])
    assert {node: known[node] for node in ("first-contact", "sound-backoff", "too-fast", "how-long")} == dict.fromkeys(
        ("first-contact", "sound-backoff", "too-fast", "how-long"), "unknown"
    )
    assert by_log([refused(0, "F1")])["one-or-all"] == "unknown"


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ("minimal_backoff_time = 300s\nmaximal_backoff_time = 4000s\nqueue_run_delay = 300s\n", "sound"),
        ("minimal_backoff_time = 10s\nmaximal_backoff_time = 20s\nqueue_run_delay = 10s\n", "too_eager"),
        ("minimal_backoff_time = 3h\nmaximal_backoff_time = 6h\nqueue_run_delay = 3h\n", "too_slow"),
    ],
)
def test_settings_of_the_mail_server_answer(by_files, settings, answer):
    assert by_files(settings=settings)["sound-backoff"] == answer


def test_settings_answer_for_the_provider_at_hand(by_files):
    settings = "default_destination_concurrency_limit = 50\n"
    assert (
        by_files("421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp", settings=settings)["too-fast"]
        == "too_many_connections"
    )
    assert by_files(settings=settings)["too-fast"] == "unknown"


COLOUR = "192.0.2.1,11/26/2026 8:00 AM,11/27/2026 8:00 AM,10,10,1000,{},{}\n"
STATS = '{{"name": "domains/example.com/trafficStats/20261127", {}}}'
EXPORTS = [
    ("reputation-tools", "issues", snds, COLOUR.format("RED", "< 0.1%")),
    ("reputation-tools", "doubtful", snds, COLOUR.format("GREEN", "0.2%")),
    ("reputation-tools", "clean", snds, COLOUR.format("GREEN", "< 0.1%")),
    ("reputation-tools", "issues", snds, "192.0.2.1,192.0.2.1,Yes,spam\n"),
    ("reputation-tools", "issues", postmaster_tools, STATS.format('"userReportedSpamRatio": 0.004')),
    ("reputation-tools", "doubtful", postmaster_tools, STATS.format('"domainReputation": "MEDIUM"')),
    ("reputation-tools", "clean", postmaster_tools, STATS.format('"userReportedSpamRatio": 0.0004')),
    ("identity-check", "auth_faulty", postmaster_tools, STATS.format('"dkimSuccessRatio": 0.5')),
    (
        "identity-check",
        "dns_faulty",
        postmaster_tools,
        STATS.format('"deliveryErrors": [{"errorType": "BAD_PTR_RECORD", "errorRatio": 0.5}]'),
    ),
    (
        "too-fast",
        "too_fast",
        postmaster_tools,
        STATS.format('"deliveryErrors": [{"errorType": "RATE_LIMIT_EXCEEDED", "errorRatio": 0.5}]'),
    ),
]


@pytest.mark.parametrize(("node", "answer", "tool", "text"), EXPORTS)
def test_an_export_of_a_reputation_tool_answers(by_files, node, answer, tool, text):
    assert by_files(reports=[tool.read(text.encode(), "f")])[node] == answer


@pytest.mark.parametrize("reply", ["421 RP-001 Unfortunately, some messages from 192.0.2.1 weren't sent. (S3150)"])
def test_an_export_tells_what_is_behind_a_limit(by_files, reply):
    for colour, answer in (("RED", "issues"), ("GREEN", "clean")):
        known = by_files(reply, [snds.read(COLOUR.format(colour, "< 0.1%").encode(), "f")])
        assert (known["names-a-reason"], known["reputation-behind"]) == ("rate", answer)


def test_an_export_without_this_sender_answers_nothing_and_says_so(book):
    known = Dossier(NOW, book.tree.thresholds, reports=[snds.read(COLOUR.format("RED", "").encode(), "f")])
    text = line(0, "A1", "deferred", VAGUE, relay=MICROSOFT)
    attempt = smtp421.explain(text, rulebook=book).attempt._replace(source_address="198.51.100.1")
    step = next(step for step in diagnose(attempt, book, known).path if step.node == "reputation-tools")
    assert step.answer == "unknown"
    assert step.evidence.endswith("(Microsoft SNDS has nothing of 198.51.100.1)")


@pytest.mark.parametrize("answer", ["auth_faulty", "dns_faulty", "faulty", "ok"])
@pytest.mark.parametrize(("text", "node"), [(VAGUE, "identity-check"), ("421 Refused. Your reverse DNS entry does not resolve to an IP.", "identity-named"), ("421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp", "identity-behind")])  # fmt: skip
def test_a_check_of_the_sender_answers(book, text, node, answer):
    found = smtp421.explain(text, rulebook=book, evidence=[Evidence("identity", answer, "sender check of 192.0.2.1")])
    step = next(step for step in found.path if step.node == node)
    assert step.answer == answer
    assert "(sender check of 192.0.2.1)" in step.evidence


# A person can answer every node, and need not


def way_to(node, tree):
    """Answers that lead to a node."""
    ways = {tree.root: ()}
    queue = [tree.root]
    for name in queue:
        for answer, edge in (*tree.nodes[name].answers.items(), ("unknown", tree.nodes[name].unknown)):
            if edge.to is not None and edge.to not in ways:
                ways[edge.to] = (*ways[name], (name, answer))
                queue.append(edge.to)
    return ways[node]


NODES = [
    "who-said-it",
    "which-part",
    "one-or-all",
    "own-policy",
    "names-a-reason",
    "first-contact",
    "identity-named",
    "reputation-behind",
    "identity-behind",
    "reputation-tools",
    "identity-check",
    "sound-backoff",
    "too-fast",
    "how-long",
]


def test_the_tests_know_every_node(book):
    assert set(NODES) == set(book.tree.nodes)


@pytest.mark.parametrize("node", NODES)
def test_a_person_answers(book, node):
    attempt = smtp421.explain(VAGUE, rulebook=book).attempt
    before = Session(attempt, False, answers=way_to(node, book.tree))
    edges = {**book.tree.nodes[node].answers, "unknown": book.tree.nodes[node].unknown}
    for answer, edge in edges.items():
        found = diagnosis_of(before.answered(node, answer), book)
        marked = next(item for item in marks(found, book.tree) if item.node.id == node)
        if answer == "unknown" and node != "who-said-it":  # a reply always tells where it comes from
            assert marked.mark == "open"
            assert book.tree.nodes[node].how[0] in found.next_checks
        elif answer != "unknown":
            assert (marked.mark, marked.answer) == ("you", answer)
            assert edge.says.rstrip(".") in marked.told
            if edge.raises is not None:
                assert found.severity.rank >= edge.raises.rank
            assert set(edge.fixes) <= {fix.id for fix in found.fixes}
        following = [step.node for step in found.path]
        if answer != "unknown" or node != "who-said-it":
            assert following[following.index(node) + 1 :][:1] == ([edge.to] if edge.to else [])


# The documented workflow: the text, the timing, reputation tools, retry settings, rate


@pytest.fixture
def walk(book):
    """The diagnosis after answers that a person gives."""

    def answer(text, **answers):
        found = smtp421.explain(text, rulebook=book)
        session = Session(found.attempt, found.logged)
        for node, value in answers.items():
            session = session.answered(node.replace("_", "-"), value)
        return diagnosis_of(session, book)

    return answer


def fixes(found):
    return {fix.id for fix in found.fixes}


def test_1_the_text_names_a_rate_limit_slow_down(walk):
    found = walk("421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp")
    assert found.cause == "rate_limit"
    assert {"lower-rate", "back-off"} <= fixes(found)


def test_1_the_text_names_too_many_connections_cap_them(walk):
    found = walk("421 Too many concurrent SMTP connections from your address")
    assert found.cause == "too_many_connections"
    assert "cap-connections" in fixes(found)


def test_1_the_text_names_reputation_look_at_the_tools(walk):
    found = walk("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints")
    assert [step.node for step in found.path][2] == "reputation-tools"
    assert any("Postmaster Tools" in check for check in found.next_checks)


def test_2_the_first_message_is_probably_greylisting_wait(walk):
    found = walk(VAGUE, first_contact="yes")
    assert (found.cause, found.confidence, found.retry.helps) == ("greylisting", "medium", "yes")
    assert [step.node for step in found.path][-1] == "first-contact"


def test_3_reputation_tools_show_issues_repair_reputation(walk):
    found = walk(VAGUE, first_contact="no", reputation_tools="issues")
    assert (found.cause, found.severity) == ("reputation", "warning")
    assert {"find-spam-source", "engaged-first", "ramp-up"} <= fixes(found)


def test_3_the_sender_s_records_are_faulty_correct_them(walk):
    assert walk(VAGUE, first_contact="no", reputation_tools="clean", identity_check="auth_faulty").cause == "authentication"
    assert walk(VAGUE, first_contact="no", reputation_tools="clean", identity_check="dns_faulty").cause == "sender_dns"
    assert walk(VAGUE, first_contact="no", reputation_tools="clean", identity_check="faulty").severity == "warning"


@pytest.mark.parametrize(("answer", "fix"), [("too_eager", "back-off"), ("too_slow", "let-queue-retry")])
def test_4_the_backoff_is_not_sound_adjust_it(walk, answer, fix):
    found = walk(VAGUE, first_contact="no", reputation_tools="clean", identity_check="ok", sound_backoff=answer)
    assert fix in fixes(found)


@pytest.mark.parametrize(("answer", "cause", "fix"), [("too_fast", "rate_limit", "lower-rate"), ("too_many_connections", "too_many_connections", "cap-connections")])  # fmt: skip
def test_5_it_is_too_fast_throttle(walk, answer, cause, fix):
    found = walk(VAGUE, first_contact="no", reputation_tools="clean", identity_check="ok", sound_backoff="sound", too_fast=answer)
    assert found.cause == cause
    assert fix in fixes(found)


def test_nothing_of_it_wait_and_ask_the_postmaster(walk):
    known = {"first_contact": "no", "reputation_tools": "clean", "identity_check": "ok", "sound_backoff": "sound"}
    found = walk(VAGUE, **known, too_fast="within_limits")
    assert found.cause == "unknown"
    assert "ask the receiver's postmaster" in next(step.evidence for step in found.path if step.node == "too-fast")


# When it becomes a problem


@pytest.mark.parametrize(
    ("course", "severity", "postmaster"),
    [("brief", "info", False), ("lasting", "warning", True), ("everything", "warning", True), ("alarming", "critical", True)],
)
def test_normal_warning_investigate(walk, course, severity, postmaster):
    found = walk("452 4.3.1 Insufficient system storage", how_long=course)
    plain = walk("452 4.3.1 Insufficient system storage")
    assert found.severity.rank >= plain.severity.rank
    assert found.severity == max(severity, plain.severity, key=["info", "warning", "critical"].index)
    if not postmaster:
        assert fixes(found) == fixes(plain)
    else:
        assert "contact-postmaster" in fixes(found)


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        ([rate(0, "A1"), rate(400, "A1", "sent")], "over"),
        (LOGS["how-long", "lasting"], "warning"),
        (LOGS["how-long", "alarming"], "critical"),
    ],
)
def test_a_log_raises_the_severity(book, lines, severity):
    intake = Intake(book, Sieve())
    intake.take(smtp421.scan(lines, rulebook=book, now=NOW))
    judged = intake.judgement().groups[0]
    assert ("over" if judged.cleared else judged.diagnosis.severity) == severity
