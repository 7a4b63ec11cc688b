"""Findings: which setting, how serious, what to set."""

from pathlib import Path

import pytest

import smtp421.mta
from smtp421.mta.judge import check
from smtp421.mta.limits import domains, grants
from smtp421.mta.model import Finding, Level
from smtp421.mta.servers import SERVERS, server
from smtp421.rulebook.pages import LimitPage

DATA = Path(__file__).parents[1] / "data" / "mta"


def judged(text: str, book, *providers: str, mta: str | None = None, queue_run: float | None = None) -> list[Finding]:
    settings = smtp421.mta.read(text, "the file", mta)._replace(queue_run=queue_run)
    return list(check(settings, book.tree.thresholds, [book.providers[name] for name in providers]))


def level(findings: list[Finding], topic: str) -> Level | None:
    return max((finding.level for finding in findings if finding.topic == topic), key=lambda each: each.rank, default=None)


@pytest.mark.parametrize(
    ("topic", "text", "expected"),
    [
        ("first_retry", "myhostname = x", Level.OK),
        ("first_retry", "minimal_backoff_time = 60s\nqueue_run_delay = 60s", Level.WARNING),
        ("first_retry", "minimal_backoff_time = 1h", Level.WARNING),
        ("first_retry", "minimal_backoff_time = 25h", Level.CRITICAL),
        ("first_retry", "maximal_queue_lifetime = 0", Level.CRITICAL),
        ("growth", "maximal_backoff_time = 10m", Level.WARNING),
        ("growth", "myhostname = x", Level.OK),
        ("ceiling", "myhostname = x", None),
        ("ceiling", "maximal_backoff_time = 6h", Level.NOTE),
        ("ceiling", "maximal_backoff_time = 1d", Level.WARNING),
        ("lifetime", "myhostname = x", Level.OK),
        ("lifetime", "maximal_queue_lifetime = 2", Level.WARNING),  # days are its unit
        ("lifetime", "maximal_queue_lifetime = 6h", Level.CRITICAL),
        ("rate", "smtp_destination_rate_delay = 2s", Level.OK),
        ("reuse", "smtp_connection_cache_on_demand = no", Level.WARNING),
        ("reuse", "smtp_tls_connection_reuse = yes", Level.OK),
        ("reuse", "smtp_tls_connection_reuse = no", Level.NOTE),
        ("ipv6", "inet_protocols = ipv4", Level.OK),
        ("ipv6", "inet_protocols = ipv6", Level.WARNING),
        ("ipv6", "inet_protocols = ipv4, ipv6", Level.NOTE),
        ("ipv6", "inet_protocols = all\nsmtp_address_preference = ipv6", Level.NOTE),
        ("tls", "smtp_tls_security_level =", Level.WARNING),
        ("tls", "smtp_tls_security_level = may", Level.OK),
        ("tls", "smtp_tls_security_level = dane", Level.OK),
        ("tls", "smtp_tls_security_level = encrypt", Level.NOTE),
        ("tls", "smtp_use_tls = yes", Level.OK),
        ("tls", "smtp_enforce_tls = yes", Level.NOTE),
        ("queue_run", "queue_run_delay = 10m", Level.WARNING),
        ("cohort", "smtp_destination_rate_delay = 1s", Level.WARNING),
        ("cohort", "default_destination_rate_delay = 1s\ndefault_destination_concurrency_failed_cohort_limit = 10", None),
        ("cohort", "myhostname = x", None),
        ("recipients", "smtp_destination_recipient_limit = 1", Level.WARNING),
        ("recipients", "default_destination_recipient_limit = 50", None),
        ("backoff_order", "maximal_backoff_time = 1m", Level.WARNING),
        ("delay_warning", "delay_warning_time = 4", None),  # hours are its unit
        ("delay_warning", "delay_warning_time = 0", Level.NOTE),
    ],
)
def test_postfix(topic: str, text: str, expected: Level | None, book) -> None:
    assert level(judged(text, book), topic) == expected


@pytest.mark.parametrize(
    ("text", "provider", "expected"),
    [
        ("smtp_destination_concurrency_limit = 5", "yahoo", Level.OK),
        ("smtp_destination_concurrency_limit = 10", "gmail", Level.NOTE),  # 5 say some, 20 others
        ("smtp_destination_concurrency_limit = 30", "gmail", Level.WARNING),
        ("smtp_destination_concurrency_limit = 0", "gmail", Level.WARNING),
        ("gmail_destination_concurrency_limit = 2\nsmtp_destination_concurrency_limit = 50", "gmail", Level.OK),
        ("smtp_destination_concurrency_limit = 30", "seznam", None),  # nothing is known
        ("smtp_destination_concurrency_limit = 30\nsmtp_destination_rate_delay = 1s", "gmail", Level.OK),  # one at a time then
        ("gmail_destination_rate_delay = 1s\ngmail_destination_concurrency_limit = 30", "gmail", Level.OK),
    ],
)
def test_connections(text: str, provider: str, expected: Level | None, book) -> None:
    assert level(judged(text, book, provider), "connections") == expected


def test_a_finding_says_what_to_set_why_and_who_says_so(book) -> None:
    found = next(one for one in judged("smtp_destination_concurrency_limit = 20", book, "yahoo") if one.topic == "connections")
    assert (found.setting, found.value, found.line) == ("smtp_destination_concurrency_limit", "20", 1)
    assert found.change == "smtp_destination_concurrency_limit = 5"
    assert "these grant fewer: Yahoo Mail 5" in found.does
    assert "A guide to 421 replies" in found.why
    assert found.source.url == "https://www.postfix.org/postconf.5.html#default_destination_concurrency_limit"


def test_sources_that_disagree_are_told(book) -> None:
    found = next(one for one in judged("smtp_destination_concurrency_limit = 10", book, "gmail") if one.topic == "connections")
    assert "by some accounts these grant fewer: Gmail 5" in found.does


def test_the_process_limit_of_master_cf_counts(book) -> None:
    text = "gmail unix - - n - 3 smtp\n  -o syslog_name=postfix/gmail\nsmtp unix - - y - - smtp\nmyhostname = x\n"
    found = next(one for one in judged(text, book, "gmail") if one.topic == "connections")
    assert (found.setting, found.value, found.level) == ("process limit of gmail (master.cf)", "3", Level.OK)


def test_references_and_continued_lines() -> None:
    text = "queue_run_delay = ${minimal_backoff_time}\nminimal_backoff_time =\n  # a comment\n  120s\n# the end\nmaximal_backoff_time = $nothing\n"
    settings = smtp421.mta.read(text, "main.cf")
    asked = server("postfix")
    assert asked.interval(settings) == 120
    assert settings.options["minimal_backoff_time"].line == 2
    assert asked.facts(settings).ceiling.amount == 4000  # what cannot be read is taken as the default
    circle = smtp421.mta.read("default_destination_concurrency_limit = $smtp_destination_concurrency_limit", "main.cf")
    assert asked.connections(circle, None).amount is None


def test_stock_debian(book) -> None:
    large = [name for name, one in book.providers.items() if one.kind == "mailbox" and one.large]
    found = judged((DATA / "postconf-n-debian.txt").read_text(), book, *large)
    assert {(one.topic, one.level) for one in found if one.level.rank >= Level.WARNING.rank} == {
        ("connections", Level.WARNING),
        ("tls", Level.WARNING),
    }
    assert level(found, "first_retry") is Level.OK
    spelled = judged((DATA / "postconf-d-debian.txt").read_text(), book, *large)
    assert [(one.topic, one.level) for one in spelled] == [(one.topic, one.level) for one in found]


def test_the_lab(book) -> None:
    found = judged((DATA / "postconf-n-lab.txt").read_text(), book)
    assert level(found, "first_retry") is Level.WARNING
    assert level(found, "growth") is Level.WARNING
    assert level(found, "lifetime") is Level.CRITICAL


@pytest.mark.parametrize(
    ("mta", "text", "topic", "expected"),
    [
        ("exim", "begin retry\n", "no_retry", Level.CRITICAL),
        ("exim", "begin retry\n* * F,2h,15m; F,4d,6h", "ceiling", Level.NOTE),
        ("exim", "begin transports\nx:\n driver = smtp\n max_parallel = 2\n", "connections", Level.OK),
        ("exim", "begin transports\nx:\n driver = smtp\ny:\n driver = smtp\n max_parallel = 2\n", "connections", Level.WARNING),
        (
            "exim",
            "begin transports\ngmail_smtp:\n driver = smtp\n max_parallel = 2\ny:\n driver = smtp\n",
            "connections",
            Level.OK,
        ),
        ("exim", "begin transports\nx:\n driver = smtp\n hosts_avoid_tls = *\n", "tls", Level.WARNING),
        ("exim", "begin transports\nx:\n driver = smtp\n hosts_require_tls = *\n", "tls", Level.NOTE),
        ("exim", "begin transports\nx:\n driver = smtp\n connection_max_messages = 20\n", "messages_per_connection", None),
        ("exim", "begin transports\nx:\n driver = smtp\n connection_max_messages = 0\n", "messages_per_connection", Level.NOTE),
        ("exim", "disable_ipv6 = true", "ipv6", Level.OK),
        ("exim", "no_disable_ipv6\nqueue_only", "ipv6", Level.NOTE),
        ("exim", "queue_smtp_domains = *", "reuse", Level.OK),
        ("sendmail", "O SingleThreadDelivery=True", "connections", Level.OK),
        ("sendmail", "O ConnectionCacheSize=0", "reuse", Level.WARNING),
        ("sendmail", "O ConnectionCacheSize=2", "reuse", Level.OK),
        ("sendmail", "Mesmtp,\tP=[IPC],\n\t\tm=10,\n", "messages_per_connection", None),
        ("sendmail", "define(`SMTP_MAILER_MAXMSGS', `100')", "messages_per_connection", Level.NOTE),
        ("sendmail", "O MinQueueAge=30\nO MaxQueueAge=2h", "both_ages", Level.NOTE),
        ("opensmtpd", "mta limit inet4", "ipv6", Level.OK),
        ("opensmtpd", "mta limit inet6 max-conn-per-host 2", "ipv6", Level.WARNING),
        ("opensmtpd", 'mta limit for domain "gmail.com" max-conn-per-domain 3', "connections", Level.OK),
        ("opensmtpd", 'action "out" relay tls', "tls", Level.NOTE),
        ("opensmtpd", 'action "out" relay host smtp+notls://mail.example.com', "tls", Level.WARNING),
        ("opensmtpd", 'action "out" relay host smtp+tls://mail.example.com', "tls", Level.NOTE),
        ("opensmtpd", 'action "out" relay', "tls", Level.OK),
        ("opensmtpd", "queue ttl 4d", "connections", Level.NOTE),
        ("opensmtpd", "queue ttl 12h", "lifetime", Level.CRITICAL),
        ("powermta", "<domain *>\nuse-starttls no\n</domain>", "tls", Level.WARNING),
        ("powermta", "<domain *>\nrequire-starttls yes\n</domain>", "tls", Level.NOTE),
        ("powermta", "<domain *>\nmax-smtp-out 100\nlog-data no\n</domain>", "tls", None),
        ("powermta", "<domain *>\nuse-starttls yes\n</domain>", "tls", Level.OK),
        ("powermta", "<domain gmail.com>\nmax-smtp-out 100\n</domain>", "connections", Level.WARNING),
        ("powermta", "domain-macro g gmail.com\n<domain $g>\nmax-smtp-out 3\n</domain>", "connections", Level.OK),
        ("powermta", "<domain *>\nmax-msg-rate 100/m\n</domain>", "rate", Level.OK),
        ("powermta", "<domain *>\nbounce-after 2d\n</domain>", "lifetime", Level.WARNING),
        ("kumomta", '["gmail.com"]\nconnection_limit = "local:3"', "connections", Level.OK),
        ("kumomta", '["default"]\nconnection_limit = 100\nenable_tls = "Disabled"', "tls", Level.WARNING),
        ("kumomta", '["default"]\nenable_tls = "Required"', "tls", Level.NOTE),
        ("kumomta", '[queue.default]\nmax_age = "2 days"', "lifetime", Level.WARNING),
        ("kumomta", "[queue.default]\nretry_interval = 1200", "ceiling", Level.WARNING),
        ("haraka", "[outbound]\ngmail.com=3", "connections", Level.OK),
        ("haraka", "[outbound]\nyahoo.com=3", "connections", Level.WARNING),
        ("haraka", "enable_tls=false", "tls", Level.WARNING),
        ("haraka", "inet_prefer=v4", "ipv6", Level.NOTE),
        ("haraka", "temp_fail_intervals=none", "first_retry", Level.CRITICAL),
        ("haraka", "maxTempFailures=5", "lifetime", Level.CRITICAL),
        ("postal", "postal:\n  default_maximum_delivery_attempts: 18", "lifetime", Level.WARNING),
        ("postal", "postal:\n  default_maximum_delivery_attempts: 25", "lifetime", Level.OK),
        ("postal", "postal:\n  default_maximum_delivery_attempts: x", "connections", Level.WARNING),
    ],
)
def test_others(mta: str, text: str, topic: str, expected: Level | None, book) -> None:
    assert level(judged(text, book, "gmail", mta=mta), topic) == expected


@pytest.mark.parametrize("mta", SERVERS)
def test_every_change_is_read_back_without_the_finding(mta: str, book) -> None:
    """What is advised for backoff and lifetime is sound itself."""
    advice = server(mta).advice
    text = "\n".join(advice[topic] for topic in ("ceiling", "first_retry", "lifetime") if topic in advice).replace("-q", "")
    if mta == "sendmail":  # beside MaxQueueAge, which is advised for its ceiling, MinQueueAge is not looked at
        text = advice["first_retry"] + "\n" + advice["lifetime"]
    if mta == "exim":
        text = "begin retry\n" + advice["first_retry"].partition("\n")[2]
    if mta == "kumomta":
        text = "[queue.default]\n" + "\n".join(line for line in text.splitlines() if "=" in line and "max_retry" in line)
    if mta == "powermta":
        text = advice["lifetime"].replace("</domain>", advice["first_retry"].partition("\n")[2])
    found = judged(text, book, mta=mta, queue_run={"exim": 900, "sendmail": 600}.get(mta))
    assert level(found, "lifetime") is Level.OK
    assert level(found, "first_retry") is Level.OK
    assert level(found, "growth") is Level.OK


def test_exim_macros_includes_and_continued_lines(book) -> None:
    text = (
        "PAUSE = 20m\nMOST=PAUSES\nRULE = F,2h,PAUSE; \\\n  G,16h,1h,1.5; F,4d,6h\n.include /etc/exim4/more\n.ifdef X\n.endif\n"
        "hide mysql_servers = x\nbegin retry\nbad.example rcpt_4xx senders=: F,1h,30m\n* * RULE\n"
    )
    settings = smtp421.mta.read(text, "exim4.conf", "exim")
    rule = server("exim").rule(settings)
    assert rule.value == "F,2h,20m; G,16h,1h,1.5; F,4d,6h"
    assert rule.line == 11
    assert [block.name for block in settings.of_kind("retry")] == ["bad.example rcpt_4xx", "* *"]
    assert any(".include" in remark for remark in settings.remarks)
    assert "mysql_servers" in settings.options


def test_what_exim_prints_of_its_transports_and_rules() -> None:
    text = "\nlocal transport:\ndriver = appendfile\n\nremote transport:\ndriver = smtp\nmax_parallel = 3\nno_multi_domain\n"
    settings = smtp421.mta.read(text + "Retry rule: *  *  F,1h,10m; \n", "exim -bP transports", "exim")
    assert server("exim").connections(settings, None).amount == 3
    assert server("exim").rule(settings).value == "F,1h,10m"


def test_exim_without_a_configuration_of_retries_is_taken_as_shipped(book) -> None:
    settings = smtp421.mta.read("primary_hostname = x\nno_queue_only\n", "exim -bP", "exim")
    assert server("exim").rule(settings).value.startswith("F,2h,15m")
    assert not server("exim").rule(settings).given


@pytest.mark.parametrize(
    ("mta", "text", "host"),
    [
        ("postfix", "relayhost =", None),
        ("postfix", "relayhost = [smtp.example.com]:587", "smtp.example.com"),
        ("postfix", "relayhost = example.com", "example.com"),
        ("sendmail", "define(`SMART_HOST', `smtp.example.com')", "smtp.example.com"),
        ("sendmail", "O QueueSortOrder=host", None),
        ("opensmtpd", 'action "out" relay host smtp+tls://label@smtp.example.com:587 auth <secrets>', "smtp.example.com"),
        ("opensmtpd", 'action "out" relay', None),
        ("exim", "begin retry", None),
    ],
)
def test_smarthosts(mta: str, text: str, host: str | None, book) -> None:
    relay = server(mta).relay(smtp421.mta.read(text, "x", mta))
    assert (relay.value if relay else None) == host
    assert bool([finding for finding in judged(text, book, mta=mta) if finding.topic == "relay"]) == (host is not None)


def test_domains_of_providers(book) -> None:
    assert domains(book.providers["gmail"]) == ("gmail.com", "googlemail.com")
    assert domains(book.providers["google_workspace"]) == ()
    assert domains(book.providers["gmx"]) == ("gmx.net", "gmx.de", "gmx.com", "gmx.at", "gmx.ch", "mail.com")
    assert domains(book.providers["yahoo_japan"]) == ("yahoo.co.jp", "ybb.ne.jp")
    assert domains(book.providers["ovh"]) == ()


def test_figures_about_other_things_do_not_count(book) -> None:
    assert [figure for figure, _ in grants(book.providers["exchange_online"], "connections")] == [5, 10]
    assert [figure for figure, _ in grants(book.providers["microsoft_consumer"], "connections")] == [5, 10]
    assert [figure for figure, _ in grants(book.providers["mail_ru"], "connections")] == [10]  # an old figure is better than none
    assert grants(book.providers["mailgun"], "connections")[0][0] == 7000
    aside = LimitPage("connections", "5-10", "community", "x", "2026-11-20", None)
    assert grants(book.providers["sina"]._replace(limits=(aside,)), "connections") == ()


def test_a_rate_without_conditions_is_held_against(book) -> None:
    found = judged("smtp_destination_rate_delay = 0", book, "yahoo_japan")
    rate = next(one for one in found if one.topic == "rate" and one.level is Level.NOTE)
    assert "Yahoo! JAPAN" in rate.does
    assert not [
        one for one in judged("smtp_destination_rate_delay = 0", book, "gmail") if one.topic == "rate" and one.level is Level.NOTE
    ]
