"""The options that bring evidence from elsewhere than the text; ``explain``, ``scan`` and ``diagnose`` take the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from difflib import get_close_matches
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import typer

from smtp421.addresses import address_of
from smtp421.cli.complete import complete_answer
from smtp421.cli.input import decode
from smtp421.cli.output import remark
from smtp421.errors import EvidenceUnusable, InputUnreadable, SettingsUnreadable
from smtp421.model import Evidence, Fault

if TYPE_CHECKING:
    from smtp421.diagnosis.decide import Given
    from smtp421.diagnosis.dossier import ForProvider
    from smtp421.reputation.report import Report
    from smtp421.rulebook import RuleBook
    from smtp421.rulebook.pages import Tree

EVIDENCE = "What is known beyond the text"
MOST = 32 * 1024 * 1024
"""Bytes of a file of evidence."""
TOLD = 3
"""Faults of a file that are told one by one."""
LONGEST = 255
"""Characters of a finding or a name in a report that are shown."""
DONT_KNOW = "unknown"
"""The answer of somebody who does not know; always allowed."""

Answers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--answer",
        metavar="NODE=VALUE",
        rich_help_panel=EVIDENCE,
        autocompletion=complete_answer,
        help="Answer a question of `smtp421 tree`: first-contact=no. May be repeated.",
    ),
]
MtaConfig: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--mta-config",
        metavar="FILE",
        rich_help_panel=EVIDENCE,
        help="Settings of the mail server: `postconf -n`, ... - is a pipe.",
    ),
]
Snds: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option("--snds", metavar="FILE", rich_help_panel=EVIDENCE, help="CSV of Microsoft SNDS: data or IP status."),
]
Postmaster: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--postmaster", metavar="FILE", rich_help_panel=EVIDENCE, help="Google Postmaster Tools: JSON of its API, or CSV."
    ),
]
SenderReport: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option("--sender-report", metavar="FILE", rich_help_panel=EVIDENCE, help="What `smtp421 sender check --json` found."),
]
SenderIp: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sender-ip", metavar="ADDRESS", rich_help_panel=EVIDENCE, help="Whose figures count in --snds and --postmaster."
    ),
]
SenderDomain: TypeAlias = Annotated[
    str | None,
    typer.Option("--sender-domain", metavar="DOMAIN", rich_help_panel=EVIDENCE, help="The same, by domain; a log may tell both."),
]


class Files(NamedTuple):
    """Files that hold evidence, and whom they are to be asked about."""

    mta_config: Sequence[Path] = ()
    snds: Sequence[Path] = ()
    postmaster: Sequence[Path] = ()
    sender_report: Sequence[Path] = ()
    sender_ip: str | None = None
    sender_domain: str | None = None

    @classmethod
    def of(
        cls,
        mta_config: Sequence[Path] | None,
        snds: Sequence[Path] | None,
        postmaster: Sequence[Path] | None,
        sender_report: Sequence[Path] | None,
        sender_ip: str | None,
        sender_domain: str | None,
    ) -> Files:
        """From options as typer gives them. Raises :class:`typer.BadParameter` for what is no address."""
        if sender_ip is not None and address_of(sender_ip) is None:
            raise typer.BadParameter(f"{sender_ip!r} is no IP address", param_hint="--sender-ip")
        return cls(mta_config or (), snds or (), postmaster or (), sender_report or (), sender_ip, sender_domain)


def parse_answers(texts: Iterable[str], tree: Tree) -> dict[str, str]:
    """Values by node. Raises :class:`typer.BadParameter` for a node or a value that the tree does not have."""
    answers: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise typer.BadParameter(f"{text!r} is not NODE=VALUE, such as first-contact=no", param_hint="--answer")
        if name not in tree.nodes:
            near = get_close_matches(name, tree.nodes, n=2)
            meant = f"; did you mean {' or '.join(near)}?" if near else ", see `smtp421 tree`"
            raise typer.BadParameter(f"there is no question {name!r}{meant}", param_hint="--answer")
        known = [*tree.nodes[name].answers, DONT_KNOW]
        if value not in known:
            raise typer.BadParameter(f"{name} can be {', '.join(known)}; not {value!r}", param_hint="--answer")
        answers[name] = value
    return answers


def dossier(book: RuleBook, now: datetime, files: Files, answers: Sequence[str] = (), *, mta: str | None = None) -> Given:
    """All that the options bring; ``mta`` is whose settings they are, where these do not tell.

    Faults in the files are told; raises :class:`smtp421.errors.Smtp421Error`.
    """
    if not any(files[:4]) and not answers:
        return ()
    from smtp421.diagnosis.dossier import Dossier
    from smtp421.diagnosis.walkthrough import said

    mine = said(tuple(parse_answers(answers, book.tree).items()), book.tree)
    for path in files.sender_report:
        mine += _sender_report(path, now, book.tree.thresholds.get("report_fresh", inf))
    return Dossier(
        now,
        book.tree.thresholds,
        said=mine,
        reports=_reports(files),
        settings=[_settings(path, book, mta) for path in files.mta_config],
        address=files.sender_ip,
        domain=files.sender_domain,
    )


def _reports(files: Files) -> list[Report]:
    if not files.snds and not files.postmaster:
        return []
    from smtp421.reputation import postmaster_tools, snds

    readers: list[tuple[Callable[[bytes, str], Report], Sequence[Path]]] = [
        (snds.read, files.snds),
        (postmaster_tools.read, files.postmaster),
    ]
    return [_report(read, path) for read, paths in readers for path in paths]


def _report(read: Callable[[bytes, str], Report], path: Path) -> Report:
    report = read(_bytes(path), str(path))
    if not report.observations:
        first = f"{report.faults[0]}" if report.faults else "it holds no row"
        raise EvidenceUnusable(path=path, reason=first)
    _tell(report.faults)
    return report


def _settings(path: Path, book: RuleBook, server: str | None) -> ForProvider:
    from smtp421 import mta

    text = decode(_bytes(path))
    try:
        settings = mta.read(text, str(path))
    except SettingsUnreadable:
        if server is None:
            raise
        settings = mta.read(text, str(path), server)
    return lambda provider: mta.evidence(settings, book.tree, provider)


def _sender_report(path: Path, now: datetime, fresh: float) -> list[Evidence]:
    """What a check of the sender found, with whom it is about and the day of the file: the report itself has none."""
    from smtp421 import sender

    data = _bytes(path)
    try:
        report = json.loads(data)
        found = sender.evidence(report)
        subject = report.get("subject") or {}
        names = [str(subject[name])[:LONGEST] for name in ("address", "domain") if subject.get(name)]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise EvidenceUnusable(path=path, reason="no report; write it with `smtp421 sender check --json`") from error
    day = date.fromtimestamp(path.stat().st_mtime) if path.is_file() else now.date()
    whose = f" ({', '.join([*names, f'file of {day}'])})"
    old = (now.date() - day).days * 86_400 > fresh
    return [item._replace(source=item.source[:LONGEST] + whose, old=old) for item in found]


def _bytes(path: Path) -> bytes:
    """A file's bytes; those of standard input for ``-``."""
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise InputUnreadable(path=path, reason=error.strerror or error) from error
    if len(data) > MOST:
        raise EvidenceUnusable(path=path, reason=f"over {MOST >> 20} MiB, which no export of these tools has")
    return data


def _tell(faults: Sequence[Fault]) -> None:
    for fault in faults[:TOLD]:
        remark(str(fault))
    if len(faults) > TOLD:
        remark(f"{faults[0].path}: {len(faults) - TOLD} more faults")
