"""From figures of reputation tools to answers of the diagnosis tree. The thresholds, with sources, stand in rules/tree.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import NamedTuple

from smtp421.addresses import Address, address_of
from smtp421.model import Evidence
from smtp421.reputation.report import Observation, Report, What

Thresholds = Mapping[str, float]
DAY = 86_400


class Opinion(NamedTuple):
    """What an observation answers."""

    key: str
    answer: str
    told: str
    weight: int = 0
    """Which of two observations with the same answer is the worse one."""


_REFUSALS = {
    "RATE_LIMIT_EXCEEDED": ("rate", "too_fast"),
    "SUSPECTED_SPAM": ("reputation", "issues"),
    "CONTENT_SPAMMY": ("reputation", "issues"),
    "LOW_IP_REPUTATION": ("reputation", "issues"),
    "LOW_DOMAIN_REPUTATION": ("reputation", "issues"),
    "IP_IN_RBL": ("reputation", "issues"),
    "DOMAIN_IN_RBL": ("reputation", "issues"),
    "BAD_DMARC_POLICY": ("identity", "auth_faulty"),
    "BAD_PTR_RECORD": ("identity", "dns_faulty"),
    "ANOMALOUS_TRAFFIC_PATTERN": ("rate", "too_fast"),
    "SPAMMY_CONTENT": ("reputation", "issues"),
    "IP_IN_RBLS": ("reputation", "issues"),
    "BAD_OR_MISSING_PTR_RECORD": ("identity", "dns_faulty"),
}
"""What reasons for which Gmail defers or refuses mail answer: DeliveryError of the API's version 1, then those of version 2."""
_REQUIREMENTS = {
    "SPF": ("identity", "auth_faulty"),
    "DKIM": ("identity", "auth_faulty"),
    "SPF_AND_DKIM": ("identity", "auth_faulty"),
    "DMARC_POLICY": ("identity", "auth_faulty"),
    "DMARC_ALIGNMENT": ("identity", "auth_faulty"),
    "DNS_RECORDS": ("identity", "dns_faulty"),
    "USER_REPORTED_SPAM_RATE": ("reputation", "issues"),
    "SPAM_RATE_HIGH": ("reputation", "issues"),
    "USER_FEEDBACK_NEGATIVE": ("reputation", "issues"),
}
"""What requirements that Gmail finds not met answer (complianceStatus of the API, version 2)."""
_COLOURS = {
    "GREEN": ("clean", "green, below 10 % taken for spam", 0),
    "YELLOW": ("issues", "yellow, 10 to 90 % taken for spam", 1),
    "RED": ("issues", "red, over 90 % taken for spam", 2),
}
_REPUTATIONS = {"HIGH": ("clean", 0), "MEDIUM": ("doubtful", 0), "LOW": ("issues", 1), "BAD": ("issues", 2)}


def evidence(
    report: Report, address: str | None, domain: str | None, now: datetime, thresholds: Thresholds
) -> tuple[Evidence, ...]:
    """What a report answers of the questions about one sender: its address, and the domain of its mail, as far as they are known.

    Of each question the worst answer counts that the export gives for the days up to a week before its newest; figures older
    than ``report_fresh`` are said to be old. Where the sender is not known, the worst of all senders in the export counts, and
    that is said; where the export knows others but not this one, the evidence answers ``unknown`` and says so.
    """
    source = address_of(address)
    mine, whose = _of_sender(report, source, domain.lower() if domain else None)
    if not mine:
        if not report.observations:
            return ()
        return (Evidence("reputation", "unknown", f"{report.tool} has nothing of {address or domain}"),)
    newest = max((item.day for item in mine if item.day is not None), default=None)
    found: dict[str, list[tuple[Observation, Opinion]]] = {}
    for item in mine:
        opinion = _OPINIONS[item.what](item, thresholds)
        if opinion is not None and _counts(item.day, newest, thresholds):
            found.setdefault(opinion.key, []).append((item, opinion))
    return tuple(_worst(key, opinions, report, whose, now, thresholds) for key, opinions in found.items())


def _of_sender(report: Report, address: Address | None, domain: str | None) -> tuple[list[Observation], str]:
    """What is about the sender, and a remark where that is not sure."""
    verdicts = [(item, item.sender.is_of(address, domain)) for item in report.observations]
    mine = [item for item, verdict in verdicts if verdict]
    unsure = [item for item, verdict in verdicts if verdict is None]
    if mine or not unsure:
        return mine, ""
    senders = {item.sender for item in unsure}
    return unsure, f", the worst of {len(senders)} senders; which one this was is not known" if len(senders) > 1 else ""


def _counts(day: date | None, newest: date | None, thresholds: Thresholds) -> bool:
    return day is None or newest is None or (newest - day) < timedelta(seconds=thresholds.get("report_fresh", 7 * DAY))


def _worst(
    key: str,
    opinions: Iterable[tuple[Observation, Opinion]],
    report: Report,
    whose: str,
    now: datetime,
    thresholds: Thresholds,
) -> Evidence:
    def badness(pair: tuple[Observation, Opinion]) -> tuple[int, int, int]:
        item, opinion = pair
        return _RANK.index(opinion.answer), -opinion.weight, -(item.day or date.max).toordinal()

    item, opinion = min(opinions, key=badness)
    told = f"{report.tool}: {item.sender} {opinion.told}"
    if item.day is None:
        return Evidence(key, opinion.answer, f"{told} (day not given){whose}")
    age = now.astimezone(UTC).date() - item.day if now.tzinfo else now.date() - item.day
    old = age > timedelta(seconds=thresholds.get("report_fresh", 7 * DAY))
    return Evidence(key, opinion.answer, f"{told} on {item.day}{f', {age.days} days ago' if old else ''}{whose}", old=old)


_RANK = ("issues", "too_fast", "dns_faulty", "auth_faulty", "doubtful", "clean")
"""The worst answer first."""


def _listed(item: Observation, _: Thresholds) -> Opinion:
    return Opinion("reputation", "issues", f"blocked: {item.value}", 3)


def _filter_result(item: Observation, _: Thresholds) -> Opinion:
    return Opinion("reputation", *_COLOURS[str(item.value)])


def _complaint_rate(item: Observation, thresholds: Thresholds) -> Opinion | None:
    return _rate(item, "complaint rate", thresholds.get("complaint_rate_good", inf), thresholds.get("complaint_rate_bad", inf))


def _spam_rate(item: Observation, thresholds: Thresholds) -> Opinion | None:
    return _rate(item, "spam rate", thresholds.get("spam_rate_good", inf), thresholds.get("spam_rate_bad", inf))


def _rate(item: Observation, name: str, good: float, bad: float) -> Opinion:
    value = float(item.value)
    shown = f"{name} {item.shown or _percent(value)}"
    if value >= bad:
        return Opinion("reputation", "issues", f"{shown}, {_percent(bad)} is too much", 1)
    if value >= good:
        return Opinion("reputation", "doubtful", f"{shown}, below {_percent(good)} is wanted")
    return Opinion("reputation", "clean", shown)


def _trap_share(item: Observation, thresholds: Thresholds) -> Opinion | None:
    if float(item.value) < thresholds.get("trap_share_bad", inf):
        return None
    return Opinion("reputation", "issues", f"{item.shown}, {_percent(float(item.value))} of its mail")


def _reputation(item: Observation, _: Thresholds) -> Opinion:
    answer, weight = _REPUTATIONS[str(item.value)]
    return Opinion("reputation", answer, f"reputation {item.value}", weight)


def _authenticated(item: Observation, thresholds: Thresholds) -> Opinion | None:
    if float(item.value) >= thresholds.get("authenticated_least", 0):
        return None
    return Opinion("identity", "auth_faulty", f"{item.about} passes for {_percent(float(item.value))} only")


def _deferred(item: Observation, thresholds: Thresholds) -> Opinion | None:
    known = _REFUSALS.get(item.about)
    if known is None or float(item.value) < thresholds.get("delivery_error_share", inf):
        return None
    return Opinion(*known, f"{item.about.lower().replace('_', ' ')} for {_percent(float(item.value))} of the mail")


def _requirement(item: Observation, _: Thresholds) -> Opinion | None:
    known = _REQUIREMENTS.get(item.about)
    if known is None or item.value == "COMPLIANT":
        return None
    return Opinion(*known, f"requirement not met: {item.about.lower().replace('_', ' ')}")


_OPINIONS: dict[What, Callable[[Observation, Thresholds], Opinion | None]] = {
    "listed": _listed,
    "filter_result": _filter_result,
    "complaint_rate": _complaint_rate,
    "trap_share": _trap_share,
    "spam_rate": _spam_rate,
    "reputation": _reputation,
    "authenticated": _authenticated,
    "deferred": _deferred,
    "requirement": _requirement,
}


def _percent(value: float) -> str:
    return f"{round(value * 100, 2):g} %"
