"""Tables as people download them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.reputation.table import rows, share


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("< 0.1%", 0.0),
        ("<0.1%", 0.0),
        ("0.4%", 0.004),
        ("0,3 %", 0.003),
        ("0.1% - < 1%", 0.001),
        ("1% - < 2%", 0.01),
        (">= 5%", 0.05),
        ("0.0041", 0.0041),
        ("0", 0.0),
        ("100%", 1.0),
    ],
)
def test_shares(text, value):
    assert share(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "n/a", "-1%", "101%", "< n/a", "nan", "inf", "%"])
def test_no_shares(text):
    assert share(text) is None


def test_rows_know_where_their_cells_stand():
    faults = []
    first, second = rows(b'a, "b, c",d\n\n  \nx,yy,\xf6\n', "f.csv", faults)
    assert (first.cells, first.line) == (("a", "b, c", "d"), 1)
    assert [str(first.fault(number, "x")) for number in range(3)] == ["f.csv:1:1: x", "f.csv:1:5: x", "f.csv:1:11: x"]
    assert (second.line, second.cell(1), second.cell(9), second.cell(2)) == (4, "yy", "", "\ufffd")
    assert not faults


def test_lines_that_are_no_rows_are_faults():
    faults = []
    found = list(rows(b'a,"b\n' + b"x" * 10_001 + b"\nok,1\n", "f.csv", faults))
    assert [row.cells for row in found] == [("ok", "1")]
    assert [(fault.line, fault.message.partition(";")[0].partition(" (")[0]) for fault in faults] == [
        (1, "this is no row of comma-separated values"),
        (2, "this line is too long for a row"),
    ]


def test_what_powershell_saves():
    (row,) = rows("192.0.2.1,x".encode("utf-16"), "f", [])
    assert row.cells == ("192.0.2.1", "x")


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_faults(data):
    faults = []
    for row in rows(data, "f", faults):
        for number in range(len(row.cells) + 1):
            assert row.fault(number, "x").column >= 1
    assert all(fault.line >= 1 for fault in faults)
