"""``smtp421 scan`` beyond its report: files and pipes, wrong usage, times, output files, logs that grow, Ctrl-C, progress."""

import gzip
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from smtp421.cli import live, progress, scan_run
from smtp421.cli.entry import run
from smtp421.cli.moment import moment
from smtp421.logs import follow as following

DATA = Path(__file__).parent.parent / "data"
LOG = DATA / "report.log"
REAL = DATA / "scan" / "postfix.log"
NOW = datetime.fromisoformat("2026-11-21T15:30:45+02:00")


# What is read


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv", "markdown"])
def test_a_real_log_in_each_format(form, smtp421):
    code, out, err = smtp421("scan", "--format", form, "--show-lines", str(REAL))
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert out.endswith("\n")


def test_lines_are_shown_where_they_are_asked_for(smtp421):
    behind = f"{REAL}:"
    assert not [line for line in smtp421("scan", str(REAL)).out.splitlines() if line.startswith(f"  {behind}")]
    shown = [line for line in smtp421("scan", "--show-lines", str(REAL)).out.splitlines() if line.startswith(f"  {behind}")]
    assert shown
    assert all("Nov 20 22:" in line for line in shown)


def test_standard_input_is_read_by_name_and_when_piped(smtp421):
    data = LOG.read_bytes()
    named, piped = smtp421("scan", "-", stdin=data), smtp421("scan", stdin=data)
    assert named == piped
    assert named.code == 0
    assert "standard input, 5 lines" in named.out


def test_a_pipe_of_a_process(process):
    found = process("scan", "--format", "json", "-", input=LOG.read_text())
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["attempts"]["deferred"] == 4


def test_top_says_what_it_leaves_out(smtp421):
    few, everything = smtp421("scan", "--top", "1", str(LOG)).out, smtp421("scan", "--top", "0", str(LOG)).out
    assert "`--top 0` shows all" in few
    assert "`--top 0` shows all" not in everything


def test_files_are_read_by_their_times(smtp421, tmp_path):
    lines = LOG.read_text().splitlines(keepends=True)
    new, old = tmp_path / "mail.log", tmp_path / "mail.log.1"
    new.write_text("".join(lines[2:]))
    old.write_text("".join(lines[:2]))
    there, back = ([str(new), str(old)], [str(old), str(new)])
    reports = [json.loads(smtp421("scan", "--format", "json", *names).out) for names in (there, back)]
    assert reports[0]["fates"] == reports[1]["fates"]
    old.write_text("no time here\n")
    assert smtp421("scan", *there).code == 0


@pytest.mark.parametrize("content", ["", "\n", "noise\n"])
def test_nothing_in_a_log(content, smtp421, tmp_path):
    path = tmp_path / "empty.log"
    path.write_text(content)
    code, out, err = smtp421("scan", "--fail-level", "warning", str(path))
    assert (code, err) == (0, "")
    assert out.startswith("OK  No deferral")
    assert smtp421("scan", "--format", "jsonl", str(path)) == (0, "", "")


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_missing_file(form, smtp421, tmp_path):
    code, _, err = smtp421("scan", "--format", form, str(LOG), str(tmp_path / "no.log"))
    assert code == 3
    assert err.startswith(f"smtp421: cannot read {tmp_path / 'no.log'}: ")


def test_damage_is_told_and_what_came_before_counts(smtp421, tmp_path):
    path = tmp_path / "mail.log.gz"
    path.write_bytes(gzip.compress(os.urandom(4000).hex().encode() + b"\n" + LOG.read_bytes())[:-30])
    for options in ((), ("--anonymize", "--format", "log")):
        code, _, err = smtp421("scan", *options, str(path))
        assert code == 0
        assert err.startswith(f"smtp421: {path}")


# Wrong usage


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "log"), "--anonymize"),
        (("--format", "xml"), "xml"),
        (("--by", "moon"), "moon"),
        (("--top", "-1"), "--top"),
        (("--provider", "gmal"), "there is no provider 'gmal'; did you mean gmail"),
        (("--cause", "xyzzy"), "there is no cause 'xyzzy'"),
        (("--min-severity", "fatal"), "fatal"),
        (("--fail-level", "info"), "info"),
        (("--since", "soon"), "'soon' is no time"),
        (("--until", "25:00"), "'25:00' is no time"),
        (("--mta", "nonsense"), "unknown format 'nonsense'"),
        (("--input-format", "nonsense"), "unknown format 'nonsense'"),
        (("--follow", "--format", "json"), "--follow"),
        (("--follow", "-o", "x"), "--follow"),
        (("--follow", "-"), "--follow"),
    ],
)
def test_wrong_usage(options, said, smtp421):
    code, out, err = smtp421("scan", *options, str(LOG))
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())


def test_follow_needs_files(smtp421):
    assert smtp421("scan", "--follow", stdin=b"").code == 2


# Times


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-21 15:30:45"),
        ("today", "2026-11-21 00:00:00"),
        (" Yesterday ", "2026-11-20 00:00:00"),
        ("2h", "2026-11-21 13:30:45"),
        ("1d2h3m", "2026-11-20 13:27:45"),
        ("30min", "2026-11-21 15:00:45"),
        ("14:00", "2026-11-21 14:00:00"),
        ("9:05:07", "2026-11-21 09:05:07"),
        ("2026-11-20", "2026-11-20 00:00:00"),
        ("2026-11-20 14:00", "2026-11-20 14:00:00"),
        ("2026-11-20T14:00:00Z", "2026-11-20 14:00:00+00:00"),
        ("2026-11-20 14:00+02:00", "2026-11-20 14:00:00+02:00"),
    ],
)
def test_moments(text, meant):
    assert moment(text, NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("text", ["", "soon", "24:00", "12:60", "2026-13-01", "99999999999d", "-2h"])
def test_what_is_no_moment(text):
    with pytest.raises(typer.BadParameter, match="is no time"):
        moment(text, NOW)


# Output files


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv", "markdown"])
def test_an_output_file_holds_what_a_pipe_gets(form, smtp421, tmp_path):
    target = tmp_path / "out"
    target.write_text("before")
    target.chmod(0o640)
    piped = smtp421("scan", "--format", form, str(LOG)).out
    assert smtp421("scan", "--format", form, "-o", str(target), str(LOG)) == (0, "", "")
    assert target.read_bytes().decode() == piped
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_an_output_file_stays_when_the_input_fails(form, smtp421, tmp_path):
    target = tmp_path / "out"
    target.write_text("before")
    assert smtp421("scan", "--format", form, "-o", str(target), str(LOG), str(tmp_path / "no.log")).code == 3
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_an_output_that_is_no_plain_file(smtp421):
    assert smtp421("scan", "-o", os.devnull, str(LOG)) == (0, "", "")


def test_an_output_that_cannot_be_written(smtp421, tmp_path):
    for option in ("-o", "--textfile"):
        code, _, err = smtp421("scan", option, str(tmp_path / "no" / "file"), str(LOG))
        assert code == 3
        assert f"cannot write {tmp_path / 'no' / 'file'}" in err


def test_metrics_and_exit_code_beside_single_deferrals(smtp421, tmp_path):
    target = tmp_path / "smtp421.prom"
    code, out, _ = smtp421("scan", "--format", "jsonl", "--textfile", str(target), "--fail-level", "warning", str(LOG))
    assert code == 1
    assert [json.loads(line)["schema"] for line in out.splitlines()] == ["smtp421.diagnosis/1"] * 4
    assert "# TYPE " in target.read_text()


def test_stand_ins_in_a_report_and_in_the_log(smtp421, tmp_path):
    target = tmp_path / "out.log"
    smtp421("scan", "--anonymize", "--format", "log", "-o", str(target), str(LOG))
    told = [
        target.read_text(),
        *(smtp421("scan", "--anonymize", *more, str(LOG)).out for more in (["--show-lines"], ["-f", "json"])),
    ]
    assert not [text for text in told if "u3@" in text or "u1@gmail.com" in text]
    assert len(target.read_text().splitlines()) == len(LOG.read_text().splitlines())


# Logs that grow


class Clock:
    """A clock that only goes when it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1.8e9 + self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(live, "time", made)
    return made


@pytest.fixture
def followed(monkeypatch) -> Callable[..., None]:
    """Follow from the start of the files; the given functions are called one by one, in place of sleep."""
    real = following.follow

    def prepare(*sleeps: Callable[[], object]) -> None:
        left = iter(sleeps)
        ended = threading.Event()

        def sleep(_: float) -> None:
            now = next(left, None)
            if now is None:
                ended.set()
            else:
                now()

        def instead(paths, stop, *, interval) -> Iterator[tuple[Path, bytes]]:
            assert interval == scan_run.INTERVAL
            return real(paths, lambda: stop() or ended.is_set(), from_start=True, interval=interval, sleep=sleep)

        monkeypatch.setattr(following, "follow", instead)

    return prepare


def interrupt() -> None:
    raise KeyboardInterrupt


def test_incidents_of_a_log_that_grows(smtp421, followed, clock, tmp_path):
    path = tmp_path / "mail.log"
    lines = LOG.read_text().splitlines(keepends=True)
    path.write_text(lines[0])

    def grow() -> None:
        with path.open("a") as file:
            file.writelines(lines[1:])

    def later() -> None:
        clock.now += 20_000

    followed(grow, later)
    code, out, err = smtp421("scan", "--follow", str(path))
    assert (code, err) == (0, "")
    told = [line for line in out.splitlines() if " NEW  " in line or " OVER " in line]
    assert [line.split()[1] for line in told] == ["NEW"] * 3 + ["OVER"] * 3
    assert "CRITICAL  this server" in out.partition(told[-1])[2]


def test_a_look_is_not_taken_too_often(smtp421, followed, clock):
    def soon() -> None:
        clock.now += live.LOOK - 1

    followed(soon)
    assert " OVER " not in smtp421("scan", "--follow", str(LOG)).out


def test_ctrl_c_prints_the_report(smtp421, followed):
    followed(interrupt)
    code, out, _ = smtp421("scan", "--follow", str(LOG))
    assert code == 130
    assert out.count(" NEW  ") == 3
    assert "5: 1 sent, 4 deferred" in out


def test_ctrl_c_while_deferrals_are_followed(smtp421, followed):
    followed(interrupt)
    code, out, _ = smtp421("scan", "--follow", "--format", "jsonl", str(LOG))
    assert code == 130
    assert [json.loads(line)["schema"] for line in out.splitlines()] == ["smtp421.diagnosis/1"] * 4


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_metrics_are_written_while_files_are_followed(smtp421, followed, monkeypatch, tmp_path, form):
    path, now, seen = tmp_path / "smtp421.prom", [0.0], []
    monkeypatch.setattr(scan_run, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def later() -> None:
        seen.append(path.exists())
        now[0] += scan_run.REFRESH

    def look() -> None:
        seen.append("smtp421_deferrals" in path.read_text())
        path.unlink()
        raise KeyboardInterrupt

    followed(later, look)
    assert smtp421("scan", "--follow", "--format", form, "--textfile", str(path), str(LOG)).code == 130
    assert seen == [False, True]
    assert "smtp421_deferrals" in path.read_text()


def test_ctrl_c_in_a_scan_of_files_leaves(smtp421, monkeypatch):
    monkeypatch.setattr(live.Live, "run", lambda *_: interrupt())
    assert smtp421("scan", str(LOG)) == (130, "", "")


def quiet(monkeypatch, *readiness: bool) -> None:
    """Let the pipe look quiet where ``readiness`` says False; what is really there after that."""
    left = iter((True, *readiness))  # the first call looks whether it can be asked at all

    def select(reading, writing, failing, seconds) -> tuple[list[int], list[int], list[int]]:
        return (reading if next(left, True) else [], [], [])

    monkeypatch.setattr(live, "select", SimpleNamespace(select=select))


def piped(monkeypatch, capsys, *options: str) -> tuple[int, str]:
    reading, writing = os.pipe()
    os.write(writing, LOG.read_bytes())
    os.close(writing)
    with os.fdopen(reading) as stream:
        monkeypatch.setattr("sys.stdin", stream)
        code = run(["scan", *options])
    return code, capsys.readouterr().out


def test_a_pipe_that_pauses_tells_what_goes_on(monkeypatch, capsys):
    quiet(monkeypatch, True, False, False)
    code, out = piped(monkeypatch, capsys)
    assert code == 0
    assert out.count(" NEW  ") == 3
    assert out.index(" NEW  ") < out.index("CRITICAL  this server")


@pytest.mark.parametrize("readiness", [(), (False, False, True)])
def test_a_pipe_that_does_not_pause_only_reports(readiness, monkeypatch, capsys):
    quiet(monkeypatch, *readiness)
    code, out = piped(monkeypatch, capsys, "-")
    assert code == 0
    assert " NEW  " not in out
    assert out.startswith("CRITICAL  this server")


def test_standard_input_keeps_open(monkeypatch):
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as stream:
        monkeypatch.setattr("sys.stdin", stream)
        source = live.standard_input(lambda: None, interrupt)
        assert list(source.lines()) == []
        assert source._raw.fileno() == reading
        source.close()
        os.fstat(reading)


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(monkeypatch) -> threading.Event:
    """Set once the bar stands."""
    event = threading.Event()
    real = progress._started

    def started(scan, total) -> object:
        bar = real(scan, total)
        event.set()
        return bar

    monkeypatch.setattr(progress, "_started", started)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    return event


@pytest.mark.parametrize("total", [None, 1000])
def test_progress_on_a_terminal(total, shown, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress.progress(SimpleNamespace(bytes_read=500, lines=3), total):
        assert shown.wait(10)
    assert "reading" in terminal.getvalue()
    assert "lines/s" in terminal.getvalue()


@pytest.mark.parametrize(("terminal", "wanted"), [(False, True), (True, False)])
def test_no_progress(terminal, wanted, shown, monkeypatch):
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with progress.progress(SimpleNamespace(bytes_read=500, lines=3), 1000, wanted=wanted):
        assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert stream.getvalue() == ""


def test_a_quick_scan_shows_none(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress.progress(SimpleNamespace(bytes_read=0, lines=0), 1000):
        pass
    assert terminal.getvalue() == ""


# Formats


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_formats(form, smtp421):
    everything, one = smtp421("formats", "--format", form), smtp421("formats", "exim", "--format", form)
    assert (everything.code, one.code) == (0, 0)
    assert "postfix" in everything.out
    assert "exim" in one.out


def test_an_unknown_format(smtp421):
    code, out, err = smtp421("formats", "nonsense")
    assert (code, out) == (2, "")
    assert "unknown format 'nonsense'; choose one of: " in err
