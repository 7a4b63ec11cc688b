"""S1xx: entries against the form of rule files, and names against what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from smtp421.diagnosis.figures import OWN_FIGURES, PLACEHOLDER
from smtp421.lint.check import check
from smtp421.lint.finding import Edit, Fix, Found, Level, Span
from smtp421.lint.pack import Pack
from smtp421.rulebook.schema import LimitForm
from smtp421.rulebook.validation import did_you_mean, nearest

A_LIST = "expected a list: put [ ] around it"
_MISSING_SCHEMA = re.compile(r"the key 'schema' is missing; write `schema: (\S+)`")


@check("S101", "unknown-key", Level.ERROR)
def unknown_key(pack: Pack) -> Iterator[Found]:
    """A key that the form does not have.

    Mostly a slip of the pen. The entry is left out, since what the key was to say would be lost.

    Bad:

        match:
          enhancd_code: ['4.7.1']

    Good:

        match:
          enhanced_code: ['4.7.1']
    """
    return pack.told("unknown-key")


@check("S102", "invalid-value", Level.ERROR)
def invalid_value(pack: Pack) -> Iterator[Found]:
    """A value that may not stand there.

    The message tells what may. The entry is left out until it is mended.

    Bad:

        severity: high
        retry: {helps: 'yes', wait: 5 minutes}

    Good:

        severity: warning
        retry: {helps: 'yes', wait: 5m}
    """
    for found in pack.told("invalid-value"):
        if A_LIST in found.message:
            yield found._replace(fix=_in_brackets(pack, found))
        else:
            yield _with_near_name(pack, found)


def _with_near_name(pack: Pack, found: Found) -> Found:
    """A name that is written as no name is, though it looks like one that is known: ``rate-limit``."""
    table = next((table for words, table in _tables(pack) if words in found.message), ())
    scalar = pack.files_by_name[found.span.path].scalars.get((found.span.line, found.span.column))
    near = nearest(scalar.value, table) if scalar else ""
    if not near:
        return found
    fix = Fix(f"write {near!r}", (Edit(found.span, near),), safe=False)
    return found._replace(message=f"{found.message}{did_you_mean(near)}", fix=fix)


def _tables(pack: Pack) -> Iterator[tuple[str, Iterable[str]]]:
    yield "expected the id of a cause", pack.forms.causes
    yield "expected ids of causes", pack.forms.causes
    yield "expected ids of fixes", pack.forms.fixes
    yield "expected the id of a provider", pack.forms.providers


def _in_brackets(pack: Pack, found: Found) -> Fix | None:
    """The fix that makes a list of one of a value; None where it is no value on one line."""
    file = pack.files_by_name[found.span.path]
    scalar = file.scalars.get((found.span.line, found.span.column))
    if scalar is None or "\n" in scalar.value or found.span.end_line != found.span.line:
        return None
    quoted_value = "'" + scalar.value.replace("'", "''") + "'"
    return Fix("make it a list", (Edit(found.span, f"[{quoted_value}]"),), safe=True)


@check("S103", "unknown-cause", Level.ERROR)
def unknown_cause(pack: Pack) -> Iterator[Found]:
    """A cause that is in no causes file.

    The causes are a closed list, so that reports and alerts can count on them: `smtp421 rules show rate_limit` shows one.
    A pack of your own may add some in a file with `schema: smtp421.causes/1`.

    Bad:

        cause: throttling

    Good:

        cause: rate_limit
    """
    return pack.told("unknown-cause")


@check("S104", "unsupported-schema-version", Level.ERROR)
def unsupported_schema_version(pack: Pack) -> Iterator[Found]:
    """The file does not say what kind of rule file it is, or is of a version that this smtp421 does not read.

    Bad:

        rules:
          - id: acme-busy

    Good:

        schema: smtp421.rules/1
        rules:
          - id: acme-busy
    """
    for found in pack.told("unsupported-schema-version"):
        kind = _MISSING_SCHEMA.match(found.message)
        if kind is None:
            yield found
            continue
        start = Span(found.span.path, 1, 1, 1, 1)
        yield found._replace(fix=Fix("write it", (Edit(start, f"schema: {kind[1]}\n"),), safe=True))


@check("S105", "unknown-provider", Level.ERROR)
def unknown_provider(pack: Pack) -> Iterator[Found]:
    """A provider that is in no providers file.

    Its rules could never be told apart from other receivers' words. A pack of your own adds its providers in a file with
    `schema: smtp421.providers/1`.

    Bad:

        provider: gmial

    Good:

        provider: gmail
    """
    return pack.told("unknown-provider")


@check("S106", "unknown-fix", Level.ERROR)
def unknown_fix(pack: Pack) -> Iterator[Found]:
    """A fix that is in no fixes file; the reader would not be told what to do.

    Bad:

        fixes: [slow-down-please]

    Good:

        fixes: [lower-rate]
    """
    return pack.told("unknown-fix")


@check("S107", "missing-key", Level.ERROR)
def missing_key(pack: Pack) -> Iterator[Found]:
    """A key that every such entry must have.

    Bad:

        - id: acme-busy
          cause: server_congestion

    Good:

        - id: acme-busy
          title: Acme is busy
          cause: server_congestion
          match: {text: ['acme is busy']}
          summary: The server has too much to do. Leave the message in the queue.
    """
    return pack.told("missing-key")


@check("S108", "unknown-placeholder", Level.ERROR)
def unknown_placeholder(pack: Pack) -> Iterator[Found]:
    """A fix asks for a figure in braces that nothing fills in.

    The reader would see its name in capitals. A brace that is meant as it is must be doubled.

    Bad:

        settings: {postfix: 'smtp_destination_concurrency_limit = {conections}'}

    Good:

        settings: {postfix: 'smtp_destination_concurrency_limit = {connections}'}
    """
    known = {*get_args(LimitForm.model_fields["what"].annotation), *pack.forms.defaults, *OWN_FIGURES}
    for entry in pack.own(pack.forms.fixes):
        texts = [(("action",), entry.form.action), *((("settings", mta), text) for mta, text in entry.form.settings.items())]
        for path, text in texts:
            for found in re.finditer(PLACEHOLDER, text):
                if found[1] is None or found[1] in known:
                    continue
                near = did_you_mean(nearest(found[1], known))
                message = (
                    f"nothing fills in {found[0]}{near}; known are {', '.join(sorted(known))}; a brace itself is doubled: {{{{"
                )
                place = pack.place(entry, *path)
                span = pack.file(entry).part(place, *found.span()) or pack.at(entry, *path)
                yield Found(span, message, subject=entry.form.id)


@check("S109", "hidden-character", Level.WARNING)
def hidden_character(pack: Pack) -> Iterator[Found]:
    """A character that nobody sees, or that a terminal would act on.

    Pasted texts bring along no-break spaces, soft hyphens and characters without width: a pattern with one in it never
    matches, though it looks right. Control characters and changes of direction can hide what a rule does.

    Bad:

        text: ["too\\u00a0many connections"]

    Good:

        text: ['too many connections']
    """
    for pattern in pack.patterns:
        for at, char in enumerate(pattern.text):
            if _hidden(char) or char == "\xa0":
                message = f"a character that nobody sees, U+{ord(char):04X}; delete it, or write a blank"
                yield pack.inside(pattern, at, at + 1, message, title="write a blank", text=" ")
                break
    for entry in pack.all_rules:
        form = entry.form
        for path, text in ((("title",), form.title), (("summary",), form.summary)):
            hidden = next(filter(_hidden, text), None)
            if hidden is not None:
                yield pack.found(entry, f"a character that nobody sees, U+{ord(hidden):04X}; delete it", *path)


def _hidden(char: str) -> bool:
    return (char > "~" and char != "\xa0" and not char.isprintable()) or (char < " " and char not in "\t\n") or char == "\x7f"
