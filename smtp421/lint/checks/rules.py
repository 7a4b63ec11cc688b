"""R5xx: rules against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smtp421.lint.check import check
from smtp421.lint.checks.examples import shadowed_by
from smtp421.lint.finding import Found, Level, Related, quoted
from smtp421.lint.judged import begins_with_codes
from smtp421.lint.pack import Pack, Pattern
from smtp421.lint.samples import found_in, samples
from smtp421.rulebook import schema
from smtp421.rulebook.literals import needed_literals
from smtp421.rulebook.load import Entry
from smtp421.rulebook.rank import rank
from smtp421.rulebook.validation import shown

Rules = dict[Any, Entry[schema.RuleForm]]


@check("R501", "duplicate-pattern", Level.WARNING)
def duplicate_pattern(pack: Pack) -> Iterator[Found]:
    """Two rules fit the same replies, condition for condition; or a pattern stands twice in one rule.

    The second rule never decides anything.

    Bad:

        - {id: acme-busy, match: {text: ['acme is busy']}, cause: server_congestion, ...}
        - {id: acme-full, match: {text: ['Acme is busy']}, cause: mailbox, ...}

    Good:

        - {id: acme-busy, match: {text: ['acme is busy']}, cause: server_congestion, ...}
    """
    seen: Rules = {}
    for entry in pack.forms.rules.values():
        other = seen.setdefault(_conditions(entry.form), entry)
        if other is not entry:
            own, first = (entry, other) if entry.text.path in pack.files else (other, entry)
            if own.text.path in pack.files:
                message = f"the same conditions as {first.form.id!r}; delete one of the two, or say what sets them apart"
                yield pack.found(own, message, "match", related=[Related(pack.at(first, "match"), "the other one")])
    for entry in pack.rules:
        for key in ("text", "not_text"):
            texts: dict[str, int] = {}
            for index, text in enumerate(getattr(entry.form.match, key)):
                if texts.setdefault(text.lower() if text.isalpha() else text, index) != index:
                    first_place = Related(
                        pack.at(entry, "match", key, texts[text.lower() if text.isalpha() else text]), "the first one"
                    )
                    yield pack.found(
                        entry, "the pattern stands twice in this list; delete it", "match", key, index, related=[first_place]
                    )


def _conditions(form: schema.RuleForm) -> Any:
    match = form.match
    texts = frozenset(text.lower() if "\\" not in text else text for text in match.text)
    others = (match.not_text, match.code, match.enhanced_code, match.stage, match.origin)
    return form.provider, texts, *(frozenset(map(str, values)) for values in others), match.provider_known


@check("R502", "shadowed-rule", Level.ERROR)
def shadowed_rule(pack: Pack) -> Iterator[Found]:
    """Another rule wins every reply that this one is for; it never decides.

    The proof is a reply that both fit: the rule's examples, or, where it has none, texts made from its patterns.

    Bad:

        - {id: acme-busy, match: {text: ['busy']}, priority: 2, ...}
        - {id: acme-very-busy, match: {text: ['very busy']}, ...}

    Good:

        - {id: acme-busy, match: {text: ['busy']}, ...}
        - {id: acme-very-busy, match: {text: ['very busy']}, priority: 1, ...}
    """
    for entry in pack.rules:
        form = entry.form
        if form.examples:
            winner, witness = shadowed_by(pack, entry), form.examples[0]
        else:
            winner, witness = _shadowed_in_theory(pack, entry)
        if winner is not None:
            other = pack.forms.rules[winner]
            words = next((words for rule, words in pack.judge(witness).hits if rule.id == winner), "")
            message = (
                f"{winner!r} wins every reply that this rule is for, for instance {shown(witness)} by {shown(words)}; "
                "give this rule a higher priority or a provider, or delete it"
            )
            yield pack.found(entry, message, "id", related=[Related(pack.at(other, "id"), f"{winner} wins")])


def _shadowed_in_theory(pack: Pack, entry: Entry[schema.RuleForm]) -> tuple[str | None, str]:
    """The one rule that wins all texts that can be made for a rule without examples, and one of the texts."""
    form = entry.form
    code = next((str(code).replace("x", "5") for code in form.match.code), "450")
    enhanced = next((code.replace("x", "0") for code in form.match.enhanced_code), "")
    bodies = [text for pattern in form.match.text for text in samples(pattern)] if form.match.text else ["try again later"]
    texts = [" ".join(part for part in (code, enhanced, body) if part) for body in bodies]
    winners: set[str] = set()
    for text in texts:
        judged = pack.judge(text)
        if judged.winner is None or form.id not in judged.ids:
            return None, ""
        winners.add(judged.winner.id)
    return (winners.pop(), texts[0]) if len(winners) == 1 and form.id not in winners else (None, "")


@check("R503", "overlapping-rules", Level.WARNING)
def overlapping_rules(pack: Pack) -> Iterator[Found]:
    """Two rules of the same standing fit one reply and name different causes; only the order of their ids decides.

    Which of them a reader is told would change with a rename. Where one should win, say so by `priority`; where both hold,
    name the other cause in `also`.

    Bad:

        - {id: acme-a, match: {text: ['too many']}, cause: rate_limit, ...}
        - {id: acme-b, match: {text: ['connections']}, cause: too_many_connections, ...}

    Good:

        - {id: acme-a, match: {text: ['too many']}, cause: rate_limit, ...}
        - {id: acme-b, match: {text: ['connections']}, cause: too_many_connections, priority: 1, ...}
    """
    kinds = {name: entry.form.kind for name, entry in pack.forms.providers.items()}
    told: set[frozenset[str]] = set()
    for entry in pack.rules:
        for _key, _index, text in pack.examples(entry):
            hits = [pack.forms.rules[rule.id] for rule, _words in pack.judge(text).hits[:2]]
            if len(hits) < 2:
                continue
            first, second = hits
            pair = frozenset((first.form.id, second.form.id))
            if pair in told or _agree(first.form, second.form) or _standing(first, kinds) != _standing(second, kinds):
                continue
            told.add(pair)
            own, other = (first, second) if first.text.path in pack.files else (second, first)
            if own.text.path in pack.files:
                both = f"{first.form.id!r} ({first.form.cause}) and {second.form.id!r} ({second.form.cause})"
                message = (
                    f"{both} both fit {shown(text)}, and only their ids decide; "
                    "give one of them a priority, or name the other's cause in `also`"
                )
                yield pack.found(
                    own, message, "match", related=[Related(pack.at(other, "match"), f"{other.form.id} fits as well")]
                )


def _agree(first: schema.RuleForm, second: schema.RuleForm) -> bool:
    return first.cause == second.cause or second.cause in first.also or first.cause in second.also


def _standing(entry: Entry[schema.RuleForm], kinds: dict[str, Any]) -> Any:
    """The rank of a rule without its id."""
    provider = entry.form.provider
    return rank(entry.form, kinds[provider] if provider else None, bundled=entry.text.source.label == "bundled")[:-1]


@check("R504", "unreachable", Level.ERROR)
def unreachable(pack: Pack) -> Iterator[Found]:
    r"""A rule or a pattern that can never fit.

    What is searched is the reply's text: the codes of every line are gone, lines are joined, white space is one blank. So a
    pattern that begins with a code, or asks for two blanks or a line's end, finds nothing. Nor does a rule whose `not_text` is
    found in all that its `text` finds.

    Bad:

        text: ['421 4\.7\.0 Too many sessions', 'too  many']

    Good:

        code: [421]
        enhanced_code: ['4.7.0']
        text: ['too many sessions']
    """
    for pattern in pack.patterns:
        if pattern.finds:
            yield from _codes(pack, pattern)
            yield from _blanks(pack, pattern)
    for entry in pack.rules:
        yield from _vetoed(pack, entry)


def _codes(pack: Pack, pattern: Pattern) -> Iterator[Found]:
    codes = begins_with_codes(pattern.text)
    if not codes or not isinstance(pattern.entry.form, schema.RuleForm) or _is_shown(pack, pattern):
        return
    start = pattern.text.index(codes)
    message = f"{quoted(codes)}: codes are not part of the text that is searched; delete it, and give `code` or `enhanced_code`"
    yield pack.inside(pattern, start, start + len(codes), message, title="delete the codes", text="")


def _is_shown(pack: Pack, pattern: Pattern) -> bool:
    """Whether an example of the rule has what a pattern asks for."""
    for text in pattern.entry.form.examples:
        attempt = pack.judge(text).attempt
        if attempt is not None and any(
            reply is not None and found_in(pattern.text, reply.text) for reply in (attempt.reply, attempt.inner)
        ):
            return True
    return False


def _blanks(pack: Pack, pattern: Pattern) -> Iterator[Found]:
    for bad, what, instead in (
        ("  ", "two blanks", " "),
        ("\t", "a tab", " "),
        (r"\t", "a tab", " "),
        (r"\r", "a line's end", " "),
        (r"\n", "a line's end", " "),
    ):
        at = pattern.text.find(bad)
        if (
            at < 0
            or pattern.text[:at].endswith("\\")
            or "|" in pattern.text
            or "[" in pattern.text
            or pattern.text[at + len(bad) :][:1] in ("?", "*", "{")
        ):
            continue
        if not _is_shown(pack, pattern):
            message = f"{what}: in the text that is searched, white space is one blank; write one"
            yield pack.inside(pattern, at, at + len(bad), message, title="write one blank", text=instead)
            return


def _vetoed(pack: Pack, entry: Entry[schema.RuleForm]) -> Iterator[Found]:
    match = entry.form.match
    if not match.text:
        return
    for index, veto in enumerate(match.not_text):
        needed = needed_literals(veto)
        if needed.exact and all(_always_holds(text, needed.sets[0]) for text in match.text):
            yield pack.found(
                entry,
                "this is found in all that `text` finds, so the rule never fits; delete or narrow it",
                "match",
                "not_text",
                index,
            )


def _always_holds(pattern: str, words: tuple[str, ...]) -> bool:
    """Whether each match of a pattern holds one of some words."""
    return any(all(any(word in literal for word in words) for literal in literals) for literals in needed_literals(pattern).sets)
