"""Delivery status notifications (RFC 3464), whole or in part, and the human part of bounce mails.

``Diagnostic-Code: smtp; 421 ...`` may be folded over lines; ``X-Postfix;`` and the like mark the reporting server's own words.
"""

from __future__ import annotations

import re

from smtp421.logs import postfix
from smtp421.model import Attempt, EnhancedCode, Origin, Relay, Reply, Status
from smtp421.reply import collapse, parse_enhanced, read_reply, read_words

NAME = "dsn"

_FIELD = re.compile(
    r"^(?P<name>Diagnostic-Code|Status|Final-Recipient|Original-Recipient|Remote-MTA|Action|Will-Retry-Until|"
    r"X-Postfix-Queue-ID):[ \t]*(?P<value>.*(?:\n[ \t]+\S.*)*)",
    re.MULTILINE | re.IGNORECASE,
)
_HUMAN = re.compile(
    r"^[ \t\"'(*-]*<(?P<recipient>[^<>\s]+@[^<>\s]+)>(?: \(expanded from [^)]*\))?:\s+(?P<reason>(?:host|connect|lost|"
    r"conversation|Host|mail|TLS|unable|delivery|temporary)\b.*)",
    re.DOTALL | re.MULTILINE,
)
_TYPED = re.compile(r"\s*(?P<type>[\w-]+)\s*;\s*(?P<text>.*)", re.DOTALL)


def recognises(text: str) -> bool:
    """Whether the text holds fields of a delivery status, or the sentence by which a bounce names recipient and reason."""
    names = {found["name"].lower() for found in _FIELD.finditer(text)}
    return (
        "diagnostic-code" in names or len(names & {"status", "final-recipient", "action"}) >= 2 or _HUMAN.search(text) is not None
    )


def read(text: str) -> Attempt | None:
    """Read the first recipient of the notification; None where it gives no reason at all."""
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(text):
        fields.setdefault(found["name"].lower(), found["value"])
    logged = parse_enhanced(fields.get("status", ""))
    recipient = typed(fields.get("final-recipient", "")) or None
    relay_name = typed(fields.get("remote-mta", ""))
    relay = _relay(relay_name) if relay_name else None
    reply, origin = _diagnostic(fields.get("diagnostic-code", ""), logged)
    human = _HUMAN.search(text)
    if human and (reply is None or reply.code is None or len(reply.text) < 4):
        reason = re.split(r"\n\s*\n", human["reason"], maxsplit=1)[0]
        told, who, named = postfix.read_reason(collapse(reason), relay, logged)
        reply = told if told.code or reply is None else reply
        origin, relay, recipient = who, named or relay, recipient or human["recipient"]
    if reply is None:
        return None
    action = fields.get("action", "").strip().lower()
    status = {"delayed": Status.DEFERRED, "failed": Status.BOUNCED}.get(action, Status.DEFERRED)
    if status is Status.BOUNCED and reply.code is not None and reply.code < 500:
        status = Status.EXPIRED
    queue_id = fields.get("x-postfix-queue-id", "").strip() or None
    return Attempt(reply, NAME, origin, queue_id=queue_id, recipient=recipient, relay=relay, status=status)


def _diagnostic(value: str, logged: EnhancedCode | None) -> tuple[Reply | None, Origin | None]:
    """The reply of a Diagnostic-Code field, and who said it."""
    typed = _TYPED.match(value)
    if not typed or not typed["text"].strip():
        return None, None
    words = re.sub(r"\n[ \t]+", "\n", typed["text"]).strip()
    reply = read_reply(words, None, logged)
    if reply is not None:
        return reply, Origin.REMOTE
    told, origin, _ = postfix.read_reason(collapse(words), None, logged)
    return (told, origin) if typed["type"].lower() != "smtp" else (read_words(words, logged), None)


def typed(value: str) -> str:
    """Return the part of a typed field behind its type: ``dns; mx.example.com`` gives ``mx.example.com``."""
    typed = _TYPED.match(value)
    return collapse(typed["text"] if typed else value).strip("<>")


def code_of(value: str) -> EnhancedCode | None:
    """The enhanced status code of a ``Status`` field."""
    return parse_enhanced(str(value))


def _relay(name: str) -> Relay:
    found = re.match(r"(?P<host>[^\s\[(]+)(?:[\s(\[]+(?P<address>[\d.:a-fA-F]+)[\])])?", name)
    return Relay(found["host"].lower().rstrip("."), found["address"]) if found else Relay(name)
