"""The values that pass between the stages: text -> Attempt(Reply) -> Diagnosis.

All are named tuples: frozen, without a dictionary of their own, and quick to define at start-up (as data classes they took a
tenth of the time of a cold ``explain``). A stage takes one and returns the next. Times are aware :class:`datetime.datetime`
values, durations are seconds. ``to_dict`` of a :class:`Diagnosis` is the JSON contract ``smtp421.diagnosis/1``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

SCHEMA = "smtp421.diagnosis/1"

Helps = Literal["yes", "after_fix", "no"]


class Stage(StrEnum):
    """The command that the reply answered (RFC 5321 section 3)."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END_OF_DATA = "end_of_data"


class Origin(StrEnum):
    """Who said it: the receiving server, the sender's own side, or our server to somebody else."""

    REMOTE = "remote"
    LOCAL = "local"
    INBOUND = "inbound"


class Status(StrEnum):
    """What became of an attempt; ``suspended`` repeats an older reason and is no attempt of its own."""

    DEFERRED = "deferred"
    SUSPENDED = "suspended"
    BOUNCED = "bounced"
    SENT = "sent"
    EXPIRED = "expired"


class Severity(StrEnum):
    """``info`` heals by itself, ``warning`` act if it persists, ``critical`` retrying will not help until somebody acts."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for critical."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """``high`` only for a specific text or a documented provider code."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for high, 1 for medium, 2 for low."""
        return list(Confidence).index(self)


class WhoActs(StrEnum):
    """Whose move it is."""

    NOBODY = "nobody"
    SENDER = "sender"
    SENDER_ADMIN = "sender_admin"
    RECEIVER = "receiver"
    RECIPIENT = "recipient"


class EnhancedCode(NamedTuple):
    """An enhanced status code (RFC 3463 section 2): class.subject.detail."""

    klass: int
    subject: int
    detail: int

    def __str__(self) -> str:
        return f"{self.klass}.{self.subject}.{self.detail}"

    @classmethod
    def parse(cls, text: str) -> EnhancedCode:
        """Read ``"4.7.28"``. Raises ValueError where the text is not three numbers."""
        klass, subject, detail = (int(part) for part in text.split("."))
        return cls(klass, subject, detail)


class Fault(NamedTuple):
    """Something wrong in a file at a place; work goes on without it."""

    path: str
    line: int
    """Counted from 1; 0 where no line can be named."""
    column: int
    """Counted from 1; 0 where no column can be named."""
    message: str
    """What was found, what was expected and what to do."""
    check: str = "invalid-value"
    """The check of ``smtp421 lint`` that it belongs to."""
    instead: str = ""
    """What was probably meant; empty where nothing is near."""
    offset: int | None = None
    """Where in the value at this place it is, in characters; None for the whole."""
    first: tuple[str, int, int] | None = None
    """Path, line and column of what stood there before, where something stands twice."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class Reply(NamedTuple):
    """What a server answered (RFC 5321 section 4.2), or, with ``code`` None, the reason that a program gave."""

    code: int | None
    """The reply code, 200 to 599."""
    enhanced_code: EnhancedCode | None
    """The reply's own code, else the one that the log gives (``dsn=``, ``Status:``)."""
    text: str
    """The words: codes of every line dropped, lines joined by one blank, runs of white space collapsed."""
    stage: Stage | None = None

    def to_dict(self) -> dict[str, Any]:
        """The ``reply`` object of the JSON contract."""
        return {
            "code": self.code,
            "enhanced_code": None if self.enhanced_code is None else str(self.enhanced_code),
            "text": self.text,
            "stage": self.stage,
        }


class Relay(NamedTuple):
    """The server that answered, or that could not be reached: ``host[address]:port``."""

    host: str | None
    address: str | None = None
    port: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The ``relay`` object of the JSON contract."""
        return {"host": self.host, "address": self.address, "port": self.port}


class Attempt(NamedTuple):
    """One delivery attempt as a log line, a DSN, an exception or a paste tells of it."""

    reply: Reply
    format: str
    """The reader that understood the text: ``postfix``, ``exim``, ``reply``, ..."""
    origin: Origin | None = None
    """Who said it, where the form of the text tells; None leaves it to the rules."""
    line: int | None = None
    """Line of the input, counted from 1."""
    timestamp: datetime | None = None
    queue_id: str | None = None
    sender: str | None = None
    recipient: str | None = None
    relay: Relay | None = None
    status: Status | None = None
    delay: float | None = None
    """Seconds since the message entered the queue."""
    inner: Reply | None = None
    """The answer that ``reply`` only reports (Exchange chains): it decides, ``reply`` is what is shown as received."""
    source_address: str | None = None
    """The sending address, where the log tells."""

    def to_dict(self) -> dict[str, Any]:
        """The ``attempt`` object of the JSON contract."""
        return {
            "format": self.format,
            "line": self.line,
            "timestamp": None if self.timestamp is None else self.timestamp.isoformat(),
            "queue_id": self.queue_id,
            "recipient": self.recipient,
            "relay": None if self.relay is None else self.relay.to_dict(),
            "status": self.status,
            "delay": self.delay,
        }


class Retry(NamedTuple):
    """Whether sending again can help."""

    helps: Helps
    wait_seconds: int | None
    """As the reply says, else as the rule says."""
    advice: str

    def to_dict(self) -> dict[str, Any]:
        """The ``retry`` object of the JSON contract."""
        return {"helps": self.helps, "wait_seconds": self.wait_seconds, "advice": self.advice}


class Fix(NamedTuple):
    """One thing to do, its figures filled in for the provider at hand."""

    id: str
    action: str
    who: WhoActs
    settings: tuple[tuple[str, str], ...] = ()
    """(MTA, lines of its configuration), in the order of the rule base."""

    def to_dict(self) -> dict[str, Any]:
        """One of ``fixes`` of the JSON contract."""
        return {"id": self.id, "action": self.action, "who": self.who, "settings": dict(self.settings)}


class Evidence(NamedTuple):
    """An answer to a question of the diagnosis tree, and where it comes from."""

    key: str
    """What is answered: the ``evidence`` of a tree node."""
    answer: str
    """One of the node's answers; ``unknown`` where somebody looked and found nothing."""
    source: str
    """In words for the reader: "the reply", "postconf -n", "you said so"."""
    by: Literal["reply", "log", "evidence", "you"] = "evidence"
    """Who says so: the reply itself, the history of a log, something else that was brought along, or a person."""
    old: bool = False
    """Whether it tells of a time long past: then it shows the way, but names no cause and raises nothing."""


class Step(NamedTuple):
    """One node of the diagnosis tree as it was walked."""

    node: str
    question: str
    answer: str
    """The edge taken; ``unknown`` where no evidence answers."""
    evidence: str
    """What answered, or what to run or look at."""

    def to_dict(self) -> dict[str, Any]:
        """One of ``path`` of the JSON contract."""
        return {"node": self.node, "question": self.question, "answer": self.answer, "evidence": self.evidence}


class Rival(NamedTuple):
    """Another rule that fits too."""

    rule: str
    cause: str


class Limit(NamedTuple):
    """A figure that holds at a provider."""

    what: str
    """``connections``, ``messages_per_connection``, ``recipients_per_message``, ..."""
    value: str
    kind: str
    """``provider`` (given by the provider), ``community`` or ``historic``."""
    source: str
    checked: str
    note: str | None = None
    """When it holds."""


class Reference(NamedTuple):
    """A page to read."""

    title: str
    url: str


class Diagnosis(NamedTuple):
    """What a deferral means and what to do about it."""

    attempt: Attempt
    logged: bool
    """Whether the text told more than the reply (a log line, a DSN): else ``attempt`` is null in JSON."""
    origin: Origin
    provider: str | None
    provider_name: str | None
    """The provider's name for people."""
    rule: str | None
    title: str
    """One line: what it is."""
    cause: str
    also: tuple[str, ...]
    severity: Severity
    confidence: Confidence
    who_acts: WhoActs
    summary: str
    retry: Retry
    fixes: tuple[Fix, ...]
    path: tuple[Step, ...]
    next_checks: tuple[str, ...]
    matched: str
    rivals: tuple[Rival, ...]
    references: tuple[Reference, ...]
    limits: tuple[Limit, ...] = ()
    remarks: tuple[str, ...] = ()
    """Where text and code disagree, where a wrapping answer was opened, and the like."""
    evidence: tuple[Evidence, ...] = ()
    """All that was known; ``path`` tells what of it the walk took. Not part of the JSON contract."""

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON contract ``smtp421.diagnosis/1``, ready for :func:`json.dumps`."""
        return {
            "schema": SCHEMA,
            "attempt": self.attempt.to_dict() if self.logged else None,
            "reply": self.attempt.reply.to_dict(),
            "origin": self.origin,
            "provider": self.provider,
            "rule": self.rule,
            "title": self.title,
            "cause": self.cause,
            "also": list(self.also),
            "severity": self.severity,
            "confidence": self.confidence,
            "who_acts": self.who_acts,
            "summary": self.summary,
            "retry": self.retry.to_dict(),
            "fixes": [fix.to_dict() for fix in self.fixes],
            "path": [step.to_dict() for step in self.path],
            "next_checks": list(self.next_checks),
            "matched": self.matched,
            "rivals": [{"rule": rival.rule, "cause": rival.cause} for rival in self.rivals],
            "references": [{"title": reference.title, "url": reference.url} for reference in self.references],
            "limits": [
                {
                    "what": limit.what,
                    "value": limit.value,
                    "kind": limit.kind,
                    "source": limit.source,
                    "checked": limit.checked,
                    "note": limit.note,
                }
                for limit in self.limits
            ],
            "remarks": list(self.remarks),
        }
