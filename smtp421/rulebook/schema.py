"""The form of the rule files, as pydantic models: one for each kind of file.

Every file names its kind in ``schema``: ``smtp421.rules/1``, ``smtp421.causes/1``, ``smtp421.fixes/1``,
``smtp421.providers/1``, ``smtp421.tree/1`` or ``smtp421.cases/1``. Unknown keys are faults. What one file cannot know (does that
fix exist?) is checked by :mod:`smtp421.rulebook.load` once all files are read.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from smtp421.model import Confidence, Helps, Origin, Severity, Stage, Status, WhoActs

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""Ids of rules, fixes and nodes: words in lower case joined by hyphens."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=40)]
"""Ids of causes and providers: words in lower case joined by underscores."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Url = Annotated[str, StringConstraints(pattern=r'^https?://[^\s<>"]+$', max_length=500)]
CodePattern = Annotated[str, StringConstraints(pattern=r"^[2-5](xx|\d\d)$")] | Annotated[int, Field(ge=200, le=599)]
"""A reply code: ``421``, or ``4xx`` for the class."""
EnhancedPattern = Annotated[str, StringConstraints(pattern=r"^([245x])\.(\d{1,3}|x)\.(\d{1,3}|x)$")]
"""An enhanced status code, ``x`` for any number in a place: ``4.7.28``, ``4.7.x``, ``x.2.2``. Quote it in YAML."""
Duration = Annotated[str, StringConstraints(pattern=r"^\d+(s|m|h|d)$")]
"""A number and its unit: ``30s``, ``15m``, ``4h``, ``2d``."""
Example = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
Mta = Literal["postfix", "exim", "sendmail", "opensmtpd", "powermta", "kumomta", "haraka", "exchange"]
"""The sending mail servers that fixes have settings for."""


class Form(BaseModel):
    """Base of all: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferenceForm(Form):
    """A page that backs a statement, and the day somebody read it."""

    title: Line
    """What the page is called."""
    url: Url
    """Its address."""
    checked: date
    """The day somebody read it."""


class RetryForm(Form):
    """Whether a retry helps, and how long to wait where the reply does not say."""

    helps: Helps
    """Quote it: YAML reads a bare yes or no as true or false."""
    wait: Duration | None = None
    advice: Line | None = None
    """One sentence; the cause's advice stands where it is missing."""


class MatchForm(Form):
    """When a rule fits. All that is given must hold; within a list, one of it."""

    text: tuple[Line, ...] = ()
    """Patterns of the `regex` module, ignoring case, searched in the reply text (codes dropped, white space collapsed)."""
    not_text: tuple[Line, ...] = ()
    """Patterns that must not be found."""
    code: tuple[CodePattern, ...] = ()
    """Reply codes. Without any: 4yz, 5yz or none."""
    enhanced_code: tuple[EnhancedPattern, ...] = ()
    stage: tuple[Stage, ...] = ()
    """Stages; a reply whose stage is not known fits too."""
    origin: tuple[Origin, ...] = ()
    """Origins; an attempt whose origin is not known fits too."""
    provider_known: bool = False
    """The provider must have been recognised by its relay or a mark in the reply; for texts that others say as well."""


class RelatedForm(Form):
    """Another rule, and how this one stands to it."""

    id: Id
    type: Literal["similar", "derived", "renamed", "merged", "obsolete"]
    """``renamed`` and ``merged``: this rule took the other's place, which need not exist any more; the words are Sigma's."""


class RuleForm(Form):
    """One rule: which replies it fits, what they mean and what to do."""

    id: Id
    title: Line
    """One line: what happened, as a headline."""
    match: MatchForm
    """When it fits."""
    provider: Name | None = None
    """Who says it; the file's ``provider`` where missing."""
    cause: Name
    also: tuple[Name, ...] = ()
    """Causes that take part, the likeliest first."""
    severity: Severity | None = None
    """The cause's where missing."""
    confidence: Confidence | None = None
    """By what decided where missing: high for words of a provider or software, medium for generic words, low for numbers."""
    origin: Origin | None = None
    """Who says such a thing, where the form of the text did not tell."""
    who_acts: WhoActs | None = None
    """The cause's where missing."""
    retry: RetryForm | None = None
    """The cause's where missing."""
    priority: int = Field(default=0, ge=-9, le=9)
    """Breaks a tie between rules of the same standing; higher wins."""
    summary: Line
    """Two sentences: what the server means, and what follows."""
    fixes: tuple[Id, ...] = ()
    """In the order to be tried; the cause's where missing."""
    next_checks: tuple[Line, ...] = ()
    """What to look at next, as questions or commands."""
    references: tuple[ReferenceForm, ...] = ()
    """Pages that back it; one at least."""
    related: tuple[RelatedForm, ...] = ()
    """Rules to look at as well."""
    examples: tuple[Example, ...] = ()
    """Replies that this rule must win in the full set; two at least, old and new wording."""
    counterexamples: tuple[Example, ...] = ()
    """Replies that it must not win; one at least, what a careless pattern would catch."""


class RulesFile(Form):
    """rules/mailbox/*.yaml, rules/software/*.yaml, rules/generic*.yaml and the files of user packs."""

    schema_: Literal["smtp421.rules/1"] = Field(alias="schema")
    """The kind of file and the version of its form."""
    provider: Name | None = None
    """The provider of every rule in the file that names none; null for generic rules."""
    rules: tuple[RuleForm, ...]
    """In any order: which rule wins does not depend on it."""


class CauseForm(Form):
    """One of the twenty causes."""

    id: Name
    title: Line
    """Its name for people."""
    meaning: Line
    """What it means, in a sentence."""
    signs: tuple[Line, ...]
    """What a reply of this cause looks like."""
    severity: Severity
    """Where a rule says nothing else."""
    severity_at_known_provider: Severity | None = None
    """Replaces ``severity`` where our own side failed to reach a large provider: then the fault is here."""
    severity_in_program: Severity | None = None
    """The least, whatever the rule says, where a program that speaks SMTP itself met it: it has no queue that would try again."""
    who_acts: WhoActs
    """Where a rule says nothing else."""
    retry: RetryForm
    """Where a rule says nothing else."""
    fixes: tuple[Id, ...]
    next_checks: tuple[Line, ...] = ()
    """What to look at next."""
    decides: Line
    """What would tell that it is this cause; shown where nothing is known yet."""


class CausesFile(Form):
    """rules/causes.yaml"""

    schema_: Literal["smtp421.causes/1"] = Field(alias="schema")
    """The kind of file and the version of its form."""
    causes: tuple[CauseForm, ...]
    """All causes that rules may name."""


class FixForm(Form):
    """One thing to do: an imperative sentence, who does it, and the setting of each MTA that has one."""

    id: Id
    action: Line
    """What to do, as an imperative sentence; figures such as {connections} are filled in."""
    who: WhoActs
    """Who does it."""
    why: Line | None = None
    """Why it helps, in a sentence."""
    settings: dict[Mta, Annotated[str, StringConstraints(min_length=1, max_length=2000)]] = {}
    """Configuration lines; ``{connections}`` and the like are filled in from the provider's limits."""
    references: tuple[ReferenceForm, ...] = ()
    """Pages that back it."""


class FixesFile(Form):
    """rules/fixes.yaml"""

    schema_: Literal["smtp421.fixes/1"] = Field(alias="schema")
    """The kind of file and the version of its form."""
    fixes: tuple[FixForm, ...]
    """All fixes that rules and causes may name."""


class LimitForm(Form):
    """A figure that holds at a provider, and who says so."""

    what: Literal[
        "connections",
        "messages_per_connection",
        "recipients_per_message",
        "messages_per_minute",
        "messages_per_hour",
        "messages_per_hour_to_mailbox",
        "messages_per_day",
        "connections_per_minute",
        "idle_seconds",
        "message_bytes",
        "first_retry",
        "suspend",
        "tls",
    ]
    """What is limited."""
    value: int | Line
    """The figure; durations as 15m, 4h."""
    kind: Literal["provider", "community", "historic"]
    """Whether the provider gives the figure, others found it out, or it held once."""
    source: Line
    """Who says so: a title, or a title and a URL."""
    checked: date
    """The day somebody read it."""
    note: Line | None = None
    """When it holds."""


class ProviderForm(Form):
    """Who answers: a mailbox provider, a gateway, a sending service or a piece of software."""

    id: Name
    name: Line
    """Its name for people."""
    kind: Literal["mailbox", "gateway", "sending_service", "software", "list", "tool"]
    """What it is; rules of mailbox providers, gateways and sending services fire for no other known one."""
    family: Name | None = None
    """Providers whose rules hold for each other (one operator, one platform); the id where missing."""
    large: bool = False
    """Its servers are always there: a refused or timed-out connection to them is a fault of one's own side."""
    mx: tuple[Line, ...] = ()
    """Suffixes of the host names that answer, and domains of its users, matched at a label's boundary: ``google.com`` fits
    ``aspmx.l.google.com``."""
    marks: tuple[Line, ...] = ()
    """Patterns (regex, ignoring case) in a reply's text that only this one writes."""
    limits: tuple[LimitForm, ...] = ()
    """Figures that hold there."""
    postmaster: ReferenceForm | None = None
    """Its pages for senders."""
    sender_form: ReferenceForm | None = None
    """Where senders ask for help or delisting."""
    reputation_tool: ReferenceForm | None = None
    """Where senders see their reputation."""
    feedback_loop: ReferenceForm | None = None
    """Where senders get complaints."""
    contact: Line | None = None
    """A mail address or a way to reach its postmaster."""
    notes: Line | None = None
    """What else is good to know."""


class ProvidersFile(Form):
    """rules/providers.yaml"""

    schema_: Literal["smtp421.providers/1"] = Field(alias="schema")
    """The kind of file and the version of its form."""
    defaults: dict[str, int | Line] = {}
    """Figures for fixes where a provider's own are not known."""
    providers: tuple[ProviderForm, ...]
    """All providers that rules may name."""


class EdgeForm(Form):
    """Where an answer leads."""

    to: Id | None = None
    """The next node; the walk ends here where missing."""
    says: Line
    """What this answer means, for the reader."""
    cause: Name | None = None
    """What it is, where the text itself named no reason."""
    raises: Severity | None = None
    """Severity that the diagnosis has at least after this answer."""
    fixes: tuple[Id, ...] = ()
    """What to do after this answer, beside the fixes of the cause."""


class NodeForm(Form):
    """One question of the diagnosis tree."""

    id: Id
    question: Line
    """What is asked."""
    evidence: Name
    """The key of the evidence that answers."""
    answers: dict[Name, EdgeForm]
    unknown: EdgeForm
    """Where the walk goes while nobody knows."""
    how: tuple[Line, ...]
    """What to run or look at to find the answer."""


class TreeFile(Form):
    """rules/tree.yaml"""

    schema_: Literal["smtp421.tree/1"] = Field(alias="schema")
    """The kind of file and the version of its form."""
    root: Id
    thresholds: dict[Name, Duration | float | int] = {}
    """Named constants of the history's judgement."""
    nodes: tuple[NodeForm, ...]
    """All questions."""


class CapturesForm(Form):
    """What was read out of the text beside its meaning. Only what is given is asserted; null asserts that there is none."""

    wait_seconds: int | None = None
    """Seconds that the answer tells to wait: the reply's own, else the rule's, else the cause's."""
    matched: Line | None = None
    """The words that decided, or the code where no words did."""
    format: Name | None = None
    """The reader that understood the text: ``postfix``, ``exim``, ``reply``."""
    status: Status | None = None
    """What became of the attempt."""
    stage: Stage | None = None
    """The command that the reply answered."""
    queue_id: Line | None = None
    """The queue's name for the message."""
    sender: Line | None = None
    """The envelope's sender."""
    recipient: Line | None = None
    """The envelope's recipient."""
    relay: Line | None = None
    """Host name of the server that answered."""
    relay_address: Line | None = None
    """Its address."""
    source_address: Line | None = None
    """The sending address, where the log tells."""
    delay: float | None = None
    """Seconds since the message entered the queue."""


class CaseForm(Form):
    """A text and what has to be answered to it. Only what is given is asserted; null asserts that there is none."""

    text: Example
    """What somebody pastes: a reply, a log line, a DSN."""
    name: Line | None = None
    """What the case is about, for the report."""
    todo: bool | Line = False
    """Known not to hold yet: true, or the reason. Such a case is reported and does not fail."""
    explained: bool = True
    """false asserts that the text holds nothing to explain."""
    rule: Id | None = None
    """The rule that wins in the full set."""
    not_rule: tuple[Id, ...] = ()
    """Rules that must not win."""
    cause: Name | None = None
    severity: Severity | None = None
    """How serious it is."""
    provider: Name | None = None
    origin: Origin | None = None
    """Who said it: the receiver, the sender's own side, our server to somebody else."""
    confidence: Confidence | None = None
    """How sure the answer is."""
    who_acts: WhoActs | None = None
    """Whose move it is."""
    retry: Helps | None = None
    """Whether a retry helps. Quote it: YAML reads a bare yes or no as true or false."""
    fix: Id | None = None
    """The first fix."""
    reply_code: Annotated[int, Field(ge=200, le=599)] | None = None
    """The code of the reply."""
    enhanced_code: Annotated[str, StringConstraints(pattern=r"^[245]\.\d{1,3}\.\d{1,3}$")] | None = None
    """Quote it: YAML reads ``4.70`` as a number."""
    captures: CapturesForm = CapturesForm()
    """What was read out of the text beside its meaning."""


class CasesFile(Form):
    """A file of test cases, for ``smtp421 test``."""

    schema_: Literal["smtp421.cases/1"] = Field(alias="schema")
    """The kind of file and the version of its form."""
    tests: tuple[CaseForm, ...]
    """The cases."""


FILE_KINDS: dict[str, type[Form]] = {
    "smtp421.rules/1": RulesFile,
    "smtp421.causes/1": CausesFile,
    "smtp421.fixes/1": FixesFile,
    "smtp421.providers/1": ProvidersFile,
    "smtp421.tree/1": TreeFile,
    "smtp421.cases/1": CasesFile,
}
