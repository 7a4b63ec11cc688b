"""I2xx: what entries are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level, Related
from smtp421.lint.pack import Pack
from smtp421.rulebook.load import Entry
from smtp421.rulebook.validation import did_you_mean, nearest

GENERIC = "generic"
"""Ids of rules without a provider begin with this."""
SUCCESSORS = ("renamed", "merged")
"""Relations to rules that need not exist any more."""


@check("I201", "duplicate-id", Level.ERROR)
def duplicate_id(pack: Pack) -> Iterator[Found]:
    """Two entries of one pack have the same id.

    Only the first of them counts. A pack of your own may give a bundled rule's id to a rule that is to replace it.

    Bad:

        - {id: acme-busy, title: Acme is busy, ...}
        - {id: acme-busy, title: Acme is full, ...}

    Good:

        - {id: acme-busy, title: Acme is busy, ...}
        - {id: acme-full, title: Acme is full, ...}
    """
    return pack.told("duplicate-id")


@check("I202", "id-format", Level.ERROR)
def id_format(pack: Pack) -> Iterator[Found]:
    """An id is not written as ids are.

    Rules, fixes and nodes: words in lower case joined by hyphens. Causes and providers: joined by underscores.

    Bad:

        id: Acme_Busy

    Good:

        id: acme-busy
    """
    return pack.told("id-format")


@check("I203", "duplicate-title", Level.WARNING)
def duplicate_title(pack: Pack) -> Iterator[Found]:
    """Two rules, causes or providers have the same title; a reader cannot tell which of them a report means.

    Bad:

        - {id: acme-busy, title: Too many connections}
        - {id: acme-sessions, title: Too many connections}

    Good:

        - {id: acme-busy, title: Acme is busy}
        - {id: acme-sessions, title: Too many connections to Acme at a time}
    """
    for table, key in ((pack.forms.rules, "title"), (pack.forms.causes, "title"), (pack.forms.providers, "name")):
        seen: dict[str, list[Entry[Any]]] = defaultdict(list)
        for entry in table.values():
            seen[getattr(entry.form, key).lower()].append(entry)
        for entries in seen.values():
            for entry in entries[1:] if len(entries) > 1 else ():
                own, other = (entry, entries[0]) if entry.text.path in pack.files else (entries[0], entry)
                if own.text.path in pack.files:
                    message = f"the {key} of {other.form.id!r} once more; say what sets this one apart"
                    yield pack.found(own, message, key, related=[Related(pack.at(other, key), "the other one")])


@check("I204", "dangling-related", Level.ERROR)
def dangling_related(pack: Pack) -> Iterator[Found]:
    """`related` names a rule that is not there, or the rule itself.

    Only `renamed` and `merged` may name what is gone: rules whose place this one took.

    Bad:

        related: [{id: yahoo-tss4, type: similar}]

    Good:

        related: [{id: yahoo-tss04, type: similar}]
    """
    for entry in pack.rules:
        for index, related in enumerate(entry.form.related):
            if related.id == entry.form.id:
                yield pack.found(entry, "the rule is related to itself; name another one", "related", index, "id")
            elif related.id not in pack.forms.rules and related.type not in SUCCESSORS:
                near = did_you_mean(nearest(related.id, pack.forms.rules))
                message = f"there is no rule {related.id!r}{near}; name one that exists, or say type: renamed or merged"
                yield pack.found(entry, message, "related", index, "id")


@check("I205", "id-namespace", Level.WARNING)
def id_namespace(pack: Pack) -> Iterator[Found]:
    """A rule's id does not begin with its provider's id.

    Ids stand in reports, alerts and other people's scripts; the first word tells whose rule it is. A rule of a family (one
    operator, one platform) may begin with another provider of it. Rules without a provider begin with `generic-` where they
    are bundled; in a pack of your own with a word of yours, but not with the name of a provider.

    Bad:

        provider: yahoo
        rules:
          - id: tss04

    Good:

        provider: yahoo
        rules:
          - id: yahoo-tss04
    """
    prefixes: dict[str, list[str]] = defaultdict(list)
    families = {name: entry.form.family or name for name, entry in pack.forms.providers.items()}
    for name, family in families.items():
        prefixes[family].append(name.replace("_", "-") + "-")
    for entry in pack.all_rules:
        name, provider = entry.form.id, entry.form.provider
        if pack.raw(entry, "id") != name:
            continue
        if provider is not None and provider in families:
            wanted = prefixes[families[provider]]
            if not name.startswith(tuple(wanted)):
                first = provider.replace("_", "-")
                yield pack.found(entry, f"the id does not begin with its provider; call it '{first}-{name}' or the like", "id")
        elif provider is not None:
            continue
        elif entry.text.source.label == "bundled":
            if not name.startswith(f"{GENERIC}-"):
                yield pack.found(entry, f"a rule without a provider; call it '{GENERIC}-{name}', or name its provider", "id")
        else:
            owner = next((each for each in families if name.startswith(each.replace("_", "-") + "-")), None)
            if owner is not None:
                message = (
                    f"the id begins with the provider {owner!r}, but the rule has none; give `provider: {owner}`, or another id"
                )
                yield pack.found(entry, message, "id")


@check("I206", "duplicate-mx", Level.WARNING)
def duplicate_mx(pack: Pack) -> Iterator[Found]:
    """Two providers claim the same host names; only the one that stands first gets them.

    Bad:

        - {id: acme, name: Acme, kind: mailbox, mx: [mx.acme.example]}
        - {id: acme_business, name: Acme Business, kind: mailbox, mx: [mx.acme.example]}

    Good:

        - {id: acme, name: Acme, kind: mailbox, mx: [mx.acme.example]}
        - {id: acme_business, name: Acme Business, kind: mailbox, mx: [business.mx.acme.example]}
    """
    seen: dict[str, tuple[Entry[Any], int]] = {}
    for entry in pack.forms.providers.values():
        for index, suffix in enumerate(entry.form.mx):
            other, at = seen.setdefault(suffix.lower().strip("."), (entry, index))
            if other is entry and at == index:
                continue
            own, number, first, where = (entry, index, other, at) if entry.text.path in pack.files else (other, at, entry, index)
            if own.text.path in pack.files:
                message = f"the host names of {first.form.id!r} once more; give them to one of the two"
                yield pack.found(own, message, "mx", number, related=[Related(pack.at(first, "mx", where), "the other one")])
