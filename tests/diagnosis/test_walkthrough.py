"""Walking the tree with a person."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import smtp421
from smtp421.diagnosis.session_file import from_json, is_session, to_json
from smtp421.diagnosis.walkthrough import Session, actions, diagnosis_of, marks, next_question
from smtp421.errors import SessionUnusable
from smtp421.model import Evidence, Severity

VAGUE = "451 Try again later"
LINE = "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=10.5, delays=1/1/1/7, dsn=4.2.0, status=deferred (host mx.example.net[192.0.2.1] said: 450 4.2.0 Greylisted (in reply to RCPT TO command))"


@pytest.fixture
def session(book):
    def begin(text=VAGUE, evidence=(), **more):
        found = smtp421.explain(text, rulebook=book)
        return Session(found.attempt, found.logged, tuple(evidence), **more)

    return begin


@pytest.fixture
def asked(book):
    """The nodes that are asked, when each is answered as given, else with "don't know"."""

    def walk(session, **answers):
        nodes = []
        while True:
            node = next_question(diagnosis_of(session, book), session, book.tree)
            if node is None:
                return nodes, session
            nodes.append(node.id)
            session = session.answered(node.id, answers.get(node.id.replace("-", "_"), "unknown"))

    return walk


def test_what_evidence_answers_is_not_asked(session, asked):
    nodes, _ = asked(session(evidence=[Evidence("first_contact", "no", "the log"), Evidence("backoff", "sound", "postconf -n")]))
    assert nodes == ["names-a-reason", "reputation-tools", "identity-check", "too-fast", "how-long"]


def test_an_answer_leads_to_other_questions(session, asked):
    assert asked(session(), names_a_reason="identity")[0] == ["names-a-reason", "identity-named"]
    assert asked(session(), first_contact="yes")[0] == ["names-a-reason", "first-contact"]


def test_what_a_person_says_beats_what_the_evidence_says(session, book):
    known = session(evidence=[Evidence("reputation", "issues", "SNDS")]).answered("reputation-tools", "clean")
    assert next(item for item in marks(diagnosis_of(known, book), book.tree) if item.node.id == "reputation-tools").mark == "you"
    assert diagnosis_of(known, book).cause == "unknown"
    local = session().answered("who-said-it", "local")
    assert diagnosis_of(local, book).origin == "local"


def test_what_only_old_evidence_answers_is_asked_and_stays_open(session, asked, book):
    old = Evidence("reputation", "issues", "SNDS, 94 days ago", old=True)
    known = session(evidence=[old])
    nodes, ended = asked(known, first_contact="no")
    assert nodes == ["names-a-reason", "first-contact", "reputation-tools", "how-long"]
    found = diagnosis_of(ended, book)
    marked = next(item for item in marks(found, book.tree) if item.node.id == "reputation-tools")
    assert (marked.mark, marked.answer, marked.old) == ("evidence", "issues", True)
    assert "reputation-tools" in {action.node for action in actions(found, book.tree)}
    assert found.cause == "unknown"
    clean = diagnosis_of(known.answered("reputation-tools", "clean"), book)
    assert "reputation-tools" not in {action.node for action in actions(clean, book.tree)}


def test_going_back_forgets_the_last_answer(session):
    one = session().answered("first-contact", "no")
    assert one.answered("too-fast", "unknown").back() == one
    assert one.answered("first-contact", "yes").answers == (("first-contact", "yes"),)
    assert session().back() == session()


def test_marks_of_every_node(session, book):
    known = (
        session(evidence=[Evidence("backoff", "sound", "postconf -n")])
        .answered("first-contact", "no")
        .answered("too-fast", "unknown")
    )
    marked = marks(diagnosis_of(known, book), book.tree)
    assert {item.node.id for item in marked} == set(book.tree.nodes)
    assert [(item.node.id, item.mark, item.answer) for item in marked if item.mark != "not_reached"] == [
        ("who-said-it", "evidence", "remote"),
        ("names-a-reason", "open", "unknown"),
        ("first-contact", "you", "no"),
        ("reputation-tools", "open", "unknown"),
        ("identity-check", "open", "unknown"),
        ("sound-backoff", "evidence", "sound"),
        ("too-fast", "open", "unknown"),
        ("how-long", "open", "unknown"),
    ]
    assert {item.told for item in marked if item.mark == "not_reached"} == {""}


def test_where_nothing_is_known_finding_out_comes_first(session, book):
    todo = actions(diagnosis_of(session(), book), book.tree)
    assert [item.kind for item in todo] == sorted((item.kind for item in todo), key=["find_out", "do", "then"].index)
    assert [item.node for item in todo if item.kind == "find_out"][:2] == ["names-a-reason", "first-contact"]


def test_where_the_cause_is_known_doing_comes_first(session, book):
    found = diagnosis_of(session("421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp"), book)
    todo = actions(found, book.tree)
    assert [item.fix.id for item in todo if item.kind == "do"] == [fix.id for fix in found.fixes]
    assert [item.kind for item in todo] == sorted((item.kind for item in todo), key=["do", "find_out", "then"].index)
    assert todo[-1].text == found.retry.advice


def test_an_answer_brings_its_fixes(session, book):
    reply = "421 Too many concurrent SMTP connections from your address"
    plain = diagnosis_of(session(reply), book)
    eager = diagnosis_of(session(reply).answered("sound-backoff", "too_eager"), book)
    assert [fix.id for fix in eager.fixes] == [*(fix.id for fix in plain.fixes), "back-off"]
    assert eager.severity == "warning"


def test_an_answer_without_fixes_is_an_entry_itself(session, book):
    known = session(evidence=[Evidence("identity", "faulty", "sender check: no PTR")]).answered("first-contact", "no")
    todo = actions(diagnosis_of(known, book), book.tree)
    entry = next(item for item in todo if item.node == "identity-check")
    assert (entry.kind, entry.text) == ("do", "No - correct what the check names first (sender check: no PTR)")


def test_the_least_severity_of_a_log(session, book):
    assert diagnosis_of(session(least=Severity.CRITICAL), book).severity == "critical"
    assert diagnosis_of(session(LINE, least=Severity.INFO), book).severity == "info"


@given(st.data())
def test_every_walk_ends_and_asks_nothing_twice(book, data):
    found = smtp421.explain(VAGUE, rulebook=book)
    session = Session(found.attempt, found.logged)
    nodes = []
    while (node := next_question(diagnosis_of(session, book), session, book.tree)) is not None:
        assert node.id not in nodes
        nodes.append(node.id)
        session = session.answered(node.id, data.draw(st.sampled_from([*node.answers, "unknown"])))
    found = diagnosis_of(session, book)
    assert {item.node.id for item in marks(found, book.tree)} == set(book.tree.nodes)
    assert from_json(to_json(session), Path("f")) == session


# On disk


@pytest.mark.parametrize("text", [VAGUE, LINE, "LED=450 4.4.317 x [Message=451 5.7.3 STARTTLS is required to send mail]"])
def test_a_walk_comes_back_as_it_was(session, text):
    known = session(text, [Evidence("backoff", "sound", "\x1b[31mpostconf", old=True)], least=Severity.WARNING, taken="one")
    known = known.answered("first-contact", "no")
    text = to_json(known)
    assert "\x1b" not in text
    assert from_json(text, Path("f")) == known
    assert is_session(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1: Expecting value"),
        ("{\n  nothing", "line 2, column 3: Expecting property name"),
        ("[]", "it names no schema"),
        ('{"answers": []}', "it names no schema"),
        ('{"schema": "smtp421.session/2"}', "its schema is 'smtp421.session/2', not 'smtp421.session/1'"),
        ('{"schema": "smtp421.session/1"}', "attempt: Field required"),
        ("[" * 100_000, "it is nested too deep"),
        (" " * 1_100_000, "it is too long for one"),
    ],
)
def test_what_is_no_walk_is_told(text, told):
    with pytest.raises(SessionUnusable) as error:
        from_json(text, Path("walk.json"))
    assert str(error.value).startswith(f"walk.json is no walk saved by this version of smtp421 ({told}")
    assert str(error.value).endswith("); start anew with `smtp421 diagnose`")


def test_a_value_of_a_wrong_kind_is_told_with_its_place(session):
    text = to_json(session()).replace('"code": 451', '"code": "many"')
    with pytest.raises(SessionUnusable, match=r"attempt\.reply\.code: Input should be a valid integer"):
        from_json(text, Path("f"))
    assert not is_session("no JSON")
    assert not is_session("[1]")


def test_answers_of_an_older_tree_are_passed_over(session, book):
    known = session()._replace(answers=(("gone", "yes"), ("first-contact", "gone")))
    assert diagnosis_of(known, book).cause == "unknown"
