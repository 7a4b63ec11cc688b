"""Walking the tree."""

from smtp421.diagnosis.tree import in_order, walk
from smtp421.model import Evidence, Severity
from smtp421.rulebook.pages import Edge, Node, Tree


def nodes_of(walked):
    return [(step.node, step.answer) for step in walked.path]


def test_a_remote_reply_that_names_a_rate(book):
    walked = walk(book.tree, [Evidence("origin", "remote", "a reply"), Evidence("reason", "rate", "the text")])
    assert nodes_of(walked) == [
        ("who-said-it", "remote"),
        ("names-a-reason", "rate"),
        ("reputation-behind", "unknown"),
        ("identity-behind", "unknown"),
        ("sound-backoff", "unknown"),
        ("too-fast", "unknown"),
        ("how-long", "unknown"),
    ]
    assert walked.cause == "rate_limit"
    assert any("postconf minimal_backoff_time" in question for question in walked.open_questions)


def test_a_vague_reply_asks_everything(book):
    walked = walk(book.tree, [Evidence("origin", "remote", "a reply")])
    assert [node for node, _ in nodes_of(walked)] == [
        "who-said-it",
        "names-a-reason",
        "first-contact",
        "reputation-tools",
        "identity-check",
        "sound-backoff",
        "too-fast",
        "how-long",
    ]
    assert len(walked.open_questions) == 7


def test_first_contact_points_to_greylisting(book):
    walked = walk(book.tree, [Evidence("origin", "remote", "r"), Evidence("first_contact", "yes", "the log")])
    assert walked.cause == "greylisting"
    assert walked.path[-1].node == "first-contact"
    assert walked.path[-1].evidence.endswith("(the log)")


def test_reputation_issues_raise_the_severity(book):
    walked = walk(
        book.tree,
        [Evidence("origin", "remote", "r"), Evidence("first_contact", "no", "the log"), Evidence("reputation", "issues", "SNDS")],
    )
    assert (walked.cause, walked.raises) == ("reputation", Severity.WARNING)


def test_the_first_evidence_for_a_question_counts(book):
    walked = walk(book.tree, [Evidence("origin", "local", "you"), Evidence("origin", "remote", "the reply")])
    assert nodes_of(walked)[0] == ("who-said-it", "local")


def test_an_answer_that_the_node_does_not_know_is_no_answer(book):
    walked = walk(book.tree, [Evidence("origin", "martian", "x")])
    assert nodes_of(walked)[0] == ("who-said-it", "unknown")


def test_every_edge_of_the_tree_leads_somewhere_and_ends(book):
    tree = book.tree
    for node in tree.nodes.values():
        for edge in (*node.answers.values(), node.unknown):
            assert edge.to is None or edge.to in tree.nodes
            assert edge.cause is None or edge.cause in book.causes
        assert node.how


def test_the_tree_has_no_cycle_and_every_node_is_reached(book):
    tree = book.tree
    done, open_ = set(), set()

    def visit(name):
        assert name not in open_, f"the tree leads back to {name}"
        if name not in done:
            open_.add(name)
            for edge in (*tree.nodes[name].answers.values(), tree.nodes[name].unknown):
                if edge.to is not None:
                    visit(edge.to)
            open_.remove(name)
            done.add(name)

    visit(tree.root)
    assert done == set(tree.nodes)


def test_what_disagrees_counts_in_a_fixed_order(book):
    you = Evidence("reputation", "clean", "you", by="you")
    bad, doubtful, good = (Evidence("reputation", answer, answer) for answer in ("issues", "doubtful", "clean"))
    old = Evidence("reputation", "issues", "old", old=True)
    other = Evidence("nothing", "asks", "for it")
    for given in ([old, good, doubtful, bad, you, other], [other, you, bad, doubtful, good, old]):
        assert in_order(given, book.tree) == [you, bad, doubtful, good, other, old]


def test_old_evidence_shows_the_way_and_no_more(book):
    given = [
        Evidence("origin", "remote", "r"),
        Evidence("first_contact", "no", "the log"),
        Evidence("reputation", "issues", "SNDS", old=True),
    ]
    walked = walk(book.tree, given)
    assert (walked.cause, walked.raises) == (None, None)
    assert ("reputation-tools", "issues") in nodes_of(walked)
    assert any("SNDS" in question for question in walked.open_questions)
    fresh = walk(book.tree, [*given, Evidence("reputation", "clean", "block lists")])
    assert ("reputation-tools", "clean") in nodes_of(fresh)


def test_what_was_looked_at_in_vain_is_told(book):
    walked = walk(
        book.tree, [Evidence("first_contact", "no", "x"), Evidence("reputation", "unknown", "SNDS has nothing of 192.0.2.1")]
    )
    step = next(step for step in walked.path if step.node == "reputation-tools")
    assert step.answer == "unknown"
    assert step.evidence.endswith(" (SNDS has nothing of 192.0.2.1)")


def test_a_cycle_in_a_foreign_tree_ends():
    node = Node("a", "?", "x", {"yes": Edge("a", "again", None, None)}, Edge("a", "again", None, None), ())
    walked = walk(Tree("a", {}, {"a": node}), [Evidence("x", "yes", "t")])
    assert nodes_of(walked) == [("a", "yes")]
    assert walk(Tree("", {}, {}), []).path == ()
