"""E7xx: the examples of rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level, Related, Span
from smtp421.lint.judged import Judged
from smtp421.lint.pack import Pack
from smtp421.lint.private import Private, private_parts, stand_ins
from smtp421.rulebook import schema
from smtp421.rulebook.load import Entry

SOME_ADDRESSES = 20
"""Addresses of one example that are told."""


@check("E701", "missing-example", Level.WARNING)
def missing_example(pack: Pack) -> Iterator[Found]:
    """A rule without an example or without a counterexample.

    An example is a whole reply that the rule must win; it proves that the pattern works, and guards it against later rules.
    A counterexample is a reply that a careless pattern would catch; it shows where the rule ends.

    Bad:

        examples: []

    Good:

        examples: ['421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred']
        counterexamples: ['421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred']
    """
    for entry in pack.all_rules:
        for key, what in (
            ("examples", "a reply that this rule is for"),
            ("counterexamples", "a reply that it must leave to others"),
        ):
            if not pack.is_given(entry, key):
                yield pack.found(entry, f"the rule has no {key}; add {what}", "id")


@check("E702", "example-fails", Level.ERROR)
def example_fails(pack: Pack) -> Iterator[Found]:
    """An example that the rule does not fit, or a counterexample that it wins.

    The message tells which condition does not hold. What is matched is the reply's text: its codes are gone, white space is
    one blank, and upper and lower case are the same.

    Bad:

        match: {text: ['too many sessions']}
        examples: ['421 4.7.0 Too many connections']

    Good:

        match: {text: ['too many (?:sessions|connections)']}
        examples: ['421 4.7.0 Too many connections']
    """
    for entry in pack.rules:
        for key, index, text in pack.examples(entry):
            judged = pack.judge(text)
            fits = entry.form.id in judged.ids
            if key == "examples" and not fits and not pack.gave_up:
                yield pack.found(entry, f"the rule does not fit this example: {pack.why_not(entry, judged)}", key, index)
            elif key == "counterexamples" and judged.winner is not None and judged.winner.id == entry.form.id:
                message = f"the rule wins this counterexample by {judged.hits[0][1]!r}; narrow the pattern, or give `not_text`"
                yield pack.found(entry, message, key, index)


@check("E703", "example-stolen", Level.ERROR)
def example_stolen(pack: Pack) -> Iterator[Found]:
    """An example that fits the rule, but is won by another one.

    Readers with this reply will be told what the other rule says. The order: rules of your own, words before numbers, a
    provider's before software's before generic ones, `priority`, the rule that demands more, the id.

    Bad:

        - id: acme-busy
          match: {text: ['busy']}
          examples: ['421 4.3.2 Acme is busy, too many connections']    # won by generic-too-many-connections

    Good:

        - id: acme-busy
          provider: acme
          match: {text: ['acme is busy']}
          examples: ['421 4.3.2 Acme is busy, too many connections']
    """
    for entry in pack.rules:
        if shadowed_by(pack, entry) is None:
            for _key, index, text in pack.examples(entry):
                if _key == "examples":
                    yield from _stolen(pack, entry, index, pack.judge(text))


def _stolen(pack: Pack, entry: Entry[schema.RuleForm], index: int, judged: Judged) -> Iterator[Found]:
    winner = judged.winner
    if winner is None or winner.id == entry.form.id or entry.form.id not in judged.ids:
        return
    other = pack.forms.rules[winner.id]
    message = f"won by {winner.id!r}, which goes by {judged.hits[0][1]!r}; give this rule priority, or the other one `not_text`"
    yield pack.found(entry, message, "examples", index, related=[Related(pack.at(other, "id"), f"{winner.id} wins it")])


def shadowed_by(pack: Pack, entry: Entry[schema.RuleForm]) -> str | None:
    """The one rule that wins every example of a rule; None where there is none such."""
    winners = {judged.winner.id if judged.winner else "" for judged in map(pack.judge, entry.form.examples)}
    if len(winners) != 1 or entry.form.id in winners or "" in winners:
        return None
    fits = all(entry.form.id in pack.judge(text).ids for text in entry.form.examples)
    return winners.pop() if fits else None


@check("E705", "examples-not-tried", Level.WARNING)
def examples_not_tried(pack: Pack) -> Iterator[Found]:
    r"""Examples were left untried, since too many patterns run into their time limit, have no words, or fit everything.

    Lint does not run without end, whatever a pack holds; what it says of examples and of rules against each other is not
    complete then. Mend the findings on patterns first.

    Bad:

        thousands of rules with text: ['\w+ \w+']

    Good:

        rules with words in their patterns
    """
    for entry in pack.rules:
        for _key, _index, text in pack.examples(entry):
            pack.judge(text)
    if pack.gave_up:
        name = next(iter(pack.files_by_name), "")
        yield Found(
            Span(name), "not all examples were tried: patterns are too slow or fit too much; mend those, or lint fewer files"
        )


@check("E704", "example-private-data", Level.WARNING)
def example_private_data(pack: Pack) -> Iterator[Found]:
    """An example holds somebody's address.

    Rules are shown to everybody. Domains reserved for examples are those of RFC 2606 (example.com, .example, .test),
    addresses those of RFC 5737 (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24) and RFC 3849 (2001:db8::/32). Addresses that
    are there to be written to (postmaster@, unblock@, a provider's contacts), or that a pattern asks for, may stay.

    Bad:

        examples: ['450 4.2.1 <jane.doe@gmail.com>: rate limited, from 8.8.8.8']

    Good:

        examples: ['450 4.2.1 <user@example.com>: rate limited, from 192.0.2.1']
    """
    constant = " ".join(_constant(pack)).replace("\\", "").lower()
    for entry in pack.all_rules:
        texts = [text for _key, _index, text in pack.examples(entry)]
        instead = stand_ins(texts)
        words = " ".join(entry.form.match.text).replace("\\", "").lower() if instead else ""
        for key, index, text in pack.examples(entry) if instead else ():
            parts: dict[str, list[Private]] = {}
            for part in private_parts(text):
                domain = part.text.lower().partition("@")[2]
                if part.text.lower() not in constant and not (domain and domain in words):
                    parts.setdefault(part.text, []).append(part)
            yield from _private(pack, entry, (key, index), text, dict(islice(parts.items(), SOME_ADDRESSES)), instead)


def _private(
    pack: Pack,
    entry: Entry[schema.RuleForm],
    path: tuple[str, int],
    text: str,
    parts: dict[str, list[Private]],
    instead: dict[str, str],
) -> Iterator[Found]:
    """A finding for each address in an example; its fix writes another one wherever it stands there."""
    changed = text
    for part in sorted((part for places in parts.values() for part in places), reverse=True):
        changed = changed[: part.start] + instead[part.text] + changed[part.end :]
    safe = not parts or pack.judge(text).winner == pack.judge(changed).winner
    for told, places in parts.items():
        new = instead[told]
        fix = pack.fix_of(entry, path, [(part.start, part.end, new) for part in places], f"write {new}", safe=safe)
        span = pack.file(entry).part(pack.place(entry, *path), places[0].start, places[0].end) or pack.at(entry, *path)
        yield Found(span, f"{told} is {places[0].what} of somebody; write {new}", fix=fix, subject=entry.form.id)


def _constant(pack: Pack) -> Iterator[str]:
    """Texts whose addresses are meant as they are: patterns, and what providers give as their contacts."""
    yield from (pattern for entry in pack.forms.rules.values() for pattern in entry.form.match.text if "@" in pattern)
    yield from (entry.form.contact for entry in pack.forms.providers.values() if entry.form.contact)
