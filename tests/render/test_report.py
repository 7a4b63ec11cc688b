from collections.abc import Callable
from datetime import timedelta

from smtp421.model import Diagnosis, Severity, Status
from smtp421.render.report import report_page
from smtp421.render.text import Format


def test_a_report(logged: Diagnosis, bare: Diagnosis, expect: Callable[[str, str], None]) -> None:
    moment = logged.attempt.timestamp
    assert moment is not None
    later = logged._replace(attempt=logged.attempt._replace(timestamp=moment + timedelta(hours=2)))
    earlier = logged._replace(
        attempt=logged.attempt._replace(timestamp=moment - timedelta(days=1), queue_id="2"), severity=Severity.CRITICAL
    )
    repeated = logged._replace(attempt=logged.attempt._replace(status=Status.SUSPENDED))
    page = report_page([bare, logged, later, earlier, repeated])
    expect("report.txt", Format().page(page))
    assert page.to_dict()["groups"][0] == {
        "provider": "example_mail",
        "cause": "rate_limit",
        "severity": "critical",
        "attempts": 3,
        "messages": 2,
        "first": "2026-11-19T22:29:58+00:00",
        "last": "2026-11-21T00:29:58+00:00",
    }


def test_nothing_to_report() -> None:
    page = report_page([])
    assert Format().page(page) == "No deferral found.\n"
    assert page.to_dict() == {"schema": "smtp421.page/1", "page": "report", "groups": []}
