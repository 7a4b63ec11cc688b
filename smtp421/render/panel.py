"""What is said about one deferral, and in which order: for somebody who is tired and wants to know what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

from smtp421.model import Attempt, Confidence, Diagnosis, Fix, Limit, Origin, Reference, Relay, Reply, Severity, Status, Step
from smtp421.render import phrases
from smtp421.render.blocks import (
    Block,
    Document,
    Fields,
    Footer,
    Heading,
    Headline,
    Item,
    Items,
    Paragraph,
    Span,
    Style,
    Words,
    join,
    prose,
    words,
)
from smtp421.render.interface import View

REPLY_LENGTH = 200
"""Longer replies are cut unless the reader asks for all."""
AT_MOST = 2
"""References and checks shown unless the reader asks for all."""
FIXES = 5
"""Fixes shown unless the reader asks for all; they stand in the order to be tried."""
LIMITS = 3
"""Limits shown, of each kind the first, unless the reader asks for all."""
MTAS = 3
"""Mail servers named where there are settings for more."""
SEVERITY_STYLE: dict[Severity, Style] = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "critical"}
UNKNOWN = "unknown"
T = TypeVar("T")


def panel(diagnosis: Diagnosis, view: View) -> Document:
    """The document about one diagnosis."""
    return tuple(_blocks(diagnosis, view))


def _blocks(found: Diagnosis, view: View) -> Iterator[Block]:
    yield from opening(found, view, walk=not view.verbose)
    yield from _fixes(found, view)
    yield from limits(found.limits, view)
    yield from _walk(found.path, view)
    yield from _checks(found, view)
    yield from references(found, view)
    yield Footer(footer(found))


def opening(found: Diagnosis, view: View, *, walk: bool) -> Iterator[Block]:
    """What it is: the headline, the facts and what they mean; ``walk`` names the answers that the tree found."""
    yield Headline(found.severity.upper(), SEVERITY_STYLE[found.severity], words(found.title), phrases.SEVERITY[found.severity])
    yield Fields(tuple(_facts(found, view, walk=walk)))
    yield Paragraph(prose(found.summary))
    for remark in found.remarks:
        yield Paragraph(words(Span("Note: ", "strong")) + prose(remark))


def _facts(found: Diagnosis, view: View, *, walk: bool) -> Iterator[tuple[str, Words]]:
    reply, inner = found.attempt.reply, found.attempt.inner
    yield "Reply" if reply.code is not None else "Reason", reply_words(reply, view)
    if inner is not None:
        yield "It reports", reply_words(inner, view)
    yield "Said by", _speaker(found)
    attempt = _attempt(found.attempt)
    if attempt and found.logged:
        yield "Attempt", join(attempt, ", ")
    yield "Cause", _cause(found)
    if view.verbose and found.matched:
        yield "Matched", words(Span(found.matched, "code"))
    differing = {rival.cause: rival for rival in reversed(found.rivals) if rival.cause != found.cause}
    if differing and (view.verbose or found.confidence is not Confidence.HIGH):
        others = [words(phrases.plain(rival.cause), Span(f" ({rival.rule})", "dim")) for rival in reversed(differing.values())]
        yield "Or else", join(_some(others, view, AT_MOST), ", ")
    walked = [step for step in found.path if step.answer != UNKNOWN]
    if walked and walk:
        yield (
            "Walk",
            join(
                (words(f"{phrases.plain(step.node)}: ", Span(phrases.plain(step.answer), "strong")) for step in walked),
                " \u2192 ",
            ),
        )
    if walk and (known := _because(found)):
        yield "Because", join(known, "; ")
    yield "Retry", _retry(found)


def _because(found: Diagnosis) -> list[Words]:
    """What the walk took of what was brought along: settings, exports of reputation tools, answers of a person."""
    brought = [(item.answer, item.source) for item in dict.fromkeys(found.evidence) if item.by in ("evidence", "you")]
    return [
        words(f"{phrases.plain(step.node)}: {phrases.plain(answer)}, ", Span(source, "code"))
        for step in found.path
        for answer, source in brought
        if step.answer == answer and step.evidence.endswith(f"({source})")
    ]


def reply_words(reply: Reply, view: View) -> Words:
    """Codes, what was answered, and the text."""
    codes = " ".join(str(code) for code in (reply.code, reply.enhanced_code) if code is not None)
    text = reply.text
    if len(text) > REPLY_LENGTH and not view.verbose:
        text = text[:REPLY_LENGTH].rpartition(" ")[0] + " ..."
    stage = f"(answer {phrases.STAGE[reply.stage]}) " if reply.stage is not None else ""
    return words(Span(codes, "strong"), " " if codes else "", Span(stage, "dim"), Span(text, "code"))


def relay_words(relay: Relay) -> str:
    """``host[address]:port``, as far as it is known."""
    address = f"[{relay.address}]" if relay.address else ""
    port = f":{relay.port}" if relay.port is not None else ""
    return f"{relay.host or ''}{address}{port}"


def _speaker(found: Diagnosis) -> Words:
    relay = relay_words(found.attempt.relay) if found.attempt.relay is not None else ""
    name = found.provider_name or found.provider or ""
    if found.origin is Origin.LOCAL:
        program = not relay or found.provider in (found.attempt.format, *phrases.MTAS)
        side = words(Span("our own side", "strong"), f" ({name})" if name and program else "")
        onward = words(", on the way to ", Span(relay, "code"), f" ({name})" if name and not program else "") if relay else ()
        return side + onward + words("; no receiving server said this")
    server = "our own server, to one that sends to us" if found.origin is Origin.INBOUND else "the receiving server"
    known = [part for part in (words(Span(name, "strong")), words(Span(relay, "code"))) if part]
    return join([*known, words(server)], ", ") if known else words(f"{server}; the text does not tell whose")


def _attempt(attempt: Attempt) -> list[Words]:
    """What the log tells of it; nothing where that is only that it was deferred."""
    parts: list[Words] = []
    if attempt.queue_id:
        parts.append(words(Span(attempt.queue_id, "code")))
    if attempt.recipient:
        parts.append(words("to ", Span(attempt.recipient, "code")))
    if attempt.timestamp is not None:
        parts.append(words(attempt.timestamp.isoformat(" ", "seconds")))
    if attempt.delay is not None:
        parts.append(words(f"{phrases.duration(attempt.delay)} in the queue"))
    if attempt.status is not None and (parts or attempt.status is not Status.DEFERRED):
        parts.append(words(attempt.status.value))
    return parts


def _cause(found: Diagnosis) -> Words:
    confidence = words(Span(f" ({found.confidence} confidence)", "dim"))
    if found.cause == UNKNOWN:
        likely = " or ".join(phrases.plain(cause) for cause in found.also[:2])
        return words(Span("the text does not tell", "strong"), f"; most likely {likely}" if likely else "")
    also = f", perhaps {' and '.join(phrases.plain(cause) for cause in found.also)}" if found.also else ""
    return words(Span(phrases.plain(found.cause), "strong"), also) + confidence


def _retry(found: Diagnosis) -> Words:
    retry = found.retry
    wait = f", after {phrases.duration(retry.wait_seconds)}" if retry.wait_seconds else ""
    style: Style = {"yes": "info", "after_fix": "warning", "no": "critical"}[retry.helps]  # type: ignore[assignment]
    return words(Span(phrases.HELPS[retry.helps], style), f"{wait}. ") + prose(retry.advice)


def _fixes(found: Diagnosis, view: View) -> Iterator[Block]:
    if not found.fixes:
        return
    mta = view.mta or phrases.mta_of(found.attempt.format)
    who = _commonest([fix.who for fix in found.fixes])
    yield Heading(f"What to do{phrases.by(who)}")
    shown = tuple(_some(found.fixes, view, FIXES))
    yield Items(tuple(_fix(fix, mta, view, tell_who=fix.who is not who) for fix in shown), ordered=True)
    if len(shown) < len(found.fixes):
        yield Paragraph(words(Span(f"{len(found.fixes) - len(shown)} more with -v", "dim")))
    names = list(dict.fromkeys(name for fix in found.fixes for name, _ in fix.settings))
    if mta is None and names and not view.verbose:
        others = f" (or {', '.join(names[1:MTAS])}{', ...' if len(names) > MTAS else ''})" if len(names) > 1 else ""
        yield Paragraph(
            words(Span("Settings of the mail server: add ", "dim"), Span(f"--mta {names[0]}", "command"), Span(others, "dim"))
        )


def _fix(fix: Fix, mta: str | None, view: View, *, tell_who: bool) -> Item:
    settings = tuple((name, lines) for name, lines in fix.settings if name == mta or (mta is None and view.verbose))
    return Item(prose(fix.action) + words(Span(phrases.by(fix.who) if tell_who else "", "dim")), settings)


def limits(known: tuple[Limit, ...], view: View) -> Iterator[Block]:
    """The figures that hold at the provider."""
    first = {limit.what: limit for limit in reversed(known) if limit.kind != "historic"}
    shown = [limit for limit in known if view.verbose or first.get(limit.what) is limit]
    if shown:
        yield Heading("Known limits")
        yield Items(tuple(Item(_limit(limit, view)) for limit in _some(shown, view, LIMITS)))


def _limit(limit: Limit, view: View) -> Words:
    source = f"{limit.source}, {limit.checked}" if view.verbose else limit.source.partition(", http")[0]
    name = phrases.LIMITS.get(limit.what, phrases.plain(limit.what))
    note = f", {limit.note}" if limit.note and view.verbose else ""
    return words(f"{name}: ", Span(limit.value, "strong"), note, Span(f" ({limit.kind}: {source})", "dim"))


def _walk(path: tuple[Step, ...], view: View) -> Iterator[Block]:
    if path and view.verbose:
        yield Heading("The walk through the diagnosis tree")
        yield Items(tuple(Item(_step(step)) for step in path), ordered=True)


def _step(step: Step) -> Words:
    answer = "not known" if step.answer == UNKNOWN else phrases.plain(step.answer)
    return words(f"{step.question} ", Span(answer, "strong"), Span(f": {step.evidence}" if step.evidence else "", "dim"))


def _checks(found: Diagnosis, view: View) -> Iterator[Block]:
    if found.next_checks:
        yield Heading("What would decide it" if found.cause == UNKNOWN else "Check next")
        yield Items(tuple(Item(prose(check)) for check in _some(found.next_checks, view, AT_MOST)))


def references(found: Diagnosis, view: View) -> Iterator[Block]:
    """Where to read more."""
    if found.references:
        yield Heading("Read")
        yield Items(tuple(Item(_reference(reference, view)) for reference in _some(found.references, view, AT_MOST)))


def _reference(reference: Reference, view: View) -> Words:
    """The title only where it fits on the line of the address, or where the reader asks for all."""
    fits = len(reference.title) + len(reference.url) + 5 <= view.width
    return words(f"{reference.title} " if fits or view.verbose else "", Span(reference.url, "url"))


def footer(found: Diagnosis) -> Words:
    """What to type to read more."""
    if found.rule is None:
        return words("No rule fits this text. More: ", Span(f"smtp421 explain {found.cause}", "command"))
    return words("More on this rule: ", Span(f"smtp421 explain {found.rule}", "command"))


def _commonest(values: Sequence[T]) -> T:
    """The most frequent, of equally frequent ones the first."""
    return max(values, key=values.count)


def _some(values: Sequence[T], view: View, number: int) -> Iterator[T]:
    return islice(values, None if view.verbose else number)
