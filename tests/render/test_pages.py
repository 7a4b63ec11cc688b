import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from smtp421.errors import NoSuchPage
from smtp421.render.interface import View
from smtp421.render.json import Format as Json
from smtp421.render.knowledge_pages import fix_page
from smtp421.render.lookup import find_page, names
from smtp421.render.rule_pages import rules_page
from smtp421.render.text import Format
from smtp421.render.tree import tree_page
from smtp421.rulebook import RuleBook
from smtp421.rulebook.pages import Tree

Expect = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("example-mail-greylisted", "rule"),
        ("example-mail-by-number", "rule"),
        ("greylisting", "cause"),
        ("unknown", "cause"),
        ("let-queue-retry", "fix"),
        ("lower-rate", "fix"),
        ("example_mail", "provider"),
        ("bare", "provider"),
        ("450", "code"),
        ("4.7.1", "code"),
        ("450 4.7.1", "code"),
        ("499", "code"),
        ("4.99.1", "code"),
    ],
)
def test_pages(name: str, kind: str, book: RuleBook, expect: Expect) -> None:
    page = find_page(book, name)
    assert page.kind == kind
    expect(f"page-{name.replace(' ', '-')}.txt", Format().page(page))
    data = json.loads(Json().page(page))
    assert (data["schema"], data["page"]) == ("smtp421.page/1", kind)


def test_data_of_a_page(book: RuleBook) -> None:
    data = find_page(book, "example-mail-greylisted").to_dict()
    assert data["references"] == [{"title": "Greylisting", "url": "https://www.example.com/grey", "checked": "2026-11-20"}]
    assert find_page(book, "greylisting").to_dict()["rules"] == ["example-mail-greylisted"]
    assert find_page(book, "let-queue-retry").to_dict()["settings"]["exim"] == "*  *  F,2h,15m"
    assert find_page(book, "450 4.7.1").to_dict()["causes"] == {"greylisting": 1, "unknown": 1}
    assert find_page(book, "example_mail").to_dict()["rules"] == ["example-mail-greylisted", "example-mail-by-number"]


@pytest.mark.parametrize(
    "name", ["Example-Mail-Greylisted", "EXAMPLE_MAIL_GREYLISTED", "example-mail", "GREYLISTING", "lower_rate"]
)
def test_names_are_forgiving(name: str, book: RuleBook) -> None:
    assert find_page(book, name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("greylistin", "there is no rule, cause, fix, provider or code 'greylistin'; did you mean greylisting?"),
        ("zzz", "there is no rule, cause, fix, provider or code 'zzz';"),
        ("", "there is no rule, cause, fix, provider or code '';"),
        ("399", "there is no rule, cause, fix, provider or code '399';"),
    ],
)
def test_names_without_a_page(name: str, message: str, book: RuleBook) -> None:
    with pytest.raises(NoSuchPage, match=re.escape(message)):
        find_page(book, name)


def test_every_name_has_a_page(book: RuleBook) -> None:
    assert len(names(book)) == 8
    for name in names(book):
        assert Format().page(find_page(book, name))


def test_settings_of_one_mail_server(book: RuleBook) -> None:
    text = Format().page(fix_page(book, book.fixes["let-queue-retry"], "exim"))
    assert "F,2h,15m" in text
    assert "minimal_backoff_time" not in text


def test_lists_of_rules(book: RuleBook, expect: Expect) -> None:
    rules = list(book.rules.values())
    expect("rules.txt", Format(View(width=60, terminal=True)).page(rules_page(rules)))
    bundled = Format().page(rules_page([rule._replace(label="bundled") for rule in rules]))
    assert "2 rules, all of them bundled." in bundled
    assert "from" not in bundled.splitlines()[0]
    assert Format().page(rules_page([])) == "No rule fits that.\n"


def test_many_rules_know_a_code(book: RuleBook) -> None:
    rule = book.rules["example-mail-by-number"]
    crowd = SimpleNamespace(rules={f"rule-{number}": rule._replace(id=f"rule-{number}") for number in range(10)})
    text = Format().page(find_page(cast(RuleBook, crowd), "4.7.1"))
    assert "and 2 more: `smtp421 rules search 4.7.1`\n" in text
    assert "The number alone" not in text


def test_the_tree(book: RuleBook, expect: Expect) -> None:
    expect("tree.txt", Format().page(tree_page(book.tree)))
    assert Json().page(tree_page(book.tree)).count("Is it the first message?") == 1
    assert "|- remote > first" in Format(View(ascii=True)).page(tree_page(book.tree))


def test_no_tree() -> None:
    assert Format().page(tree_page(Tree("", {}, {}))) == "The rules hold no diagnosis tree.\n"
