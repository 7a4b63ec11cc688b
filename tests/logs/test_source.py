"""Lines are the same from every kind of input."""

import bz2
import codecs
import gzip
import io
import lzma
import os
import sys
import threading
import zlib
from collections import deque
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.errors import InputUnreadable, MissingExtra
from smtp421.logs import compression
from smtp421.logs.cutter import LONGEST, Cutter, utf8
from smtp421.logs.source import CHUNK, Remark, Source, open_source

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


@pytest.mark.parametrize("packing", PACK)
def test_members_and_padding(packing):
    pack = PACK[packing]
    data = pack(TEXT[:1000]) + pack(b"") + pack(TEXT[1000:]) + bytes(4096)
    for sizes in ([CHUNK], [1], [777]):
        source = piped(*pieces_of(data, sizes))
        assert texts(source) == LINES
        assert source.remarks == []


@pytest.mark.parametrize("packing", PACK)
def test_what_ends_too_early(packing):
    text = TEXT * 7
    data = PACK[packing](text)
    for size in (len(data) - 1, len(data) * 6 // 10, 20):
        source = piped(data[:size])
        found = texts(source)
        assert text.startswith(b"\n".join(found))
        assert len(found) > 1000 or size == 20
        assert [remark.message for remark in source.remarks] == [f"the {packing} data ends too early, the rest is missing"]
        assert len(found) - source.remarks[0].line <= 1


@pytest.mark.parametrize("packing", PACK)
def test_what_is_damaged(packing):
    data = bytearray(PACK[packing](TEXT))
    data[len(data) // 2] ^= 0xFF
    data[-5] ^= 0xFF
    source = piped(bytes(data))
    assert len(texts(source)) <= 3001
    (remark,) = source.remarks
    assert "is damaged" in remark.message or "too early" in remark.message


@pytest.mark.parametrize("packing", PACK)
def test_what_follows_packed_data(packing):
    source = piped(PACK[packing](TEXT), b"no such data")
    assert texts(source) == LINES
    assert source.remarks == [Remark("pipe", 3000, f"what follows the {packing} data was left out")]


@pytest.mark.parametrize("packing", PACK)
def test_a_small_file_with_a_very_large_text(packing):
    packed = PACK[packing](b"x\n" * 2_000_000)
    assert len(packed) < 20_000
    chunks = [*compression.unpacked(iter([packed]), "x", print)]
    assert sum(map(len, chunks)) == 4_000_000
    # The package zstandard cannot be told how much to return, only be given less.
    assert max(map(len, chunks)) <= (compression.MOST if packing != "Zstandard" else 33 * 1024 * 1024)
    assert sum(block.count(b"\n") for _, block in piped(packed).blocks()) == 2_000_000


def test_gzip_by_the_standard_library_and_by_isal(monkeypatch):
    isal = pytest.importorskip("isal.isal_zlib")
    data = gzip.compress(TEXT)
    assert compression._gzip()[1] is isal.error
    monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    assert compression._gzip()[1] is zlib.error
    assert texts(piped(data)) == LINES


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the standard library unpacks it")
def test_zstandard_without_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtra, match=r"pip install 'smtp421\[zstd\]'"):
        texts(piped(b"\x28\xb5\x2f\xfd"))


def test_a_python_without_lzma(monkeypatch):
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(InputUnreadable, match="built without xz"):
        texts(piped(b"\xfd7zXZ\x00"))


@pytest.mark.parametrize("data", [b"LPKSHHRH\0", b"PK\x03\x04", b"\x1f\x9d\x90", b"\x04\x22\x4d\x18"])
def test_what_must_be_unpacked_first(data):
    with pytest.raises(InputUnreadable, match=r"unpack it first|journalctl -o json"):
        texts(piped(data))


@pytest.mark.parametrize("data", [b"", b"\x1f", b"\x1f\x8b", b"BZ", b"BZh", b"\xfd7zX", b"(\xb5/", b"P", b"\xff", b"\xef\xbb"])
def test_the_beginning_of_a_mark_is_text(data):
    assert texts(piped(*(bytes((byte,)) for byte in data))) == ([data] if data else [])


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
    def test_byte_order_marks(self, encoding):
        data = b"\n".join((*LINES[:300], b"")).decode().replace("\n", "\r\n").encode(encoding)
        data = codecs.BOM_UTF16_BE + data if encoding == "utf-16-be" else data
        for sizes in ([CHUNK], [1], [3, 5]):
            assert texts(piped(*pieces_of(data, sizes))) == [line + b"\r" for line in LINES[:300]]

    def test_packed_utf16(self):
        assert texts(piped(gzip.compress(TEXT.decode().encode("utf-16")))) == LINES

    def test_utf16_with_torn_characters(self):
        data = codecs.BOM_UTF16_LE + "a\n".encode("utf-16-le") + b"\x00\xd8" + "b".encode("utf-16-le") + b"x"
        assert [line.decode() for line in texts(piped(data))] == ["a", "\ufffdb\ufffd"]

    def test_bytes_that_are_no_text_stay(self):
        assert texts(piped(b"caf\xe9\0\r\n\xff")) == [b"caf\xe9\0\r", b"\xff"]


class TestCutter:
    @given(
        st.lists(
            st.sampled_from([b"", b"a", b"bc" * 40, b"d" * 99, b"e" * 100, b"f" * 101, b"\0" * 250, b"\0" * 90 + b"g" * 20])
        ),
        st.data(),
    )
    def test_the_same_lines_wherever_it_was_cut(self, lines, data):
        whole = b"\n".join(lines)
        expected = [line if len(line) <= 100 else line.lstrip(b"\0")[:100] for line in lines]
        for places in ([], data.draw(st.lists(st.integers(0, len(whole)))), range(len(whole))):
            cutter = Cutter(100)
            cuts = [0, *sorted(places), len(whole)]
            blocks = [cutter.push(whole[start:end]) for start, end in pairwise(cuts)]
            assert all(block.endswith(b"\n") for block in blocks if block)
            assert b"".join(blocks) + cutter.flush() == b"\n".join(expected)
            assert cutter.cut == sum(len(line.lstrip(b"\0")) > 100 for line in lines)

    @given(st.lists(st.binary(max_size=30)), st.lists(st.binary(max_size=30)))
    def test_utf8_takes_any_bytes(self, before, after):
        marks = (b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        for mark in marks:
            b"".join(utf8(iter([chunk for chunk in (*before, mark, *after) if chunk]))).decode("utf-8", "replace")

    def test_a_long_line_is_cut_and_said(self):
        source = piped(b"one\n" + b"x" * 5_000_000 + b"\ntwo\n", b"y" * 1_000_000)
        assert [(number, len(line)) for number, line in source.lines()] == [(1, 3), (2, LONGEST), (3, 3), (4, LONGEST)]
        assert [str(remark) for remark in source.remarks] == ["pipe: 2 lines longer than 256 KiB cut"]
        source = piped(b"x" * (LONGEST + 1))
        assert texts(source) == [b"x" * LONGEST]
        assert source.remarks[0].message == "a line longer than 256 KiB cut"


@given(st.binary(max_size=200), st.sampled_from([b"", *(mark for packing in compression.PACKINGS for mark in packing.marks)]))
def test_no_bytes_make_it_fail(data, mark):
    source = piped(*(piece for piece in (mark, data[:50], data[50:]) if piece))
    try:
        list(source.lines())
    except MissingExtra as error:
        assert "zstandard" in str(error)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=9), st.sampled_from(["gzip", "bzip2", "xz"]))
def test_packed_data_in_any_pieces(sizes, packing):
    data = PACK[packing](TEXT[:9000])
    assert b"\n".join(texts(piped(*pieces_of(data, sizes)))) + b"\n" == TEXT[:9000] + (b"" if TEXT[8999:9000] == b"\n" else b"\n")


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
