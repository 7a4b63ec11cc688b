"""Y1xx: the file as YAML."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import yaml

from smtp421.lint.check import check
from smtp421.lint.finding import Edit, Fix, Found, Level
from smtp421.lint.pack import Pack


@check("Y101", "yaml-syntax", Level.ERROR)
def yaml_syntax(pack: Pack) -> Iterator[Found]:
    """The file is no YAML that a rule file may be.

    Nothing of it can be read, so none of its rules works. Aliases, depth and size have limits as well, since rule files
    may come from anybody.

    Bad:

        rules:
          - id: acme-busy
           title: The server is busy

    Good:

        rules:
          - id: acme-busy
            title: The server is busy
    """
    return pack.told("yaml-syntax")


@check("Y102", "duplicate-key", Level.ERROR)
def duplicate_key(pack: Pack) -> Iterator[Found]:
    """A key stands twice in one mapping.

    Most YAML readers keep the last value without a word; one of the two was meant to be something else.

    Bad:

        match:
          text: ['too many connections']
          text: ['too many sessions']

    Good:

        match:
          text: ['too many connections', 'too many sessions']
    """
    return pack.told("duplicate-key")


@check("Y103", "implicit-type", Level.ERROR)
def implicit_type(pack: Pack) -> Iterator[Found]:
    """YAML reads a bare word as a number, a date or a yes or no, where text belongs.

    `4.10` is the number 4.1, `no` is false, `012` is ten, `1:30` is ninety. Quotes keep the text as it is written.

    Bad:

        retry: {helps: no}
        match: {enhanced_code: [4.7]}

    Good:

        retry: {helps: 'no'}
        match: {enhanced_code: ['4.7.x']}
    """
    for found in pack.told("implicit-type"):
        file = pack.files_by_name[found.span.path]
        scalar = file.scalars.get((found.span.line, found.span.column))
        if scalar is None or scalar.style:
            yield found
            continue
        raw = file.text[scalar.start : scalar.end]
        message = f"YAML reads a bare {shown_raw(raw)} as {_meaning(raw)}; put quotes around it"
        edit = Edit(found.span, "'" + raw.replace("'", "''") + "'")
        yield found._replace(message=message, fix=Fix("put quotes around it", (edit,), safe=True))


def shown_raw(raw: str) -> str:
    """A bare word as it is quoted in a message, cut where it is long."""
    return raw if len(raw) <= 40 else raw[:37] + "..."


def _meaning(raw: str) -> str:
    value = yaml.safe_load(raw)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"the date {value}" if isinstance(value, date) else f"the number {value}"


@check("Y104", "unreadable-file", Level.ERROR)
def unreadable_file(pack: Pack) -> Iterator[Found]:
    """The file cannot be read, or is not looked at: too large, not UTF-8, a link out of the folder, no plain file.

    Rule packs may come from anybody, so a pack cannot point at files outside of it.

    Bad:

        pack/rules.yaml -> /etc/passwd

    Good:

        pack/rules.yaml, a file of less than 5 MB in UTF-8
    """
    return pack.told("unreadable-file")
