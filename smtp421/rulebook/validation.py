"""What pydantic finds wrong with an entry, in the words of a rule file's author."""

from __future__ import annotations

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
    "captures": schema.CapturesForm,
}
"""The form of what stands under a key."""

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
        return f"unknown key {name!r}{hint}; known here: {', '.join(keys)}"
    if kind == "missing":
        return f"the key {name!r} is missing; add it"
    found = problem["input"]
    shown = repr(found) if len(repr(found)) <= 60 else repr(found)[:57] + "..."
    quote = "; put quotes around it: YAML reads a bare yes, no, on or off as true or false" if isinstance(found, bool) else ""
    if kind in ("literal_error", "enum"):
        return f"{shown} is none of {problem['ctx']['expected']}{quote}"
    if last in EXPECTED and kind not in ("string_too_long", "string_too_short", "too_long", "too_short"):
        return f"found {shown}; expected {EXPECTED[last]}{quote}"
    message: str = problem["msg"]
    return f"found {shown}; {message[:1].lower()}{message[1:]}{quote}"
