"""Lines are the same from every kind of input."""

import bz2
import gzip
import io
import lzma
import os
import sys
import threading
from collections import deque
from datetime import UTC, datetime

import pytest

from smtp421.errors import InputUnreadable
from smtp421.logs.cutter import LONGEST
from smtp421.logs.source import Remark, Source, open_source

TEXT = "".join(f"Nov 20 22:29:{n % 60:02} mail postfix/smtp[{n}]: line {n} é\n" for n in range(3000)).encode()
LINES = TEXT.split(b"\n")[:-1]


def zstandard(data):
    module = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "zstandard")
    return module.compress(data)


PACK = {"gzip": gzip.compress, "bzip2": lambda data: bz2.compress(data, 1), "xz": lzma.compress, "Zstandard": zstandard}


class Pieces:
    """A pipe that gives what was written into it, piece by piece."""

    def __init__(self, *pieces):
        self.pieces = deque(pieces)
        self.closed = False

    def read(self, size):
        return self.pieces.popleft() if self.pieces else b""

    def fileno(self):
        raise OSError

    def close(self):
        self.closed = True


def piped(*pieces):
    return Source("pipe", Pieces(*pieces))


def pieces_of(data, sizes):
    """Cut data into pieces of the given sizes, in turn."""
    start, turn = 0, 0
    while start < len(data):
        yield data[start : start + sizes[turn % len(sizes)]]
        start += sizes[turn % len(sizes)]
        turn += 1


def texts(source):
    return [line for _, line in source.lines()]


@pytest.mark.parametrize("packing", [None, *PACK])
def test_the_same_lines_from_a_file_and_from_a_pipe(packing, tmp_path):
    data = PACK[packing](TEXT) if packing else TEXT
    path = tmp_path / "mail.txt"  # whatever it is called
    path.write_bytes(data)
    with open_source(path) as source:
        assert list(source.lines()) == list(enumerate(LINES, start=1))
        assert (source.size, source.position, source.lines_read, source.remarks) == (len(data), len(data), 3000, [])
    piece = piped(*pieces_of(data, [1, 2, 3, 700]))
    assert texts(piece) == LINES
    assert (piece.size, piece.position) == (None, len(data))


def test_packed_utf16():
    assert texts(piped(gzip.compress(TEXT.decode().encode("utf-16")))) == LINES


def test_what_is_missing_is_said():
    data = gzip.compress(TEXT)
    source = piped(data[: len(data) // 2])
    found = texts(source)
    assert LINES[:300] == found[:300]
    (remark,) = source.remarks
    assert remark.line == len(found) - 1
    assert str(remark) == f"pipe, line {remark.line}: the gzip data ends too early, the rest is missing"


def test_a_long_line_is_cut_and_said():
    source = piped(b"one\n" + b"x" * 5_000_000 + b"\ntwo\n", b"y" * 1_000_000)
    assert [(number, len(line)) for number, line in source.lines()] == [(1, 3), (2, LONGEST), (3, 3), (4, LONGEST)]
    assert [str(remark) for remark in source.remarks] == ["pipe: 2 lines longer than 256 KiB cut"]
    source = piped(b"x" * (LONGEST + 1))
    assert texts(source) == [b"x" * LONGEST]
    assert source.remarks == [Remark("pipe", 0, "a line longer than 256 KiB cut")]


def test_bytes_that_are_no_text_stay():
    assert texts(piped(b"caf\xe9\0\r\n\xff")) == [b"caf\xe9\0\r", b"\xff"]


class TestFiles:
    @pytest.mark.parametrize("name", ["missing", "", "folder", "a\0b"])
    def test_what_cannot_be_opened(self, name, tmp_path):
        (tmp_path / "folder").mkdir()
        with pytest.raises(InputUnreadable, match="cannot read"):
            open_source(f"{tmp_path}/{name}")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_what_may_not_be_read(self, tmp_path):
        path = tmp_path / "secret"
        path.touch(0)
        with pytest.raises(InputUnreadable, match="Permission denied"):
            open_source(path)

    def test_its_own_time(self, tmp_path):
        path = tmp_path / "mail.log"
        path.write_bytes(TEXT)
        for stamp, known in ((1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)), (0, None)):
            os.utime(path, (stamp, stamp))
            with open_source(path) as source:
                assert source.modified == known

    @pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz"])
    def test_a_packed_file_has_no_sample(self, tmp_path, packing):
        path = tmp_path / "mail.log"
        path.write_bytes(PACK[packing](TEXT))
        with open_source(path) as source:
            assert source.sample() == []
            assert [line for _, line in source.lines()] == LINES

    def test_a_sample_leaves_the_reading_where_it_is(self, tmp_path):
        path = tmp_path / "mail.log"
        path.write_bytes(TEXT * 20)
        with open_source(path) as source:
            lines = source.lines()
            assert next(lines) == (1, LINES[0])
            sample = source.sample()
            assert sample[0].encode() == LINES[0]
            assert LINES[-1].decode() in sample
            assert 32 * 50 < len(sample) < 60_000
            assert sum(1 for _ in lines) == 59_999
        path.write_bytes(b"")
        with open_source(path) as source:
            assert (source.sample(), list(source.lines())) == ([], [])
        assert piped(TEXT).sample() == []

    def test_reading_fails_on_the_way(self):
        class Broken(Pieces):
            def read(self, size):
                if not self.pieces:
                    raise OSError(5, "Input/output error")
                return super().read(size)

        source = Source("disk", Broken(b"one\ntwo"))
        assert texts(source) == [b"one", b"two"]
        assert [str(remark) for remark in source.remarks] == [
            "disk, line 1: reading failed (Input/output error), the rest is missing"
        ]
        with pytest.raises(InputUnreadable, match="cannot read disk: Input/output error"):
            texts(Source("disk", Broken()))

    def test_closing(self):
        raw = Pieces()
        with Source("x", raw):
            pass
        assert raw.closed


class TestStandardInput:
    @pytest.fixture
    def pipe(self, monkeypatch):
        reading, writing = os.pipe()
        with os.fdopen(reading) as stdin, os.fdopen(writing, "wb", buffering=0) as stdout:
            monkeypatch.setattr("sys.stdin", stdin)
            yield stdout

    def test_a_line_is_handed_on_at_once(self, pipe):
        with open_source("-") as source:
            lines = source.lines()
            for number in range(1, 4):
                pipe.write(b"N\nhalf a line")
                assert next(lines)[0] == number
            pipe.close()
            assert list(lines) == [(4, b"half a line")]
        assert source.size is None

    def test_a_pipe_that_does_not_block(self, pipe):
        os.set_blocking(sys.stdin.fileno(), False)
        timer = threading.Timer(0.05, lambda: (pipe.write(b"late\n"), pipe.close()))
        timer.start()
        assert list(open_source("-").lines()) == [(1, b"late")]
        timer.join()

    def test_a_redirected_file(self, monkeypatch, tmp_path):
        (tmp_path / "mail.log").write_bytes(TEXT)
        with (tmp_path / "mail.log").open() as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            with open_source("-") as source:
                assert (source.size, texts(source)) == (len(TEXT), LINES)
            assert stdin.read(3) == ""  # still open

    def test_something_in_its_place(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT)))
        with open_source("-") as source:
            assert texts(source) == LINES

    def test_none_at_all(self, monkeypatch):
        monkeypatch.setattr("sys.stdin", None)
        with pytest.raises(InputUnreadable, match="no standard input"):
            open_source("-")
