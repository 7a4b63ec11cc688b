"""What can be asked of an answer: the expectations of a case by name, each with where a diagnosis tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smtp421.model import Attempt, Diagnosis
from smtp421.rulebook.schema import CaseForm

CAPTURES = "captures"


def _code(diagnosis: Diagnosis) -> int | None:
    return diagnosis.attempt.reply.code


def _enhanced(diagnosis: Diagnosis) -> str | None:
    code = diagnosis.attempt.reply.enhanced_code
    return None if code is None else str(code)


def _of(attribute: str) -> Callable[[Diagnosis], Any]:
    return lambda diagnosis: getattr(diagnosis.attempt, attribute)


def _relay(attempt: Attempt, part: int) -> str | int | None:
    return attempt.relay[part] if attempt.relay is not None else None


ASKED: Mapping[str, Callable[[Diagnosis], Any]] = {
    "rule": lambda diagnosis: diagnosis.rule,
    "cause": lambda diagnosis: diagnosis.cause,
    "severity": lambda diagnosis: diagnosis.severity,
    "provider": lambda diagnosis: diagnosis.provider,
    "origin": lambda diagnosis: diagnosis.origin,
    "confidence": lambda diagnosis: diagnosis.confidence,
    "who_acts": lambda diagnosis: diagnosis.who_acts,
    "retry": lambda diagnosis: diagnosis.retry.helps,
    "fix": lambda diagnosis: diagnosis.fixes[0].id if diagnosis.fixes else None,
    "reply_code": _code,
    "enhanced_code": _enhanced,
    "captures.wait_seconds": lambda diagnosis: diagnosis.retry.wait_seconds,
    "captures.matched": lambda diagnosis: diagnosis.matched or None,
    "captures.format": _of("format"),
    "captures.status": _of("status"),
    "captures.stage": lambda diagnosis: diagnosis.attempt.reply.stage,
    "captures.queue_id": _of("queue_id"),
    "captures.sender": _of("sender"),
    "captures.recipient": _of("recipient"),
    "captures.relay": lambda diagnosis: _relay(diagnosis.attempt, 0),
    "captures.relay_address": lambda diagnosis: _relay(diagnosis.attempt, 1),
    "captures.source_address": _of("source_address"),
    "captures.delay": _of("delay"),
}
"""Two more concern the answer as a whole: ``explained`` (whether there is one) and ``not_rule`` (a rule that must not win)."""


CAPTURED = tuple(name.partition(".")[2] for name in ASKED if name.startswith(f"{CAPTURES}."))


def wanted_of(form: CaseForm) -> Iterator[tuple[str, Any]]:
    """What a case asserts: the expectations that it gives, a null too."""
    if not form.explained:
        yield "explained", False
    given = form.model_fields_set
    yield from ((name, getattr(form, name)) for name in ASKED if name in given)
    yield from (("not_rule", rule) for rule in form.not_rule)
    for name in CAPTURED:
        if name in form.captures.model_fields_set:
            yield f"{CAPTURES}.{name}", getattr(form.captures, name)
