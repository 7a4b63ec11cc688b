"""Time stamps and logical lines."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs.line import MONTHS, Clock, Line, logical_lines, read_stamp

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
    text = (
        "Jan  1 00:00:00 mail sendmail[1]: abc: to=<\nuser@example.com>, stat=Deferred\nJan  1 00:00:01 mail next\n\nnot a line"
    )
    lines = logical_lines(text, NOW)
    assert [line.number for line in lines] == [1, 3]
    assert lines[0].text.endswith("to=<user@example.com>, stat=Deferred")


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        (
            "Jan  1 00:00:00 mail said: 450 4.2.0\n    Try again\n    later",
            "Jan  1 00:00:00 mail said: 450 4.2.0 Try again later",
        ),
        ("Jan  1 00:00:00 mail x: try\nagain later\nnow", "Jan  1 00:00:00 mail x: try again later now"),
        (
            "Jan  1 00:00:00 mail x: Ple\nase try again later, it is \nbusy",
            "Jan  1 00:00:00 mail x: Please try again later, it is busy",
        ),
        ("(host mx.example.com said: 450 a\nb)", "(host mx.example.com said: 450 a b)"),
    ],
)
def test_lines_are_folded_at_blanks_or_cut_at_the_edge(pasted, line):
    assert [found.text for found in logical_lines(pasted, NOW)] == [line]


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("Nov 20 22:35:55 mail exim[34]: 2025-11-20 22:35:56 1xUXD1-00000W-2m == x", "2025-11-20T22:35:56+00:00"),
        ("Nov 20 22:35:55 mail postfix/smtp[1]: ABCDEF0: try after 2026-11-20 22:35:56", "2025-11-20T22:35:55+00:00"),
        ("web-1 | 2025-11-20T22:35:55Z Nov 21 00:35:55 mail x", "2025-11-20T22:35:55+00:00"),
        ("Fri 2026-01-02 03:04:05 CET mail x", "2026-01-02T03:04:05+01:00"),
        ("Fri 2026-01-02 03:04:05 PDT mail x", "2026-01-02T03:04:05-07:00"),
        ("Fri 2026-01-02 03:04:05 IST mail x", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05+99:99 x", "2026-01-02T03:04:05+00:00"),
        ("@4000000069573a2fffffffff x", "2026-01-02T03:23:17.999999+00:00"),
    ],
)
def test_stamps_in_doubt(text, stamp):
    assert read_stamp(text, NOW).isoformat() == stamp


def test_a_stamp_of_its_own_comes_first():
    line = Line(1, "Jan  1 00:00:00 mail x", NOW)
    assert line.timestamp == datetime(2026, 1, 1, tzinfo=UTC)
    assert line._replace(stamp=NOW).timestamp == NOW


def years(months, now, sample=None):
    """The years of lines in the given months, in which each month stands for its first day unless it names one."""
    texts = [f"{month if ' ' in month else month + '  1'} 00:00:00 mail x" for month in months.split(", ")]
    clock = Clock(datetime.fromisoformat(now).replace(tzinfo=UTC), lambda: texts if sample is None else sample)
    found = []
    for text in texts:
        if text[:4] != clock.month:
            clock.turn(text)
        found.append(read_stamp(text, clock.now).year)
    return found


class TestClock:
    def test_new_year(self):
        assert years("Nov, Dec, Dec 31, Jan, Jan, Feb", "2026-03-01") == [2025, 2025, 2025, 2026, 2026, 2026]

    def test_a_file_that_was_copied_long_after(self):
        # December would be this year's, were it not that January follows it.
        assert years("Dec 10, Jan 20", "2026-12-15") == [2025, 2026]
        assert years("Dec 10, Jan 20", "2026-12-15", sample=()) == [2026, 2026]

    def test_more_than_a_year(self):
        assert years("Nov 20, Mar, Jul, Nov 21, Mar, Jul, Nov 20", "2026-11-21") == [2024, 2025, 2025, 2025, 2026, 2026, 2026]

    def test_late_lines_and_files_in_reverse(self):
        assert years("Jan  1, Dec 31, Jan  1", "2026-02-01") == [2026, 2025, 2026]
        assert years("Jan 15, Jan 20, Dec 25, Jan  1, Dec 18, Dec 24", "2026-02-01") == [2026, 2026, 2025, 2026, 2025, 2025]

    def test_long_silence_is_within_a_year(self):
        assert years("Jan, Sep", "2026-11-01") == [2026, 2026]

    def test_a_day_ahead_is_a_clock_that_differs(self):
        assert years("Nov 21, Nov 22, Nov 23", "2026-11-21", sample=()) == [2026, 2026, 2025]
        assert years("Jan  1", "2025-12-31") == [2026]

    def test_time_goes_on(self):
        clock = Clock(datetime(2026, 11, 20, tzinfo=UTC))
        found = []
        for month, day, year in ((11, 20, 2026), (11, 25, 2026), (12, 31, 2026), (1, 1, 2027)):
            text = f"{[*MONTHS][month - 1]} {day:2} 00:00:00 mail x"
            for minute in (1, 2):
                clock.at(datetime(year, month, day, 0, minute, tzinfo=UTC))
            if text[:4] != clock.month:
                clock.turn(text)
            found.append(read_stamp(text, clock.now).year)
        assert found == [2026, 2026, 2026, 2027]

    def test_lines_without_a_date_turn_nothing(self):
        clock = Clock(NOW)
        for text in ("Nov xx", "", "Foo 12 00:00:00 x", "Jan 99 00:00:00 x"):
            clock.turn(text)
        assert (clock.month, clock.now) == ("", NOW)

    def test_a_leap_day(self):
        assert years("Feb 28, Feb 29, Mar", "2028-03-02") == [2028, 2028, 2028]

    @given(st.lists(st.sampled_from([*MONTHS]), min_size=1), st.lists(st.sampled_from([*MONTHS])))
    def test_any_order(self, months, sample):
        for year in years(", ".join(months), "2026-11-21", [f"{month} 28 00:00:00 x" for month in sample]):
            assert 1970 < year <= 2026


@given(st.text(max_size=200))
def test_never_fails(text):
    found = read_stamp(text, NOW)
    assert found is None or found.tzinfo is not None
    assert "".join(line.text for line in logical_lines(text, NOW)).replace("\n", "").strip() or not text.strip()
