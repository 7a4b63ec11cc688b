import io
import os
import sys
from collections.abc import Mapping

import pytest

from smtp421.cli import output
from smtp421.cli.output import view, wants_color, width
from smtp421.errors import UnknownFormat


class Screen(io.StringIO):
    """A stream with a say on whether it is a terminal."""

    def __init__(self, *, terminal: bool, number: int | None = None) -> None:
        super().__init__()
        self.terminal = terminal
        self.number = number

    def isatty(self) -> bool:
        return self.terminal

    def fileno(self) -> int:
        if self.number is None:
            raise OSError("no file")
        return self.number


@pytest.mark.parametrize(
    ("environ", "terminal", "colored"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colours(environ: Mapping[str, str], terminal: bool, colored: bool) -> None:
    assert wants_color(Screen(terminal=terminal), environ) is colored


@pytest.mark.parametrize(("environ", "colored"), [({}, False), ({"WT_SESSION": "1"}, True)])
def test_colours_on_windows(environ: Mapping[str, str], colored: bool) -> None:
    assert wants_color(Screen(terminal=True), environ, windows=True) is colored


@pytest.mark.parametrize(
    ("columns", "terminal", "cells"),
    [
        ("", None, 80),
        ("60", None, 60),
        ("7", None, 40),
        ("900", None, 100),
        ("x", None, 80),
        ("", 72, 72),
        ("", 0, 80),
        ("50", 72, 50),
    ],
)
def test_width(columns: str, terminal: int | None, cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((terminal or 0, 24)))
    screen = Screen(terminal=terminal is not None, number=1)
    assert width(screen, {"COLUMNS": columns}) == cells


def test_a_terminal_without_a_size() -> None:
    assert width(Screen(terminal=True), {}) == 80


def test_the_option_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Screen(terminal=True))
    monkeypatch.setenv("TERM", "xterm")
    assert [view(color).color for color in (None, "auto", "always", "never")] == [True, True, True, False]
    assert view().links
    monkeypatch.setattr(sys, "stdout", Screen(terminal=False))
    assert [view(color).color for color in (None, "auto", "always", "never")] == [False, False, True, False]
    assert not view("always").links


def test_mail_servers_without_settings() -> None:
    with pytest.raises(UnknownFormat):
        view(mta="qmail")


def test_a_terminal_that_cannot_show_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert view().ascii
    output.write(["日\n"])
    assert raw.getvalue() == b"\\u65e5\n"


def test_remarks_are_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    output.remark("a\x1b[31m")
    assert capsys.readouterr().err == "smtp421: a\u241b[31m\n"


def test_streams_that_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=False)
    monkeypatch.setattr(sys, "stdout", screen)
    output.write(["a\n"])
    assert screen.getvalue() == "a\n"
