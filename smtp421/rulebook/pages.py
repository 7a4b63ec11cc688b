"""The pages of a rule book as the rest of the program reads them: rules, causes, fixes, providers, the diagnosis tree.

They are named tuples: frozen, quick to define at start-up, and one JSON array each in the cache (:mod:`smtp421.rulebook.cache`).
The YAML forms that they come from are in :mod:`smtp421.rulebook.schema`.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from smtp421.model import Confidence, EnhancedCode, Helps, Origin, Severity, Stage, WhoActs

Label = Literal["bundled", "user", "option", "environment"]
"""Where a source of rules was named."""
ProviderKind = Literal["mailbox", "gateway", "sending_service", "software", "list", "tool"]
DecidedBy = Literal["text", "enhanced_code", "code"]


class Citation(NamedTuple):
    """A page that backs a statement, and the day somebody read it."""

    title: str
    url: str
    checked: str
    """ISO date."""


class Conditions(NamedTuple):
    """The ``match`` part of a rule. All that is given must hold; within a tuple, one of it."""

    text: tuple[str, ...]
    not_text: tuple[str, ...]
    code: tuple[str, ...]
    """Reply codes as text: ``421``, ``4xx``."""
    enhanced_code: tuple[str, ...]
    stage: tuple[str, ...]
    origin: tuple[str, ...]
    provider_known: bool


class Rule(NamedTuple):
    """One rule: which replies it fits, what they mean, what to do."""

    id: str
    title: str
    provider: str | None
    cause: str
    also: tuple[str, ...]
    severity: Severity | None
    """None: the cause's."""
    confidence: Confidence
    """The rule's own, else by what decides: high for words of a provider, medium for generic words, low for numbers."""
    origin: Origin | None
    who_acts: WhoActs | None
    """None: the cause's."""
    helps: Helps | None
    """None: the cause's; then ``wait_seconds`` and ``advice`` are None too."""
    wait_seconds: int | None
    advice: str | None
    """None: the cause's."""
    summary: str
    fixes: tuple[str, ...]
    """Ids in the order to be tried; empty: the cause's."""
    next_checks: tuple[str, ...]
    references: tuple[Citation, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    match: Conditions
    priority: int
    decided_by: DecidedBy
    """What the rule goes by: words, else the enhanced code, else the reply code."""
    label: Label
    """The kind of source that it comes from."""
    path: str
    line: int


class Columns(NamedTuple):
    """What is often asked of rules, by their number in the order of rank."""

    id: tuple[str, ...]
    cause: tuple[str, ...]
    provider: tuple[str | None, ...]
    severity: tuple[Severity | None, ...]
    """None: the cause's."""
    origin: tuple[Origin | None, ...]
    confidence: tuple[Confidence, ...]


class Cause(NamedTuple):
    """One of the causes, and what holds for it where a rule says nothing else."""

    id: str
    title: str
    meaning: str
    signs: tuple[str, ...]
    severity: Severity
    severity_at_known_provider: Severity | None
    """Replaces ``severity`` where our own side failed to reach a large provider."""
    severity_in_program: Severity | None
    """The least where a program that speaks SMTP itself met it: it keeps no queue that would try again."""
    who_acts: WhoActs
    helps: Helps
    wait_seconds: int | None
    advice: str | None
    fixes: tuple[str, ...]
    next_checks: tuple[str, ...]
    decides: str
    """What would tell that it is this cause."""


class FixPage(NamedTuple):
    """One thing to do, with its figures still to be filled in (``{connections}``)."""

    id: str
    action: str
    who: WhoActs
    why: str | None
    settings: tuple[tuple[str, str], ...]
    """(MTA, lines of its configuration)."""
    references: tuple[Citation, ...]


class LimitPage(NamedTuple):
    """A figure that holds at a provider, and who says so."""

    what: str
    value: int | str
    kind: Literal["provider", "community", "historic"]
    source: str
    checked: str
    note: str | None


class Provider(NamedTuple):
    """Who answers: a mailbox provider, a gateway, a sending service or a piece of software."""

    id: str
    name: str
    kind: ProviderKind
    family: str
    """Providers whose rules hold for each other; the id where the file names none."""
    large: bool
    mx: tuple[str, ...]
    marks: tuple[str, ...]
    limits: tuple[LimitPage, ...]
    postmaster: Citation | None
    sender_form: Citation | None
    reputation_tool: Citation | None
    feedback_loop: Citation | None
    contact: str | None
    notes: str | None


class Edge(NamedTuple):
    """Where an answer leads."""

    to: str | None
    """The next node; None ends the walk."""
    says: str
    cause: str | None
    raises: Severity | None
    fixes: tuple[str, ...] = ()
    """What to do after this answer, beside the fixes of the cause."""


class Node(NamedTuple):
    """One question of the diagnosis tree."""

    id: str
    question: str
    evidence: str
    """The key of the evidence that answers."""
    answers: Mapping[str, Edge]
    unknown: Edge
    how: tuple[str, ...]


class Tree(NamedTuple):
    """The diagnosis tree."""

    root: str
    """Id of the first node; empty where no file gave a tree."""
    thresholds: Mapping[str, float]
    """Named constants of the history's judgement; durations in seconds."""
    nodes: Mapping[str, Node]


class Subject(NamedTuple):
    """What rules are matched against."""

    text: str
    """The reply text: codes dropped, white space collapsed."""
    code: int | None = None
    enhanced: EnhancedCode | None = None
    stage: Stage | None = None
    origin: Origin | None = None
    provider: str | None = None
    """Id of the provider that the relay or a mark in the text names."""
    family: str | None = None
    """Family of the known mailbox provider, gateway or sending service; other families' rules do not fire then."""
    software: str | None = None
    """Id of the software that a mark in the text or the relay's name tells."""


class Info(NamedTuple):
    """Figures about a rule book, for ``--version`` and ``rules list``."""

    rules: int
    providers: int
    causes: int
    fixes: int
    newest: str
    """The newest ``checked`` date of any reference or limit; empty where there is none."""
    sources: tuple[tuple[str, str], ...]
    """(label, path) of each source, in the order of their precedence."""
