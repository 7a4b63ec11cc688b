"""Following files through all that log rotation does to them. Nobody sleeps: each sleep is the next scene of a play."""

import os
import shutil
from pathlib import Path
from threading import Event

import pytest

from smtp421.errors import InputUnreadable
from smtp421.logs.follow import follow


class Play:
    """Calls the scenes one by one, each when nothing new was found; then all is over."""

    def __init__(self, *scenes):
        self.scenes = list(scenes)
        self.naps = []

    def over(self):
        return not self.scenes and bool(self.naps)

    def sleep(self, seconds):
        self.naps.append(seconds)
        if self.scenes:
            self.scenes.pop(0)()


def seen(paths, *scenes, **options):
    play = Play(*scenes, lambda: None)
    lines = [(path.name, line.decode()) for path, line in follow(paths, play.over, sleep=play.sleep, **options)]
    assert set(play.naps) == {0.2}
    return lines


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "mail.log"
    path.write_text("old 1\nold 2\n")
    return path


def append(path, text):
    with path.open("a") as file:
        file.write(text)


def test_from_the_end_and_from_the_start(log):
    assert seen([log], lambda: append(log, "new\n")) == [("mail.log", "new")]
    assert [line for _, line in seen([str(log)], from_start=True)] == ["old 1", "old 2", "new"]


def test_a_line_in_two_parts(log):
    assert seen([log], lambda: append(log, "ha"), lambda: append(log, "lf\nrest")) == [("mail.log", "half")]


def test_rotation_by_renaming(log):
    def rotate():
        append(log, "last\n")
        log.rename(log.with_suffix(".1"))
        log.write_text("first\n")

    lines = seen([log], lambda: append(log, "one\n"), rotate, lambda: append(log, "second\n"))
    assert [line for _, line in lines] == ["one", "last", "first", "second"]


def test_the_writer_goes_on_with_the_old_file_for_a_while(log):
    with log.open("a") as writer:

        def write(text):
            writer.write(text)
            writer.flush()

        def rotate():
            log.rename(log.with_suffix(".1"))
            log.write_text("")

        lines = seen(
            [log],
            rotate,
            lambda: write("late\n"),
            lambda: append(log, "new\n"),
            lambda: write("cut off"),
            *[lambda: None] * 60,
            lambda: write("much too late\n"),
        )
    assert [line for _, line in lines] == ["late", "new", "cut off"]


def test_the_new_file_comes_later(log):
    def rotate():
        log.rename(log.with_suffix(".1"))

    lines = seen([log], rotate, lambda: append(log.with_suffix(".1"), "late\n"), lambda: log.write_text("new\n"))
    assert [line for _, line in lines] == ["late", "new"]


def test_rotation_twice_between_two_looks(log):
    def rotate():
        for text in ("lost\n", "new\n"):
            log.unlink()
            log.write_text(text)

    assert [line for _, line in seen([log], rotate)] == ["new"]


def test_copytruncate(log):
    def rotate():
        shutil.copy(log, log.with_suffix(".1"))
        log.write_text("")

    lines = seen([log], lambda: append(log, "one\n"), rotate, lambda: append(log, "two\n"))
    assert [line for _, line in lines] == ["one", "two"]


def test_copytruncate_and_longer_again_before_the_next_look(log):
    lines = seen([log], lambda: append(log, "one\n"), lambda: log.write_text("other\n" * 9))
    assert [line for _, line in lines] == ["one", *["other"] * 9]


def test_truncation_in_the_middle_of_a_line(log):
    lines = seen([log], lambda: append(log, "torn"), lambda: log.write_text("new\n"))
    assert [line for _, line in lines] == ["torn", "new"]


def test_a_file_that_appears_later_is_read_from_its_start(tmp_path):
    path = tmp_path / "later.log"
    assert seen([path], lambda: None, lambda: path.write_text("one\ntwo\n")) == [("later.log", "one"), ("later.log", "two")]


def test_several_files(log):
    other = log.with_name("other.log")
    other.write_text("")
    scenes = [lambda: append(other, "a\n"), lambda: (append(log, "b\n"), append(other, "c\n"))]
    assert seen([log, other], *scenes) == [("other.log", "a"), ("mail.log", "b"), ("other.log", "c")]


def test_much_at_once_and_a_very_long_line(log):
    lines = seen([log], lambda: append(log, "x" * 1_500_000 + "\n" + "line\n" * 5000))
    assert len(lines) == 5001
    assert len(lines[0][1]) == 256 * 1024


def test_what_cannot_be_read(log):
    with pytest.raises(InputUnreadable, match="cannot read"):
        next(follow([log.parent], lambda: False))

    def replace():
        log.unlink()
        log.mkdir()

    def mend():
        log.rmdir()
        log.write_text("back\n")

    assert [line for _, line in seen([log], replace, mend)] == ["back"]


def test_reading_fails(log, monkeypatch):
    def fail(number):
        raise OSError(116, "Stale file handle")

    with monkeypatch.context() as broken, pytest.raises(InputUnreadable, match="Stale file handle"):
        broken.setattr(os, "fstat", fail)
        next(follow([log], lambda: False))


def test_it_ends_when_it_is_told(log):
    stop = Event()
    lines = follow([log], stop.is_set, from_start=True, sleep=stop.wait)
    assert next(lines) == (Path(log), b"old 1")
    stop.set()
    assert list(lines) == [(Path(log), b"old 2")]


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="no list of open files")
def test_files_are_closed(log):
    before = len([*Path("/dev/fd").iterdir()])
    lines = follow([log], lambda: False, from_start=True)
    next(lines)
    lines.close()
    assert len([*Path("/dev/fd").iterdir()]) == before
