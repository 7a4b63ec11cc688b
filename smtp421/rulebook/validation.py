"""What pydantic finds wrong with an entry, in the words of a rule file's author."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from smtp421.rulebook import schema

INNER: dict[str, type[schema.Form]] = {
    "match": schema.MatchForm,
    "retry": schema.RetryForm,
    "references": schema.ReferenceForm,
    "limits": schema.LimitForm,
    "postmaster": schema.ReferenceForm,
    "sender_form": schema.ReferenceForm,
    "reputation_tool": schema.ReferenceForm,
    "feedback_loop": schema.ReferenceForm,
    "answers": schema.EdgeForm,
    "unknown": schema.EdgeForm,
    "related": schema.RelatedForm,
    "captures": schema.CapturesForm,
}
"""The form of what stands under a key."""

LONGEST_NAME = 80
"""Longer names than this are not compared with known ones."""
LONGEST_SHOWN = 60
NEAR = 0.7
"""How alike two names are, from 0 to 1, where one may be meant by the other."""

EXPECTED = {
    "code": "a reply code such as 421, or 4xx for its class",
    "enhanced_code": "an enhanced status code in quotes such as '4.7.28', x for any number: '4.7.x'",
    "wait": "a number and its unit: 30s, 15m, 4h or 2d",
    "url": "an address that begins with http:// or https://",
    "id": "words in lower case joined by - (rules, fixes, nodes) or _ (causes, providers)",
    "fixes": "ids of fixes: words in lower case joined by -",
    "cause": "the id of a cause: words in lower case joined by _",
    "also": "ids of causes: words in lower case joined by _",
    "provider": "the id of a provider: words in lower case joined by _",
    "rule": "the id of a rule: words in lower case joined by -",
    "not_rule": "ids of rules: words in lower case joined by -",
    "fix": "the id of a fix: words in lower case joined by -",
    "reply_code": "a reply code such as 421",
    "checked": "the day somebody read the page: 2026-11-20",
}
"""What is to stand under a key, where its form alone would not tell a reader."""


MISSING_KEYS = {("RuleForm", "summary"): "missing-metadata", ("FixForm", "who"): "fix-without-who"}
"""The check that a missing key belongs to, where it has one of its own."""


def check_of(problem: Any, form: type[schema.Form]) -> str:
    """The check of ``smtp421 lint`` that a problem belongs to."""
    path, kind = problem["loc"], problem["type"]
    if kind == "extra_forbidden":
        return "unknown-key"
    if kind == "missing":
        return MISSING_KEYS.get((form.__name__, path[-1] if len(path) == 1 else ""), "missing-key")
    if kind != "date_from_datetime_inexact" and isinstance(problem["input"], (bool, int, float, date)) and not _is_figure(path):
        return "implicit-type"
    return "id-format" if path and path[-1] == "id" and isinstance(problem["input"], str) else "invalid-value"


def _is_figure(path: tuple[int | str, ...]) -> bool:
    """Whether a number belongs there, though another one."""
    return any(key in ("code", "priority", "value", "thresholds", "defaults") for key in path)


def near_choice(problem: Any) -> str:
    """The choice that a wrong word is near to."""
    if problem["type"] not in ("literal_error", "enum") or not isinstance(problem["input"], str):
        return ""
    return nearest(problem["input"], re.findall(r"'([^']+)'", problem["ctx"]["expected"]))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty where none is near."""
    return _nearest(name, tuple(known)) if len(name) <= LONGEST_NAME else ""


@lru_cache(maxsize=512)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    folded = {each.lower().replace("_", "-"): each for each in known}
    close = difflib.get_close_matches(name.lower().replace("_", "-"), list(folded), 1, NEAR)
    return folded[close[0]] if close else ""


def did_you_mean(near: str) -> str:
    """`` (did you mean 'x'?)``, or nothing."""
    return f" (did you mean {near!r}?)" if near else ""


def shown(value: object) -> str:
    """A value as it is quoted in a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def known_keys(form: type[schema.Form], path: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand where ``path`` leads."""
    inner = next((INNER[key] for key in reversed(path[:-1]) if isinstance(key, str) and key in INNER), form)
    return sorted(field.alias or name for name, field in inner.model_fields.items())


def describe(problem: Any, keys: list[str], hint: str) -> str:
    """One sentence: what was found, what was expected."""
    path: tuple[int | str, ...] = problem["loc"]
    kind: str = problem["type"]
    last = next((key for key in reversed(path) if isinstance(key, str) and (key in EXPECTED or key in INNER)), "")
    name = path[-1] if path else ""
    if kind == "extra_forbidden":
        return f"unknown key {shown(name)}{hint}; known here: {', '.join(keys)}"
    if kind == "missing":
        return f"the key {name!r} is missing; add it"
    found = problem["input"]
    quote = "; put quotes around it: YAML reads a bare yes, no, on or off as true or false" if isinstance(found, bool) else ""
    if kind in ("literal_error", "enum"):
        return f"{shown(found)} is none of {problem['ctx']['expected']}{hint}{quote}"
    what = "nothing" if found is None else shown(found)
    expected = (
        EXPECTED[last] if last in EXPECTED and kind in ("string_type", "string_pattern_mismatch") else _expected(kind, found)
    )
    if expected:
        return f"found {what}; expected {expected}{quote}"
    if last in EXPECTED and kind not in ("string_too_long", "string_too_short", "too_long", "too_short"):
        return f"found {what}; expected {EXPECTED[last]}{quote}"
    message: str = problem["msg"]
    return f"found {what}; {message[:1].lower()}{message[1:]}{quote}"


def _expected(kind: str, found: object) -> str:
    """What belongs in the place of something of quite another sort; empty where a better sentence is known."""
    if kind == "tuple_type":
        return "a list, each entry behind a dash" if isinstance(found, dict) else "a list: put [ ] around it"
    if kind in ("model_type", "dict_type"):
        return "keys and their values"
    if kind == "string_type" and isinstance(found, dict):
        return "text, but a colon and a blank make a key of what stands before them: put quotes around the whole"
    if kind == "string_type" and isinstance(found, list):
        return "text: take the brackets or the dash away, or put quotes around the whole"
    if kind == "string_type" and not isinstance(found, bool):
        return "text: put quotes around it"
    return "text" if kind == "string_type" else ""
