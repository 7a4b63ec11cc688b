"""Microsoft Smart Network Data Services: what Outlook.com sees of the addresses that somebody sends from.

Two exports, both without headings, described at https://sendersupport.olc.protection.outlook.com/snds/FAQ.aspx and served at
``data.aspx`` and ``ipStatus.aspx`` of the same folder ("Automated Data Access"; "View data" gives the first):

- data: address, begin and end of the activity period (``M/D/YYYY h:mm AM``), RCPT commands, DATA commands, message recipients,
  filter result (GREEN below 10 % taken for spam, YELLOW 10 to 90 %, RED above), complaint rate (``< 0.1%``, ``0.4%``, ``1% - < 2%``), begin and
  end of the trap message period, trap hits, sample HELO, sample MAIL FROM, comments
- status: first and last address of a range, ``Yes`` where it is blocked (others are not listed), and why
"""  # noqa: E501 - a list of columns

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from smtp421.addresses import address_of
from smtp421.model import Fault
from smtp421.reputation.report import Observation, Report, Sender, report
from smtp421.reputation.table import Row, rows, share

TOOL = "Microsoft SNDS"
FAMILIES = ("microsoft",)
COLOURS = ("GREEN", "YELLOW", "RED")
_YES = ("yes", "true")
_NO = ("no", "false", "")
_PERIODS = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
_DATA_CELLS = 8
"""Cells of a data row up to the complaint rate; what follows may be cut off."""


def read(data: bytes, name: str) -> Report:
    """Read an export. Rows that cannot be read are faults of the report."""
    faults: list[Fault] = []
    found: list[Observation] = []
    for row in rows(data, name, faults):
        if _is_heading(row):
            continue
        found += _data(row, faults) if address_of(row.cell(1)) is None else _status(row, faults)
    return report(TOOL, FAMILIES, name, found, faults)


def _is_heading(row: Row) -> bool:
    """Whether it names columns: spreadsheets add such a row."""
    return row.line == 1 and row.cell(0).replace(" ", "").lower() in ("ipaddress", "ip", "firstip", "startingipaddress")


def _data(row: Row, faults: list[Fault]) -> Iterator[Observation]:
    address = address_of(row.cell(0))
    if address is None:
        faults.append(row.fault(0, f"{row.cell(0)[:40]!r} is no IP address; each row of SNDS begins with one"))
        return
    if len(row.cells) < _DATA_CELLS:
        faults.append(row.fault(0, f"{len(row.cells)} columns where SNDS has at least {_DATA_CELLS}; export the file anew"))
        return
    sender = Sender(address, address)
    day = _day(row.cell(2))
    if day is None:
        faults.append(row.fault(2, f"{row.cell(2)[:40]!r} is no end of an activity period such as 11/27/2026 8:00 AM"))
        return
    colour = row.cell(6).upper()
    if colour in COLOURS:
        yield Observation(sender, day, "filter_result", colour)
    elif colour:
        faults.append(row.fault(6, f"{row.cell(6)[:40]!r} is no filter result; SNDS writes {', '.join(COLOURS)}"))
    if row.cell(7):
        rate = share(row.cell(7))
        if rate is None:
            faults.append(row.fault(7, f"{row.cell(7)[:40]!r} is no complaint rate such as '< 0.1%'"))
        else:
            yield Observation(sender, day, "complaint_rate", rate, shown=row.cell(7))
    yield from _traps(row, sender, day, faults)


def _traps(row: Row, sender: Sender, day: date, faults: list[Fault]) -> Iterator[Observation]:
    hits, recipients = row.cell(10), row.cell(5)
    if not hits:
        return
    if not hits.isdecimal():
        faults.append(row.fault(10, f"{hits[:40]!r} is no number of trap hits"))
    elif not recipients.isdecimal():
        faults.append(row.fault(5, f"{recipients[:40]!r} is no number of message recipients"))
    elif int(recipients):
        yield Observation(sender, day, "trap_share", min(int(hits) / int(recipients), 1.0), shown=f"{int(hits):,} trap hits")


def _status(row: Row, faults: list[Fault]) -> Iterator[Observation]:
    first = address_of(row.cell(0))
    if first is None:
        faults.append(row.fault(0, f"{row.cell(0)[:40]!r} is no IP address; a range begins with one"))
        return
    sender = Sender(first, address_of(row.cell(1)))
    blocked = row.cell(2).lower()
    if blocked in _YES:
        yield Observation(sender, None, "listed", row.cell(3) or "blocked")
    elif blocked not in _NO:
        faults.append(row.fault(2, f"{row.cell(2)[:40]!r} does not tell whether the range is blocked; SNDS writes Yes or No"))


def _day(text: str) -> date | None:
    for form in _PERIODS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
