"""How much of a pile of replies the rules explain, and what to write rules for: unknown replies as templates with skeletons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from smtp421.diagnosis.history import Example, Where
from smtp421.diagnosis.history_shown import order_of
from smtp421.diagnosis.history_templates import Templates, masked, template_of
from smtp421.model import Attempt, Diagnosis
from smtp421.rulebook import RuleBook

_NOWHERE = Where("", None, "")
_PLACEHOLDER = re.compile(r"<[A-Z]+>|[<\[({][a-z]+[>\])}]|\S*[<>@]\S*")
_WORD = re.compile(r"[^\W\d_]{2,}")
MOST_WORDS = 6


class Skeleton(NamedTuple):
    """Replies that no rule explains by their words, and the beginning of a rule for them."""

    template: str
    number: int
    rule: str
    """YAML, ready to be put under ``rules:`` and to be filled in."""


class Coverage(NamedTuple):
    """What became of the replies of an input."""

    replies: int
    specific: int
    """Explained by a rule of a provider or a program."""
    generic: int
    """Explained by words that anybody may write."""
    unknown: int
    """No words known: at best the numbers were."""
    causes: tuple[tuple[str, int], ...]
    skeletons: tuple[Skeleton, ...]
    """The most frequent first."""


def cover(diagnoses: Iterable[Diagnosis], book: RuleBook, today: date, most: int = 20) -> Coverage:
    """Count diagnoses by what decided them; ``today`` goes into the skeletons, ``most`` of which are made."""
    kinds: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    templates = Templates()
    for diagnosis in diagnoses:
        rule = book.rules[diagnosis.rule] if diagnosis.rule else None
        worded = rule is not None and rule.decided_by == "text" and rule.cause != "unknown"
        kind = "unknown" if rule is None or not worded else "specific" if rule.provider else "generic"
        kinds[kind] += 1
        causes[diagnosis.cause] += 1
        if kind == "unknown":
            attempt = diagnosis.attempt
            templates.add(template_of(attempt), order_of(attempt), Example(attempt, _NOWHERE))
    found = templates.found()[:most]
    skeletons = tuple(Skeleton(one.text, one.number, _skeleton(one.example, today)) for one in found if _words(one.example))
    total = sum(kinds.values())
    return Coverage(total, kinds["specific"], kinds["generic"], kinds["unknown"], tuple(causes.most_common()), skeletons)


def _words(attempt: Attempt) -> list[str]:
    """The longest run of plain words of a reply: what a pattern can be made of."""
    runs: list[list[str]] = [[]]
    for word in masked((attempt.inner or attempt.reply).text).split():
        if _WORD.fullmatch(word.strip(".,;:!")) and not _PLACEHOLDER.search(word):
            runs[-1].append(word.strip(".,;:!").lower())
            if word[-1] in ".,;:!":
                runs.append([])
        else:
            runs.append([])
    best = max(runs, key=len)[:MOST_WORDS]
    return best if sum(map(len, best)) >= 3 else []


def _skeleton(attempt: Attempt, today: date) -> str:
    """A rule that is valid as it stands and says what is left to do."""
    words = _words(attempt)
    reply = attempt.inner or attempt.reply
    codes = " ".join(str(code) for code in (reply.code, reply.enhanced_code) if code is not None)
    example = f"{codes} {_public(reply.text)}".strip()
    name = re.sub(r"[^a-z0-9]+", "-", " ".join(words).encode("ascii", "ignore").decode().lower()).strip("-")
    return "\n".join(_lines(name or "reply", " ".join(re.escape(word) for word in words), example, today))


def _lines(name: str, pattern: str, example: str, today: date) -> Iterator[str]:
    yield f"  - id: generic-{name[:50].strip('-')}"
    yield f"    title: {_quoted('TODO ' + example[:60])}"
    yield "    match:"
    yield f"      text: [{_quoted(pattern)}]"
    yield "    cause: unknown            # TODO one of `smtp421 explain CAUSE`"
    yield "    confidence: low           # TODO medium once the cause is certain"
    yield "    summary: TODO What the server means by it. What follows for the sender."
    yield "    references:"
    yield (
        "      - {title: RFC 5321 section 4.2.1, url: 'https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1', "
        f"checked: {today.isoformat()}}}"
    )
    yield "    examples:"
    yield f"      - {_quoted(example)}"
    yield f"      - {_quoted('smtp; ' + example)}"
    yield "    counterexamples:"
    yield "      - '250 2.0.0 Ok'"


def _public(text: str) -> str:
    """``text`` with private data replaced by stand-ins for documentation (RFC 2606, RFC 5737)."""
    text = re.sub(r"[^\s<>@\"'(:;,=]+@[\w.-]+\w", "user@example.com", text)
    return re.sub(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", "192.0.2.1", text)


def _quoted(text: str) -> str:
    """A YAML string in single quotes; what cannot be printed becomes blanks."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return "'" + shown.replace("'", "''") + "'"
