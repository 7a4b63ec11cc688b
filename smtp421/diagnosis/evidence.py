"""Evidence that the reply itself gives: answers to the tree's questions about who said it and whether the text names a reason."""

from __future__ import annotations

from smtp421.model import Confidence, Evidence, Origin

_REASONS = {
    "rate_limit": "rate",
    "recipient_rate": "recipient",
    "too_many_connections": "connections",
    "messages_per_connection": "connections",
    "greylisting": "greylisting",
    "reputation": "reputation",
    "blocklist": "reputation",
    "content": "reputation",
    "policy": "reputation",
    "authentication": "identity",
    "sender_dns": "identity",
    "tls": "identity",
    "server_congestion": "receiver",
    "mailbox": "recipient",
    "recipient_verification": "receiver",
    "misconfiguration": "receiver",
    "dns": "receiver",
    "network": "session",
    "timeout": "session",
}
"""Answers of the node "does the text name a reason?" by cause."""

_LOCAL_PARTS = {
    "dns": "name_service",
    "network": "network",
    "timeout": "network",
    "tls": "tls",
    "misconfiguration": "service",
    "server_congestion": "service",
    "mailbox": "service",
}
_OWN_FAULTS = frozenset({"misconfiguration", "server_congestion", "dns", "network", "timeout", "recipient_verification"})

KNOWN_ANSWERS = {
    "origin": tuple(origin.value for origin in (Origin.REMOTE, Origin.LOCAL, Origin.INBOUND)),
    "reason": tuple(dict.fromkeys(_REASONS.values())),
    "local_part": (*dict.fromkeys(_LOCAL_PARTS.values()), "client"),
    "own_policy": ("meant", "fault"),
    "scope": ("one", "all"),
    "first_contact": ("yes", "no"),
    "reputation": ("issues", "clean"),
    "backoff": ("sound", "too_eager", "too_slow"),
    "rate": ("too_fast", "too_many_connections", "within_limits"),
}
"""Evidence that the program itself gives, and the answers that each can have; a user may answer further questions."""


def from_reply(origin: Origin, cause: str, confidence: Confidence, matched: str) -> list[Evidence]:
    """Answers that words of a reply give. A cause that is only guessed from a number or from vague words answers nothing."""
    evidence = [Evidence("origin", origin.value, _ORIGIN_SOURCES[origin], "reply")]
    if cause == "unknown" or confidence is Confidence.LOW:
        return evidence
    source = f"the text: {matched}" if matched else "the code"
    if cause in _REASONS:
        evidence.append(Evidence("reason", _REASONS[cause], source, "reply"))
    if cause == "greylisting":
        evidence.append(Evidence("first_contact", "yes", source, "reply"))
    if origin is Origin.LOCAL:
        evidence.append(Evidence("local_part", _LOCAL_PARTS.get(cause, "client"), source, "reply"))
    if origin is Origin.INBOUND:
        evidence.append(Evidence("own_policy", "fault" if cause in _OWN_FAULTS else "meant", source, "reply"))
    return evidence


_ORIGIN_SOURCES = {
    Origin.REMOTE: "a server's reply",
    Origin.LOCAL: "words of your own side",
    Origin.INBOUND: "your server's own reply to a client",
}
