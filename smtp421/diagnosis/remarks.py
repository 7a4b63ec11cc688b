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
    if (meant := _numbers_say(attempt, hits, provider)) is not None:
        remarks.append(f"Words and numbers disagree: {reply.enhanced_code} by itself would mean {meant}. The words decide.")
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
    return tuple(remarks)


def _numbers_say(attempt: Attempt, hits: Sequence[tuple[Rule, str]], provider: Provider | None) -> str | None:
    """The cause that the enhanced code alone would name, where it is another than the words'.

    Mailbox providers document codes of their own, and x.y.0 says "other": neither can contradict words.
    """
    code = attempt.reply.enhanced_code
    if not hits or code is None or code.detail == 0 or hits[0][0].decided_by != "text" or hits[0][0].match.enhanced_code:
        return None
    if provider is not None and provider.kind != "software":
        return None
    winner = hits[0][0]
    for rule, _ in hits[1:]:
        numeric = rule.decided_by == "enhanced_code" and rule.provider is None and rule.confidence is Confidence.LOW
        if numeric and rule.cause not in (*_VAGUE, winner.cause, *winner.also):
            return rule.cause
    return None
