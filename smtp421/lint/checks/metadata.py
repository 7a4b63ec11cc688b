"""D8xx: what a reader needs besides the judgement: sources, fixes, and whether they still hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level
from smtp421.lint.pack import Pack
from smtp421.rulebook.load import Entry
from smtp421.rulebook.yaml_places import Path


@check("D801", "missing-metadata", Level.WARNING)
def missing_metadata(pack: Pack) -> Iterator[Found]:
    """A rule without a summary, without a reference, or without anything to do.

    The summary tells what the server means; the reference is the page, standard or report that the rule rests on, so that
    others can check it; fixes tell what to do, where the cause's own do not.

    Bad:

        references: []

    Good:

        references:
          - {title: Acme postmaster page, url: 'https://postmaster.acme.example', checked: 2026-11-20}
    """
    yield from pack.told("missing-metadata")
    for entry in pack.all_rules:
        form = entry.form
        if not pack.is_given(entry, "references"):
            yield pack.found(entry, "the rule has no references; name the page that it rests on, and the day you read it", "id")
        cause = pack.forms.causes.get(form.cause)
        if (
            not pack.is_given(entry, "fixes")
            and cause is not None
            and not cause.form.fixes
            and pack.raw(entry, "cause") == form.cause
        ):
            yield pack.found(entry, f"neither the rule nor its cause {form.cause!r} has fixes; give `fixes`", "id")


@check("D802", "stale-rule", Level.WARNING)
def stale_rule(pack: Pack) -> Iterator[Found]:
    """A page that an entry rests on was last read long ago.

    Receivers change their words and limits without telling. Read the page again, mend the entry, and write the new day into
    `checked`. The number of days is `max-age-days` of the configuration, 365 without one.

    Bad:

        references: [{title: Acme limits, url: 'https://acme.example/limits', checked: 2019-03-01}]

    Good:

        references: [{title: Acme limits, url: 'https://acme.example/limits', checked: 2026-11-20}]
    """
    today, most = pack.settings.today, timedelta(pack.settings.max_age_days)
    for entry, path, form in _dated(pack):
        age = today - form.checked
        if age > most:
            message = f"last read {age.days} days ago; read it again, and write the day of today ({today.isoformat()})"
            yield pack.found(entry, message, *path, "checked")
        elif age < timedelta(-1):
            yield pack.found(
                entry, f"a day that has not come yet; write the day of today ({today.isoformat()})", *path, "checked"
            )


def _dated(pack: Pack) -> Iterator[tuple[Entry[Any], Path, Any]]:
    """All that bears a date of reading: (entry, its path, the form)."""
    entries: list[Entry[Any]] = [*pack.all_rules, *pack.own(pack.forms.fixes)]
    for entry in entries:
        for index, reference in enumerate(entry.form.references):
            yield entry, ("references", index), reference
    for provider in pack.own(pack.forms.providers):
        for index, limit in enumerate(provider.form.limits):
            yield provider, ("limits", index), limit
        for key in ("postmaster", "sender_form", "reputation_tool", "feedback_loop"):
            page = getattr(provider.form, key)
            if page is not None:
                yield provider, (key,), page


@check("D804", "fix-without-who", Level.ERROR)
def fix_without_who(pack: Pack) -> Iterator[Found]:
    """A fix does not say who is to do it: nobody, sender, sender_admin, receiver or recipient.

    Bad:

        - {id: ask-acme, action: Ask Acme to lift the limit.}

    Good:

        - {id: ask-acme, action: Ask Acme to lift the limit., who: sender_admin}
    """
    return pack.told("fix-without-who")


@check("D805", "unused-fix", Level.INFO)
def unused_fix(pack: Pack) -> Iterator[Found]:
    """No rule and no cause names a fix; nobody will ever read it.

    Bad:

        fixes: [{id: ask-acme, ...}]        # no rule has `fixes: [ask-acme]`

    Good:

        fixes: [{id: ask-acme, ...}]        # and a rule with `fixes: [ask-acme]`
    """
    entries: list[Entry[Any]] = [*pack.forms.rules.values(), *pack.forms.causes.values()]
    named = {name for entry in entries for name in entry.form.fixes}
    for entry in pack.own(pack.forms.fixes):
        if entry.form.id not in named:
            yield pack.found(entry, "no rule and no cause names this fix; name it in one, or delete it", "id")
