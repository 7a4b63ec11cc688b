"""Packed input: known by its first bytes, in any pieces, whole or torn."""

import bz2
import gzip
import lzma
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.errors import InputUnreadable, MissingExtra
from smtp421.logs import compression

TEXT = "".join(f"Nov 20 22:29:{n % 60:02} mail postfix/smtp[{n}]: line {n} é\n" for n in range(3000)).encode()


def zstandard(data):
    module = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "zstandard")
    return module.compress(data)


PACK = {"gzip": gzip.compress, "bzip2": lambda data: bz2.compress(data, 1), "xz": lzma.compress, "Zstandard": zstandard}
each = pytest.mark.parametrize("packing", PACK)


def pieces_of(data, sizes):
    """Cut data into pieces of the given sizes, in turn."""
    start, turn = 0, 0
    while start < len(data):
        yield data[start : start + sizes[turn % len(sizes)]]
        start += sizes[turn % len(sizes)]
        turn += 1


def unpack(*pieces):
    """The text, and what was remarked."""
    remarks = []
    text = b"".join(compression.unpacked(iter([piece for piece in pieces if piece]), "mail.log", remarks.append))
    return text, remarks


@each
def test_members_and_padding(packing):
    pack = PACK[packing]
    data = pack(TEXT[:1000]) + pack(b"") + pack(TEXT[1000:]) + bytes(4096)
    for sizes in ([1 << 20], [1], [777]):
        assert unpack(*pieces_of(data, sizes)) == (TEXT, [])


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=9), st.sampled_from(["gzip", "bzip2", "xz"]))
def test_any_pieces(sizes, packing):
    assert unpack(*pieces_of(PACK[packing](TEXT[:9000]), sizes)) == (TEXT[:9000], [])


@each
def test_what_ends_too_early(packing):
    whole = TEXT * 7
    data = PACK[packing](whole)
    for size in (len(data) - 1, len(data) * 6 // 10, 20):
        text, remarks = unpack(data[:size])
        assert whole.startswith(text)
        assert len(text) > 50_000 or size == 20
        assert remarks == [f"the {packing} data ends too early, the rest is missing"]


@each
def test_what_is_damaged(packing):
    data = bytearray(PACK[packing](TEXT))
    data[len(data) // 2] ^= 0xFF
    data[-5] ^= 0xFF
    text, (remark,) = unpack(bytes(data))
    assert len(text) <= len(TEXT) * 2
    assert "is damaged" in remark or "too early" in remark


@each
def test_what_follows(packing):
    assert unpack(PACK[packing](TEXT), b"no such", b" data") == (TEXT, [f"what follows the {packing} data was left out"])


@each
def test_a_small_file_with_a_very_large_text(packing):
    packed = PACK[packing](b"x\n" * 2_000_000)
    assert len(packed) < 20_000
    chunks = [*compression.unpacked(iter([packed]), "x", print)]
    assert sum(map(len, chunks)) == 4_000_000
    # The package zstandard cannot be told how much to return, only be given less.
    assert max(map(len, chunks)) <= (compression.MOST if packing != "Zstandard" else 33 * 1024 * 1024)


def test_gzip_by_isal_and_by_the_standard_library(monkeypatch):
    isal = pytest.importorskip("isal.isal_zlib")
    assert compression._gzip()[1] is isal.error
    monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    assert compression._gzip()[1] is zlib.error
    assert unpack(gzip.compress(TEXT)) == (TEXT, [])


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the standard library unpacks it")
def test_zstandard_without_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtra, match=r"pip install 'smtp421\[zstd\]'"):
        unpack(b"\x28\xb5\x2f\xfd")


def test_a_python_without_lzma(monkeypatch):
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(InputUnreadable, match="built without xz"):
        unpack(b"\xfd7zXZ\x00")


@pytest.mark.parametrize("data", [b"LPKSHHRH\0", b"PK\x03\x04", b"\x1f\x9d\x90", b"\x04\x22\x4d\x18"])
def test_what_must_be_unpacked_first(data):
    with pytest.raises(InputUnreadable, match=r"unpack it first|journalctl -o json"):
        unpack(data)


@pytest.mark.parametrize("data", [b"", b"\x1f", b"\x1f\x8b", b"BZ", b"BZh", b"\xfd7zX", b"(\xb5/", b"P", b"Nov 20", b"\xff"])
def test_the_beginning_of_a_mark_is_text(data):
    assert unpack(*(bytes((byte,)) for byte in data)) == (data, [])


def test_a_pipe_is_not_asked_for_more_than_it_needs():
    def pipe():
        yield b"N"
        raise AssertionError

    assert next(compression.unpacked(pipe(), "x", print)) == b"N"


@given(st.binary(max_size=200), st.sampled_from([b"", *(mark for packing in compression.PACKINGS for mark in packing.marks)]))
def test_no_bytes_make_it_fail(data, mark):
    try:
        unpack(mark, data[:50], data[50:])
    except MissingExtra as error:
        assert "zstandard" in str(error)
    except InputUnreadable as error:
        assert "unpack it first" in str(error) or "journalctl -o json" in str(error)
