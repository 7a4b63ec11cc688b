"""What the rules make of an example, and why a rule does not fit one."""

from __future__ import annotations

import re
from typing import NamedTuple

from smtp421.diagnosis.subject import identity_of, subject_of
from smtp421.lint.finding import quoted
from smtp421.lint.samples import found_in
from smtp421.model import Attempt
from smtp421.rulebook import RuleBook
from smtp421.rulebook.load import Forms
from smtp421.rulebook.matcher import code_fits, enhanced_fits, member_fits
from smtp421.rulebook.pages import Rule, Subject
from smtp421.rulebook.rank import SHUT_OUT
from smtp421.rulebook.schema import RuleForm
from smtp421.rulebook.texts import TEXT_CAP
from smtp421.rulebook.validation import shown

_ENHANCED = r"#?[245]\\?\.\d{1,3}\\?\.\d{1,3}(?:[ ]|\\s[+*]?)"
_CODES = re.compile(rf"\^?([245]\d\d(?:[ -]|\\s[+*]?)(?:{_ENHANCED})?|{_ENHANCED})")
"""A pattern that begins with a reply code or an enhanced code."""


class Judged(NamedTuple):
    """What the matcher makes of an example."""

    attempt: Attempt | None
    """None where nothing about a delivery was found in it."""
    hits: tuple[tuple[Rule, str], ...]
    """The rules that fit and the words that matched, the winner first."""
    ids: frozenset[str] = frozenset()
    """The ids of the rules that fit."""

    @property
    def winner(self) -> Rule | None:
        """The rule that decides."""
        return self.hits[0][0] if self.hits else None


def begins_with_codes(pattern: str) -> str:
    """The codes that a pattern begins with; empty where it begins with none."""
    found = _CODES.match(pattern)
    return found[1] if found else ""


def why_not(form: RuleForm, forms: Forms, judged: Judged, book: RuleBook) -> str:
    """The first condition of a rule that does not hold for an example, and what to do about it."""
    attempt = judged.attempt
    if attempt is None:
        return "nothing about a delivery is found in it; write the whole reply, beginning with its code"
    who = identity_of(attempt, book)
    subject = subject_of(attempt.inner or attempt.reply, attempt, who)
    return _words(form, subject) or _conditions(form, subject) or _provider(form, forms, subject)


def _words(form: RuleForm, subject: Subject) -> str:
    match = form.match
    text = subject.text[:TEXT_CAP]
    if match.text and not any(found_in(pattern, text) for pattern in match.text):
        codes = next((codes for codes in map(begins_with_codes, match.text) if codes), "")
        if codes:
            return f"its text is {shown(text)} without the codes; take '{codes}' out of the pattern, and give `code`"
        return f"no pattern is found in its text {shown(text)}; mend the pattern, or the example"
    veto = next((pattern for pattern in match.not_text if found_in(pattern, text)), "")
    return f"`not_text` is found in it: {quoted(veto)}; narrow that" if veto else ""


def _conditions(form: RuleForm, subject: Subject) -> str:
    match = form.match
    code, enhanced = subject.code, subject.enhanced
    klass = code // 100 if code is not None else enhanced.klass if enhanced is not None else None
    if not code_fits((tuple(map(str, match.code)), bool(match.text)), (code, klass)):
        wanted = ", ".join(map(str, match.code)) or "4xx or 5xx"
        return f"its reply code is {'missing' if code is None else code}, and `code` asks for {wanted}; mend one of the two"
    if not enhanced_fits(match.enhanced_code, enhanced):
        wanted = ", ".join(match.enhanced_code)
        return f"its enhanced code is {enhanced or 'missing'}, and `enhanced_code` asks for {wanted}; mend one of the two"
    if not member_fits(match.stage, subject.stage):
        return f"it answers {subject.stage}, and `stage` asks for {', '.join(match.stage)}; mend one of the two"
    if not member_fits(match.origin, subject.origin):
        return f"its origin is {subject.origin}, and `origin` asks for {', '.join(match.origin)}; mend one of the two"
    return ""


def _provider(form: RuleForm, forms: Forms, subject: Subject) -> str:
    provider = forms.providers.get(form.provider or "")
    if (
        provider is not None
        and provider.form.kind in SHUT_OUT
        and subject.family not in (None, provider.form.family or form.provider)
    ):
        told = f"it is a reply of {subject.provider!r}, and the rule speaks for {form.provider!r} only"
        return f"{told}; mend `provider`, or the example"
    if form.match.provider_known:
        told = "nothing in it tells whose reply it is, and `provider_known` asks for that"
        return f"{told}; write the example as a log line with its relay"
    return "one of its conditions does not hold; mend them, or the example"
