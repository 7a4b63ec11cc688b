import json
from datetime import UTC, date, datetime

import yaml
from hypothesis import given
from hypothesis import strategies as st

from smtp421.anonymize import anonymizer
from smtp421.authoring.draft import ANYBODY, Draft, Given, draft, id_of, scope_of, words_of
from smtp421.authoring.pattern import Pattern
from smtp421.authoring.yaml_text import file_text, rule_lines
from smtp421.logs import read_paste
from smtp421.rulebook.pages import Citation
from smtp421.rulebook.schema import RulesFile

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LINE = (
    "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<joe@corp.org>, relay=aspmx.l.google.com[8.8.8.8]:25, delay=10, delays=1/1/1/7, "
    "dsn=4.0.0, status=deferred (host aspmx.l.google.com[8.8.8.8] said: 421-4.7.99 [8.8.4.4 15] Quux zork, joe@corp.org, is bored "
    "421 4.7.99 of you. z1si96pln.401 - gsmtp (in reply to end of DATA command))"
)


def make(text, book, corpus, **given):
    attempt = read_paste(text, NOW)[0]
    return draft(attempt, words_of(attempt, corpus), Given(**given), book, corpus, anonymizer(book), date(2026, 11, 20))


def test_a_log_line(book, corpus):
    made = make(LINE, book, corpus)
    assert (made.id, made.provider, made.patterns) == ("google-workspace-quux-zork", "google_workspace", ("Quux zork",))
    assert (
        made.examples[0] == "421 4.7.99 [192.0.2.1 15] Quux zork, user1@domain1.example, is bored of you. z1si96pln.401 - gsmtp"
    )
    assert made.examples[1] == f"smtp; {made.examples[0]}"
    assert made.cause == "unknown"
    assert made.title.startswith("TODO 421 4.7.99")
    assert made.reference == Citation(
        "RFC 5321 section 4.2.1", "https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1", "2026-11-20"
    )
    assert (made.codes, made.enhanced_codes) == ((), ())


def test_what_the_author_says_holds(book, corpus):
    made = make(
        LINE,
        book,
        corpus,
        id="x",
        title="T",
        provider=ANYBODY,
        cause="tls",
        severity="info",
        summary="S",
        reference="https://example.com/",
    )
    assert made[:3] == ("x", "T", None)
    assert (made.cause, made.severity, made.summary) == ("tls", "info", "S")
    assert made.reference[:2] == ("https://example.com/", "https://example.com/")
    assert make(LINE, book, corpus, reference="https://example.com/", reference_title="R").reference.title == "R"


def test_common_words_only_count_with_their_codes(book, corpus):
    made = make("451 4.7.99 try again later", book, corpus)
    assert (made.codes, made.enhanced_codes) == (("451",), ("4.7.99",))
    bare = make("try again later mail server", book, corpus)
    assert (bare.codes, bare.enhanced_codes) == ((), ())


def test_scope(book):
    def scope(text):
        return scope_of(read_paste(text, NOW)[0], book)

    assert scope(LINE) == "google_workspace"
    assert scope("451 quux") is None
    assert scope("550 5.7.1 Our system. - gsmtp") == "gmail" or scope("550 5.7.1 Our system. - gsmtp") == "google_workspace"


def test_ids(book):
    words = Pattern("", ("Quux", "(S31)", "Größe"), ())
    assert id_of(words, None, ()) == "generic-quux-s31-gre"
    assert id_of(words, "t_online", ("t-online-quux-s31-gre", "t-online-quux-s31-gre-2")) == "t-online-quux-s31-gre-3"
    assert id_of(Pattern("", ("拒绝",), ()), None, ()) == "generic-reply"
    assert len(id_of(Pattern("", ("longwords",) * 9, ()), None, ())) <= 50


DRAFT = Draft(
    id="acme-x",
    title="It's: a 'title' # not a comment",
    provider=None,
    patterns=(r"\[X1\] 'quoted'",),
    cause="tls",
    severity="info",
    summary="A long sentence about what the server means by it. " * 4,
    reference=Citation("yes", "https://example.com/#x", "2026-11-20"),
    examples=("450 a\x1b[31m", "450-a\n450 b"),
    counterexamples=("250 2.0.0 Ok",),
    codes=("450", "4xx"),
    enhanced_codes=("4.7.x",),
    confidence="low",
    priority=5,
)


def test_yaml_says_what_the_draft_says():
    text = file_text(DRAFT)
    rule = RulesFile.model_validate(yaml.safe_load(text)).rules[0]
    assert (rule.id, rule.title, rule.cause, rule.severity, rule.confidence, rule.priority) == (
        "acme-x",
        DRAFT.title,
        "tls",
        "info",
        "low",
        5,
    )
    assert rule.match.text == DRAFT.patterns
    assert rule.match.code == (450, "4xx")
    assert rule.match.enhanced_code == ("4.7.x",)
    assert rule.summary == DRAFT.summary.strip()
    assert rule.references[0].title == "yes"
    assert rule.examples == ("450 a [31m", "450-a\n450 b")
    assert rule.counterexamples == DRAFT.counterexamples
    assert max(map(len, text.splitlines())) <= 120


def test_comments_and_provider_go_into_the_rule():
    lines = rule_lines(DRAFT._replace(provider="yahoo"), 4, provider=True, comments={"cause": "TODO which?"})
    assert lines[0] == "    - id: acme-x"
    assert "      provider: yahoo" in lines
    assert "      cause: tls                   # TODO which?" in lines


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=60))
def test_any_text_gives_yaml_that_can_be_read(title, summary, example):
    value = yaml.safe_load(file_text(DRAFT._replace(title=title, summary=summary, examples=(example,))))
    rule = value["rules"][0]
    assert rule["title"] == "".join(letter if letter.isprintable() else " " for letter in title)
    assert isinstance(rule["summary"], str)
    assert json.dumps(rule["examples"])
