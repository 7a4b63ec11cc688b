"""Metrics in Prometheus's text format, for the textfile collector of node_exporter.

Labels are providers of the rule base, causes and outcomes: their number is bounded, whatever a log holds. Values are gauges about
what was read; a new scan replaces them.

Sources: https://prometheus.io/docs/instrumenting/exposition_formats/, https://github.com/prometheus/node_exporter#textfile-collector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from smtp421.diagnosis.history.judgement import Judged, Judgement

OTHER = "other"
OWN_SIDE = "own_side"

Labels = tuple[tuple[str, str], ...]
Value = Callable[[Sequence[Judged]], float]


def _total(read: Callable[[Judged], float]) -> Value:
    return lambda parts: sum(map(read, parts))


_DEFERRALS = "Deferred attempts by who defers and why.", _total(lambda part: part.group.attempts)
_GROUPS: Mapping[str, tuple[str, Value]] = {
    "deferrals": _DEFERRALS,
    "deferred_messages": ("Messages that were deferred.", _total(lambda part: part.group.messages.number)),
    "deferred_recipients": ("Recipients whose mail was deferred.", _total(lambda part: part.group.recipients.number)),
    "messages_delivered": ("Deferred, then delivered; one for each recipient.", _total(lambda part: part.group.fates.delivered)),
    "messages_bounced": ("Deferred, then refused for good.", _total(lambda part: part.group.fates.bounced)),
    "messages_expired": ("Deferred, then given up by the sending server.", _total(lambda part: part.group.fates.expired)),
    "messages_waiting": ("Deferred and waiting at the end of the log.", _total(lambda part: part.group.fates.waiting)),
    "oldest_waiting_seconds": ("How long the oldest has waited.", lambda parts: max(part.group.longest_wait for part in parts)),
    "severity": (
        "0 nothing to do, 1 warning, 2 critical; what cleared within minutes is 0.",
        lambda parts: max(0 if part.cleared else part.severity.rank for part in parts),
    ),
}


def metrics(judgement: Judgement, lines: int, version: str) -> str:
    """The whole file."""
    return "".join(_metrics(judgement, lines, version))


def _metrics(judgement: Judgement, lines: int, version: str) -> Iterator[str]:
    history = judgement.history
    yield from _metric("info", "The program that wrote this.", {(("version", version),): 1})
    yield from _metric("lines", "Log lines read.", {(): lines})
    for name, moment in (("first", history.first), ("last", history.last)):
        if moment is not None:
            told = f"Time of the {name} line that was understood."
            yield from _metric(f"{name}_timestamp_seconds", told, {(): moment.timestamp()})
    outcomes: dict[Labels, float] = {
        (("provider", load.provider or OTHER), ("outcome", outcome)): number
        for load in history.loads
        for outcome, number in (("sent", load.sent), ("deferred", load.deferred), ("bounced", load.bounced))
    }
    yield from _metric("attempts", "Delivery attempts by what came of them.", outcomes)
    groups = _by_labels(judgement.groups)
    for name, (told, value) in _GROUPS.items():
        yield from _metric(name, told, {labels: value(parts) for labels, parts in groups.items()})
    inbound = {labels: _DEFERRALS[1](parts) for labels, parts in _by_labels(judgement.inbound).items()}
    yield from _metric("inbound_deferrals", "Deferrals that our own server gave others.", inbound)


def _by_labels(groups: Sequence[Judged]) -> dict[Labels, list[Judged]]:
    """Groups by provider and cause; where a report goes by domains, several have the same."""
    found: dict[Labels, list[Judged]] = {}
    for judged in groups:
        key = judged.group.key
        provider = OWN_SIDE if key.own else key.provider or OTHER
        found.setdefault((("provider", provider), ("cause", judged.cause)), []).append(judged)
    return dict(sorted(found.items()))


def _metric(name: str, told: str, values: Mapping[Labels, float]) -> Iterator[str]:
    if values:
        yield f"# HELP smtp421_{name} {told}\n# TYPE smtp421_{name} gauge\n"
    for labels, value in values.items():
        shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"smtp421_{name}{'{' if shown else ''}{shown}{'}' if shown else ''} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
