"""Blocks of whole lines in UTF-8, wherever the chunks were cut."""

import codecs
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs.cutter import Cutter, utf8

TEXT = "".join(f"Nov 20 22:29:58 mail postfix/smtp[{n}]: é\r\n" for n in range(300))


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

    def test_a_line_is_given_as_soon_as_it_is_whole(self):
        cutter = Cutter(5)
        assert [cutter.push(chunk) for chunk in (b"on", b"e", b"\ntw", b"o\nthree\nlonger", b" than", b" that\n", b"")] == [
            b"", b"", b"one\n", b"two\nthree\n", b"", b"longe\n", b"",
        ]  # fmt: skip
        assert (cutter.flush(), cutter.cut) == (b"", 1)


class TestUtf8:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
    @pytest.mark.parametrize("size", [1, 3, 1000, 1_000_000])
    def test_byte_order_marks(self, encoding, size):
        data = TEXT.encode(encoding)
        data = codecs.BOM_UTF16_BE + data if encoding == "utf-16-be" else data
        chunks = (data[start : start + size] for start in range(0, len(data), size))
        assert b"".join(utf8(chunks)).decode() == TEXT

    def test_torn_characters_of_utf16(self):
        data = codecs.BOM_UTF16_LE + "a\n".encode("utf-16-le") + b"\x00\xd8" + "b".encode("utf-16-le") + b"x"
        assert b"".join(utf8(iter([data]))).decode() == "a\n\ufffdb\ufffd"

    @given(st.lists(st.binary(max_size=30)), st.lists(st.binary(max_size=30)))
    def test_any_bytes(self, before, after):
        marks = (b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        for mark in marks:
            b"".join(utf8(iter([chunk for chunk in (*before, mark, *after) if chunk]))).decode("utf-8", "replace")
