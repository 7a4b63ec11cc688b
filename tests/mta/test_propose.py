"""Proposed configuration: the figures, their sources, and nothing else."""

import tomllib

import pytest

import smtp421.mta
from smtp421.errors import UnknownFormat
from smtp421.mta.propose import MTAS, propose, want
from smtp421.mta.servers import server
from smtp421.rulebook.pages import LimitPage, Provider


def pieces(mta: str, book, *names: str, domains: tuple[str, ...] = ()) -> dict[str, str]:
    wanted = [want(book.providers[name], book.defaults, domains) for name in names]
    return {piece.part: piece.text for piece in propose(mta, wanted)}


def settings_of(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip() and line.strip()[0] not in "#;")


@pytest.mark.parametrize("mta", MTAS)
def test_every_provider_has_a_proposal_that_names_its_sources(mta: str, book) -> None:
    for name, provider in book.providers.items():
        wanted = want(provider, book.defaults)
        text = "\n".join(piece.text for piece in propose(mta, [wanted]))
        assert str(wanted.connections.value) in settings_of(text) or not wanted.domains or mta == "exim", name
        for figure in (wanted.connections, wanted.messages_per_connection):
            for limit in figure.limits if figure else ():
                assert f"Source: {limit.source}" in " ".join(text.split())
                assert limit.checked in text


@pytest.mark.parametrize(
    ("mta", "part", "lines"),
    [
        ("postfix", "main.cf", ["transport_maps = hash:/etc/postfix/transport", "gmx_destination_concurrency_limit = 4"]),
        (
            "postfix",
            "master.cf",
            [
                "gmx  unix  -  -  -  -  4  smtp",
                "  -o smtp_connection_reuse_count_limit=19",
                "  -o smtp_tls_security_level=encrypt",
            ],
        ),
        ("postfix", "transport", ["gmx.net  gmx:", "gmx.de  gmx:"]),
        ("exim", "routers", ["  domains = gmx.net : gmx.de : gmx.com : gmx.at : gmx.ch : mail.com"]),
        ("exim", "transports", ["  max_parallel = 4", "  connection_max_messages = 20", "  hosts_require_tls = *"]),
        ("exim", "retry", ["gmx.net  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h"]),
        (
            "powermta",
            "config",
            ["domain-macro gmx gmx.net,gmx.de,gmx.com,gmx.at,gmx.ch,mail.com", "  max-smtp-out 4", "  backoff-max-msg-rate 1/m"],
        ),
        ("haraka", "limit.ini", ["[outbound]", "gmx.net=4"]),
        ("haraka", "outbound.ini", ["temp_fail_intervals=5m,15m,30m,1h*4,2h*6,6h*13"]),
        ("opensmtpd", "smtpd.conf", ['action "gmx" relay tls', 'mta limit for domain "gmx.de" max-conn-per-domain 4']),
    ],
)
def test_lines(mta: str, part: str, lines: list[str], book) -> None:
    assert set(lines) <= set(settings_of(pieces(mta, book, "gmx")[part]).splitlines())


@pytest.mark.parametrize("mta", ["postfix", "exim", "powermta", "kumomta", "opensmtpd", "haraka"])
def test_what_is_proposed_passes_the_check(mta: str, book) -> None:
    text = "\n".join(pieces(mta, book, "gmail").values())
    if mta == "exim":
        text = "begin transports\n" + pieces(mta, book, "gmail")["transports"]
    settings = smtp421.mta.read(text, "proposed", mta)
    assert server(mta).connections(settings, book.providers["gmail"]).amount == 5


def test_kumomta_is_toml(book) -> None:
    data = tomllib.loads(pieces("kumomta", book, *(name for name, one in book.providers.items() if one.mx))["shaping"])
    google = data["provider"]["gmail"]
    assert google["provider_connection_limit"] == 5
    assert google["max_deliveries_per_connection"] == 50
    assert {"MXSuffix": ".google.com"} in google["match"]
    assert data["provider"]["yahoojapan"]["provider_max_message_rate"] == "600/min"


def test_a_rate_that_holds_always_and_one_that_holds_at_times(book) -> None:
    always = pieces("postfix", book, "amazon_ses", domains=("example.com",))["main.cf"]
    assert "600 messages a minute" in pieces("postfix", book, "yahoo_japan")["main.cf"]
    assert "its delays are whole seconds" in pieces("postfix", book, "yahoo_japan")["main.cf"]
    assert "#amazonses_transport_rate_delay = 1s" in always
    assert "#gmail_transport_rate_delay = 6s" in pieces("postfix", book, "gmail")["main.cf"]
    rate = LimitPage("messages_per_minute", 20, "provider", "The provider, https://example.com/limits", "2026-11-20", None)
    own = book.providers["gmail"]._replace(limits=(rate,))
    for mta, line in (
        ("postfix", "gmail_transport_rate_delay = 3s"),
        ("powermta", "max-msg-rate 20/m"),
        ("kumomta", 'provider_max_message_rate = "20/min"'),
        ("haraka", "gmail.com=20/1m"),
        ("opensmtpd", 'mta limit for domain "gmail.com" session-transaction-delay 3'),
    ):
        text = "\n".join(piece.text for piece in propose(mta, [want(own, book.defaults)]))
        assert line in settings_of(text)


def test_recipients_and_one_message_a_connection(book) -> None:
    assert "exchangeonline_destination_recipient_limit = 200" in pieces("postfix", book, "exchange_online")["main.cf"]
    assert "  max_rcpt = 200" in pieces("exim", book, "exchange_online")["transports"]
    assert "# Cannot be set for one destination: 200" in pieces("opensmtpd", book, "exchange_online")["smtpd.conf"]
    assert "  -o smtp_connection_cache_on_demand=no" in pieces("postfix", book, "sina")["master.cf"]


def test_customers_domains(book) -> None:
    bare = pieces("exim", book, "google_workspace")
    assert settings_of(bare["routers"]) == ""
    assert "--domain puts them in" in bare["routers"]
    given = pieces("exim", book, "google_workspace", domains=("example.com",))
    assert "  domains = example.com" in given["routers"]
    assert settings_of(pieces("powermta", book, "google_workspace")["config"]).endswith("</smtp-pattern-list>")


def test_a_provider_without_limits_gets_the_default(book) -> None:
    text = pieces("postfix", book, "seznam")["main.cf"]
    assert "# No limit on connections is known; 10 is a usual default." in text
    assert "seznam_destination_concurrency_limit = 10" in text
    assert pieces("kumomta", book, "postfix")["shaping"].count("No host names are known") == 1


def test_names_of_foreign_packs_cannot_inject_lines(book) -> None:
    limit = LimitPage("connections", 3, "community", "x\nsmtpd_relay_restrictions = permit", "2026-11-20", "note\n</domain>")
    evil = Provider(
        "evil\nid", "Evil\nmynetworks = 0.0.0.0/0", "mailbox", "evil", False, ("ok.example", 'a"]\n[x', "b c"), (), (limit,),
        None, None, None, None, None, None,
    )  # fmt: skip
    for mta in MTAS:
        for piece in propose(mta, [want(evil, book.defaults)]):
            for line in settings_of(piece.text).splitlines():
                assert "permit" not in line
                assert "mynetworks" not in line
                assert "[x" not in line
    assert "slow_destination_concurrency_limit = 3" in propose("postfix", [want(evil, book.defaults)])[0].text


def test_unknown_servers_are_refused() -> None:
    with pytest.raises(UnknownFormat, match="choose one of: postfix, exim, powermta"):
        propose("sendmail", [])
