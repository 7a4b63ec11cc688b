"""What to say where the text does not tell: so, the two likeliest causes, and what would decide between them."""

from __future__ import annotations

from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Cause, Rule

_WHERE_NOTHING_FITS = ("server_congestion", "policy")
"""Read over thousands of unexplained temporary answers, these two stand behind most of them."""


def summary_of_unknown(rule: Rule | None, cause: Cause, book: RuleBook) -> str:
    """The summary for a cause that no rule of its own explains."""
    if cause.id != "unknown":
        return cause.meaning
    likely = [book.causes[name] for name in (rule.also if rule and rule.also else _WHERE_NOTHING_FITS)[:2] if name in book.causes]
    told = rule.summary if rule else cause.meaning
    if not likely:
        return told
    guesses = " or ".join(f"{other.id} ({_lower(other.title)})" for other in likely)
    decides = " ".join(f"It is {other.id} if you find this: {_lower(other.decides)}" for other in likely)
    return f"{told} Likeliest: {guesses}. {decides}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
