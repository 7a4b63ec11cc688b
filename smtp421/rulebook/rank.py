"""The order in which rules win: total, and independent of the order of files."""

from __future__ import annotations

from smtp421.model import Confidence
from smtp421.rulebook.pages import DecidedBy, ProviderKind
from smtp421.rulebook.schema import RuleForm

SHUT_OUT: frozenset[ProviderKind] = frozenset({"mailbox", "gateway", "sending_service"})
"""Kinds of providers whose rules do not fire where another family is known. Software and block lists may stand behind any."""
SOFTWARE: frozenset[ProviderKind] = frozenset({"software", "tool"})

Rank = tuple[bool, int, int, int, int, bool, str]


def decided_by(form: RuleForm) -> DecidedBy:
    """What a rule goes by."""
    return "text" if form.match.text else "enhanced_code" if form.match.enhanced_code else "code"


def confidence(form: RuleForm) -> Confidence:
    """The rule's own confidence, else by what decides."""
    if form.confidence is not None:
        return form.confidence
    by = decided_by(form)
    if by == "text":
        return Confidence.HIGH if form.provider else Confidence.MEDIUM
    return Confidence.MEDIUM if by == "enhanced_code" and form.provider else Confidence.LOW


def rank(form: RuleForm, kind: ProviderKind | None, *, bundled: bool) -> Rank:
    """The sort key of a rule; ``kind`` is that of its provider. The lowest wins."""
    match = form.match
    by = decided_by(form)
    if by == "text":
        group = 2 if confidence(form) is Confidence.LOW else 0
    elif by == "enhanced_code":
        group = 4 if kind is None else 1
    else:
        group = 5 if kind is None else 3
    scope = 2 if kind is None else 1 if kind in SOFTWARE else 0
    conditions = sum(map(bool, (match.enhanced_code, match.code, match.stage, match.origin, match.provider_known)))
    wildcard = any("x" in pattern for pattern in match.enhanced_code)
    return (bundled, group, scope, -form.priority, -conditions, wildcard, form.id)
