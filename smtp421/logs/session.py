"""The process or session that delivered, where a log line names it: one holds one connection at a time."""

from __future__ import annotations

from smtp421.logs.lazy import Lazy

_PROCESS = Lazy(
    r"\b(?:smtp|lmtp|relay|sm-mta|sendmail|exim4?)\[(?P<process>\d+)\]|\b(?P<session>[0-9a-f]{16}) mta (?:event=)?delivery\b"
)
_NONE = "0" * 16
"""OpenSMTPD's session of deliveries that never got as far."""


def session_of(text: str) -> str | None:
    """A name for the process or session of a line; None where the line does not tell.

    Postfix and Sendmail have a process for each connection, OpenSMTPD sessions; Exim's main log and qmail's log name neither.
    """
    found = _PROCESS.search(text[:200])
    if found is None or found["session"] == _NONE:
        return None
    name: str | None = found["process"] or found["session"]
    return name
