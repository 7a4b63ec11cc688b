"""Microsoft SNDS."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.reputation import snds


def test_the_data_export(data):
    report = snds.read(data("snds-data.csv"), "snds.csv")
    assert not report.faults
    assert (report.tool, report.families, report.newest) == ("Microsoft SNDS", {"microsoft"}, date(2026, 11, 27))
    assert [str(sender) for sender in report.senders] == ["192.0.2.10", "192.0.2.11", "192.0.2.12"]
    assert [(str(item.sender), item.what, item.value) for item in report.observations if item.sender.first.packed[-1] == 11] == [
        ("192.0.2.11", "filter_result", "YELLOW"),
        ("192.0.2.11", "complaint_rate", 0.004),
        ("192.0.2.11", "trap_share", pytest.approx(3 / 1300)),
    ]


def test_the_status_export(data):
    report = snds.read(data("snds-ipstatus.csv"), "status.csv")
    assert not report.faults
    assert [(str(item.sender), item.value, item.day) for item in report.observations] == [
        ("192.0.2.0 to 192.0.2.7", "Blocked due to user complaints or other evidence of spamming", None),
        ("192.0.2.12", "E-mail address harvesting", None),
    ]


def test_a_row_of_headings_is_no_fault():
    report = snds.read(b"IP Address,Activity Start\n192.0.2.1,192.0.2.2,True,\n", "f")
    assert not report.faults
    assert report.observations[0].value == "blocked"


@pytest.mark.parametrize(
    ("line", "column", "told"),
    [
        ("not-an-ip,1/1/2026 8:00 AM,1/1/2026 9:00 AM,1,1,1,GREEN,< 0.1%", 1, "'not-an-ip' is no IP address"),
        ("192.0.2.1", 1, "1 columns where SNDS has at least 8"),
        ("192.0.2.1,1/1/2026 8:00 AM,2/31/2026 8:00 AM,1,1,1,GREEN,< 0.1%", 28, "'2/31/2026 8:00 AM' is no end of an activity"),
        ("192.0.2.1,1/1/2026 8:00 AM,1/2/2026 8:00 AM,1,1,1,BLUE,< 0.1%", 51, "'BLUE' is no filter result"),
        ("192.0.2.1,1/1/2026 8:00 AM,1/2/2026 8:00 AM,1,1,1,GREEN,many", 57, "'many' is no complaint rate"),
        ("192.0.2.1,1/1/2026 8:00 AM,1/2/2026 8:00 AM,1,1,1,GREEN,0.1%,,,x", 64, "'x' is no number of trap hits"),
        ("192.0.2.1,1/1/2026 8:00 AM,1/2/2026 8:00 AM,1,1,?,GREEN,0.1%,,,1", 49, "'?' is no number of message recipients"),
        ("x,192.0.2.2,Yes,spam", 1, "'x' is no IP address"),
        ("192.0.2.1,192.0.2.2,Perhaps,spam", 21, "'Perhaps' does not tell whether the range is blocked"),
    ],
)
def test_a_bad_row_is_a_fault_with_its_place(line, column, told):
    report = snds.read(f"198.51.100.1,198.51.100.1,No,\n{line}\n192.0.2.9,192.0.2.9,Yes,spam\n".encode(), "snds.csv")
    (fault,) = report.faults
    assert (fault.path, fault.line, fault.column) == ("snds.csv", 2, column)
    assert fault.message.startswith(told)
    assert any(str(item.sender) == "192.0.2.9" for item in report.observations)


def test_a_day_without_recipients_has_no_share_of_traps():
    report = snds.read(b"192.0.2.1,1/1/2026 8:00 AM,1/2/2026 8:00 AM,0,0,0,,,,,0\n", "f")
    assert (report.observations, report.faults) == ((), ())


def test_words_are_cut():
    report = snds.read(b"192.0.2.1,192.0.2.1,Yes," + b"x" * 5000, "f")
    assert len(report.observations[0].value) == 255


@given(
    st.lists(st.sampled_from(["192.0.2.1", "1/1/2026 8:00 AM", "GREEN", "< 0.1%", "Yes", "", "\x1b[31m", "9" * 50]), max_size=14)
)
def test_any_row_is_read_or_a_fault(cells):
    report = snds.read(",".join(cells).encode(), "f")
    assert all(0 <= item.value <= 1 for item in report.observations if isinstance(item.value, float))
