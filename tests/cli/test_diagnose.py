"""``diagnose`` with options, pipes and files; what it asks is in test_diagnose_asking."""

import json
import os
import sys
from datetime import date
from ipaddress import ip_address
from pathlib import Path

import pytest

from smtp421.cli import evidence_options
from smtp421.cli.complete import complete_answer
from smtp421.sender import Finding, Level, Report, Subject

VAGUE = "451 Try again later"
REPORT = Path(__file__).parents[1] / "data" / "report.log"
EXPORTS = Path(__file__).parents[1] / "reputation" / "data"
MICROSOFT = "421 RP-001 (BAY004-MC1F1) Unfortunately, some messages from 192.0.2.12 weren't sent. Please try again."


@pytest.fixture
def walk(smtp421):
    """The walk as JSON."""

    def call(*arguments, **more):
        code, out, err = smtp421("diagnose", "--format", "json", *arguments, **more)
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


def answers(told):
    return {node["node"]: node["answer"] for node in told["nodes"] if node["mark"] != "not_reached"}


def test_without_a_terminal_it_ends_with_the_open_questions(smtp421):
    code, out, err = smtp421("diagnose", VAGUE)
    assert (code, err) == (0, "")
    assert "? first-contact: open" in out
    assert "Find out (first-contact): " in out


def test_words_that_nobody_quoted_and_pipes(walk):
    quoted = walk(VAGUE)
    assert walk(*VAGUE.split()) == quoted
    assert walk(stdin=VAGUE) == quoted
    assert walk("-", stdin=VAGUE.encode()) == quoted


def test_answers_as_options(walk):
    told = walk("--answer", "first-contact=no", "--answer", "reputation-tools=issues", "--answer", "too-fast=unknown", VAGUE)
    assert told["diagnosis"]["cause"] == "reputation"
    assert [node["mark"] for node in told["nodes"]][:5] == ["evidence", "open", "you", "you", "open"]
    assert told["open"] == ["names-a-reason", "how-long"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("first-contact", "'first-contact' is not NODE=VALUE, such as first-contact=no"),
        ("first_contact=no", "there is no question 'first_contact'; did you mean first-contact"),
        ("zzz=no", "there is no question 'zzz', see `smtp421 tree`"),
        ("first-contact=maybe", "first-contact can be yes, no, unknown; not 'maybe'"),
    ],
)
@pytest.mark.parametrize("command", ["diagnose", "explain", "scan"])
def test_answers_that_cannot_be(smtp421, answer, told, command):
    code, out, err = smtp421(command, "--answer", answer, "-", stdin=VAGUE)
    assert (code, out) == (2, "")
    assert told.replace(" ", "") in err.replace("│", "").replace(" ", "").replace("\n", "")


@pytest.mark.parametrize("arguments", [[VAGUE, "--log", "x"], [VAGUE, "--resume", "x"], ["--log", "x", "--resume", "y"]])
def test_one_thing_at_a_time(smtp421, arguments):
    code, _, err = smtp421("diagnose", *arguments)
    assert code == 2
    assert "not several of them" in err


def test_no_arguments_on_a_terminal_is_help(smtp421):
    code, out, _ = smtp421("diagnose", terminal=True)
    assert code == 2
    assert "Usage: smtp421 diagnose" in out


def test_nothing_to_explain(smtp421):
    assert smtp421("diagnose", "hello world").code == 1


def test_the_reply_of_a_provider_or_cause(walk, smtp421):
    both = "450 4.2.0 Greylisted\n\n421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp\n"
    first = walk("-", stdin=both)
    assert first["taken"] == "the first of 2 replies in the text; --provider and --cause choose another"
    assert walk("--provider", "gmail", "-", stdin=both)["diagnosis"]["cause"] == "rate_limit"
    assert walk("--cause", "greylisting", "-", stdin=both)["diagnosis"]["cause"] == "greylisting"
    code, _, err = smtp421("diagnose", "--provider", "yahoo", "--cause", "timeout", "-", stdin=both)
    assert code == 1
    assert err.startswith("smtp421: no deferral of yahoo for timeout in the text; there is ")
    assert smtp421("diagnose", "--provider", "gmial", VAGUE).code == 2


def test_the_most_pressing_of_a_log(walk):
    told = walk("--log", str(REPORT))
    assert told["taken"].endswith(f" in {REPORT}, the most pressing of 3 kinds; --provider and --cause choose another")
    assert told["diagnosis"]["attempt"]["format"] == "postfix"
    assert walk("--log", str(REPORT), "--cause", "rate_limit")["taken"].endswith(f" in {REPORT}, chosen from 3 kinds")


def test_a_log_answers_more_than_its_line(walk, tmp_path):
    log = tmp_path / "mail.log"
    line = "2026-11-20T{:02}:{:02}:00+00:00 mail postfix/smtp[1]: AB{:04}: to=<u{}@gmail.example>, relay=gmail-smtp-in.l.google.com[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=4.7.28, status=deferred (host gmail-smtp-in.l.google.com[192.0.2.9] said: 421-4.7.28 Gmail has detected an unusual rate of mail - gsmtp (in reply to end of DATA command))\n"
    log.write_text("".join(line.format(8 + n // 10, n % 10, n % 20, n % 20) for n in range(60)))
    told = walk("--log", str(log))
    assert told["taken"] == f"gmail: rate limit, 60 deferrals from 2026-11-20 08:00 to 2026-11-20 13:09 in {log}"
    known = answers(told)
    assert (known["names-a-reason"], known["sound-backoff"], known["how-long"]) == ("rate", "too_slow", "alarming")
    how_long = next(node for node in told["nodes"] if node["node"] == "how-long")
    assert (
        "(the log: 60 deferrals of 60 attempts, within 5 h, the oldest has waited 5 h, nothing gets through)"
        in how_long["evidence"]
    )
    assert told["diagnosis"]["severity"] == "critical"
    also = walk("--log", str(log), "--answer", "reputation-behind=issues", "--answer", "sound-backoff=sound")
    assert answers(also)["sound-backoff"] == "sound"


def test_a_log_without_deferrals(smtp421, tmp_path):
    log = tmp_path / "mail.log"
    log.write_text("nothing\n")
    assert smtp421("diagnose", "--log", str(log)).err == f"smtp421: no deferral in {log}\n"
    code, _, err = smtp421("diagnose", "--log", str(REPORT), "--cause", "content", "--log", str(REPORT))
    assert code == 1
    assert err.startswith("smtp421: no deferral for content in 2 files; there is ")
    assert smtp421("diagnose", "--log", str(tmp_path / "no.log")).code == 3


def test_a_log_that_is_piped(walk):
    assert walk("--log", "-", stdin=REPORT.read_bytes())["taken"].partition(" in ")[2].startswith("-, the most pressing")


# Evidence in files, the same for all three commands


def test_snds(walk, smtp421):
    plain = walk(MICROSOFT)
    told = walk("--snds", str(EXPORTS / "snds-data.csv"), MICROSOFT)
    assert answers(plain)["reputation-behind"] == "unknown"
    assert answers(told)["reputation-behind"] == "issues"
    assert "lower-complaints" in {action["fix"] for action in told["actions"]} - {action["fix"] for action in plain["actions"]}
    code, out, err = smtp421("explain", "--json", "--snds", str(EXPORTS / "snds-data.csv"), MICROSOFT)
    assert (code, err) == (0, "")
    assert json.loads(out)["path"] == told["diagnosis"]["path"]


def test_explain_says_because_of_what(smtp421, tmp_path):
    config = tmp_path / "main.cf"
    config.write_text("minimal_backoff_time = 10s\nmaximal_backoff_time = 20s\nqueue_run_delay = 10s\n")
    arguments = ["--snds", str(EXPORTS / "snds-data.csv"), "--mta-config", str(config), "--answer", "too-fast=too_fast"]
    lines = " ".join(smtp421("explain", *arguments, MICROSOFT).out.split())
    told = lines[lines.index("Because ") : lines.index(" Retry ")]
    assert told.startswith(
        "Because reputation behind: issues, Microsoft SNDS: 192.0.2.12 red, over 90 % taken for spam on 2026-11-27"
    )
    assert f"; sound backoff: too eager, {config}: minimal_backoff_time = 10s" in told
    assert told.endswith("; too fast: too fast, you said so")
    assert "Because" not in smtp421("explain", MICROSOFT).out


def test_whose_figures_count(walk, smtp421):
    red, green = (
        walk("--snds", str(EXPORTS / "snds-data.csv"), "--sender-ip", address, MICROSOFT)
        for address in ("192.0.2.12", "192.0.2.10")
    )
    assert (answers(red)["reputation-behind"], answers(green)["reputation-behind"]) == ("issues", "clean")
    other = walk("--postmaster", str(EXPORTS / "domain-stats.json"), "--sender-domain", "example.net", VAGUE)
    step = next(node for node in other["nodes"] if node["node"] == "reputation-tools")
    assert (step["mark"], step["answer"]) == ("open", "unknown")
    assert step["evidence"].endswith("(Google Postmaster Tools has nothing of example.net)")
    code, _, err = smtp421("explain", "--sender-ip", "example.net", VAGUE)
    assert code == 2
    assert "is no IP address" in err


def test_postmaster_tools(smtp421):
    _, out, err = smtp421(
        "explain", "--postmaster", str(EXPORTS / "traffic-stats.json"), "421 4.7.0 Try again later, closing connection. - gsmtp"
    )
    assert err == ""
    assert "reputation behind: issues" in " ".join(out.split())
    assert "identity behind: auth faulty" in " ".join(out.split())
    assert "too fast: too fast" in " ".join(out.split())


def test_scan_takes_evidence_for_each_deferral(smtp421, tmp_path):
    log = tmp_path / "mail.log"
    host = "gmail-smtp-in.l.google.com"
    line = "Nov 20 22:30:0{} mail postfix/smtp[1]: ABCDEF{}: to=<u@example.net>, relay={}[192.0.2.9]:25, delay=1, dsn=4.0.0, status=deferred (host {}[192.0.2.9] said: 451 Try again later (in reply to MAIL FROM command))\n"
    log.write_text(line.format(1, 1, host, host) + line.format(2, 2, "mx.example.net", "mx.example.net"))
    code, out, err = smtp421("scan", "--format", "jsonl", "--postmaster", str(EXPORTS / "traffic-stats.json"), str(log))
    assert (code, err) == (0, "")
    first, second = map(json.loads, out.splitlines())
    assert (first["cause"], second["cause"]) == ("reputation", "unknown")
    report = json.loads(smtp421("scan", "--format", "json", "--postmaster", str(EXPORTS / "traffic-stats.json"), str(log)).out)
    assert {(row["provider"], row["cause"]) for row in report["groups"]} == {("gmail", "reputation"), (None, "unknown")}
    hidden = smtp421("scan", "--anonymize", "--format", "jsonl", "--answer", "first-contact=yes", str(log)).out
    assert {json.loads(row)["cause"] for row in hidden.splitlines()} == {"greylisting"}


def test_faults_of_a_file_are_told_and_the_rest_is_used(walk, smtp421, tmp_path):
    bad = tmp_path / "snds.csv"
    bad.write_text("x,y\n" * 5 + "192.0.2.1,192.0.2.1,Yes,spam\n")
    code, out, err = smtp421("diagnose", "--snds", str(bad), MICROSOFT)
    assert code == 0
    assert "192.0.2.1 blocked: spam (day not given)" in " ".join(out.replace("│", "").split())
    assert err.splitlines()[0] == f"smtp421: {bad}:1:1: 'x' is no IP address; each row of SNDS begins with one"
    assert err.splitlines()[-1] == f"smtp421: {bad}: 2 more faults"


@pytest.mark.parametrize("option", ["--snds", "--postmaster", "--sender-report", "--mta-config"])
@pytest.mark.parametrize("command", ["diagnose", "explain", "scan"])
def test_a_file_that_is_not_there(smtp421, option, command, tmp_path):
    code, out, err = smtp421(command, option, str(tmp_path / "no"), "-", stdin=VAGUE)
    assert (code, out) == (3, "")
    assert "no: No such file or directory" in err


def test_a_file_that_tells_nothing(smtp421, tmp_path, monkeypatch):
    file = tmp_path / "f"
    file.write_text("")
    assert smtp421("diagnose", "--snds", str(file), VAGUE).err == f"smtp421: nothing to learn from {file}: it holds no row\n"
    file.write_text("x")
    assert "no column for the date" in smtp421("diagnose", "--postmaster", str(file), VAGUE).err
    monkeypatch.setattr(evidence_options, "MOST", 0)
    code, _, err = smtp421("diagnose", "--snds", str(file), VAGUE)
    assert code == 3
    assert "which no export of these tools has" in err


def sender_report(**levels):
    """What ``sender check --json`` writes, with these findings."""
    found = [
        Finding(check.rstrip("_"), Level(level), f"{check.rstrip('_')} of 192.0.2.1 is {level}", "")
        for check, level in levels.items()
    ]
    return json.dumps(Report(Subject(ip_address("192.0.2.1"), "example.com"), tuple(found)).to_dict())


@pytest.mark.parametrize(
    ("levels", "identity", "cause"),
    [
        ({"ptr": "critical", "spf": "critical"}, "dns_faulty", "sender_dns"),
        ({"ptr": "ok", "dkim": "critical"}, "auth_faulty", "authentication"),
        ({"ptr": "ok", "spf": "note"}, "ok", "unknown"),
        ({"ptr": "unknown"}, "unknown", "unknown"),
    ],
)
def test_a_sender_report(walk, tmp_path, levels, identity, cause):
    file = tmp_path / "sender.json"
    file.write_text(sender_report(**levels))
    told = walk("--sender-report", str(file), VAGUE)
    assert (told["diagnosis"]["cause"], answers(told)["identity-check"]) == (cause, identity)


def test_a_sender_report_that_finds_a_listing(walk, tmp_path):
    file = tmp_path / "sender.json"
    file.write_text(sender_report(block_lists="critical"))
    told = walk("--sender-report", str(file), "--snds", str(EXPORTS / "snds-data.csv"), "--sender-ip", "192.0.2.10", VAGUE)
    step = next(node for node in told["nodes"] if node["node"] == "reputation-tools")
    assert step["answer"] == "issues"
    assert (
        f"(sender check: block_lists of 192.0.2.1 is critical (192.0.2.1, example.com, file of {date.today()}))"
        in step["evidence"]
    )


def test_an_old_sender_report(walk, tmp_path):
    file = tmp_path / "sender.json"
    file.write_text(sender_report(ptr="critical"))
    os.utime(file, (1_600_000_000, 1_600_000_000))
    told = walk("--sender-report", str(file), VAGUE)
    step = next(node for node in told["nodes"] if node["node"] == "identity-check")
    assert (told["diagnosis"]["cause"], step["answer"], step["old"]) == ("unknown", "dns_faulty", True)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"findings": 7}', '{"findings": [], "subject": 7}', "[" * 100_000])
def test_what_is_no_sender_report(smtp421, tmp_path, text):
    file = tmp_path / "sender.json"
    file.write_text(text)
    code, _, err = smtp421("diagnose", "--sender-report", str(file), VAGUE)
    assert code == 3
    assert err == f"smtp421: nothing to learn from {file}: no report; write it with `smtp421 sender check --json`\n"


# Later


def test_save_and_resume(walk, smtp421, tmp_path):
    file = tmp_path / "walk.json"
    first = walk("--save", str(file), "--snds", str(EXPORTS / "snds-data.csv"), "--answer", "sound-backoff=sound", MICROSOFT)
    assert json.loads(file.read_text())["schema"] == "smtp421.session/1"
    assert walk("--resume", str(file)) == first
    more = walk("--resume", str(file), "--answer", "too-fast=within_limits")
    assert answers(more)["too-fast"] == "within_limits"
    assert walk("--resume", str(file)) == more
    assert walk("--resume", str(file), "--snds", str(EXPORTS / "snds-data.csv")) == more
    assert walk("--save", str(file), VAGUE)["diagnosis"]["cause"] == "unknown"
    assert [path.name for path in tmp_path.iterdir()] == ["walk.json"]


def test_a_walk_of_a_log_goes_on_without_the_log(walk, tmp_path):
    log, file = tmp_path / "mail.log", tmp_path / "walk.json"
    log.write_bytes(REPORT.read_bytes())
    first = walk("--log", str(log), "--save", str(file))
    log.unlink()
    assert walk("--resume", str(file)) == first


def test_what_is_no_walk_is_not_overwritten(smtp421, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    code, out, err = smtp421("diagnose", "--save", str(file), VAGUE)
    assert (code, out) == (2, "")
    assert "is no saved walk" in " ".join(err.replace("│", "").split())
    assert file.read_text() == "mine"
    assert smtp421("diagnose", "--resume", str(file)).code == 3
    assert smtp421("diagnose", "--resume", str(tmp_path / "no.json")).code == 3
    file.write_text("")
    assert smtp421("diagnose", "--save", str(file), VAGUE).code == 0


def test_where_it_cannot_be_saved(smtp421, tmp_path):
    code, out, err = smtp421("diagnose", "--save", str(tmp_path / "no" / "walk.json"), VAGUE)
    assert (code, out) == (3, "")
    assert "cannot write" in err


# Asking, without a terminal of its own; on a real one in test_diagnose_asking


@pytest.fixture
def ask(smtp421, monkeypatch):
    """Run it as on a terminal, with what somebody types."""

    def call(*arguments, typed):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("NO_COLOR", "1")
        return smtp421("diagnose", *arguments, stdin=typed, terminal=True)

    return call


def test_asking_goes_to_standard_error(ask):
    code, out, err = ask(VAGUE, typed="0\n2\n1\n0\n")
    assert code == 0
    assert out.startswith("WARNING  ")
    assert "◆ reputation-tools: issues" in out
    assert err.count("Answer 0-") == 4
    assert "● who-said-it: remote - The receiving server answered" in err
    assert "Answer" not in out


def test_going_back_stopping_and_the_end_of_input(ask):
    code, out, err = ask(VAGUE, typed="b\nzzz\n0\nback\n5\nquit\n")
    assert code == 0
    assert err.count("Type a number from 1 to 8, or 0 where you don't know.") == 2
    assert "◆ names-a-reason: identity" in out
    assert "? names-a-reason: open" in ask(VAGUE, typed="").out


def test_each_answer_is_saved_at_once(ask, tmp_path, monkeypatch):
    file = tmp_path / "walk.json"
    seen = []

    def interrupted(asker, node, *, first, old):
        seen.append(json.loads(file.read_text())["answers"])
        if len(seen) > 1:
            raise KeyboardInterrupt
        return "unknown"

    monkeypatch.setattr("smtp421.cli.ask.Asker.ask", interrupted)
    code, out, err = ask("--save", str(file), VAGUE, typed="")
    assert (code, out) == (130, "")
    assert err.endswith(f"smtp421: stopped; what was answered is saved: smtp421 diagnose --resume {file}\n")
    assert seen == [[], [["names-a-reason", "unknown"]]]
    assert ask(VAGUE, typed="").err.endswith("nothing is saved without --save FILE\n")


def test_what_was_taken_is_said_before_asking(ask):
    _, _, err = ask("--log", str(REPORT), "--cause", "rate_limit", typed="q\n")
    assert "Taken " in err


def test_answers_of_evidence_after_an_open_question_are_shown(ask):
    _, _, err = ask("--answer", "sound-backoff=sound", VAGUE, typed="0\n0\n0\n0\n0\n0\n")
    assert err.index("◆ sound-backoff: sound") > err.index("reputation tools or block lists")
    assert err.count("◆ sound-backoff") == 1


def test_settings_of_the_mail_server(walk, tmp_path):
    config = tmp_path / "main.cf"
    config.write_text("minimal_backoff_time = 10s\nmaximal_backoff_time = 20s\nqueue_run_delay = 10s\n")
    told = walk("--mta-config", str(config), VAGUE)
    step = next(node for node in told["nodes"] if node["node"] == "sound-backoff")
    assert (step["mark"], step["answer"]) == ("evidence", "too_eager")
    assert f"({config}: minimal_backoff_time = 10s" in step["evidence"]


def test_settings_that_do_not_tell_whose_they_are(smtp421, tmp_path):
    config = tmp_path / "settings"
    config.write_text("foo = bar\n")
    code, _, err = smtp421("diagnose", "--mta-config", str(config), VAGUE)
    assert code == 3
    assert err.startswith(f"smtp421: cannot read settings from {config}: ")
    code, out, _ = smtp421("explain", "--mta", "postfix", "--mta-config", str(config), VAGUE)
    assert code == 0
    assert "sound backoff: sound" in " ".join(out.split())


def test_settings_through_a_pipe(walk):
    told = walk("--mta-config", "-", VAGUE, stdin="minimal_backoff_time = 300s\n")
    assert answers(told)["sound-backoff"] == "sound"


def test_what_old_evidence_says_is_shown_with_the_question(ask, tmp_path):
    old = tmp_path / "snds.csv"
    old.write_text("192.0.2.1,1/1/2020 8:00 AM,1/2/2020 8:00 AM,1,1,1,RED,< 0.1%\n")
    code, out, err = ask(
        "--snds", str(old), "--answer", "first-contact=no", "--answer", "names-a-reason=unknown", VAGUE, typed="3\nq\n"
    )
    assert code == 0
    asked = " ".join(err[err.index("Do reputation tools") :].split())
    assert "long ago: Then repair the reputation" in asked
    assert "192.0.2.1 red, over 90 % taken for spam on 2020-01-02, " in asked
    assert "◆ reputation-tools: clean" in out


def test_answers_are_completed():
    assert ("first-contact=no", "Not the first - something else holds it back.") in complete_answer("first-contact=")
    assert complete_answer("zzz") == []


def test_long_input_is_cut(smtp421, monkeypatch):
    monkeypatch.setattr("smtp421.cli.input.MOST", 40)
    code, _, err = smtp421("diagnose", stdin=VAGUE + "\n" * 50)
    assert code == 0
    assert err == "smtp421: only the first 4 MiB are read; --log reads whole logs\n"


def test_faults_of_a_log_are_told(smtp421, tmp_path):
    import gzip

    log = tmp_path / "mail.log.gz"
    log.write_bytes(gzip.compress(REPORT.read_bytes() * 50)[:-20])
    code, out, err = smtp421("diagnose", "--log", str(log))
    assert code == 0
    assert str(log) in err
    assert "Taken: " in out
