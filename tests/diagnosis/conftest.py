"""Attempts and histories, made with few words."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from smtp421.diagnosis.history.close import close
from smtp421.diagnosis.history.ledger import Ledger
from smtp421.diagnosis.history.values import Finding, History
from smtp421.model import Attempt, Origin, Relay, Reply, Severity, Status

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
THRESHOLDS = {
    "normal_for": 1800,
    "warning_after": 14_400,
    "patience": 43_200,
    "high_share": 0.25,
    "everything_share": 0.95,
    "least_attempts": 10,
    "sudden_within": 900,
    "signs_together": 2,
    "greylist_window": 86_400,
    "first_retry_least": 300,
    "first_retry_most": 1800,
    "lifetime_least": 259_200,
}
Event = tuple[Attempt, Finding | None]


def identify(host: str | None) -> str | None:
    """A provider for each second-level domain of the reserved names."""
    return {"one.example": "one", "two.example": "two"}.get(".".join((host or "").split(".")[-2:]))


def attempt(
    status: str | None = "deferred",
    queue_id: str | None = "A1",
    recipient: str | None = "u@one.example",
    at: float | None = 0,
    **more: object,
) -> Attempt:
    """An attempt ``at`` seconds after the start."""
    moment = None if at is None else START + timedelta(seconds=at)
    host = "mx." + (recipient or "x@one.example").rpartition("@")[2]
    fields = {"origin": Origin.REMOTE, "line": None, "relay": Relay(host, "192.0.2.1", 25), **more}
    return Attempt(
        Reply(421 if status == "deferred" else 250, None, str(fields.pop("text", "Try again later"))),
        "postfix",
        timestamp=moment,
        queue_id=queue_id,
        recipient=recipient,
        status=None if status is None else Status(status),
        **fields,
    )


def finding(
    cause: str = "rate_limit",
    provider: str | None = "one",
    rule: str | None = "one-rate",
    severity: str = "warning",
    origin: str = "remote",
) -> Finding:
    """What a deferral was found to be."""
    return Finding(provider, cause, rule, Severity(severity), Origin(origin))


def ledger_of(events: Iterable[Event], **options: object) -> Ledger:
    """A ledger that has counted events."""
    ledger = Ledger(identify, **options)  # type: ignore[arg-type]
    for each, found in events:
        ledger.add(each, found)
    ledger.catch_up()
    return ledger


def history_of(events: Iterable[Event], **options: object) -> History:
    """The history of events."""
    return close(ledger_of(events, **options), THRESHOLDS)


def deferred(
    *args: object, cause: str = "rate_limit", provider: str | None = "one", origin: str = "remote", **more: object
) -> Event:
    """A deferral and its finding."""
    return attempt("deferred", *args, origin=Origin(origin), **more), finding(
        cause, provider, f"{provider}-{cause}", origin=origin
    )


def sent(*args: object, **more: object) -> Event:
    """A delivery."""
    return attempt("sent", *args, **more), None


@pytest.fixture
def make() -> Callable[..., Attempt]:
    return attempt
