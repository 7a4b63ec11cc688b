"""P306: patterns that are found nearly everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level
from smtp421.lint.negatives import Corpus, corpus, count_in, successes
from smtp421.lint.pack import Pack
from smtp421.model import Confidence
from smtp421.rulebook.validation import shown

SOME_SUCCESSES = 4
"""Replies of success in which a pattern may not be found."""
MANY = 0.12
"""Share of other rules' examples in which a pattern may not be found."""
EACH = 5
"""Of the other rules' examples each fifth is searched."""


@check("P306", "matches-everything", Level.ERROR)
def matches_everything(pack: Pack) -> Iterator[Found]:
    r"""A pattern or a rule that fits almost any reply.

    Tried on replies that tell of success, and on the examples of all other rules: a pattern that is found in so many of them
    tells nothing, and takes replies away from rules that know better. A rule with `confidence: low` comes behind all others
    with words, and may be found in many examples.

    Bad:

        text: ['mail', '\w+']

    Good:

        text: ['too many mails from this address']
    """
    yield from pack.told("matches-everything")
    patterns = [pattern for pattern in pack.patterns if pattern.finds]
    texts = [pattern.text for pattern in patterns]
    other = _others(pack)
    good = count_in(texts, successes(), SOME_SUCCESSES)
    many = count_in(texts, other, max(SOME_SUCCESSES, round(len(other.texts) * MANY)))
    for pattern in patterns:
        if pattern.text in good:
            number, example = good[pattern.text]
            where = f"{number} of {len(successes().texts)} replies of success"
        elif pattern.text in many and not _is_last_resort(pattern.entry.form):
            number, example = many[pattern.text]
            where = f"{number} of {len(other.texts)} examples of all rules"
        else:
            continue
        message = f"found in {where}, for instance {shown(example)}; demand more words"
        yield pack.found(pattern.entry, message, *pattern.path)


def _is_last_resort(form: object) -> bool:
    """Whether a rule says of itself that it only tells what nobody else does."""
    return getattr(form, "confidence", None) is Confidence.LOW


def _others(pack: Pack) -> Corpus:
    examples = [
        text for entry in pack.forms.rules.values() for text in entry.form.examples if entry.text.source.label == "bundled"
    ]
    return corpus(examples[::EACH])
