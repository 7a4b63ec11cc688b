"""P302: patterns that can take time without end."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.lint.ambiguity import is_catastrophic
from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level
from smtp421.lint.pack import Pack


@check("P302", "redos", Level.ERROR)
def redos(pack: Pack) -> Iterator[Found]:
    r"""A pattern that takes exponential time on some texts.

    A loop in it can read the same text in two ways, and something behind the loop may fail: then every way is tried, 2^n of
    them. Whoever writes a reply could stop smtp421 with it. Found by the pattern's automaton, and by examples on which a
    pattern ran into its time limit. Patterns that only the regex module reads are not analysed.

    Bad:

        text: ['(?:\w+\s?)+ deferred']

    Good:

        text: ['\w+(?: \w+)* deferred']
    """
    told = set()
    for pattern in pack.patterns:
        if is_catastrophic(pattern.text):
            told.add(pattern.entry.form.id)
            message = (
                "takes exponential time on some texts: a loop in it can read the same text in two ways; "
                "write the loop so that each part begins with a sign that the part before cannot end with"
            )
            yield pack.found(pattern.entry, message, *pattern.path)
    slow = pack.slow
    for entry in pack.rules:
        if entry.form.id in slow and entry.form.id not in told:
            yield pack.found(entry, "a pattern of this rule ran into its time limit on an example; write it more simply", "match")
