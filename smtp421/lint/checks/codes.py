"""M4xx: reply codes and enhanced codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.lint.check import check
from smtp421.lint.finding import Found, Level
from smtp421.lint.pack import Pack
from smtp421.render.codes import DETAILS, REPLY_CODES
from smtp421.rulebook import schema
from smtp421.rulebook.load import Entry

_CODE = re.compile(r"(?<![\d.])[245]\d\d(?![\d.])|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


@check("M401", "code-mismatch", Level.WARNING)
def code_mismatch(pack: Pack) -> Iterator[Found]:
    """No reply code of the rule goes with an enhanced code of it: 4yz with 5.x.x, or the other way round.

    Both must hold for the rule to fit. Some servers do write such pairs: an example that shows it ends the finding.

    Bad:

        match: {code: [421], enhanced_code: ['5.7.1']}

    Good:

        match: {code: [421], enhanced_code: ['4.7.1']}
    """
    for entry in pack.all_rules:
        match = entry.form.match
        classes = {str(code)[0] for code in match.code} or {"4", "5"}
        for index, code in enumerate(match.enhanced_code):
            if code[0] not in (*classes, "x") and not _shown(pack, entry, code):
                codes = ", ".join(map(str, match.code)) or "4xx and 5xx"
                message = f"{code} does not go with the reply codes {codes}, and no example shows it; mend one of the two"
                yield pack.found(entry, message, "match", "enhanced_code", index)


@check("M402", "unregistered-code", Level.WARNING)
def unregistered_code(pack: Pack) -> Iterator[Found]:
    """A code that no standard knows, and that no example shows.

    Reply codes are those of RFC 5321 and its extensions, enhanced codes those of the IANA registry "SMTP Enhanced Status
    Codes". Receivers do use numbers of their own: an example with such a reply shows that it is no slip of the pen.

    Bad:

        match: {enhanced_code: ['4.17.1']}

    Good:

        match: {enhanced_code: ['4.7.1']}
    """
    seen = {code for entry in pack.forms.rules.values() for text in entry.form.examples for code in _CODE.findall(text)}
    for entry in pack.all_rules:
        match = entry.form.match
        odd = [
            ("code", index, str(code), "in no standard")
            for index, code in enumerate(match.code)
            if str(code).isdecimal() and int(code) not in REPLY_CODES
        ] + [
            ("enhanced_code", index, code, "not in the registry")
            for index, code in enumerate(match.enhanced_code)
            if not _registered(*code.split(".")[1:])
        ]
        if any(_shown(pack, entry, code) for _key, _index, code, _why in odd):
            continue  # a receiver with numbers of its own, as an example shows
        for key, index, code, why in odd:
            if code not in seen:
                message = f"{code} is {why}, and no example shows it; write the right one, or add an example"
                yield pack.found(entry, message, "match", key, index)


def _registered(subject: str, detail: str) -> bool:
    return any(subject in ("x", str(known[0])) and detail in ("x", str(known[1])) for known in DETAILS)


def _shown(pack: Pack, entry: Entry[schema.RuleForm], code: str) -> bool:
    """Whether an example holds a code; ``x`` is any number."""
    pattern = re.compile(r"(?<![\d.])" + r"\d{1,3}".join(map(re.escape, code.split("x"))) + r"(?![\d])")
    return any(key == "examples" and pattern.search(text) for key, _index, text in pack.examples(entry))
