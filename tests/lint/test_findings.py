"""What single checks say, beyond the one broken file that each has."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp421.lint import check as checking
from smtp421.lint import checks
from smtp421.lint.pack import Pack, Settings
from smtp421.lint.run import Choice, run
from smtp421.rulebook.sources import bundled_rules, read_files, rule_files
from tests.lint.conftest import RULE, TODAY, only, told

PROVIDER = "schema: smtp421.providers/1\nproviders:\n  - {id: acme, name: Acme, kind: mailbox, mx: [mx.acme.example]}\n"
SECOND = (
    RULE.partition("rules:\n")[2]
    .replace("acme-busy", "acme-full")
    .replace("Acme is busy", "Acme is full")
    .replace("acme is busy", "acme is full")
)


def messages(report) -> list[str]:
    return [finding.message for finding in report.findings]


def rule(**changes: str) -> str:
    """The sound rule with other lines for some keys."""
    lines = RULE.splitlines()
    for key, value in changes.items():
        at = next((number for number, line in enumerate(lines) if line.strip().startswith(f"{key}:")), None)
        indent = "      " if key in ("text", "not_text", "code", "enhanced_code", "stage", "origin", "provider_known") else "    "
        new = f"{indent}{key}: {value}"
        if at is not None:
            lines[at] = new
        else:
            lines.insert(6 if indent == "      " else 7, new)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"examples": "[' ']"}, "nothing about a delivery is found in it; write the whole reply, beginning with its code"),
        (
            {"examples": "['450 4.3.2 Acme is idle']"},
            "no pattern is found in its text 'Acme is idle'; mend the pattern, or the example",
        ),
        ({"not_text": "['is busy']"}, "`not_text` is found in it: 'is busy'; narrow that"),
        ({"code": "[421, 4xx]", "examples": "['550 5.3.2 Acme is busy']"}, "its reply code is 550, and `code` asks for 421, 4xx"),
        ({"code": "[421]", "examples": "['4.3.2 Acme is busy']"}, "its reply code is missing, and `code` asks for 421"),
        ({"enhanced_code": "['4.7.x']"}, "its enhanced code is 4.3.2, and `enhanced_code` asks for 4.7.x"),
        ({"enhanced_code": "['4.7.x']", "examples": "['450 Acme is busy']"}, "its enhanced code is missing, and"),
        (
            {
                "stage": "[data]",
                "examples": "['host mx.example.com[192.0.2.1] said: 450 4.3.2 Acme is busy (in reply to RCPT TO command)']",
            },
            "it answers rcpt, and `stage` asks for data",
        ),
        ({"origin": "[local]"}, "its origin is remote, and `origin` asks for local"),
        ({"provider_known": "true"}, "nothing in it tells whose reply it is, and `provider_known` asks for that"),
        (
            {
                "provider": "yahoo",
                "examples": "['host mx.google.com[192.0.2.1] said: 450 4.3.2 Acme is busy (in reply to RCPT TO command)']",
            },
            "it is a reply of 'gmail', and the rule speaks for 'yahoo' only; mend `provider`",
        ),
        (
            {"text": "['450 4\\.3\\.2 acme']"},
            "its text is 'Acme is busy' without the codes; take '450 4\\.3\\.2 ' out of the pattern",
        ),
    ],
)
def test_why_an_example_does_not_fit(lint_of, changes: dict[str, str], said: str) -> None:
    message = only(lint_of(rule(**changes), select="example-fails")).message
    assert message.startswith("the rule does not fit this example: ")
    assert said in message


def test_a_counterexample_that_is_won(lint_of) -> None:
    report = lint_of(rule(counterexamples="['450 4.2.2 Over quota', '450 Acme is busy today']"))
    assert told(report) == [("example-fails", 12, 47)]
    assert messages(report) == ["the rule wins this counterexample by 'Acme is busy'; narrow the pattern, or give `not_text`"]


@pytest.mark.parametrize(
    ("head", "name", "label", "said"),
    [
        ("provider: gmail\n", "gmail-busy", "option", None),
        ("provider: gmail\n", "google-busy", "option", "call it 'gmail-google-busy' or the like"),
        ("", "acme-busy", "option", None),
        ("", "gmail-busy", "option", "the id begins with the provider 'gmail', but the rule has none"),
        ("", "generic-busy", "bundled", None),
        ("", "acme-busy", "bundled", "a rule without a provider; call it 'generic-acme-busy', or name its provider"),
    ],
)
def test_name_spaces(lint_of, head: str, name: str, label: str, said: str | None) -> None:
    report = lint_of(head + RULE.replace("acme-busy", name), select="id-namespace", label=label)
    assert (said is None) == (messages(report) == [])
    assert said is None or said in messages(report)[0]


def test_a_family_shares_its_name_spaces(lint_of) -> None:
    family = "schema: smtp421.providers/1\nproviders:\n  - {id: google_two, name: Two, kind: mailbox, family: google}\n"
    assert told(lint_of("provider: gmail\n" + RULE.replace("acme-busy", "google-two-busy"), family, select="id-namespace")) == []


def test_ids_over_files_and_over_sources(lint_of) -> None:
    report = lint_of(RULE, RULE, select="duplicate-id")
    finding = only(report)
    assert (finding.span.path, finding.related[0].span[:3]) == ("b.yaml", ("a.yaml", 3, 9))
    assert told(lint_of(RULE.replace("acme-busy", "generic-quota"), select="duplicate-id")) == []  # it replaces the bundled one


def test_titles_of_the_base_are_others_too(lint_of) -> None:
    finding = only(lint_of(rule(title="over quota SOMEWHERE")))
    assert (finding.slug, finding.related[0].span.path.endswith("base/rules.yaml")) == ("duplicate-title", True)
    assert only(lint_of(PROVIDER.replace("Acme", "gmail"), select="duplicate-title")).message.startswith(
        "the name of 'gmail' once more"
    )


def test_hosts_of_the_base_are_others_too(lint_of) -> None:
    finding = only(lint_of(PROVIDER.replace("mx.acme.example", "google.com"), select="duplicate-mx"))
    assert (finding.span.path, finding.span.line) == ("a.yaml", 3)


def test_related(lint_of) -> None:
    assert messages(lint_of(rule(related="[{id: acme-busy, type: similar}]"))) == [
        "the rule is related to itself; name another one"
    ]
    assert messages(lint_of(rule(related="[{id: generic-quotas, type: derived}]"))) == [
        "there is no rule 'generic-quotas' (did you mean 'generic-quota'?); name one that exists, or say type: renamed or merged"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            ".*acme is busy",
            [("needless-wildcard", ".* at the beginning adds nothing, patterns are searched anywhere; delete it")],
        ),
        (
            "^.*?acme is busy",
            [("needless-wildcard", "^.*? at the beginning adds nothing, patterns are searched anywhere; delete it")],
        ),
        ("acme.*.*busy", [("needless-wildcard", ".*.* is slow and finds no more than one wildcard; write .*")]),
        ("acme is busy|.*x", []),
        ("acme is busy\\.*", []),
        (".+busy", [("needless-wildcard", ".+ at the beginning adds nothing, patterns are searched anywhere; delete it")]),
        ("[SSPAM]? acme is busy|acme is busy", []),
        (
            "acme is busy [RATE24]",
            [("unescaped-dot", "[RATE24] is one character of these; where the brackets stand in the reply, write \\[RATE24\\]")],
        ),
        ("acme is busy [A-Z0-9] [aeiou]", []),
        (
            "acme is busy, see www.acme.com",
            [("unescaped-dot", "'www.acme.com': a bare dot is any character; write 'www\\.acme\\.com'")],
        ),
        ("acme is busy [4.7.1]", []),
        ("acme is busy 4.7.1", [("unescaped-dot", "'4.7.1': a bare dot is any character; write '4\\.7\\.1'")]),
        ("acme is busy since 2026-11-20", [("volatile-text", "'2026-11-20' is a date, another one next time; write \\S+")]),
        ("acme is busy since 20 Nov 2026", [("volatile-text", "'20 Nov 2026' is a date, another one next time; write \\S+")]),
        ("acme is busy since 10:00:00", [("volatile-text", "'10:00:00' is a time of day, another one next time; write \\S+")]),
        ("acme is busy: 4Cb2Xk1Zq9z1", []),
        ("acme is busy: 5b1f17b1804b1", []),
        (
            "acme is busy: d9si1204yzb88",
            [("volatile-text", "'d9si1204yzb88' is what looks like a queue id, another one next time; write \\S+")],
        ),
        (
            "acme is busy: 4F1A2B3C4D",
            [("volatile-text", "'4F1A2B3C4D' is what looks like a queue id, another one next time; write \\S+")],
        ),
        (
            "acme is busy: 2001:db8:0:0:1",
            [("volatile-text", "'2001:db8:0:0:1' is an address, another one next time; write \\S+")],
        ),
        (
            "acme is busy for jane@corp\\.example",
            [("volatile-text", "'jane@corp\\.example' is a mail address, another one next time; write \\S+")],
        ),
        ("acme is busy, write to postmaster@acme\\.example", []),
        ("acme is busy from 127\\.0\\.0\\.1", []),
    ],
)
def test_patterns(lint_of, text: str, found: list[tuple[str, str]]) -> None:
    report = lint_of(rule(text=f"['{text}']"), select="needless-wildcard unescaped-dot volatile-text")
    assert [(finding.slug, finding.message) for finding in report.findings] == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"\d+", "the pattern has no word that each of its matches holds; name one of 3 letters or more"),
        (r"ok", "the pattern has no word longer than 2 letters that each of its matches holds; name one of 3 letters or more"),
        (r"\p{Lu}cme", "the pattern has no word that each of its matches holds; it uses what only the regex module knows"),
        ("邮", "no word longer than 2 letters"),
    ],
)
def test_no_literal(lint_of, text: str, said: str) -> None:
    assert said in only(lint_of(rule(text=f"['{text}']"), select="no-literal")).message


def test_two_signs_of_a_script_without_letters_are_a_word(lint_of) -> None:
    assert told(lint_of(rule(text="['邮箱']"), select="no-literal")) == []


def test_marks_of_providers_are_patterns_too(lint_of) -> None:
    text = PROVIDER.replace("mx:", "marks: ['.*from acme.com', '(broken'], mx:")
    assert sorted(finding.slug for finding in lint_of(text).findings) == ["invalid-regex"]
    assert sorted(finding.slug for finding in lint_of(text.replace(", '(broken'", "")).findings) == [
        "needless-wildcard",
        "unescaped-dot",
    ]


def test_matches_everything(lint_of, base) -> None:
    assert only(lint_of(rule(text="[]", provider_known="true"), select="matches-everything")).message == (
        "the rule fits every reply; give `text`, `enhanced_code` or `code`"
    )
    finding = only(lint_of(rule(text="['ok|done']"), select="matches-everything"))
    assert finding.message.startswith("found in ")
    assert "replies of success, for instance '" in finding.message


def test_what_is_found_in_many_replies(lint_of) -> None:
    rules = read_files(rule_files([bundled_source()]))
    mine = rules[0]._replace(source=rules[0].source._replace(label="option"), path="a.yaml")

    def said(**changes: str) -> list[str]:
        pack = Pack([mine._replace(data=rule(**changes).encode())], rules, {}, Settings(TODAY))
        return messages(run(pack, Choice(("matches-everything",))))

    assert "examples of all rules, for instance" in said(text="['later|temporar|too many|refused']")[0]
    assert said(text="['later|temporar|too many|refused']", confidence="low") == []
    assert said() == []


def bundled_source():
    from smtp421.rulebook.sources import RuleSource

    return RuleSource(bundled_rules(), "bundled")


def test_codes(lint_of) -> None:
    assert messages(lint_of(rule(code="[421, 471]"), select="M")) == [
        "471 is in no standard, and no example shows it; write the right one, or add an example"
    ]
    assert messages(lint_of(rule(code="[471, 472]", examples="['471 Acme is busy']"), select="M")) == []
    assert messages(lint_of(rule(enhanced_code="['5.3.2', 'x.3.2', '4.3.x']"), select="M")) == []
    assert messages(lint_of(rule(code="[4xx]", enhanced_code="['5.3.2']"), select="M")) == [
        "5.3.2 does not go with the reply codes 4xx, and no example shows it; mend one of the two"
    ]
    assert (
        messages(lint_of(rule(code="[421]", enhanced_code="['5.3.2']", examples="['421 5.3.2 Acme is busy']"), select="M")) == []
    )
    assert messages(lint_of(rule(enhanced_code="['2.3.2']"), select="M")) == [
        "2.3.2 does not go with the reply codes 4xx and 5xx, and no example shows it; mend one of the two"
    ]


def test_a_pattern_twice_in_a_list(lint_of) -> None:
    finding = only(lint_of(rule(text="['acme is busy', 'acme is \\S+', 'acme is busy']"), select="duplicate-pattern"))
    assert (finding.span.column, finding.related[0].span.column) == (45, 14)


def test_conditions_of_the_base_are_others_too(lint_of) -> None:
    finding = only(lint_of(rule(text="['Over quota']"), select="duplicate-pattern"))
    assert finding.message == "the same conditions as 'generic-quota'; delete one of the two, or say what sets them apart"


def test_a_rule_without_examples_is_shadowed_in_theory(lint_of) -> None:
    text = RULE + SECOND.replace("text: ['acme is full']", "text: ['acme is (?:busy|busier)', 'acme is busiest']").replace(
        "    examples: ['450 4.3.2 Acme is full']\n", ""
    )
    strong = text.replace("'acme is busy'", "'acme is bus'").replace(
        "    cause: rate_limit", "    priority: 1\n    cause: rate_limit", 1
    )
    finding = only(lint_of(strong, select="shadowed-rule"))
    assert finding.subject == "acme-full"
    assert "for instance '450 acme is busy' by 'acme is bus'; give this rule" in finding.message
    assert told(lint_of(text, select="shadowed-rule")) == []
    codes = text.replace("text: ['acme is (?:busy|busier)', 'acme is busiest']", "enhanced_code: ['4.3.x']\n      code: [4xx]")
    assert told(lint_of(codes, select="shadowed-rule")) == []


def test_overlap_that_is_agreed_on(lint_of) -> None:
    both = RULE.replace("'acme is busy'", "'acme is'") + SECOND.replace("cause: rate_limit", "cause: mailbox").replace(
        "'450 4.3.2 Acme is full'", "'450 4.3.2 Acme is full, acme is busy'"
    )
    assert [finding.slug for finding in lint_of(both, select="overlapping-rules").findings] == ["overlapping-rules"]
    assert (
        told(lint_of(both.replace("cause: mailbox", "cause: mailbox\n    also: [rate_limit]"), select="overlapping-rules")) == []
    )
    assert told(lint_of(both.replace("cause: mailbox", "cause: mailbox\n    priority: 2"), select="overlapping-rules")) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "['acme  is busy']"}, "two blanks: in the text that is searched, white space is one blank; write one"),
        ({"text": "['acme\\tis busy']"}, "a tab: in the text"),
        ({"text": "['acme is\\nbusy']"}, "a line's end: in the text"),
        ({"text": "['acme is {0}  busy']", "examples": "['450 acme is {0} busy']"}, "two blanks"),
        (
            {"not_text": "['busy', 'other']"},
            "this is found in all that `text` finds, so the rule never fits; delete or narrow it",
        ),
        ({"text": "['421 acme is busy']"}, "'421 ': codes are not part of the text that is searched; delete it, and give `code`"),
        ({"text": "['^4.3.2 acme']"}, "'4.3.2 ': codes are not part of the text"),
        ({"text": "['acme *  ?is busy']"}, None),
        ({"text": "['421 4.7.0 acme']", "examples": "['450 4.3.2 the next server said 421 4.7.0 Acme is busy']"}, None),
    ],
)
def test_unreachable(lint_of, changes: dict[str, str], said: str | None) -> None:
    found = messages(lint_of(rule(**changes), select="unreachable"))
    assert (said is None) == (found == [])
    assert said is None or said in found[0]


def test_answers_that_nothing_gives(lint_of) -> None:
    tree = (Path(__file__).parent / "base" / "tree.yaml").read_text()
    assert told(lint_of(tree.replace("local:", "locale:"), select="tree-unknown-evidence")) == [("tree-unknown-evidence", 9, 7)]
    assert told(lint_of(tree.replace("evidence: first_contact", "evidence: full_moon"), select="tree-unknown-evidence")) == []
    empty = tree.replace(
        "answers:\n      'yes': {says: Greylisting., cause: unknown}\n      'no': {says: Something else.}\n", "answers: {}\n"
    )
    assert told(lint_of(empty, select="tree-missing-edge")) == [("tree-missing-edge", 16, 5)]


def test_causes_that_the_tree_leads_to(lint_of) -> None:
    cause = (Path(__file__).parent / "cases" / "cause-unreachable.bad.yaml").read_text()
    tree = (Path(__file__).parent / "base" / "tree.yaml").read_text().replace("cause: unknown", "cause: full_moon")
    assert told(lint_of(cause, tree, select="cause-unreachable")) == []


def test_metadata(lint_of) -> None:
    assert messages(lint_of(rule(cause="unknown"), select="missing-metadata")) == [
        "neither the rule nor its cause 'unknown' has fixes; give `fixes`"
    ]
    assert told(lint_of(RULE.replace("    summary: Acme has too much to do. Wait.\n", ""), select="missing-metadata")) == [
        ("missing-metadata", 3, 5)
    ]


def test_days(lint_of) -> None:
    text = RULE.replace("2026-11-20", "2026-12-24")
    assert messages(lint_of(text)) == ["a day that has not come yet; write the day of today (2026-11-29)"]
    assert messages(lint_of(RULE, max_age_days=8)) == [
        "last read 9 days ago; read it again, and write the day of today (2026-11-29)"
    ]
    assert messages(lint_of(RULE, max_age_days=9)) == []
    limit = "limits: [{what: connections, value: 5, kind: provider, source: A page, checked: 2020-01-01}], "
    page = "postmaster: {title: A page, url: 'https://acme.example', checked: 2020-01-01}, "
    fix = "schema: smtp421.fixes/1\nfixes: [{id: wait, action: Wait., who: nobody, references: [{title: T, url: 'https://x', checked: 2020-01-01}]}]\n"
    report = lint_of(PROVIDER.replace("mx:", limit + page + "mx:"), fix, select="stale-rule")
    assert [(finding.span.path, finding.subject) for finding in report.findings] == [
        ("a.yaml", "acme"),
        ("a.yaml", "acme"),
        ("b.yaml", "wait"),
    ]


def test_hidden_characters_in_words(lint_of) -> None:
    assert told(lint_of(rule(title="Acme\u200b is busy"))) == [("hidden-character", 4, 12)]
    assert told(lint_of(rule(summary='"Acme \\e[31m"'))) == [("hidden-character", 8, 14)]


def test_implicit_types(lint_of) -> None:
    report = lint_of(rule(title="2026-11-20", summary="4.10", text="[!!int 5]"), select="implicit-type")
    assert (
        messages(report)
        == [
            "YAML reads a bare 2026-11-20 as the date 2026-11-20; put quotes around it",
            "YAML reads a bare 4.10 as the number 4.1; put quotes around it",
        ]
        or len(messages(report)) == 3
    )
    assert messages(lint_of(rule(title="1" * 50), select="implicit-type"))[0].startswith(
        "YAML reads a bare 1111111111111111111111111111111111111..."
    )


def test_case_files_are_checked(lint_of) -> None:
    report = lint_of("schema: smtp421.cases/1\ntests:\n  - {text: 450 Greylisted, caus: greylisting}\n")
    assert told(report) == [("unknown-key", 3, 28)]


def test_a_new_check_is_a_new_file(tmp_path: Path, pack_of, monkeypatch: pytest.MonkeyPatch) -> None:
    """As CONTRIBUTING says: nothing else has to be changed."""
    (tmp_path / "shouting.py").write_text(
        "from smtp421.lint.check import check\n"
        "from smtp421.lint.finding import Level\n\n\n"
        "@check('E799', 'shouting', Level.INFO)\n"
        "def shouting(pack):\n"
        '    """A title in capitals.\n\n    Bad:\n\n        title: BUSY\n\n    Good:\n\n        title: Busy\n    """\n'
        "    for entry in pack.rules:\n"
        "        if entry.form.title.isupper():\n"
        "            yield pack.found(entry, 'write it in small letters', 'title')\n"
    )
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    checking.all_checks.cache_clear()
    try:
        assert checking.find_check("shouting").title == "A title in capitals"
        assert told(run(pack_of(rule(title="BUSY")), Choice(("E799",)))) == [("shouting", 4, 12)]
    finally:
        monkeypatch.undo()
        checking.all_checks.cache_clear()
