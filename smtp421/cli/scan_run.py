"""What ``scan`` does, once it is known what is wanted."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import smtp421
from smtp421.cli.intake import Intake, Sieve
from smtp421.cli.live import Live, standard_input
from smtp421.cli.output import PIPE_WIDTH, remark, write
from smtp421.cli.progress import progress
from smtp421.cli.whole import write_whole
from smtp421.diagnosis.decide import Given
from smtp421.diagnosis.history.judgement import Judgement
from smtp421.diagnosis.history.rows import Row, rows_of
from smtp421.logs.source import STDIN, Source, open_source
from smtp421.model import Severity
from smtp421.render.interface import View, renderer
from smtp421.render.phrases import count

if TYPE_CHECKING:
    from smtp421.anonymize import Anonymizer
    from smtp421.diagnosis.history.ledger import By
    from smtp421.rulebook import RuleBook
    from smtp421.scanning import Scan

INTERRUPTED = 130
INTERVAL = 0.005
"""Seconds between two looks at files that are followed: a look costs some 30 microseconds."""
REFRESH = 15.0
"""Seconds between two writes of the metrics while files are followed."""
_LOOKED_AT = 200
"""Lines of a file among which its first time is looked for."""
EACH = ("jsonl",)
"""Formats with an object for each deferral; all others report."""


class Wish(NamedTuple):
    """What the user wants."""

    files: tuple[str, ...]
    form: str
    view: View
    sieve: Sieve
    by: By | None = None
    top: int = 0
    lines: bool = False
    output: Path | None = None
    fail_level: Severity | None = None
    textfile: Path | None = None
    follow: bool = False
    input_format: str | None = None
    evidence: Given = ()
    jobs: str = "1"
    rules: tuple[Path, ...] = ()


def run(wish: Wish, book: RuleBook, hidden: Anonymizer | None) -> int:
    """Read, show, and the exit code. Raises :class:`smtp421.errors.Smtp421Error`."""
    if wish.form == "log" and hidden is not None:
        _give(_log(wish.files, hidden), wish.output)
        return 0
    intake = Intake(book, wish.sieve, by=wish.by, lines=wish.lines, anonymizer=hidden, evidence=wish.evidence)
    live = Live(intake, book, wish.view, telling=wish.follow)
    scan = _scan(wish, book, live)
    code = 0
    if wish.form in EACH:
        show = renderer(wish.form, wish.view)
        counted = wish.textfile is not None or wish.fail_level is not None
        try:
            with progress(scan, size_of(wish.files), wanted=wish.output is not None or not sys.stdout.isatty()):
                _give(show.diagnoses(intake.wanted(scan, counted=counted)), wish.output)
        except KeyboardInterrupt:
            if not wish.follow:
                raise
            code = INTERRUPTED
    else:
        try:
            if not wish.follow:
                gc.disable()  # the cycles of a ledger live as long as it does; looking for others takes a tenth of the time
            with progress(scan, size_of(wish.files), wanted=not wish.follow):
                if (jobs := _jobs(wish, intake)) > 1:
                    from tempfile import TemporaryDirectory

                    from smtp421.cli.jobs import Plan, count_in_parts

                    with TemporaryDirectory(prefix="smtp421-") as folder:
                        plan = Plan(wish.rules, wish.sieve, wish.by, wish.lines, datetime.now(UTC), Path(folder))
                        count_in_parts(oldest_first(wish.files), jobs, intake, scan, book, plan)
                else:
                    live.run(scan)
        except KeyboardInterrupt:
            if not live.telling:
                raise
            code = INTERRUPTED
    for told in (*scan.remarks, *book.remarks):
        remark(str(told))
    return _report(intake, scan, book, wish) or code


def _jobs(wish: Wish, intake: Intake) -> int:
    """How many processes read the inputs: one for what cannot be read in parts."""
    if wish.jobs == "1" or wish.follow or STDIN in wish.files or not intake.skims or wish.input_format is not None:
        return 1
    from smtp421.cli.jobs import jobs_of

    return jobs_of(wish.jobs, wish.files)


def _report(intake: Intake, scan: Scan, book: RuleBook, wish: Wish) -> int:
    """Show what the history tells, where a report is wanted; 1 where it is as bad as ``--fail-level``."""
    if wish.form in EACH and wish.textfile is None and wish.fail_level is None:
        return 0
    judgement = intake.judgement()
    rows = rows_of(judgement, wish.sieve.keeps)
    if wish.form not in EACH:
        _give(_page(judgement, rows, scan, book, wish), wish.output)
    if wish.textfile is not None:
        _write_metrics(wish.textfile, judgement, scan)
    reached = wish.fail_level is not None and any(_reaches(row, wish.fail_level) for row in rows)
    return 1 if reached else 0


def _write_metrics(path: Path, judgement: Judgement, scan: Scan) -> None:
    from smtp421.render.metrics import metrics

    write_whole(path, [metrics(judgement, scan.lines, smtp421.__version__)])


def _page(judgement: Judgement, rows: Sequence[Row], scan: Scan, book: RuleBook, wish: Wish) -> Iterator[str]:
    from smtp421.render.report import Wanted, report_page

    names = [Path(name).name if name != STDIN else "standard input" for name in wish.files]
    inputs = f"{names[0] if len(names) == 1 else count(len(names), 'file')}, {count(scan.lines, 'line')}"
    seen = wish.view if wish.output is None else wish.view._replace(width=PIPE_WIDTH, terminal=False, links=False, ascii=False)
    wanted = Wanted(wish.by, wish.top, wish.lines, inputs, wish.sieve.chooses)
    yield from renderer(wish.form, seen).pieces(report_page(judgement, rows, book, seen, wanted))


def _reaches(row: Row, level: Severity) -> bool:
    return any(not part.cleared and part.severity.rank >= level.rank for part in row.parts)


def _give(pieces: Iterable[str], output: Path | None) -> None:
    if output is None:
        write(pieces)
    else:
        write_whole(output, pieces)


# Inputs


def _scan(wish: Wish, book: RuleBook, live: Live) -> Scan:
    if wish.follow:
        from smtp421.logs.follow import follow

        written = time.monotonic()

        def stop() -> bool:
            nonlocal written
            live.look()
            if wish.textfile is not None and time.monotonic() - written >= REFRESH:
                written = time.monotonic()
                _write_metrics(wish.textfile, live.judgement(), scan)
            return False

        lines = follow(wish.files, stop, interval=INTERVAL)
        scan = smtp421.scan(lines, rulebook=book, input_format=wish.input_format, evidence=wish.evidence)
        return scan
    names = wish.files if wish.form in EACH else oldest_first(wish.files)
    noticing = wish.form == "text" and wish.output is None
    sources = _sources(names, live if noticing else None)
    return smtp421.scan(sources, rulebook=book, input_format=wish.input_format, evidence=wish.evidence)


def _sources(names: Iterable[str], live: Live | None) -> Iterator[Source]:
    """The inputs, each opened when it is its turn."""
    for name in names:
        yield standard_input(live.look, live.pause) if name == STDIN and live is not None else open_source(name)


def oldest_first(names: Sequence[str]) -> Sequence[str]:
    """Files by their first time, so that what was deferred in ``mail.log.1`` is delivered in ``mail.log``; else as given."""
    if len(names) < 2 or STDIN in names:
        return names
    firsts = [_first_time(name) for name in names]
    known = [(first, number) for number, first in enumerate(firsts) if first is not None]
    return names if len(known) < len(names) else [names[number] for _, number in sorted(known)]


def _first_time(name: str) -> datetime | None:
    from smtp421.logs.line import read_stamp

    with open_source(name) as source:
        now = source.modified or datetime.now(UTC)
        stamps = (read_stamp(line[:120].decode("utf-8", "replace"), now) for _, line in islice(source.lines(), _LOOKED_AT))
        return next((stamp for stamp in stamps if stamp is not None), None)


def size_of(names: Iterable[str]) -> int | None:
    """Bytes of all files together; None where one is no file."""
    paths = [Path(name) for name in names]
    return sum(path.stat().st_size for path in paths) if all(path.is_file() for path in paths) else None


def _log(names: Iterable[str], hidden: Anonymizer) -> Iterator[str]:
    """The lines of the logs with stand-ins."""
    for name in names:
        with open_source(name) as source:
            for _, line in source.lines():
                yield hidden.text(line.decode("utf-8", "replace").rstrip("\r")) + "\n"
            for told in source.remarks:
                remark(str(told))
