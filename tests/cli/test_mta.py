"""``smtp421 mta``: options, inputs, exit codes."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "mta"
DEBIAN = DATA / "postconf-n-debian.txt"
SOUND = "smtp_destination_concurrency_limit = 2\nsmtp_tls_security_level = may\n"


def test_check_from_a_pipe_a_file_and_a_dash(smtp421) -> None:
    text = DEBIAN.read_text()
    piped, dashed, named = (
        smtp421("mta", "check", stdin=text),
        smtp421("mta", "check", "-", stdin=text),
        smtp421("mta", "check", str(DEBIAN)),
    )
    assert piped == dashed
    assert [outcome.code for outcome in (piped, named)] == [1, 1]
    assert "WARNING  Postfix, standard input: 2 warnings" in piped.out
    assert "smtp_tls_security_level = may" in named.out
    assert "first retry, growth, lifetime" in named.out


def test_sound_settings_end_with_0(smtp421) -> None:
    code, out, err = smtp421("mta", "check", stdin=SOUND)
    assert (code, err) == (0, "")
    assert out.startswith("NOTE")


def test_check_json_is_versioned(smtp421) -> None:
    code, out, _ = smtp421("mta", "check", "--format", "json", stdin=DEBIAN.read_text())
    data = json.loads(out)
    assert code == 1
    assert (data["schema"], data["page"], data["mta"], data["level"]) == ("smtp421.page/1", "mta_check", "postfix", "warning")
    finding = next(each for each in data["findings"] if each["topic"] == "tls")
    assert finding["setting"] == "smtp_tls_security_level"
    assert finding["given"] is False
    assert finding["source"]["url"].startswith("https://www.postfix.org/postconf.5.html#")
    assert {each["level"] for each in data["findings"]} == {"ok", "note", "warning"}


def test_check_markdown_and_verbose(smtp421) -> None:
    out = smtp421("mta", "check", "--format", "markdown", "--verbose", stdin=SOUND).out
    assert out.startswith("## Postfix, `standard input`: ")
    assert "### As it should be" in out


def test_check_one_provider(smtp421) -> None:
    out = smtp421("mta", "check", "--provider", "comcast", stdin=DEBIAN.read_text()).out
    assert "Yahoo" not in out
    assert smtp421("mta", "check", "--provider", "gmial", stdin=SOUND).code == 2


def test_a_smarthost_counts_in_place_of_the_receivers(smtp421) -> None:
    known = smtp421("mta", "check", "--verbose", stdin="relayhost = [email-smtp.eu-west-1.amazonaws.com]:587\n" + SOUND).out
    assert "All mail goes to email-smtp.eu-west-1.amazonaws.com" in " ".join(known.split())
    assert "Gmail" not in known
    own = smtp421("mta", "check", "--verbose", stdin="relayhost = [mail.example.com]\n" + SOUND).out
    assert "Give its id with --provider" in " ".join(own.split())
    named = smtp421("mta", "check", "--provider", "yahoo", stdin="relayhost = [mail.example.com]\n").out
    assert "Yahoo Mail 5" in named


def test_queue_run_is_reckoned_with(smtp421) -> None:
    text = (DATA / "exim-bP-config.txt").read_text()
    assert "Debian starts Exim with -q30m" in smtp421("mta", "schedule", stdin=text).out
    out = smtp421("mta", "schedule", "--queue-run", "5s", stdin=text).out
    assert "assumed" not in out
    assert "each 5 s" in out


def test_schedule(smtp421) -> None:
    code, out, err = smtp421("mta", "schedule", str(DEBIAN))
    assert (code, err) == (0, "")
    assert out.startswith("OK  Postfix")
    assert "the last try" in out
    assert "passes greylisting" in out
    assert "these tries" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_schedule_from_an_age_on(smtp421) -> None:
    out = smtp421("mta", "schedule", "--age", "2h", str(DEBIAN)).out
    assert "2 h: the next try is at about 2 h 27 min, in 27 min" in out
    data = json.loads(smtp421("mta", "schedule", "--age", "2h", "--format", "json", str(DEBIAN)).out)
    assert data["age"] == 7200
    assert data["attempts"][0]["number"] == 6
    assert data["backoff"] == "sound"
    assert "given up by then" in smtp421("mta", "schedule", "--age", "6d", str(DEBIAN)).out


def test_a_server_that_never_tries_again(smtp421) -> None:
    code, out, _ = smtp421("mta", "schedule", stdin="begin retry\nbegin routers\n")
    assert code == 0
    assert out.startswith("TOO SLOW")
    assert "a deferred message is not tried again" in " ".join(out.split())


def test_ascii_output(smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    from smtp421.mta import read
    from smtp421.mta.schedule import schedule
    from smtp421.mta.servers import server
    from smtp421.render.interface import View
    from smtp421.render.mta_schedule import schedule_page
    from smtp421.render.text import Format

    settings = read(SOUND, "main.cf")
    asked = server("postfix")
    seen = View(ascii=True, terminal=True)
    page = schedule_page(
        settings, asked.title, schedule(asked, settings), {"greylist_window": 86400, "first_retry_least": 300}, seen
    )
    assert Format(seen).page(page).isascii()


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (["check", "/nowhere/main.cf"], "", 3, "cannot read /nowhere/main.cf: No such file or directory"),
        (["check"], "hello", 3, "cannot read settings from standard input: no line looks like"),
        (["check"], "", 3, "--mta NAME (postfix, exim"),
        (["check", "--mta", "kumomta"], "kumo.on('init', function() end)", 3, "it is a Lua policy"),
        (["check", "--mta", "kumomta"], "a = = b", 3, "it is no TOML"),
        (["check", "--queue-run", "30m"], SOUND, 2, "queue_run_delay"),
        (["check", "--queue-run", "soon"], SOUND, 2, "'soon' is no duration"),
        (["schedule", "--age", "5"], SOUND, 2, "write 90s, 30m, 2h"),
        (["limits", "--for", "postfix"], "", 2, "--provider"),
        (["limits", "--for", "qmail", "--provider", "gmail"], "", 2, "qmail"),
        (["limits", "--for", "postfix", "--provider", "gmial"], "", 2, "did you mean gmail"),
        (["limits", "--for", "postfix", "--provider", "gmail", "--part", "x"], "", 2, "it has main.cf, master.cf, transport"),
        (["limits", "--for", "postfix", "--provider", "gmail", "--domain", "a b"], "", 2, "is no domain name"),
        (
            ["limits", "--for", "postfix", "--provider", "gmail", "--provider", "yahoo", "--domain", "example.com"],
            "",
            2,
            "one provider",
        ),
    ],
)
def test_wrong_input_is_told(arguments: list[str], stdin: str, code: int, said: str, smtp421) -> None:
    outcome = smtp421("mta", *arguments, stdin=stdin)
    assert outcome.code == code
    assert outcome.out == ""
    assert said in " ".join(outcome.err.replace("│", " ").split())


def test_hostile_settings_reach_no_terminal(smtp421) -> None:
    text = "minimal_backoff_time = 5s\nsmtp_tls_security_level = \x1b[31mnone\u202e\n"
    for form in ("text", "markdown", "json"):
        out = smtp421("mta", "check", "--format", form, stdin=text).out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_a_terminal_without_postfix_shows_the_help(smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtp421.cli.mta_input.which", lambda name, path: None)
    code, out, _ = smtp421("mta", "check", terminal=True)
    assert code == 2
    assert "Usage: smtp421 mta check" in out


def test_a_terminal_with_postfix_asks_it(smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(
            command, 0, DEBIAN.read_bytes() if "-n" in command else b"smtp unix - - - - 3 smtp\n", b""
        )

    monkeypatch.setattr("smtp421.cli.mta_input.which", lambda name, path: f"/usr/sbin/{name}")
    monkeypatch.setattr("smtp421.cli.mta_input.subprocess.run", run)
    out = smtp421("mta", "check", terminal=True).out
    assert asked == [("/usr/sbin/postconf", "-n"), ("/usr/sbin/postconf", "-M")]
    assert "Postfix, postconf -n: " in out
    assert "process limit of smtp (master.cf) = 3" in out


@pytest.mark.parametrize("trouble", [OSError("no"), subprocess.TimeoutExpired("postconf", 20), None])
def test_a_postfix_that_does_not_answer(trouble, smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command, **options):
        if trouble is not None:
            raise trouble
        return subprocess.CompletedProcess(command, 1, b"", b"postconf: fatal: open /etc/postfix/main.cf: Permission denied")

    monkeypatch.setattr("smtp421.cli.mta_input.which", lambda name, path: f"/usr/sbin/{name}")
    monkeypatch.setattr("smtp421.cli.mta_input.subprocess.run", run)
    code, _, err = smtp421("mta", "check", terminal=True)
    assert code == 3
    assert "cannot read /usr/sbin/postconf -n" in err


def test_long_inputs_are_cut(smtp421, tmp_path: Path) -> None:
    long = SOUND + "# filling\n" * 500_000
    path = tmp_path / "main.cf"
    path.write_text(long)
    for outcome in (smtp421("mta", "check", stdin=long), smtp421("mta", "check", str(path))):
        assert outcome.code == 0
        assert "is longer than 4 MB; the rest was not read" in outcome.err


def test_limits_as_text_part_and_json(smtp421) -> None:
    whole = smtp421("mta", "limits", "--for", "postfix", "--provider", "gmail").out
    assert whole.startswith("# ---- /etc/postfix/main.cf\n")
    assert "# 5 connections at a time" in whole
    part = smtp421("mta", "limits", "--for", "postfix", "--provider", "gmail", "--part", "transport").out
    assert part == "# Gmail\ngmail.com  gmail:\ngooglemail.com  gmail:\n"
    data = json.loads(smtp421("mta", "limits", "--for", "postfix", "--provider", "gmail", "--format", "json").out)
    assert (data["schema"], data["page"]) == ("smtp421.page/1", "mta_limits")
    assert [piece["part"] for piece in data["pieces"]] == ["main.cf", "master.cf", "transport"]


def test_limits_toml_can_be_read(smtp421) -> None:
    out = smtp421("mta", "limits", "--for", "kumomta", "--provider", "gmx", "--provider", "microsoft_consumer").out
    data = tomllib.loads(out)["provider"]
    assert data["gmx"]["provider_connection_limit"] == 4
    assert data["gmx"]["enable_tls"] == "Required"
    assert {"MXSuffix": "olc.protection.outlook.com"} in data["microsoftconsumer"]["match"]


def test_limits_with_domains_of_customers(smtp421) -> None:
    bare = smtp421("mta", "limits", "--for", "postfix", "--provider", "google_workspace", "--part", "transport").out
    assert "Add the domains that you send to" in bare
    given = smtp421(
        "mta", "limits", "--for", "postfix", "--provider", "google_workspace", "--domain", "Example.COM.", "--part", "transport"
    ).out
    assert "example.com  googleworkspace:" in given
