"""The exceptions of smtp421: one base class, one subclass for each kind of bad input.

Each carries a ``message`` made by filling the class's ``template``, and every template ends with what to do. Where work can
go on (a bad line of a log, a bad rule in a pack) the fault is a value instead: see :class:`smtp421.model.Fault`.
"""

from __future__ import annotations

from typing import ClassVar


class Smtp421Error(Exception):
    """Base of everything that smtp421 raises on purpose. ``exit_code`` is what the command line ends with."""

    template: ClassVar[str] = "{detail}"
    exit_code: ClassVar[int] = 3

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.template.format(**fields))


class NothingToExplain(Smtp421Error):
    """The text holds no reply, no log line and no words of a delivery problem."""

    template = (
        "nothing to explain in {shown}: paste an SMTP reply, a mail-log line of a failed attempt, a DSN or an exception text"
    )
    exit_code = 1


class InputUnreadable(Smtp421Error):
    """A file or stream could not be read."""

    template = "cannot read {path}: {reason}; check the path and its permissions"


class RulesUnreadable(Smtp421Error):
    """A rule folder or file could not be read, or holds faults that leave nothing to work with."""

    template = "cannot use the rules in {path}: {reason}; run `smtp421 rules list` to see which folders are read"


class RuleFaults(Smtp421Error):
    """Rule files hold faults. ``faults`` lists them, each with file, line and column."""

    template = "{count} fault(s) in the rule files, the first: {first}; mend them, or leave the folder out"


class NoSuchPage(Smtp421Error):
    """A rule id, cause or code that nothing is known of."""

    template = (
        "there is no rule, cause, fix, provider or code {name!r}{suggestion}; "
        "`smtp421 rules search WORD` finds rules by their words"
    )
    exit_code = 1


class UnknownFormat(Smtp421Error):
    """A name of an input or output format that does not exist."""

    template = "unknown format {name!r}; choose one of: {known}"
    exit_code = 2


class MissingExtra(Smtp421Error):
    """A feature needs packages that a plain installation leaves out."""

    template = "{feature} needs the package {package}: pip install 'smtp421[{extra}]'"


class BatchUnusable(Smtp421Error):
    """A table whose columns are not what :mod:`smtp421.arrow` takes."""

    template = "cannot diagnose this batch: {reason}"
    exit_code = 2


class WrongNameServer(Smtp421Error):
    """A name server that cannot be asked."""

    template = "cannot ask the name server {server}: {reason}"
    exit_code = 2


class OutputUnwritable(Smtp421Error):
    """A file could not be written."""

    template = "cannot write {path}: {reason}; check the folder and its permissions"


class EvidenceUnusable(Smtp421Error):
    """A file that was to answer questions of the diagnosis tree holds nothing that does."""

    template = "nothing to learn from {path}: {reason}"


class SessionUnusable(Smtp421Error):
    """A file that was to hold a saved walk does not."""

    template = "{path} is no walk saved by this version of smtp421 ({reason}); start anew with `smtp421 diagnose`"


class NothingDeferred(Smtp421Error):
    """A log or text holds no deferral of the kind that was asked for."""

    template = "no deferral{wanted} in {shown}{others}"
    exit_code = 1


class SettingsUnreadable(Smtp421Error):
    """A text holds no settings of a mail server, or none that can be read."""

    template = "cannot read settings from {name}: {reason}; give `postconf -n` or a configuration file, and --mta NAME ({known})"


class NoPattern(Smtp421Error):
    """A reply has no words that a rule could go by."""

    template = "no words in {shown} tell it from other replies; write the rule by hand, `smtp421 rules show ID` shows one"
    exit_code = 1


class RuleNotAdded(Smtp421Error):
    """A rule could not be put into a file."""

    template = "cannot add a rule to {path}: {reason}; mend the file, or name another one"
