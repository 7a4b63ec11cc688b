"""Remarks: where words and numbers disagree, where a 5yz was deferred, where an answer was unwrapped or is another message's."""

from __future__ import annotations

from collections.abc import Sequence

from smtp421.model import Attempt, Confidence, Status
from smtp421.rulebook.pages import Provider, Rule

_VAGUE = ("unknown", "policy")
"""Causes that a number may stand for without contradicting anything."""


def remarks_on(attempt: Attempt, hits: Sequence[tuple[Rule, str]], provider: Provider | None) -> tuple[str, ...]:
    """Everything about an attempt that a reader could take the wrong way."""
    remarks: list[str] = []
    reply = attempt.reply
    if attempt.inner is not None:
        inner = attempt.inner
        numbers = " ".join(str(part) for part in (inner.code, inner.enhanced_code) if part is not None)
        remarks.append(
            f"One server reports another's answer here; the inner one decides: {numbers} {inner.text}".replace("  ", " ").strip()
        )
    if hits and hits[0][0].decided_by == "text" and (disagreeing := _numbers_say(hits)):
        remarks.append(
            f"Words and numbers disagree: {reply.enhanced_code or reply.code} by itself would mean {disagreeing}. The "
            f"words decide."
        )
    if reply.code is not None and reply.code >= 500 and attempt.status is Status.DEFERRED:
        remarks.append(
            "A 5yz answer that was deferred all the same: it came in the greeting, where some servers keep trying "
            "until the message expires."
        )
    elif reply.code is not None and reply.code >= 500:
        remarks.append("A 5yz answer is permanent for this message, whatever its words say about temporary.")
    if (
        reply.code is not None
        and reply.enhanced_code is not None
        and 400 <= reply.code < 600
        and reply.code // 100 != reply.enhanced_code.klass
    ):
        remarks.append(f"The codes contradict each other ({reply.code}, {reply.enhanced_code}); servers act on the first.")
    if attempt.status is Status.SUSPENDED:
        remarks.append("No attempt was made: this line repeats what another message to the same destination met.")
    if attempt.status is Status.EXPIRED:
        remarks.append("The message has been given up and returned; what stands here was its last deferral.")
    if provider is not None and provider.notes:
        remarks.append(provider.notes)
    return tuple(remarks)


def _numbers_say(hits: Sequence[tuple[Rule, str]]) -> str | None:
    """The cause that the enhanced code alone would name, where it is another than the words'."""
    winner = hits[0][0]
    if winner.match.enhanced_code:
        return None  # the rule asks for this very code: its provider documents it so
    for rule, _ in hits[1:]:
        numeric = rule.decided_by == "enhanced_code" and rule.provider is None and rule.confidence is Confidence.LOW
        if numeric and rule.cause not in (*_VAGUE, winner.cause, *winner.also):
            return rule.cause
    return None
