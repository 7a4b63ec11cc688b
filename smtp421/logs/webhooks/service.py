"""A sending service as a table: which fields of its events tell what, and the reader that follows the table.

A new service is a module with a ``SERVICE`` and a row in :mod:`smtp421.logs.webhooks`. Paths lead through an event
(``delivery-status.code``, ``smtp_events.-1.diag``); of several the first that leads anywhere counts. Events come alone, in
arrays, one a line, or inside what a carrier puts around them (SNS, EventBridge, SQS).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from smtp421.logs.fields import between, code_of, endpoint, enhanced_of, given_up, moment, relay_of, reply_of, text_of
from smtp421.logs.interface import Format, of_lines
from smtp421.logs.jsonish import Event, at, first, objects, unwrapped
from smtp421.logs.line import Line
from smtp421.model import Attempt, Origin, Relay, Status

CARRIERS = ("Records", "Sns", "Body", "body", "Message", "detail")
"""Keys in which Lambda, SQS, SNS and EventBridge carry an event, also as JSON in a string."""

Paths = tuple[str, ...]


class Service(NamedTuple):
    """How a service tells of deliveries."""

    name: str
    """The format's name."""
    title: str
    marks: tuple[str, ...]
    """Words that every event holds, ``|`` between alternatives; keys without quotes, since carriers escape them."""
    kind: Paths
    """Where it stands what happened; the values are joined by a blank."""
    statuses: Mapping[str, Status]
    """What the kinds mean; events of other kinds tell of no delivery."""
    text: Paths
    recipient: Paths
    id: Paths
    time: Paths
    sample: str
    wrappers: tuple[str, ...] = ()
    """Keys around the event, outermost first or not."""
    each: Paths = ()
    """Lists with an entry a recipient; the entry is at ``each``."""
    code: Paths = ()
    enhanced: Paths = ()
    sender: Paths = ()
    host: Paths = ()
    """The server that answered, by name; by address below."""
    address: Paths = ()
    relay: Callable[[str | None, str | None], Relay | None] = relay_of
    """How the two are read."""
    source: Paths = ()
    """Our sending address."""
    queued: Paths = ()
    """When the message was taken."""
    age: str = ""
    """Milliseconds in the queue, where the event counts them itself."""
    own: tuple[str, str] | None = None
    """A path, and a pattern for the whole of what stands there where the service speaks itself and nobody answered."""


def format_of(service: Service) -> Format:
    """Make the format of a service."""
    marks = tuple(tuple(mark.split("|")) for mark in service.marks)

    def recognises(text: str) -> bool:
        return "{" in text and all(any(word in text for word in words) for words in marks)

    def read(line: Line) -> Iterator[Attempt]:
        for value in objects(line.text):
            for event in unwrapped(value, service.wrappers):
                yield from _attempts(service, event, line)

    return of_lines(service.name, service.title, recognises, read, service.sample)


def _attempts(service: Service, event: Event, line: Line) -> Iterator[Attempt]:
    """Yield an attempt for each recipient of an event."""
    words = (text_of(at(event, path)) for path in service.kind)
    status = service.statuses.get(" ".join(word for word in words if word))
    if status is None:
        return
    entries = first(event, service.each)
    for entry in entries if isinstance(entries, list) else [None]:
        yield _attempt(service, {**event, "each": entry}, status, line)


def _attempt(service: Service, event: Event, status: Status, line: Line) -> Attempt:
    def field(paths: Paths) -> str | None:
        return text_of(first(event, paths))

    own = service.own is not None and re.fullmatch(service.own[1], field(service.own[:1]) or "") is not None
    code = None if own else code_of(first(event, service.code))
    reply = reply_of(field(service.text) or "", code, enhanced_of(first(event, service.enhanced)))
    relay = service.relay(field(service.host), field(service.address))
    return Attempt(
        reply,
        service.name,
        Origin.LOCAL if own else Origin.REMOTE if relay is not None and reply.code is not None else None,
        line.number,
        happened := moment(first(event, service.time), line.now),
        field(service.id),
        field(service.sender),
        field(service.recipient),
        relay,
        given_up(status, reply),
        _age(event, service) if service.age else between(moment(first(event, service.queued), line.now), happened),
        source_address=endpoint(field(service.source))[0],
    )


def _age(event: Event, service: Service) -> float | None:
    """The time in the queue as the service counted it."""
    text = text_of(at(event, service.age)) or ""
    return int(text) / 1000 if text.isascii() and text.isdigit() and len(text) < 15 else None
