"""The examples say what their table says."""

import re
from pathlib import Path

import pytest

import smtp421

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("name", "provider", "cause", "origin", "helps"),
    [
        ("gmail-rate.txt", "google_workspace", "rate_limit", "remote", "yes"),
        ("yahoo-never.txt", "yahoo", "reputation", "remote", "no"),
        ("delayed-microsoft.eml", "exchange_online", "reputation", "remote", "yes"),
        ("nodemailer.txt", "postfix", "greylisting", "remote", "yes"),
        ("exchange-chain.txt", "exchange_server", "too_many_connections", "remote", "yes"),
        ("port-25-blocked.txt", "gmail", "network", "local", "after_fix"),
    ],
)
def test_pastes(name, provider, cause, origin, helps):
    found = smtp421.explain((EXAMPLES / "pastes" / name).read_text(encoding="utf-8"))
    assert (found.provider, found.cause, found.origin, found.retry.helps) == (provider, cause, origin, helps)


@pytest.mark.parametrize(("name", "providers"), [("postfix.log", 6), ("exim.log", 6)])
def test_logs(name, providers):
    found = [each for each in smtp421.scan(EXAMPLES / "logs" / name) if each.attempt.status == "deferred"]
    assert len({each.attempt.recipient for each in found}) == 10
    assert len({each.provider for each in found}) >= providers
    assert {"greylisting", "reputation", "rate_limit"} <= {each.cause for each in found}


def test_every_example_is_in_the_table():
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([^)]+)\)", table))
    there = {str(path.relative_to(EXAMPLES)) for folder in ("pastes", "logs") for path in (EXAMPLES / folder).iterdir()}
    assert there <= linked
    assert all((EXAMPLES / link).exists() for link in linked)
