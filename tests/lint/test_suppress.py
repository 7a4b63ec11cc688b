"""Comments that hold findings back."""

from __future__ import annotations

import pytest

from tests.lint.conftest import RULE, told

SHORT = RULE.replace("    counterexamples: ['450 4.2.2 Over quota']\n", "")


@pytest.mark.parametrize(
    "comment",
    [
        ("  - id: acme-busy", "  - id: acme-busy # smtp421: ignore[missing-example] why"),
        ("  - id: acme-busy", "  # smtp421: ignore[missing-example] why\n\n  # more\n  - id: acme-busy"),
        ("  - id: acme-busy", "  - id: acme-busy #smtp421:ignore[redos, E701] why"),
        ("  - id: acme-busy", "  - id: acme-busy # smtp421: ignore[E7] why"),
        ("schema:", "# smtp421: ignore-file[missing-example] why\nschema:"),
        ("    examples:", "    # smtp421: ignore-file[missing-example] why\n    examples:"),
    ],
)
def test_held_back(lint_of, comment) -> None:
    report = lint_of(SHORT.replace(*comment), ignore="unused-ignore")
    assert (told(report), report.suppressed) == ([], 1)


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("# smtp421: ignore[missing-example]", [("ignore-without-reason", 3, 19)]),
        ("# smtp421: ignore[missing-example, redos]", [("ignore-without-reason", 3, 19)]),
        ("# smtp421: ignore why", [("missing-example", 3, 9), ("invalid-ignore", 3, 19)]),
        ("# smtp421: ignore[] why", [("missing-example", 3, 9), ("invalid-ignore", 3, 19)]),
        ("# smtp421: ignore[missing-exampel] why", [("missing-example", 3, 9), ("invalid-ignore", 3, 19)]),
        ("# smtp421: ignore[redos] why", [("missing-example", 3, 9), ("unused-ignore", 3, 19)]),
        ("# smtp421: ignored[redos] why", [("missing-example", 3, 9)]),
        ("#smtp421", [("missing-example", 3, 9)]),
    ],
)
def test_what_is_wrong_with_comments(lint_of, comment, found) -> None:
    assert told(lint_of(SHORT.replace("id: acme-busy", f"id: acme-busy {comment}"))) == found


def test_unused_is_told_only_where_its_checks_run(lint_of) -> None:
    text = RULE.replace("id: acme-busy", "id: acme-busy # smtp421: ignore[redos] why")
    assert told(lint_of(text)) == [("unused-ignore", 3, 19)]
    assert told(lint_of(text, ignore="redos")) == []
    assert told(lint_of(text, select="Z")) == []


def test_comments_below_a_block_and_at_the_end(lint_of) -> None:
    text = SHORT.replace(
        "summary: Acme has too much to do. Wait.",
        "summary: |\n      Acme. # smtp421: ignore[redos] no comment\n    # smtp421: ignore[redos] why",
    )
    assert told(lint_of(text + "# smtp421: ignore[redos] why")) == [
        ("missing-example", 3, 9),
        ("unused-ignore", 10, 5),
        ("unused-ignore", 14, 1),
    ]


def test_a_suppression_can_be_suppressed(lint_of) -> None:
    text = RULE.replace("schema:", "# smtp421: ignore-file[Z9] why\nschema:").replace(
        "id: acme-busy", "id: acme-busy # smtp421: ignore[redos]"
    )
    report = lint_of(text)
    assert (told(report), report.suppressed) == ([], 2)
