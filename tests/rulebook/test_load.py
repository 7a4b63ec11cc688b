"""What is wrong in a rule file is told with its place, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtp421.model import Confidence, Fault, Severity
from smtp421.rulebook import RuleBook, RuleSource, open_book
from smtp421.rulebook.patterns import pattern_error
from smtp421.rulebook.schema import MatchForm
from smtp421.rulebook.validation import INNER, known_keys

BookOf = Callable[..., RuleBook]
Write = Callable[..., Path]

HEAD = "schema: smtp421.rules/1\nrules:\n"
GOOD = "  - {id: good, title: T, cause: rate_limit, summary: S., match: {text: [w]}}\n"
RULE = "  - id: bad\n    title: T\n    cause: rate_limit\n    summary: S.\n    match:\n      text: [w]\n"


def faults_of(book: RuleBook, name: str = "a") -> list[tuple[int, int, str]]:
    assert all(Path(fault.path).stem == name for fault in book.faults), book.faults
    return [(fault.line, fault.column, fault.message) for fault in book.faults]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (
            RULE.replace("text:", "txt:"),
            8,
            7,
            "unknown key 'txt' (did you mean 'text'?); known here: code, enhanced_code, not_text",
        ),
        (RULE.replace("    title: T\n", ""), 3, 5, "the key 'title' is missing; add it"),
        (RULE.replace("title: T", "title: 7"), 4, 12, "found 7; expected text: put quotes around it"),
        (RULE.replace("title: T", "title: yes"), 4, 12, "found True; expected text; put quotes around it"),
        (RULE.replace("[w]", "[w, 'a(b']"), 8, 17, "invalid pattern: missing ) at position 3 (before ''); mend it"),
        (RULE.replace("[w]", "['a**b']"), 8, 14, "invalid pattern: multiple repeat at position 2 (before '*b')"),
        (RULE.replace("[w]", r"['\L<names>']"), 8, 14, "invalid pattern: undefined named list"),
        (
            RULE.replace("text: [w]", "provider_known: true"),
            8,
            7,
            "the rule fits every reply; give `text`, `enhanced_code` or `code`",
        ),
        (
            RULE.replace("cause: rate_limit", "cause: ratelimit"),
            5,
            12,
            "there is no cause 'ratelimit' (did you mean 'rate_limit'?); name one",
        ),
        (RULE.replace("cause: rate_limit", "cause: Rate-Limit"), 5, 12, "found 'Rate-Limit'; expected the id of a cause"),
        (RULE + "    provider: gmial\n", 9, 15, "there is no provider 'gmial' (did you mean 'gmail'?)"),
        (RULE + "    severity: bad\n", 9, 15, "'bad' is none of 'info', 'warning' or 'critical'"),
        (RULE + "    retry: {helps: yes}\n", 9, 20, "True is none of 'yes', 'after_fix' or 'no'; put quotes around it"),
        (
            RULE + "    retry: {helps: 'yes', wait: 5 min}\n",
            9,
            33,
            "found '5 min'; expected a number and its unit: 30s, 15m, 4h or 2d",
        ),
        (RULE + "      code: [421, 600]\n", 9, 19, "found 600; expected a reply code such as 421, or 4xx for its class"),
        (RULE + "      enhanced_code: [4.7]\n", 9, 23, "found 4.7; expected an enhanced status code in quotes"),
        (
            RULE + "    references:\n      - {title: T, url: ftp://x, checked: 2026-11-20}\n",
            10,
            25,
            "found 'ftp://x'; expected an address",
        ),
        (
            RULE + "    references:\n      - {title: T, url: 'http://x', checked: soon}\n",
            10,
            46,
            "found 'soon'; expected the day",
        ),
        (RULE + "    references:\n      - {title: T, ulr: 'http://x', checked: 2026-11-20}\n", 10, 9, "the key 'url' is missing"),
        (RULE + "    summary: Again.\n", 9, 5, "the key 'summary' stands twice, first in line 6; keep one"),
        (RULE.replace("title: T", f"title: {'T' * 2100}"), 4, 12, "found 'TTTTT"),
        (RULE + "    examples: no\n", 9, 15, "found False; expected a list: put [ ] around it; put quotes around it"),
        ("  - just words\n", 3, 5, "found 'just words'; expected keys and their values"),
        (RULE.replace("id: bad", "id: good"), 3, 9, "the id 'good' stands twice, first in "),
    ],
)
def test_bad_rule_is_left_out_and_told(book_of: BookOf, text: str, line: int, column: int, message: str) -> None:
    book = book_of(a=HEAD + text + GOOD)
    found = faults_of(book)
    if message.startswith("the id"):  # the later of the two is the one that is told
        line, column = 9, 10
    assert (found[0][:2], found[0][2][: len(message)]) == ((line, column), message)
    assert list(book.rules) == ["good"]


def test_several_faults_of_one_rule_are_all_told(book_of: BookOf) -> None:
    text = RULE.replace("title: T", "title: 7").replace("text: [w]", "txt: [w]\n      cod: [421]")
    assert [fault[:2] for fault in faults_of(book_of(a=HEAD + text + GOOD))] == [(4, 12), (8, 7), (9, 7)]


def test_unknown_fixes_and_further_causes_are_left_out_of_the_rule(book_of: BookOf) -> None:
    text = RULE + "    also: [unknown, nothing]\n    fixes: [slow-down, slow-dwn]\n"
    book = book_of(a=HEAD + text)
    assert faults_of(book) == [
        (9, 21, "there is no cause 'nothing'; name one that exists, or add it"),
        (10, 24, "there is no fix 'slow-dwn' (did you mean 'slow-down'?); name one that exists, or add it"),
    ]
    assert book.rules["bad"].also == ("unknown",)
    assert book.rules["bad"].fixes == ("slow-down",)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("schema: smtp421.rules/1\nrules: [}\n", 2, 9, "not valid YAML: "),
        ("\tschema: x\n", 1, 1, "not valid YAML: found character"),
        ("schema: smtp421.rules/1\nrules: \x01\n", 2, 1, "not valid YAML: "),
        (
            "schema: smtp421.rules/9\n",
            1,
            9,
            "schema 'smtp421.rules/9' is not one that this version reads (did you mean 'smtp421.rules/1'?); update smtp421; write one",
        ),
        ("rules: []\n", 1, 1, "the key 'schema' is missing; write `schema: smtp421.rules/1` at the head"),
        ("", 1, 1, "not a rule file; begin with `schema:`"),
        ("- a\n", 1, 1, "not a rule file"),
        ("schema: smtp421.rules/1\n", 1, 1, "the key 'rules' is missing; add it"),
        ("schema: smtp421.rules/1\nrules: {a: b}\n", 2, 8, "found {'a': 'b'}; expected a list, each entry behind a dash"),
        (
            "schema: smtp421.rules/1\nrules: []\nruels: []\n",
            3,
            1,
            "unknown key 'ruels' (did you mean 'rules'?); known here: provider, rules, schema",
        ),
        ("schema: smtp421.rules/1\nrules: []\nrules: []\n", 3, 1, "the key 'rules' stands twice, first in line 2; keep one"),
        ("schema: smtp421.rules/1\nrules: []\n---\na: b\n", 3, 1, "a second YAML document"),
        ("schema: smtp421.rules/1\n? [a]\n: b\nrules: []\n", 2, 3, "a key that is no plain word"),
        ("schema: smtp421.rules/1\nrules: !mine [a]\n", 2, 8, "unknown tag '!mine'"),
        ("schema: smtp421.rules/1\nrules: !mine a\n", 2, 8, "cannot read the value 'a': "),
        ("schema: smtp421.rules/1\nrules: !!str a\n", 2, 8, "found 'a'; expected a list: put [ ] around it"),
        ("schema: 2026-99-99\nrules: []\n", 1, 9, "cannot read the value '2026-99-99': month must be in 1..12; quote it"),
        ("schema: &a x\n*a : y\n", 2, 1, "an alias as a key; write a word"),
        ("schema: *a\n", 1, 9, "the alias *a has no anchor before it; write the value out"),
    ],
)
def test_bad_file_is_told_and_the_others_are_read(book_of: BookOf, text: str, line: int, column: int, message: str) -> None:
    book = book_of(a=text, b=HEAD + GOOD)
    found = faults_of(book)
    assert len(found) == 1
    assert (found[0][:2], found[0][2][: len(message)]) == ((line, column), message)
    assert list(book.rules) == ["good"]


def test_bytes_that_are_no_utf8(book_of: BookOf, base: Path) -> None:
    (base / "a.yaml").write_bytes(b"schema: smtp421.rules/1\nrules: [\xff]\n")
    assert faults_of(book_of()) == [(2, 9, "not UTF-8; save the file as UTF-8")]


def test_byte_order_mark_is_let_pass(book_of: BookOf, base: Path) -> None:
    (base / "a.yaml").write_bytes(b"\xef\xbb\xbf" + (HEAD + GOOD).encode())
    assert list(book_of().rules) == ["good"]


def test_bombs_are_refused(book_of: BookOf) -> None:
    bomb = "a: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )
    assert "more than 400000 values" in book_of(a=bomb).faults[0].message
    many = "a: &a x\nb: [" + "*a, " * 1200 + "]\n"
    assert "more than 1000 aliases" in book_of(a=many).faults[0].message
    assert "nested more than 30 deep" in book_of(a="[" * 900 + "]" * 900).faults[0].message
    assert "has no anchor before it" in book_of(a="a: &a [*a]\n").faults[0].message


def test_aliases_stand_for_their_values(book_of: BookOf) -> None:
    text = (
        HEAD + RULE.replace("text: [w]", "text: &words [w, v]\n      not_text: *words") + "    next_checks: [&one Look., *one]\n"
    )
    rule = book_of(a=text).rules["bad"]
    assert rule.match.not_text == ("w", "v")
    assert rule.next_checks == ("Look.", "Look.")


def test_faults_of_other_kinds_of_files(book_of: BookOf, base: Path) -> None:
    causes = (base / "causes.yaml").read_text().replace("fixes: [slow-down]", "fixes: [slow-down, gone]")
    tree = (
        (base / "tree.yaml")
        .read_text()
        .replace("root: who", "root: whom")
        .replace("to: why", "to: wy")
        .replace("cause: unknown", "cause: unkown, fixes: [slow-down, slow-dwon]")
    )
    providers = (base / "providers.yaml").read_text().replace("gsmtp$", "'(gsmtp'").replace("kind: software", "kind: hardware")
    book = book_of(causes=causes, tree=tree, providers=providers)
    messages = sorted((Path(fault.path).stem, fault.message.split(";")[0]) for fault in book.faults)
    assert messages == [
        ("causes", "there is no fix 'gone'"),
        ("providers", "'hardware' is none of 'mailbox', 'gateway', 'sending_service', 'software', 'list' or 'tool'"),
        ("providers", "invalid pattern: missing ) at position 6 (before '')"),
        ("tree", "there is no cause 'unkown' (did you mean 'unknown'?)"),
        ("tree", "there is no fix 'slow-dwon' (did you mean 'slow-down'?)"),
        ("tree", "there is no node 'whom' (did you mean 'who'?)"),
        ("tree", "there is no node 'wy' (did you mean 'why'?)"),
        ("tree", "there is no node 'wy' (did you mean 'why'?)"),
    ]
    assert set(book.providers) == {"google_workspace", "yahoo", "blocker"}
    assert book.causes["rate_limit"].fixes == ("slow-down",)
    assert book.tree.root == ""
    assert book.tree.nodes["who"].answers["remote"].to is None
    assert book.tree.nodes["who"].answers["local"].cause is None
    assert book.tree.nodes["who"].answers["local"].fixes == ("slow-down",)


def test_pages_hold_what_the_files_say(book_of: BookOf, base: Path) -> None:
    text = (
        HEAD
        + RULE
        + "    retry: {helps: 'no', wait: 2h}\n    examples: ['421 w']\n    references: [{title: R, url: 'http://x', checked: 2026-11-21}]\n"
    )
    book = book_of(a="provider: gmail\n" + text)
    rule = book.rules["bad"]
    assert (rule.provider, rule.confidence, rule.severity, rule.decided_by) == ("gmail", Confidence.HIGH, None, "text")
    assert (rule.helps, rule.wait_seconds, rule.advice) == ("no", 7200, None)
    assert (rule.path, rule.line, rule.label) == (str(base / "a.yaml"), 4, "bundled")
    assert rule.references[0].checked == "2026-11-21"
    assert book.cause_of("bad") == "rate_limit"
    assert book.causes["unknown"].severity_at_known_provider is Severity.WARNING
    assert book.causes["unknown"].severity_in_program is Severity.CRITICAL
    assert book.fixes["slow-down"].settings == (("postfix", "a = {connections}"),)
    gmail = book.providers["gmail"]
    assert (gmail.family, gmail.limits[0].value, gmail.postmaster and gmail.postmaster.title) == ("google", 10, "Tools")
    assert book.providers["yahoo"].family == "yahoo"
    assert book.defaults == {"connections": 2}
    assert (book.tree.root, book.tree.thresholds) == ("who", {"long": 14400.0, "share": 0.5})
    assert book.tree.nodes["who"].answers["local"].raises is Severity.WARNING
    assert (book.info.rules, book.info.causes, book.info.newest) == (1, 2, "2026-11-21")
    assert book.info.sources == (("bundled", str(base)),)
    assert "nothing" not in book.rules
    assert len(book.fixes) == 2


def test_a_rule_that_names_no_provider_in_a_providers_file(book_of: BookOf) -> None:
    book = book_of(a="provider: gmail\n" + HEAD + GOOD.replace("title: T", "title: T, provider: null"))
    assert book.rules["good"].provider is None
    gone = book_of(a=HEAD.replace("rules:", "provider: gmial\nrules:") + GOOD)
    assert faults_of(gone) == [(2, 11, "there is no provider 'gmial' (did you mean 'gmail'?); name one that exists, or add it")]


def test_keys_that_are_known_below_other_keys() -> None:
    assert known_keys(MatchForm, ("txt",)) == sorted(MatchForm.model_fields)
    assert known_keys(MatchForm, ("answers", "yes", "sayz")) == sorted(INNER["answers"].model_fields)


def test_bundled_rules_have_no_faults(bundled: RuleBook) -> None:
    assert bundled.faults == ()


def test_faults_are_values_with_a_place() -> None:
    assert str(Fault("a.yaml", 3, 7, "wrong")) == "a.yaml:3:7: wrong"


def test_patterns_too_deep_to_compile() -> None:
    assert pattern_error("(" * 5000 + ")" * 5000) == ("RecursionError; write it more simply", None)
    assert pattern_error("a" * 20, trusted=True) is None


PIECES = ["\n  - ", "rules: ", "match: {text: [", "]}", "<<: *a", "&a "]
ALPHABET = st.sampled_from([*PIECES, *"abid:-[]{}&*!|>'\"%@#,?~ \n\t0\\é\x85\ufeff\ud800"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    start=st.integers(0, 400), length=st.integers(0, 60), piece=st.lists(ALPHABET, max_size=6).map("".join), whole=st.booleans()
)
def test_nothing_that_a_file_holds_stops_the_reading(base: Path, start: int, length: int, piece: str, whole: bool) -> None:
    text = (
        HEAD + GOOD + RULE + "    references:\n      - {title: T, url: 'http://x', checked: 2026-11-20}\n    fixes: [slow-down]\n"
    )
    changed = piece if whole else text[:start] + piece + text[start + length :]
    (base / "a.yaml").write_bytes(changed.encode("utf-8", "surrogatepass"))
    book = open_book([RuleSource(base, "bundled")])
    assert all(fault.line >= 1 and fault.column >= 1 and fault.message for fault in book.faults)
    assert len(book.causes) == 2


def test_empty_book(tmp_path: Path) -> None:
    book = open_book([RuleSource(tmp_path, "bundled")])
    assert (len(book.rules), book.tree.root, book.info.newest, book.faults) == (0, "", "", ())
