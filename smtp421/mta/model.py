"""The values of this package: the settings that were read, the facts in them, and what is found wrong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from smtp421.rulebook.pages import Citation


class Level(StrEnum):
    """``ok`` as receivers expect, ``note`` worth knowing, ``warning`` change it, ``critical`` mail is lost or refused by it."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for ok to 3 for critical."""
        return list(Level).index(self)


class Option(NamedTuple):
    """One setting as it stands in a file."""

    name: str
    value: str
    line: int
    """Counted from 1."""


class Block(NamedTuple):
    """Settings that hold for a part: a transport, a domain, a retry rule."""

    kind: str
    """The server's own word: ``transport``, ``domain``, ``provider``, ``retry``, ``service``."""
    name: str
    options: Mapping[str, Option]
    line: int


class Settings(NamedTuple):
    """The settings of one mail server, as far as a text gives them; all else is at the server's default."""

    mta: str
    """Id of the server: ``postfix``, ``exim``, ..."""
    name: str
    """Where the text comes from, for people: a file name, ``standard input``."""
    options: Mapping[str, Option]
    blocks: tuple[Block, ...] = ()
    queue_run: float | None = None
    """Seconds between queue runs, where somebody gives them and the file does not tell (Exim, sendmail)."""
    remarks: tuple[str, ...] = ()
    """What could not be read, and what that leaves open."""

    def given(self, name: str) -> Option | None:
        """The setting of that name, where the text has it."""
        return self.options.get(name)

    def of_kind(self, kind: str) -> tuple[Block, ...]:
        """The blocks of a kind."""
        return tuple(block for block in self.blocks if block.kind == kind)


class Fact(NamedTuple):
    """What one setting says, given or default."""

    setting: str
    value: str
    """As it is written, or the default."""
    line: int | None = None
    """Where it is given; None where it is the default."""
    amount: float | None = None
    """The figure: seconds, connections, messages; None where there is no limit, or no figure."""
    state: str = ""
    """For what is no figure: see :class:`Facts`."""

    @property
    def given(self) -> bool:
        """Whether the text gives it, else it is the default."""
        return self.line is not None


class Facts(NamedTuple):
    """What the settings of any server come down to. None: the server has no such setting."""

    first_retry: Fact
    """The setting that decides on the first retry."""
    ceiling: Fact
    """The setting that decides on the longest pause."""
    lifetime: Fact
    """``amount``: seconds after which a message is given up."""
    reuse: Fact | None = None
    """``state``: ``yes``, ``no`` or ``plain`` (only without TLS)."""
    rate: Fact | None = None
    """``amount``: messages a minute to one destination."""
    ipv6: Fact | None = None
    """``state``: ``both``, ``ipv4``, ``ipv6`` or ``prefers`` (IPv6 first)."""
    tls: Fact | None = None
    """``state``: ``none``, ``may`` or ``must``."""


class Finding(NamedTuple):
    """A judgement on one setting."""

    topic: str
    """``first_retry``, ``growth``, ``ceiling``, ``lifetime``, ``connections``, ``messages_per_connection``, ``rate``, ``reuse``,
    ``ipv6``, ``tls``, or a server's own."""
    level: Level
    setting: str
    value: str
    line: int | None
    """None where it is the default."""
    does: str
    """What it does here."""
    change: str
    """Lines to set; empty where nothing is to be done."""
    why: str
    source: Citation
    """Where the setting is documented."""
