"""The report on a log: as text, as Markdown, as data, as CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import smtp421
from smtp421.cli.intake import Intake, Sieve
from smtp421.coverage import Coverage, Skeleton
from smtp421.diagnosis.history.counts import Count, Spread
from smtp421.diagnosis.history.judgement import Judgement
from smtp421.diagnosis.history.rows import Row, rows_of
from smtp421.diagnosis.history.signs import Onset, Sign
from smtp421.diagnosis.history.values import Bins, Dropped, Example, Fate, Fates, Key, Load, Message, SourceAddress, Where
from smtp421.model import Evidence, Relay, Severity
from smtp421.render import report_words as said
from smtp421.render.coverage_page import coverage_page
from smtp421.render.csv import cell
from smtp421.render.format_pages import format_page, formats_page
from smtp421.render.interface import View, renderer
from smtp421.render.report import Wanted, report_page

START = datetime(2026, 11, 20, 8, tzinfo=UTC)


def line(at: str, queue_id: str, to: str, text: str, status: str = "deferred") -> str:
    host = "mx." + to.partition("@")[2]
    told = text if status != "deferred" else f"host {host}[192.0.2.9] said: {text} (in reply to RCPT TO command)"
    return (
        f"2026-11-20T{at}+00:00 mail postfix/smtp[196]: {queue_id}: to=<{to}>, relay={host}[192.0.2.9]:25, "
        f"delay=0.1, delays=0/0/0/0, dsn=4.7.1, status={status} ({told})"
    )


LOG = (
    line("08:00:00", "A1", "u@example.com", "250 2.0.0 Ok", "sent"),
    line("08:10:00", "A2", "v@example.com", "450 4.7.1 Hm"),
    line("08:15:00", "A3", "w@example.org", "450 4.7.2 Later"),
    line("08:25:00", "A3", "w@example.org", "250 2.0.0 Ok", "sent"),
    line("08:40:00", "A2", "v@example.com", "450 4.7.1 Hm"),
    line("09:00:00", "A4", "x@example.net", "451 4.3.0 =cmd gone fishing"),
)
RULER = "─" * 80 + "\n"
TEXT = """\
CRITICAL  example_mail: Example Mail gives no reason, since 08:10
── retrying will not help until somebody acts ──────────────────────────────────
Log       mail.log, 6 lines; Nov 20, 2026 08:00:00 to 09:00:00 (1 hour)
Attempts  6: 2 sent, 4 deferred (67 %), 0 refused for good
Deferred  3 messages to 3 recipients: their ends are not in this log
Reasons   1 critical, 1 warning
Speed     attempts in the busiest hour: example_mail 3 over 1 connection at
          once, all others 2 over 1 connection at once

Critical: retrying will not help until somebody acts
who defers    why      msgs  rcpts  tries  resolved
example_mail  unknown     1      1      2         -
    08:10 to 08:40 ··█·······█·····
    First: Send at most 60 messages a minute to Example Mail.

Warning: act if it persists
who defers    why      msgs  rcpts  tries  resolved
2 domains     unknown     2      2      2         -
    08:15 to 09:00 ···▅▅··········█ to example.net, example.org
"""


def judged(lines: Any, book: Any, by: Any = None) -> Judgement:
    intake = Intake(book, Sieve(), by=by, lines=True)
    intake.take(smtp421.scan(lines, rulebook=book))
    return intake.judgement()


def shown(judgement: Judgement, book: Any, form: str = "text", view: View | None = None, **wanted: Any) -> str:
    view = view or View()
    page = report_page(judgement, rows_of(judgement), book, view, Wanted(**wanted))
    return renderer(form, view).page(page)


def test_text(book) -> None:
    text = shown(judged(LOG, book), book, inputs="mail.log, 6 lines")
    assert text.startswith(TEXT)
    assert "\nThe first of these in detail\n" in text
    assert "\nSpeed    3 attempts in the busiest hour, 1 connection at once\n" in text
    assert text.endswith(
        "Replies that no rule explains\n  • 2 × 450 4.7.1 Hm (first: line 2)\n  • 1 × 450 4.7.2 Later (first: line 3)\n"
        "  • 1 × 451 4.3.0 =cmd gone fishing (first: line 6)\n\n"
        "More on the first: `smtp421 explain example-mail-by-number`; every deferral:\n`--format jsonl`\n"
    )
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_markdown(book) -> None:
    text = shown(judged(LOG, book), book, "markdown")
    assert text.startswith("## example_mail: Example Mail gives no reason, since 08:10\n\n**CRITICAL** (retrying will not help")
    assert "| **example_mail** | unknown | 1 | 1 | 2 | \\- | 08:10 to 08:40  ··█·······█·····" in text
    assert "- 1 × `451 4.3.0 =cmd gone fishing` (first: line 6)\n" in text


def test_data(book) -> None:
    judgement = judged(LOG, book)
    page = report_page(judgement, rows_of(judgement), book, View())
    data = page.to_dict()
    assert (data["schema"], data["page"], data["by"], data["severity"]) == ("smtp421.page/1", "report", None, "critical")
    assert (data["first"], data["last"]) == ("2026-11-20T08:00:00+00:00", "2026-11-20T09:00:00+00:00")
    assert data["attempts"] == {"sent": 2, "deferred": 4, "bounced": 0}
    assert data["messages"] == data["recipients"] == {"number": 3, "exact": True}
    first = dict(data["groups"][0])
    (part,) = first.pop("parts")
    assert first == {
        "severity": "critical",
        "cleared": False,
        "name": "example_mail",
        "own_side": False,
        "provider": "example_mail",
        "cause": "unknown",
        "rule": "example-mail-by-number",
        "title": "Example Mail gives no reason",
        "messages": 1,
        "recipients": 1,
        "exact": True,
        "attempts": 2,
        "first": "2026-11-20T08:10:00+00:00",
        "last": "2026-11-20T08:40:00+00:00",
        "delivered": 0,
        "bounced": 0,
        "expired": 0,
        "waiting": 0,
        "resolved": None,
        "oldest_waiting_seconds": 0,
        "signs": "",
        "first_fix": "Send at most 60 messages a minute to Example Mail.",
    }
    assert part["example"]["schema"] == "smtp421.diagnosis/1"
    assert part["domains"] == [{"domain": "example.com", "attempts": 2}]
    assert [each["replies"] for each in data["unknown"]] == [2, 1, 1]
    assert renderer("json").page(page).startswith("{")


def test_csv_of_a_report(book) -> None:
    judgement = judged(LOG, book)
    judgement = judgement._replace(
        groups=tuple(each._replace(diagnosis=each.diagnosis._replace(title="=1+1,2")) for each in judgement.groups)
    )
    text = shown(judgement, book, "csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["name"], row["attempts"], row["exact"], row["title"]) for row in rows] == [
        ("example_mail", "2", "true", "'=1+1,2"),
        ("2 domains", "2", "true", "'=1+1,2"),
    ]
    assert text.count("\r\n") == 3
    assert shown(judged([], book), book, "csv") == ""


def test_csv_of_deferrals(bare, logged) -> None:
    bare = bare._replace(
        attempt=bare.attempt._replace(reply=bare.attempt.reply._replace(text="=cmd|x"), relay=Relay(None, "192.0.2.1"))
    )
    show = renderer("csv")
    rows = list(csv.DictReader(io.StringIO("".join(show.diagnoses([bare, logged])), newline="")))
    assert [row["text"][:6] for row in rows] == ["'=cmd|", "[192.0"]
    assert [row["relay"] for row in rows] == ["192.0.2.1", "mx.example.com"]
    assert [row["first_fix"] for row in rows] == ["", "Stop bulk mail to this provider."]
    assert show.diagnosis(logged).count("\r\n") == 2


@pytest.mark.parametrize(
    ("value", "shown_as"),
    [
        *((f"{sign}1", f"'{sign}1") for sign in "=+-@|%"),
        ("  =1", "'  =1"),
        (-5, "-5"),
        (1.5, "1.5"),
        (True, "true"),
        (None, ""),
        ("", ""),
        (" ", " "),
        ("a\nb", "a b"),
        ("a=b", "a=b"),
    ],
)
def test_a_cell(value: object, shown_as: str) -> None:
    assert cell(value) == shown_as


@pytest.mark.parametrize("sign", "\t\r\n")
def test_a_cell_that_begins_with_white_space(sign: str) -> None:
    assert cell(f"{sign}=1")[0] not in "=+-@ \t\r\n"


def test_nothing(book) -> None:
    nothing = judged([], book)
    assert shown(nothing, book) == f"OK  No deferral\n{RULER}"
    assert shown(nothing, book, filtered=True, inputs="x, 0 lines").startswith(
        f"OK  No deferral that fits\n{RULER}Log  x, 0 lines"
    )


def test_all_is_well(book) -> None:
    judgement = judged(LOG, book)
    normal = judgement._replace(groups=tuple(each._replace(severity=Severity.INFO) for each in judgement.groups))
    assert shown(normal, book).startswith("OK  Nothing to do: 4 deferrals, all of them normal\n")
    over = judgement._replace(groups=tuple(each._replace(cleared=True) for each in judgement.groups))
    text = shown(over, book)
    assert text.startswith("OK  Nothing to do: 4 deferrals, all of them cleared within minutes\n")
    assert "\nCleared: all of it came through within minutes\n" in text
    assert "in detail" not in text
    some = judgement._replace(groups=(judgement.groups[0], judgement.groups[1]._replace(cleared=True)))
    assert "1 critical, 1 cleared within minutes" in shown(some, book)


def test_top_lines_and_ascii(book) -> None:
    judgement = judged(LOG, book)
    text = shown(judgement, book, top=1, lines=True, view=View(ascii=True))
    assert "1 more row, less pressing: `--top 0` shows all." in text
    assert "\nLines: example_mail, unknown\n  2: 2026-11-20T08:10:00+00:00 mail postfix/smtp[196]: A2: to=<v@example.com>" in text
    assert "Lines: 2 domains" not in text
    assert "less pressing" not in shown(judgement, book, top=0)


@pytest.mark.parametrize(("by", "name"), [("domain", "example.com"), ("cause", "unknown"), ("relay", "mx.example.com")])
def test_by(by: Any, name: str, book) -> None:
    judgement = judged(LOG, book, by)
    rows = rows_of(judgement)
    assert name in {row["name"] for row in report_page(judgement, rows, book, View(), Wanted(by)).data["groups"]}
    assert name in shown(judgement, book, by=by)


def rich(book: Any) -> Judgement:
    """A judgement with all that there can be."""
    plain = judged(LOG, book)
    group = plain.groups[0].group._replace(
        fates=Fates(3, 1, 1, 2), longest_wait=20_000, delivered_after=Spread(3, 60, 600), domain_count=4, greylisted=2
    )
    signs = (
        Sign("lasting", Severity.WARNING, 20_000, 14_400),
        Sign("patience", Severity.WARNING, 50_000, 43_200),
        Sign("refused", Severity.WARNING, 0.5, 0.25),
        Sign("given_up", Severity.WARNING, 0.5, 0.25),
        Sign("everything", Severity.WARNING, 1.0, 0.95, ("a.example", "b.example", "c.example")),
        Sign("everything", Severity.WARNING, 1.0, 0.95, ("a.example",)),
        Sign("everything", Severity.WARNING, 1.0, 0.95),
        Sign("high_share", Severity.WARNING, 0.5, 0.25),
        Sign("sudden", Severity.WARNING, 12, 10),
        Sign("investigate", Severity.CRITICAL, 2, 2),
    )
    worst = plain.groups[0]._replace(
        group=group,
        signs=signs,
        share=(2, 3),
        onset=Onset(START, True, 5),
        evidence=(Evidence("backoff", "too_eager", "the log"),),
    )
    grey = plain.groups[1]._replace(
        diagnosis=plain.groups[1].diagnosis._replace(cause="greylisting"), group=plain.groups[1].group._replace(greylisted=2)
    )
    message = Message("A2", "v@example.com", group.key, START, START, 6, (300, 600, 1200, 2400, 4800), Fate.WAITING, 20_000)
    load = Load("example_mail", 1, 2, 0, (START, 2), (START, 3), None, Bins(1, ()))
    history = plain.history._replace(
        fates=Fates(3, 1, 1, 2),
        waiting_for=20_000,
        schedule=tuple(Spread(1, pause, pause) for pause in (300, 600, 1200, 2400, 4800)),
        given_up_after=Spread(2, 86_400, 90_000),
        loads=(load, load._replace(provider=None, connections=2), load._replace(busiest_hour=None, provider="none")),
        sources=tuple(SourceAddress(f"192.0.2.{number}", 1, number, 0) for number in range(1, 7)),
        unknown=plain.history.unknown * 4,
        listed=(message,),
        dropped=Dropped(0, 1, 2, 3),
        messages=Count(123_456, exact=False),
    )
    hints = (plain.groups[1],)
    return Judgement(history, (worst, grey), (plain.groups[0], plain.groups[1]), hints)


def test_all_there_can_be(book) -> None:
    thresholds = book.tree._replace(thresholds={"lifetime_least": 259_200.0})
    judgement = rich(book)
    kept = book.tree
    try:
        book.tree = thresholds
        text = " ".join(shown(judgement, book, view=View(width=100, verbose=True)).split())
    finally:
        book.tree = kept
    for told in (
        "~123,000 messages to 3 recipients: 3 delivered later, 1 refused later, 1 given up, 2 waiting (the oldest for",
        "Retries after 5 minutes, 10 minutes, 20 minutes, 40 minutes, ... (medians) - too soon: receivers take it for abuse",
        "2 messages after",
        "an incident that lasts longer loses mail",
        "confirmed for 2 first contacts: a later try was taken",
        "192.0.2.6 (6 of 7 deferred)",
        "4 more templates; --format json holds all.",
        "Also in the log, without a message",
        "Inbound: your own server put others off",
        'Too much to be kept: 1 message could not be followed to the end, 2 domains without deferrals forgotten, 3 groups counted under "(others)".',
        "1 message refused for good later",
        "1 message given up by your server",
        "no reason given for 12 hours: ask the receiver's postmaster",
        "nothing gets to a.example, b.example and 1 more",
        "67 % of 3 attempts since it began",
        "began at once, after 12 attempts without it",
        "together a reason to look into it now",
        "at once, after 5 attempts without it; first line 2",
        "3 messages, after 1 minute as a rule, 10 minutes at most",
        "6 deferrals, with pauses of 5 minutes, 10 minutes, 20 minutes, 40 minutes, ...; waiting",
        "to example.com and 3 more",
    ):
        assert told in text
    data = report_page(judgement, rows_of(judgement), book, View()).to_dict()
    assert data["groups"][0]["resolved"] == 0.4286
    assert data["groups"][0]["parts"][0]["onset"] == {"at": "2026-11-20T08:00:00+00:00", "sudden": True, "attempts_before": 5}
    assert data["groups"][0]["parts"][0]["share"] == {"deferred": 2, "attempts": 3}
    assert data["listed"][0]["pauses"] == [300, 600, 1200, 2400, 4800]
    assert data["providers"][2]["busiest_hour"] is None


def test_less_of_it(book) -> None:
    """What is left out where it is not known."""
    judgement = rich(book)
    worst = judgement.groups[0]
    group = worst.group._replace(first=None, last=None, latest=None)
    short = judgement.history.listed[0]._replace(gaps=(300,))
    history = judgement.history._replace(
        first=None, last=None, sent=0, deferred=0, bounced=0, loads=(), sources=(), schedule=judgement.history.schedule[:2], listed=(short,),
        unknown=(judgement.history.unknown[0]._replace(example=judgement.history.unknown[0].example._replace(line=None)),), dropped=Dropped(),
    )  # fmt: skip
    worst = worst._replace(
        group=group, onset=Onset(START, False, 0), evidence=(), diagnosis=worst.diagnosis._replace(rule=None, fixes=())
    )
    text = " ".join(shown(Judgement(history, (worst,), (worst,), ()), book, lines=True).split())
    assert "after 5 minutes, 10 minutes (medians)" in text
    assert "with pauses of 5 minutes; waiting" in text
    assert "smtp421 explain unknown" in text
    assert "Attempts " not in text
    slow = worst._replace(evidence=(Evidence("other", "", ""), Evidence("backoff", "sound", "")))
    assert "as receivers expect" in shown(Judgement(history, (slow,), (), ()), book)


def test_rows_of_several_parts(book) -> None:
    first, second = judged(LOG, book).groups
    second = second._replace(diagnosis=second.diagnosis._replace(cause="greylisting"))
    judgement = judged(LOG, book)
    row = Row("a.example", (first, second), Count(2), Count(2))
    text = renderer("text").page(report_page(judgement, [row], book, View(), Wanted("domain")))
    assert "unknown +1" in text
    assert "First, for the text does not tell: " in text or "First, for unknown: " in text
    assert said.where(row) == ""


def test_who(book) -> None:
    first, second = judged(LOG, book).groups
    own = first._replace(group=first.group._replace(key=Key("", True, None, "unknown")))
    assert said.who(own, book) == "this server"
    away = own._replace(diagnosis=first.diagnosis._replace(cause="dns"))
    assert said.who(away, book) == "example.com"
    software = second._replace(group=second.group._replace(key=Key("", False, "bare", "unknown"), domain_count=0, domains=()))
    assert said.who(software, book) == "bare"
    assert said.who(software._replace(group=software.group._replace(key=Key("", False, None, "unknown"))), book) == "?"
    assert (
        said.sign_words(
            Sign("high_share", Severity.WARNING, 1, 1), own._replace(share=(3, 4), group=own.group._replace(domain_count=1))
        )
        == "75 % of 4 attempts"
    )
    assert (
        said.sign_words(Sign("high_share", Severity.WARNING, 1, 1), own._replace(share=None))
        == "together a reason to look into it now"
    )


def test_words(book) -> None:
    history = judged(LOG, book).history
    minutes, days, years = (
        history._replace(first=START, last=START + timedelta(**span)) for span in ({"minutes": 5}, {"days": 2}, {"days": 400})
    )
    assert said.moment(None, history) == ""
    assert said.moment(START, history) == "08:00"
    assert said.moment(START, minutes) == "08:00:00"
    assert said.moment(START, days) == "Nov 20 08:00"
    assert said.moment(START, years) == "2026-11-20 08:00"
    assert said.moment(START, history._replace(first=None, last=None)) == "08:00:00"
    later = START + timedelta(hours=1)
    assert said.span(None, later, history) == ""
    assert said.span(START, START, history) == "08:00"
    assert said.span(START, later, history) == "08:00 to 09:00"
    assert said.span(START, later, days) == "Nov 20 08:00 to 09:00"
    assert said.span(START, START + timedelta(days=1), days) == "Nov 20 08:00 to Nov 21 08:00"
    assert said.full_span(START, START + timedelta(days=1)) == "Nov 20, 2026 08:00:00 to Nov 21, 2026 08:00:00"
    assert said.full_moment(datetime.fromisoformat("2026-11-20T08:00:00+01:00")) == "Nov 20, 2026 08:00:00 +0100"
    assert [said.percent(part) for part in (None, 0, 0.001, 0.5, 0.999, 1)] == ["-", "0 %", "1 %", "50 %", "99 %", "100 %"]
    assert said.number(Count(1234)) == "1,234"
    assert said.number(Count(12_345, exact=False)) == "~12,300"
    assert said.short("a" * 30) == "a" * 25 + "…"
    assert said.short("a" * 30 + ".example") == "…" + ("a" * 30 + ".example")[-25:]
    example = judged(LOG, book).groups[0].group.rules[0].example
    assert said.place(Example(example.attempt, Where("mail.log", 2, ""))) == "mail.log:2"
    assert said.place(Example(example.attempt, Where("", None, ""))) == "?"


def test_the_log_of_a_whole_evening() -> None:
    """A real log against the bundled rules: no width is exceeded but by commands to be copied, which are not broken."""
    book = smtp421.load_rulebook()
    lines = (Path(__file__).parent.parent / "data" / "scan" / "postfix.log").read_text(encoding="utf-8").splitlines()
    judgement = judged(lines, book)
    text = shown(judgement, book)
    assert max(len(each) for each in text.splitlines() if not each.startswith(" " * 7)) <= 80
    assert sum(row.attempts for row in rows_of(judgement)) == judgement.history.deferred


def test_pages_about_formats() -> None:
    from smtp421.logs import postfix

    form = next(
        each
        for each in vars(postfix).values()
        if hasattr(each, "sample") and hasattr(each, "name") and not isinstance(each, type)
    )
    text = renderer("text").page(formats_page([form]))
    assert text.startswith("format ")
    assert text.endswith("1 format; each line tells its own. A sample: `smtp421 formats postfix`\n")
    text = renderer("text").page(format_page(form))
    assert text.startswith("FORMAT  ")
    assert "--input-format postfix FILE" in text


def test_page_about_coverage() -> None:
    nothing = renderer("text").page(coverage_page(Coverage(0, 0, 0, 0, (), ())))
    assert nothing == f"COVERAGE  0 replies\n{RULER}No reply was found in the input.\n"
    full = Coverage(4, 2, 1, 1, (("unknown", 3), ("dns", 1)), (Skeleton("450 Hm <n>", 1, "  - id: generic-hm"),))
    text = renderer("text").page(coverage_page(full))
    assert "Specific  50.0% (2), by a rule of a provider or a program\n" in text
    assert "Causes    unknown 3, dns 1\n" in text
    assert "1 x 450 Hm <n>" in text
    assert "Unknown replies" not in renderer("text").page(coverage_page(full._replace(skeletons=())))
