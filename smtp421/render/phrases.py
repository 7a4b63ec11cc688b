"""Words for people in place of ids and figures: durations, who acts, who said it, names of MTAs."""

from __future__ import annotations

from smtp421.model import Helps, Severity, Stage, WhoActs

MTAS = ("postfix", "exim", "sendmail", "opensmtpd", "powermta", "kumomta", "haraka", "exchange")
"""The sending mail servers that fixes have settings for."""
SEVERITY = {
    Severity.INFO: "normal, heals by itself",
    Severity.WARNING: "act if it persists",
    Severity.CRITICAL: "retrying will not help until somebody acts",
}
WHO = {
    WhoActs.NOBODY: "nobody",
    WhoActs.SENDER: "sender",
    WhoActs.SENDER_ADMIN: "mail admin",
    WhoActs.RECEIVER: "receiver",
    WhoActs.RECIPIENT: "recipient",
}
HELPS: dict[Helps, str] = {"yes": "yes", "after_fix": "only after a fix", "no": "no"}
STAGE = {
    Stage.CONNECT: "to the connection",
    Stage.EHLO: "to EHLO",
    Stage.STARTTLS: "to STARTTLS",
    Stage.AUTH: "to AUTH",
    Stage.MAIL: "to MAIL FROM",
    Stage.RCPT: "to RCPT TO",
    Stage.DATA: "to DATA",
    Stage.END_OF_DATA: "to the message itself",
}
DECIDED_BY = {"text": "the words", "enhanced_code": "the enhanced code", "code": "the reply code"}
LIMITS = {
    "connections": "connections at a time",
    "first_retry": "first retry after",
    "suspend": "pause after a deferral",
    "tls": "TLS",
}
_ACRONYMS = frozenset({"dns", "tls", "mta", "ip"})
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def by(who: WhoActs | None) -> str:
    """Who is to do something, in brackets; nothing where it happens by itself."""
    return "" if who in (None, WhoActs.NOBODY) else f" ({WHO[who]})"


def duration(seconds: float) -> str:
    """``5 minutes``, ``1 hour 30 minutes``, ``2 days``: the two largest units, the rest left off."""
    left = int(seconds)
    parts: list[str] = []
    for size, name in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 seconds"


def plain(name: str) -> str:
    """An id as words: ``rate_limit`` is "rate limit", ``sender_dns`` "sender DNS"."""
    return " ".join(word.upper() if word in _ACRONYMS else word for word in name.replace("_", "-").split("-"))


def count(number: int, one: str, many: str = "") -> str:
    """``1 rule``, ``12,000 rules``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def mta_of(format_name: str) -> str | None:
    """The MTA whose log a format is, where we have settings for it."""
    return next((name for name in MTAS if format_name.partition("_")[0] == name), None)
