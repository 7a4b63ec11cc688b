"""Who answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smtp421.model import Origin
from smtp421.rulebook import RuleBook, providers


@pytest.fixture
def book(book_of: Callable[..., RuleBook]) -> RuleBook:
    return book_of()


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("gmail-smtp-in.l.google.com", "gmail"),
        ("GOOGLE.COM.", "gmail"),
        ("alt1.aspmx.l.google.com", "google_workspace"),
        ("notgoogle.com", None),
        ("google.com.example.net", None),
        ("", None),
        (None, None),
        (".", None),
    ],
)
def test_host_names(book: RuleBook, host: str | None, provider: str | None) -> None:
    assert book.identify(host) == provider


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("4.7.0 try again - gsmtp", "gmail"),
        ("[TSS04] deferred by postfix", "yahoo"),
        ("blocked by blocker.example (postfix)", "blocker"),
        ("Postfix says no", "postfix"),
        ("<postfix@example.com> says no", None),
        ("", None),
    ],
)
def test_marks(book: RuleBook, text: str, provider: str | None) -> None:
    assert book.marks(text) == provider


def test_identity(book: RuleBook) -> None:
    assert book.identity("mx.google.com", "[TSS04] of postfix") == ("gmail", "google", "postfix")
    assert book.identity(None, "[TSS04] of postfix") == ("yahoo", "yahoo", "postfix")
    assert book.identity("mx.example.com", "nothing") == (None, None, None)
    assert book.identity(None, "see blocker.example") == ("blocker", None, None)
    assert (book.locking_family("gmail"), book.locking_family("postfix"), book.locking_family("nobody")) == ("google", None, None)


@pytest.mark.parametrize(
    ("host", "code", "text", "origin", "provider"),
    [
        ("mx.google.com", 421, "[TSS04]", None, "gmail"),
        ("mx.google.com", 421, "[TSS04]", Origin.INBOUND, "yahoo"),
        (None, 421, "mta1.am0.yahoodns.net: too busy", None, "yahoo"),
        (None, None, "mta1.am0.yahoodns.net: too busy", None, None),
        (None, None, "lookup failed, name=aspmx.l.google.com", None, "google_workspace"),
        (None, 421, "lookup failed, name=aspmx.l.google.com", None, None),
        ("mx.example.com", 421, "mta1.am0.yahoodns.net: too busy", None, None),
    ],
)
def test_who_answered(
    book: RuleBook, host: str | None, code: int | None, text: str, origin: Origin | None, provider: str | None
) -> None:
    assert book.who(host, code, text, origin).provider == provider
    assert book.classify(host, code, None, text, None, origin).provider == provider


def test_remembered_hosts_have_a_limit(book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "MAX_REMEMBERED", 5)
    for number in range(30):
        assert book.identity(f"mx{number}.google.com", "").provider == "gmail"
        assert len(book._directory._known) <= 5
