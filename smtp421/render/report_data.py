"""A report as plain data: the JSON of ``smtp421 scan --format json``, and the rows of its CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from smtp421.diagnosis.history.counts import Count, Spread
from smtp421.diagnosis.history.judgement import Judged, Judgement
from smtp421.diagnosis.history.rows import Row
from smtp421.diagnosis.history.values import Bins, Domain, Group, Load, Message, Template
from smtp421.render.report_words import row_names, signs_words, worst_of
from smtp421.rulebook import RuleBook

LISTED = 100
"""Messages that are listed one by one, those that wait first."""
DOMAINS = 100


def report_data(judgement: Judgement, rows: Sequence[Row], book: RuleBook, by: str | None) -> dict[str, Any]:
    """Everything that a report says, and what it leaves out for want of room."""
    history = judgement.history
    worst = worst_of(tuple(rows))
    return {
        "by": by,
        "severity": worst,
        "first": _time(history.first),
        "last": _time(history.last),
        "attempts": {"sent": history.sent, "deferred": history.deferred, "bounced": history.bounced},
        "suspended_lines": history.suspended,
        "aside_lines": history.asides,
        "expired_lines": history.expired,
        "messages": _count(history.messages),
        "recipients": _count(history.recipients),
        "fates": history.fates._asdict(),
        "waiting_seconds": history.waiting_for,
        "groups": [_row(row, book, by) for row in rows],
        "inbound": [_group(judged) for judged in judgement.inbound],
        "hints": [_group(judged) for judged in judgement.hints],
        "domains": [_domain(domain) for domain in history.domains[:DOMAINS]],
        "providers": [_load(load) for load in history.loads],
        "sources": [source._asdict() for source in history.sources],
        "schedule": [_spread(spread) for spread in history.schedule],
        "given_up_after": _spread(history.given_up_after),
        "unknown": [_template(template) for template in history.unknown],
        "listed": [_message(message) for message in history.listed[:LISTED]],
        "dropped": history.dropped._asdict(),
    }


def _row(row: Row, book: RuleBook, by: str | None) -> dict[str, Any]:
    """One of ``groups``: flat, so that it is a row of a table as well."""
    worst = row.worst
    fixes = worst.diagnosis.fixes
    fates = row.fates
    return {
        "severity": row.severity,
        "cleared": row.cleared,
        "name": row.name or row_names(row, book, by)[0],
        "own_side": worst.group.key.own,
        "provider": worst.group.key.provider,
        "cause": worst.cause,
        "rule": worst.diagnosis.rule,
        "title": worst.diagnosis.title,
        "messages": row.messages.number,
        "recipients": row.recipients.number,
        "exact": row.messages.exact and row.recipients.exact,
        "attempts": row.attempts,
        "first": _time(row.first),
        "last": _time(row.last),
        **fates._asdict(),
        "resolved": None if fates.resolved is None else round(fates.resolved, 4),
        "oldest_waiting_seconds": max(part.group.longest_wait for part in row.parts),
        "signs": "; ".join(dict.fromkeys(told for part in row.parts if (told := signs_words(part)))),
        "first_fix": fixes[0].action if fixes else None,
        "parts": [_group(part) for part in row.parts],
    }


def _group(judged: Judged) -> dict[str, Any]:
    group: Group = judged.group
    return {
        "severity": judged.severity,
        "cleared": judged.cleared,
        "own_side": group.key.own,
        "provider": group.key.provider,
        "cause": judged.cause,
        "title": judged.diagnosis.title,
        "messages": _count(group.messages),
        "recipients": _count(group.recipients),
        "attempts": group.attempts,
        "first": _time(group.first),
        "last": _time(group.last),
        "bins": _bins(group.bins),
        "fates": group.fates._asdict(),
        "delivered_after": _spread(group.delivered_after),
        "oldest_waiting_seconds": group.longest_wait,
        "greylisting_confirmed": group.greylisted,
        "share": None if judged.share is None else {"deferred": judged.share[0], "attempts": judged.share[1]},
        "onset": None
        if judged.onset is None
        else {"at": _time(judged.onset.at), "sudden": judged.onset.sudden, "attempts_before": judged.onset.before},
        "signs": [
            {"id": sign.id, "severity": sign.severity, "figure": sign.figure, "limit": sign.limit, "names": list(sign.names)}
            for sign in judged.signs
        ],
        "evidence": [item._asdict() for item in judged.evidence],
        "rules": [{"rule": rule.rule, "attempts": rule.attempts, "severity": rule.severity} for rule in group.rules],
        "domains": [{"domain": name, "attempts": number} for name, number in group.domains],
        "domain_count": group.domain_count,
        "example": judged.diagnosis.to_dict(),
    }


def _domain(domain: Domain) -> dict[str, Any]:
    return {
        "domain": domain.name,
        "provider": domain.provider,
        "sent": domain.sent,
        "deferred": domain.deferred,
        "bounced": domain.bounced,
        "first": _time(domain.first),
        "first_sent": _time(domain.first_sent),
        "reasons": [{"provider": key.provider, "cause": key.cause, "attempts": number} for key, number in domain.reasons],
    }


def _load(load: Load) -> dict[str, Any]:
    return {
        "provider": load.provider,
        "sent": load.sent,
        "deferred": load.deferred,
        "bounced": load.bounced,
        "busiest_minute": _peak(load.busiest_minute),
        "busiest_hour": _peak(load.busiest_hour),
        "connections": load.connections,
        "bins": _bins(load.bins),
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "queue_id": message.queue_id,
        "recipient": message.recipient,
        "cause": message.key.cause,
        "provider": message.key.provider,
        "first": _time(message.first),
        "last": _time(message.last),
        "attempts": message.attempts,
        "pauses": list(message.gaps),
        "fate": message.fate,
        "waited": message.waited,
    }


def _template(template: Template) -> dict[str, Any]:
    return {"template": template.text, "replies": template.number, "example": template.example.reply.to_dict()}


def _count(count: Count) -> dict[str, Any]:
    return {"number": count.number, "exact": count.exact}


def _spread(spread: Spread) -> dict[str, Any]:
    return spread._asdict()


def _bins(bins: Bins) -> dict[str, Any]:
    return {"seconds": bins.step, "numbers": bins.numbers}  # hundreds of thousands of pairs: lists when they are written


def _peak(peak: tuple[datetime, int] | None) -> dict[str, Any] | None:
    return None if peak is None else {"at": _time(peak[0]), "attempts": peak[1]}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
