"""What authors get wrong in their first rule: is the message enough to mend it, and does --fix help?"""

from __future__ import annotations

import pytest

from smtp421.lint.fixing import apply_fixes, fixable
from smtp421.lint.run import Choice, run
from tests.lint.conftest import RULE, only

HEAD = "schema: smtp421.rules/1\n"


@pytest.mark.parametrize(
    ("text", "said", "fixed"),
    [
        (RULE.replace("['acme is busy']", "acme is busy"), "found 'acme is busy'; expected a list: put [ ] around it", RULE),
        (RULE.replace(HEAD, ""), "the key 'schema' is missing; write `schema: smtp421.rules/1` at the head of the file", RULE),
        (
            RULE.replace("cause: rate_limit", "cause: rate-limit"),
            "found 'rate-limit'; expected the id of a cause: words in lower case joined by _",
            None,
        ),
        (
            RULE.replace("cause: rate_limit", "cause: ratelimit"),
            "there is no cause 'ratelimit' (did you mean 'rate_limit'?); name one that exists, or add it",
            None,
        ),
        (
            RULE.replace("title: Acme is busy", "title: Acme: busy"),
            "not valid YAML: mapping values are not allowed in this context; put quotes around a value that holds a colon and a blank",
            None,
        ),
        (
            RULE.replace("'acme is busy'", '"acme is \\d+"'),
            "not valid YAML: found unknown escape character; put single quotes around a pattern: between double ones a backslash begins "
            "an escape",
            None,
        ),
        (
            RULE.replace("'450 4.3.2 Acme is busy'", "450 4.3.2 Acme: is busy"),
            "found {'450 4.3.2 Acme': 'is busy'}; expected text, but a colon and a blank make a key of what stands before them: put "
            "quotes around the whole",
            None,
        ),
        (
            RULE.replace("    title:", "\ttitle:"),
            "not valid YAML: found a tab character that violates indentation; indent with blanks, not tabs",
            None,
        ),
        (
            RULE.replace("examples: ['450 4.3.2 Acme is busy']", "examples:\n      - ['450 Acme is busy']"),
            "found ['450 Acme is busy']; expected text",
            None,
        ),
        (
            RULE.replace("'https://example.com/'", "example.com"),
            "found 'example.com'; expected an address that begins with http:// or",
            None,
        ),
        (
            RULE.replace("2026-11-20", "20.11.2026"),
            "found '20.11.2026'; expected the day somebody read the page: 2026-11-20",
            None,
        ),
        (RULE.replace("    summary", "    severity:\n    summary"), None, None),
    ],
)
def test_message_tells_what_to_do(pack_of, text: str, said: str | None, fixed: str | None) -> None:
    pack = pack_of(text)
    report = run(pack, Choice())
    if said is None:
        assert report.findings == ()
        return
    assert only(report).message.startswith(said)
    if fixed is not None:
        done = apply_fixes(fixable(report.findings, unsafe=False), pack.files_by_name)
        assert done["a.yaml"].text == fixed


def test_all_that_is_wrong_is_told_at_once(lint_of) -> None:
    """A rule that is left out for one fault is looked at all the same."""
    text = (
        HEAD
        + "provider: acme\nrules:\n  - id: Acme\n    match:\n      text: ['[TSS04]', 'a.acme.com']\n      code: 421\n    cause: [rate_limit]\n"
        "    fixes: [slow-dwn]\n    examples: ['450 <jane@corp.de> [TSS04]']\n"
    )
    assert sorted({finding.slug for finding in lint_of(text).findings}) == [
        "example-private-data",
        "id-format",
        "invalid-value",
        "matches-everything",
        "missing-example",
        "missing-key",
        "missing-metadata",
        "no-literal",
        "unescaped-dot",
        "unknown-fix",
        "unknown-provider",
    ]


def test_a_list_is_not_made_of_what_is_no_single_line(lint_of) -> None:
    for value in ("|\n        acme\n        is busy", "'acme\n        is busy'"):
        assert only(lint_of(RULE.replace("['acme is busy']", value), select="invalid-value")).fix is None
