"""Values to render, a small rule pack, and comparison with the files in ``expected/`` (SMTP421_UPDATE=1 writes them)."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp421.model import (
    Attempt,
    Confidence,
    Diagnosis,
    EnhancedCode,
    Fix,
    Limit,
    Origin,
    Reference,
    Relay,
    Reply,
    Retry,
    Rival,
    Severity,
    Stage,
    Status,
    Step,
    WhoActs,
)
from smtp421.rulebook import RuleBook, load_rulebook

HERE = Path(__file__).parent
PACK = HERE / "pack"


@pytest.fixture(scope="session")
def book() -> RuleBook:
    """The rules of ``pack/`` and no others."""
    loaded = load_rulebook([PACK], cache=False, bundled=False)
    assert not loaded.faults
    return loaded


@pytest.fixture
def expect() -> Callable[[str, str], None]:
    """Compare a text with ``expected/NAME``."""

    def compare(name: str, text: str) -> None:
        path, found = HERE / "expected" / name, text.replace(str(PACK), "PACK")
        if os.environ.get("SMTP421_UPDATE"):
            path.write_text(found, encoding="utf-8")
        assert found == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def logged() -> Diagnosis:
    """A log line with everything there is to say."""
    text = (
        "[192.0.2.88] Our system has detected an unusual rate of unsolicited mail originating from your IP address. To protect "
        "our users from spam, mail sent from your IP address has been temporarily rate limited. Please visit "
        "https://example.com/help to review our guidelines. z1si967.401"
    )
    return Diagnosis(
        attempt=Attempt(
            reply=Reply(421, EnhancedCode(4, 7, 28), text, Stage.END_OF_DATA),
            format="postfix",
            line=17,
            timestamp=datetime(2026, 11, 20, 22, 29, 58, tzinfo=UTC),
            queue_id="CAF4C28A9BA",
            recipient="user@example.com",
            relay=Relay("mx.example.com", "192.0.2.9", 25),
            status=Status.DEFERRED,
            delay=332.0,
        ),
        logged=True,
        origin=Origin.REMOTE,
        provider="example_mail",
        provider_name="Example Mail",
        rule="example-mail-rate",
        title="Example Mail slows this address down",
        cause="rate_limit",
        also=("reputation", "sender_dns"),
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        who_acts=WhoActs.SENDER,
        summary="It saw more mail from this address than it expects. Mail is held back, not lost.",
        retry=Retry("yes", 3600, "Let the queue retry; `postqueue -f` makes it worse."),
        fixes=(
            Fix("back-off", "Stop bulk mail to this provider.", WhoActs.SENDER),
            Fix(
                "lower-rate",
                "Send fewer messages a minute.",
                WhoActs.SENDER_ADMIN,
                (
                    ("postfix", "smtp_destination_rate_delay = 1s\nsmtp_destination_concurrency_limit = 2"),
                    ("exim", "queue_run_max = 1"),
                ),
            ),
            Fix("find-spam-source", "Look for a hijacked account.", WhoActs.SENDER_ADMIN),
        ),
        path=(
            Step("who-said-it", "Who said it?", "remote", "The receiver answered (a reply)"),
            Step("first-contact", "Is it the first message?", "unknown", "Search the log."),
            Step("empty", "Nothing to say?", "unknown", ""),
        ),
        next_checks=("Run `smtp421 scan mail.log`.", "Open the postmaster page.", "Ask."),
        matched="unusual rate of unsolicited mail",
        rivals=(Rival("example-mail-by-number", "reputation"), Rival("other", "rate_limit")),
        references=(
            Reference("Codes", "https://example.com/codes"),
            Reference("A title that is too long to stand on one line with its address", "https://example.com/long/address"),
            Reference("Third", "https://example.com/third"),
        ),
        limits=(
            Limit("connections", "5", "provider", "Help page, https://example.com/help", "2026-11-20", "for new addresses"),
            Limit("connections", "20", "community", "A list", "2026-11-20"),
            Limit("messages_per_minute", "60", "historic", "An old list", "2026-11-20"),
        ),
        remarks=("Words and numbers disagree: 4.7.28 would mean policy.",),
    )


@pytest.fixture
def bare() -> Diagnosis:
    """A bare reply that tells nothing."""
    return Diagnosis(
        attempt=Attempt(reply=Reply(451, None, "Later"), format="reply"),
        logged=False,
        origin=Origin.REMOTE,
        provider=None,
        provider_name=None,
        rule=None,
        title="A temporary answer without a reason",
        cause="unknown",
        also=("greylisting", "policy"),
        severity=Severity.INFO,
        confidence=Confidence.LOW,
        who_acts=WhoActs.NOBODY,
        summary="The text does not tell.",
        retry=Retry("no", None, "Ask."),
        fixes=(),
        path=(),
        next_checks=("Does a retry some minutes later succeed?",),
        matched="",
        rivals=(),
        references=(),
    )
