"""``smtp421 rules new``: a rule from a pasted reply."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from smtp421.cli.complete import complete_cause, complete_provider
from smtp421.cli.input import piped, read_stdin
from smtp421.cli.options import Rules
from smtp421.cli.output import remark, write

if TYPE_CHECKING:
    from smtp421.authoring.draft import Given
    from smtp421.authoring.write import Pasted, Written
    from smtp421.rulebook import RuleBook

Severities = Literal["info", "warning", "critical"]


def new_rule(
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]...", help="The reply, or the log line with it. - is standard input.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="One line: what happened, as a headline.")] = None,
    cause: Annotated[
        str | None,
        typer.Option(metavar="ID", autocompletion=complete_cause, help="What it is; `smtp421 explain CAUSE` tells of each."),
    ] = None,
    summary: Annotated[str | None, typer.Option(help="Two sentences: what the server means, and what follows.")] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            autocompletion=complete_provider,
            help="Who says it; `none` for anybody. Default: as the relay or a mark tells.",
        ),
    ] = None,
    severity: Annotated[Severities | None, typer.Option(help="Default: the cause's.")] = None,
    reference: Annotated[str | None, typer.Option(metavar="URL", help="A page that backs it.")] = None,
    reference_title: Annotated[str | None, typer.Option(help="The title of that page.")] = None,
    name: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Default: the provider and the words that are matched.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Add the rule to this rule file, or begin it. Default: print a file."
        ),
    ] = None,
    rules: Rules = None,
) -> None:
    """Write a rule from a pasted reply: finds the words to match, replaces private data, and tries it among all rules.

    $ smtp421 rules new --cause policy --title 'Quux is shut' --summary 'It is night. Wait.' '451 4.7.1 Quux sleeps until 7'

    $ smtp421 rules new --cause policy --title 'Quux is shut' --summary 'It is night. Wait.' -o my-rules/acme.yaml - < reply.txt

    On a terminal it asks for what no option gives; Enter takes what stands in brackets.

    Exit codes: 0 written, 1 it loses to another rule or has no words to go by, 2 wrong usage, 3 could not be read or written.
    """
    import os
    from datetime import datetime

    import smtp421
    from smtp421.authoring.corpus import Corpus
    from smtp421.authoring.draft import Given
    from smtp421.authoring.write import read
    from smtp421.authoring.write import write as write_rule
    from smtp421.cli.whole import write_whole
    from smtp421.rulebook.sources import rule_sources

    asking = at_terminal()
    if not text and not piped() and not asking:
        raise typer.BadParameter("give the reply", param_hint="TEXT")
    book = smtp421.load_rulebook(rules or ())
    given = Given(name, title, provider, cause, severity, summary, reference, reference_title)
    _check(given, book)
    now = datetime.now().astimezone()
    corpus = Corpus(book)
    pasted = read(_text(text, asking=asking), book, corpus, now)
    _tell(pasted)
    given = _ask(given, pasted, book) if asking else given
    _complete(given)
    written = write_rule(pasted, given, output, book, corpus, rule_sources(rules or (), os.environ), now)
    for told in _remarks(written):
        remark(told)
    if not written.proof.sound:
        write([] if output is not None else [written.text])
        raise typer.Exit(1)
    if output is None:
        write([written.text])
    else:
        write_whole(output, [written.text])
        remark(f"{written.draft.id} is in {output}")


def at_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _text(words: list[str] | None, *, asking: bool) -> str:
    if words and words != ["-"]:
        return " ".join(words)
    if not asking:
        return read_stdin()[0]
    remark("paste the reply or the log line, and end with an empty line")
    lines: list[str] = []
    for line in sys.stdin:
        if not line.strip():
            break
        lines.append(line)
    return "".join(lines)


def _tell(pasted: Pasted) -> None:
    answer = pasted.now_explained
    remark(f"the words to go by: {pasted.pattern.text}")
    if answer.rule is not None:
        remark(f"so far it is explained by {answer.rule} ({answer.cause}, {answer.confidence} confidence)")


def _check(given: Given, book: RuleBook) -> None:
    """Refuse what no rule could hold."""
    for kind, value in given._asdict().items():
        problem = None if value is None else problem_of(kind, value, book)
        if problem:
            raise typer.BadParameter(problem, param_hint=f"--{kind.replace('_', '-')}")


def problem_of(kind: str, value: str, book: RuleBook) -> str | None:
    """What is wrong with an answer; None where nothing is."""
    from difflib import get_close_matches

    from pydantic import TypeAdapter, ValidationError

    from smtp421.authoring.draft import ANYBODY
    from smtp421.model import Severity
    from smtp421.rulebook import schema

    tables = {"cause": book.causes, "provider": book.providers}
    if kind in tables:
        if value in tables[kind] or (kind == "provider" and value == ANYBODY):
            return None
        near = get_close_matches(value, tables[kind], n=3)
        return f"there is no {kind} {value!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
    if kind == "id" and value in book.rules:
        return f"the id {value!r} is taken"
    forms = {"id": schema.Id, "reference": schema.Url, "severity": Severity}
    try:
        TypeAdapter(forms.get(kind, schema.Line)).validate_python(value)
    except ValidationError:
        expected = {"id": "words in lower case joined by -", "reference": "an address that begins with https:// or http://"}
        return f"{value!r} is not {expected.get(kind, 'a sentence on one line')}"
    return None


def _ask(given: Given, pasted: Pasted, book: RuleBook) -> Given:
    """Ask for what is missing, with what the reply tells as proposals."""
    from smtp421.authoring.draft import ANYBODY, id_of

    cause = given.cause or _prompt("cause", "Cause", _guess(pasted), book)
    provider = given.provider or _prompt("provider", "Provider", pasted.provider or ANYBODY, book)
    owner = None if provider == ANYBODY else provider
    return given._replace(
        cause=cause,
        provider=provider,
        title=given.title or _prompt("title", "Title, one line", None, book),
        severity=given.severity or _prompt("severity", "Severity", book.causes[cause].severity, book),
        summary=given.summary or _prompt("summary", "Summary: what the server means, what follows", None, book),
        reference=given.reference or _prompt("reference", "URL of a page that backs it, or Enter", "", book) or None,
        id=given.id or _prompt("id", "Id", id_of(pasted.pattern, owner, book.rules), book),
    )


def _guess(pasted: Pasted) -> str | None:
    cause = pasted.now_explained.cause
    return None if cause == "unknown" else cause


def _prompt(kind: str, question: str, default: str | None, book: RuleBook) -> str:
    while True:
        answer = str(typer.prompt(question, default=default, err=True, show_default=bool(default))).strip()
        problem = None if answer == default else problem_of(kind, answer, book)
        if problem is None:
            return answer
        remark(problem)


def _complete(given: Given) -> None:
    from smtp421.authoring.write import missing

    options = missing(given)
    if options:
        raise typer.BadParameter(f"only you can tell: {', '.join(options)}", param_hint=", ".join(options.values()))


def _remarks(written: Written) -> list[str]:
    proof = written.proof
    told = [str(fault) for fault in proof.faults]
    told += [f"not written: {winner or 'no rule'} wins {example[:100]!r}" for example, winner in proof.lost]
    if not proof.held:
        told.append("not written: it wins its own counterexample")
    rules = dict.fromkeys(rule for _, rule in proof.taken)
    if rules:
        told.append(f"it takes examples from {', '.join(rules)}; make the pattern longer if that is not meant")
    return told
