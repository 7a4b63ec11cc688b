"""What deliveries have in common that were not accepted and got the same answer."""

from __future__ import annotations

from copy import copy
from typing import Any

from smtp421.bulk import Refused, Row
from smtp421.diagnosis.history.cells import Decided
from smtp421.diagnosis.history.scale import second_of
from smtp421.diagnosis.history.traffic import LoadCell
from smtp421.diagnosis.history.values import Example, Finding
from smtp421.model import Status


class Kind:
    """How they are counted."""

    __slots__ = ("answered", "decided", "finding", "load", "status", "template")

    def __init__(
        self,
        status: Status | None,
        finding: Finding | None = None,
        *,
        load: LoadCell | None = None,
        answered: bool = False,
        template: str = "",
        decided: Decided | None = None,
    ) -> None:
        self.status = status
        self.finding = finding
        """None for what was refused for good, and for the ends of messages."""
        self.load = load
        """What is counted for the relay; None where the recipient's domain tells."""
        self.answered = answered
        """Whether a server of theirs refused it for good."""
        self.template = template
        """That of a reply that no rule explains."""
        self.decided = decided
        """What is counted for the rule; None where it depends on the recipient's domain too."""

    def counted_with(self, decided: Decided) -> Kind:
        """The kind, for a part of them."""
        made = copy(self)
        for name in Kind.__slots__:
            setattr(made, name, getattr(self, name))
        made.decided = decided
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """All that an example needs: what a worker sends back counts no more."""
        return Kind, (None,)

    def example(self, row: Row) -> Example:
        """The example that one of them makes."""
        example: Example = Refused(*row).told
        return example


def row_of(example: Example, kind: Kind = Kind(None), session: str | None = None) -> Row:  # noqa: B008 - never changed
    """The :class:`smtp421.bulk.Refused` of a whole attempt."""
    attempt = example.attempt
    recipient = attempt.recipient or ""
    domain = recipient.rpartition("@")[2].lower()
    second = second_of(attempt.timestamp)
    return second, attempt.line or 0, attempt.queue_id or "", recipient, kind, domain, session, attempt.delay, example
