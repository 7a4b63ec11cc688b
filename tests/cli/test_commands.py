import json
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer._click import Command
from typer._click import Context as ClickContext
from typer.core import TyperGroup
from typer.main import get_command

from smtp421.cli.app import app
from smtp421.cli.complete import complete_cause, complete_mta, complete_page, complete_provider
from smtp421.sender.report import Answer, Outcome

REPLY = "450 4.2.0 <user@example.com>: Recipient address rejected: Greylisted"
LOG = (
    "Nov 20 10:00:00 mx postfix/smtp[1]: ABCDEF1234: to=<u@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1, "
    f"delays=0/0/0/1, dsn=4.2.0, status=deferred (host mx.example.com[192.0.2.1] said: {REPLY} (in reply to RCPT TO command))\n"
)
MAIN_CF = "smtp_destination_concurrency_limit = 2\nsmtp_tls_security_level = may\n"
EXIM_CONF = "begin transports\nsmtp:\n  driver = smtp\n  max_parallel = 2\nbegin retry\n* * F,2h,15m; G,16h,1h,1.5; F,4d,6h\n"
PIPED = {"journalctl": LOG, "postconf": MAIN_CF, "exim": EXIM_CONF}
RULES = f"""\
schema: smtp421.rules/1
rules:
  - {{id: generic-acme, title: A title, match: {{text: [acme]}}, cause: policy, summary: One. Two., examples: [451 acme],
     counterexamples: [451 other], references: [{{title: A page, url: 'https://example.com/', checked: {date.today()}}}]}}
"""
CASES = "schema: smtp421.cases/1\ntests: [{text: 450 4.2.0 Greylisted, cause: greylisting}]\n"


def commands(command: Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    yield path, command
    if isinstance(command, TyperGroup):
        context = ClickContext(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


ALL = dict(commands(get_command(app)))


def examples(command: Command) -> list[str]:
    return re.findall(r"^\$ (.+)$", command.help or "", re.MULTILINE)


@pytest.mark.parametrize("path", ALL)
def test_help_begins_with_an_example(path: tuple[str, ...], smtp421) -> None:
    code, out, _ = smtp421(*path, "--help")
    assert code == 0
    assert "$ smtp421 " in out.partition("Options")[0]
    assert smtp421(*path, "-h").out == out


def _good_dns(name: str, kind: str) -> Answer:
    """A DNS in which the sender of the examples has all that receivers ask for."""
    records = {
        ("25.2.0.192.in-addr.arpa", "PTR"): "mail.example.com",
        ("mail.example.com", "A"): "192.0.2.25",
        ("example.com", "MX"): "10 mail.example.com",
        ("example.org", "MX"): "10 mail.example.com",
        ("example.com", "TXT"): "v=spf1 mx -all",
        ("_dmarc.example.com", "TXT"): "v=DMARC1; p=reject; rua=mailto:r@example.com",
        ("s1._domainkey.example.com", "TXT"): "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    }
    found = records.get((name, kind))
    return Answer(name, kind, Outcome.FOUND, (found,)) if found else Answer(name, kind, Outcome.NXDOMAIN)


@pytest.mark.parametrize("example", [example for command in ALL.values() for example in examples(command)])
def test_examples_run(example: str, smtp421, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mail.log", "mail.log.1", "replies.txt"):
        Path(name).write_text(LOG)
    Path("bounce.txt").write_text(REPLY)
    Path("main.cf").write_text(MAIN_CF)
    for name in ("my-rules", "old", "new", "main/rules", "rules"):
        Path(name).mkdir(parents=True)
        Path(name, "acme.yaml").write_text(RULES)
    Path("cases.yaml").write_text(CASES)
    monkeypatch.setattr("smtp421.sender.dns.resolver", lambda servers, timeout: _good_dns)
    piped = next((text for start, text in PIPED.items() if example.startswith(start)), REPLY)
    words = shlex.split(re.split(" [<>] ", example.rpartition("| ")[2])[0])
    assert words[0] == "smtp421"
    code, out, err = smtp421(*words[1:], stdin=piped)
    assert (code, err if words[1:3] != ["rules", "new"] else "") == (0, "")
    assert out or Path(words[words.index("-o") + 1]).read_text()


def test_no_arguments_is_help(smtp421) -> None:
    code, out, _ = smtp421()
    assert code == 2
    assert "Usage: smtp421" in out
    assert "Exit codes: 0 done" in out
    assert all(name in out for name in ("explain", "scan", "tree", "rules"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explian", "x"], "Did you mean 'explain'"),
        (["explain", "--frmat", "x"], "--format"),
        (["explain", "--format", "xml", "x"], "xml"),
        (["rules", "nothing"], "nothing"),
        (["rules", "list", "--source", "moon"], "moon"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, smtp421) -> None:
    code, out, err = smtp421(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_version(smtp421) -> None:
    code, out, _ = smtp421("--version")
    assert code == 0
    assert re.fullmatch(r"smtp421 [\d.a-z]+, [\d,]+ rules of [\d,]+ providers, newest checked \d{4}-\d\d-\d\d\n", out)


def test_scan_table(smtp421, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(LOG * 2)
    code, out, _ = smtp421("scan", str(path))
    assert code == 0
    assert "Log " in out
    assert "greylisting" in out
    assert smtp421("scan", "--format", "markdown", str(path)).out.startswith("## ")


def test_scan_lines(smtp421, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(f"noise\n{LOG}")
    code, out, _ = smtp421("scan", "--format", "jsonl", str(path), "-", stdin=LOG)
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(each["attempt"]["line"], each["cause"]) for each in found] == [(2, "greylisting"), (1, "greylisting")]
    report = json.loads(smtp421("scan", "--format", "json", stdin=LOG).out)
    assert (report["schema"], report["page"], report["attempts"]["deferred"]) == ("smtp421.page/1", "report", 1)


def test_scan_nothing(smtp421) -> None:
    code, out, err = smtp421("scan", stdin="noise\n")
    assert (code, err) == (0, "")
    assert out.startswith("OK  No deferral\n")
    assert smtp421("scan", terminal=True).code == 2


def test_scan_what_cannot_be_read(smtp421, tmp_path: Path) -> None:
    code, out, err = smtp421("scan", str(tmp_path / "no.log"))
    assert (code, out) == (3, "")
    assert err == f"smtp421: cannot read {tmp_path / 'no.log'}: No such file or directory; check the path and its permissions\n"
    assert smtp421("scan", str(tmp_path)).code == 3


def test_tree(smtp421) -> None:
    assert smtp421("tree").out.startswith("TREE  ")
    assert json.loads(smtp421("tree", "--format", "json").out)["root"]


def test_rules_list(smtp421) -> None:
    everything = json.loads(smtp421("rules", "list", "--format", "json").out)["rules"]
    some = json.loads(smtp421("rules", "list", "--provider", "gmail", "--cause", "rate_limit", "--format", "json").out)["rules"]
    assert 0 < len(some) < len(everything)
    assert all((rule["provider"], rule["cause"], rule["source"]) == ("gmail", "rate_limit", "bundled") for rule in some)
    assert smtp421("rules", "list", "--source", "user").out == "No rule fits that.\n"


@pytest.mark.parametrize(("option", "kind"), [("--provider", "provider"), ("--cause", "cause")])
def test_rules_list_of_something_unknown(option: str, kind: str, smtp421) -> None:
    code, out, err = smtp421("rules", "list", option, "gmal")
    assert (code, out) == (2, "")
    assert f"there is no {kind} 'gmal'" in err
    assert ("did you mean gmail" in err) is (kind == "provider")


def test_rules_show(smtp421) -> None:
    assert smtp421("rules", "show", "greylisting").out.startswith("CAUSE  ")
    assert smtp421("rules", "show", "greylsting").code == 1


def test_rules_search(smtp421) -> None:
    found = smtp421("rules", "search", "greylist", "later")
    assert found.code == 0
    assert "greylisting" in found.out
    assert smtp421("rules", "search", "xyzzy", "plugh") == (1, "No rule fits that.\n", "")


def test_completion() -> None:
    assert complete_mta("ex") == ["exim", "exchange"]
    assert ("gmail", "Gmail") in complete_provider("gm")
    assert [cause for cause, _ in complete_cause("greyl")] == ["greylisting"]
    assert {"gmail", "greylisting", "lower-rate"} <= {name for name, _ in complete_page("")}


def test_completion_in_a_shell(process) -> None:
    environment = {"_SMTP421_COMPLETE": "complete_bash", "COMP_WORDS": "smtp421 explain greyl", "COMP_CWORD": "2", "PATH": ""}
    assert "greylisting" in process(env=environment).stdout
