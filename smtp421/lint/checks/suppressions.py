"""Z9xx: the comments that hold findings back."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.lint.check import NoSuchCheck, check, matching, suggestion
from smtp421.lint.finding import Edit, Fix, Found, Level
from smtp421.lint.pack import Pack

OWN = frozenset({"unused-ignore", "ignore-without-reason", "invalid-ignore"})
"""The checks of this module; whether they are held back is known too late to be told."""


@check("Z901", "unused-ignore", Level.WARNING)
def unused_ignore(pack: Pack) -> Iterator[Found]:
    """A comment holds nothing back.

    What it was for is mended; left standing, it would hide the next fault of its kind. Told only where all its checks run.

    Bad:

        title: Acme is busy  # smtp421: ignore[duplicate-title] two products, one title

    Good:

        title: Acme is busy
    """
    for each in pack.suppressions:
        if each in pack.used or not each.names or _unknown(each.names):
            continue
        meant = matching(each.names)
        if meant <= pack.ran and not meant <= OWN:
            fix = Fix("delete the comment", (Edit(each.span, ""),), safe=True)
            yield Found(each.span, f"nothing to hold back by ignore[{', '.join(each.names)}]; delete the comment", fix=fix)


@check("Z902", "ignore-without-reason", Level.WARNING)
def ignore_without_reason(pack: Pack) -> Iterator[Found]:
    """A comment that holds findings back does not say why.

    Whoever reads it later cannot know whether the reason still holds.

    Bad:

        - 'busy'  # smtp421: ignore[no-literal]

    Good:

        - 'busy'  # smtp421: ignore[no-literal] the whole reply is this one word
    """
    for each in pack.suppressions:
        if each.names and not each.reason:
            yield Found(each.span, "no reason given; write it behind the bracket")


@check("Z903", "invalid-ignore", Level.WARNING)
def invalid_ignore(pack: Pack) -> Iterator[Found]:
    """A comment that names no check, or one that does not exist; it holds nothing back.

    Bad:

        - 'busy'  # smtp421: ignore it is fine

    Good:

        - 'busy'  # smtp421: ignore[no-literal] the whole reply is this one word
    """
    for each in pack.suppressions:
        unknown = _unknown(each.names)
        if not each.names:
            yield Found(each.span, "names no check; write ignore[CHECK] and a reason")
        for name in unknown:
            yield Found(each.span, f"there is no check {name!r}{suggestion(name)}; `smtp421 lint --list` shows them all")


def _unknown(names: tuple[str, ...]) -> list[str]:
    found = []
    for name in names:
        try:
            matching([name])
        except NoSuchCheck:
            found.append(name)
    return found
