"""Lines about incidents."""

from datetime import UTC, datetime

from smtp421.diagnosis.history.incidents import Incident
from smtp421.diagnosis.history.values import Key
from smtp421.model import Origin
from smtp421.render.incident import begins, ends
from smtp421.render.interface import View

AT = datetime(2026, 11, 20, 22, 29, 59, tzinfo=UTC)
KEY = Key("", False, "example_mail", "rate_limit")
WIDE = View(width=300)


def test_begins(book, logged) -> None:
    line = begins(Incident(KEY, logged, 0, 0, 1), AT, book, WIDE)
    assert " ".join(line.split()).startswith("22:29:59 NEW warning example_mail: ")
    assert "Example Mail slows this address down." in line
    assert "First: Stop bulk mail to this provider." in line
    assert "\x1b" not in line
    assert "\x1b[" in begins(Incident(KEY, logged, 0, 0, 1), AT, book, WIDE._replace(color=True))


def test_without_time_provider_or_fix(book, bare) -> None:
    line = begins(Incident(KEY, bare, 0, 0, 1), None, book, WIDE)
    assert line.startswith("NEW ")
    assert " ?: " in line
    assert "First" not in line


def test_ends(book, logged) -> None:
    line = ends(Incident(KEY, logged, 0, 2400, 12), AT, book, WIDE)
    assert " ".join(line.split()).startswith("22:29:59 OVER example_mail: ")
    assert "12 deferrals in 40 minutes." in line
    assert "1 deferral." in ends(Incident(KEY, logged, 0, 0, 1), None, book, WIDE)


def test_whose_it_is(book, logged) -> None:
    for origin, who in ((Origin.LOCAL, "this server: "), (Origin.INBOUND, "inbound: ")):
        assert who in begins(Incident(KEY, logged._replace(origin=origin), 0, 0, 1), AT, book, WIDE)
    assert "example.com: " in begins(Incident(KEY, logged._replace(provider="bare"), 0, 0, 1), AT, book, WIDE)
