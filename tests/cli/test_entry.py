import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smtp421.cli import entry
from smtp421.cli.entry import is_quick, main, run

ROOT = Path(__file__).parents[2]
REPLY = "450 4.2.0 <user@example.com>: Recipient address rejected: Greylisted"


@pytest.mark.parametrize(
    ("arguments", "quick"),
    [
        (["explain", "x y"], True),
        (["explain", "--json", "x y"], True),
        (["explain", "-"], True),
        (["explain"], False),
        (["explain", "--help"], False),
        (["explain", "--json", "--json", "x"], False),
        (["explain", "--all", "x"], False),
        (["explain", "--", "-x"], False),
        (["scan", "x"], False),
        ([], False),
    ],
)
def test_the_short_way(arguments: list[str], quick: bool) -> None:
    assert is_quick(arguments) is quick


def test_completion_goes_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_SMTP421_COMPLETE", "complete_bash")
    assert not is_quick(["explain", "x"])


def test_the_short_way_imports_neither_typer_nor_rich_nor_yaml() -> None:
    code = (
        "import sys; from smtp421.cli.entry import run; run(['explain', sys.argv[1]]);"
        "sys.exit(', '.join({'typer', 'rich', 'yaml', 'pydantic'} & set(sys.modules)) or None)"
    )
    for _ in range(2):  # the first one may have to compile the rules
        done = subprocess.run([sys.executable, "-c", code, REPLY], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_main_leaves_with_the_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explain", "greylsting"])
    assert left.value.code == 1
    monkeypatch.setattr(sys, "argv", ["smtp421", "explain", "greylsting"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert capsys.readouterr().err.count("did you mean") == 2


@pytest.mark.parametrize("way", ["_quick", "_commands"])
def test_an_interrupt(way: str, smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, way, interrupt)
    assert smtp421("explain", *(["-v"] if way == "_commands" else []), REPLY).code == 130


def test_an_interrupt_inside_a_command(smtp421, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smtp421.load_rulebook", interrupt, raising=False)
    assert smtp421("tree").code == 130


@pytest.mark.parametrize(
    "command",
    ["explain '{reply}'", "explain -v '{reply}'", "rules list", "tree --format json", "--help", "scan --format jsonl mail.log"],
)
def test_a_reader_that_went_away(command: str, tmp_path: Path) -> None:
    head = "Nov 20 10:00:00 mx postfix/smtp[1]: ABCDEF1234: to=<u@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1"
    line = f"{head}, status=deferred (host mx.example.com[192.0.2.1] said: {REPLY} (in reply to RCPT TO command))\n"
    (tmp_path / "mail.log").write_text(line * 300)
    program = f"'{sys.executable}' -m smtp421 {command.format(reply=REPLY)}"
    script = f"PYTHONPATH='{ROOT}' bash -c \"set -o pipefail; {program} | true\""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["explain", REPLY], ["explain", "-v", REPLY], ["rules", "--help"]])
def test_a_closed_pipe_is_no_failure(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert run(arguments) == 0
        monkeypatch.undo()


def test_as_a_module_and_with_colours(process: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    assert process("explain", REPLY).stdout.startswith("INFO  ")
    done = process("explain", "--color", "always", REPLY)
    assert done.stdout.startswith("\x1b[1;32mINFO\x1b[0m  ")
    assert process("--color", "always", "explain", REPLY).stdout == done.stdout
    assert "\x1b" not in process("--color", "always", "explain", "--color", "never", REPLY).stdout


def test_import_runs_nothing() -> None:
    import smtp421.__main__ as module

    assert module.main is main
