import pytest

from smtp421.model import Severity, Stage, WhoActs
from smtp421.render import phrases


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (300, "5 minutes"),
        (332.4, "5 minutes 32 seconds"),
        (5400, "1 hour 30 minutes"),
        (3601, "1 hour"),
        (90061, "1 day 1 hour"),
        (172800, "2 days"),
    ],
)
def test_duration(seconds: float, said: str) -> None:
    assert phrases.duration(seconds) == said


def test_plain() -> None:
    assert phrases.plain("sender_dns") == "sender DNS"
    assert phrases.plain("who-said-it") == "who said it"


def test_count() -> None:
    assert phrases.count(1, "rule") == "1 rule"
    assert phrases.count(12000, "rule") == "12,000 rules"
    assert phrases.count(2, "reply", "replies") == "2 replies"


@pytest.mark.parametrize(
    ("format_name", "mta"), [("postfix", "postfix"), ("postfix_json", "postfix"), ("reply", None), ("qmail", None)]
)
def test_mta_of_a_log(format_name: str, mta: str | None) -> None:
    assert phrases.mta_of(format_name) == mta


def test_every_value_has_words() -> None:
    assert set(phrases.SEVERITY) == set(Severity)
    assert set(phrases.WHO) == set(WhoActs)
    assert set(phrases.STAGE) == set(Stage)
