"""The judging rules of the design, on real replies."""

import pytest

from smtp421 import explain
from smtp421.model import Evidence, Severity

POSTFIX = "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@{domain}>, relay={relay}[192.0.2.1]:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred ({reason})"


def log_line(relay, reason, domain="example.com"):
    return POSTFIX.format(relay=relay, reason=reason, domain=domain)


@pytest.fixture
def judge(book, now):
    return lambda text, **more: explain(text, rulebook=book, now=now, **more)


def test_words_beat_numbers(judge):
    """4.4.2 by the registry is a bad connection; Exchange writes it for its submission limit."""
    diagnosis = judge("421 4.4.2 Message submission rate for this client has exceeded the configured limit")
    assert diagnosis.cause == "rate_limit"
    assert judge("421 4.4.2 mx.example.com Error: timeout exceeded").cause == "timeout"
    grey = judge("422 4.2.2 Greylisted, please try again in a few moments.")
    assert grey.cause == "greylisting"
    assert any("4.2.2 by itself would mean mailbox" in remark for remark in grey.remarks)


def test_the_relay_names_the_provider_not_the_recipient(judge):
    line = log_line(
        "smtp.comcast.net",
        "host smtp.comcast.net[192.0.2.1] said: 452 4.1.0 ... temporary failure (in reply to MAIL FROM command)",
        "hotmail.com",
    )
    assert judge(line).provider == "comcast"


def test_a_rule_of_one_provider_never_fires_for_another(judge):
    reply = "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints"
    assert judge(reply).rule == "yahoo-tss04"
    at_gmail = judge(
        log_line(
            "gmail-smtp-in.l.google.com",
            f"host gmail-smtp-in.l.google.com[192.0.2.1] said: {reply} (in reply to MAIL FROM command)",
        )
    )
    assert at_gmail.provider == "gmail"
    assert at_gmail.rule != "yahoo-tss04"


def test_a_code_inside_an_address_is_none(judge):
    diagnosis = judge("450 4.2.1 <greylist@example.com>: mailbox temporarily disabled")
    assert diagnosis.cause == "mailbox"


def test_host_names_are_no_words(judge):
    diagnosis = judge(
        log_line("spamhaus-greylist.example.net", "connect to spamhaus-greylist.example.net[192.0.2.1]:25: Connection refused")
    )
    assert (diagnosis.cause, diagnosis.origin) == ("network", "local")


@pytest.mark.parametrize(
    ("text", "helps"),
    [
        (
            "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.",
            ("no", "after_fix"),
        ),
        ("450 4.1.8 <user@example.invalid>: Sender address rejected: Domain not found", ("after_fix", "no")),
        ("451 5.7.3 STARTTLS is required to send mail", ("after_fix", "no")),
        ("450 4.2.0 <user@example.com>: Recipient address rejected: Greylisted", ("yes",)),
    ],
)
def test_whether_a_retry_can_clear_it(judge, text, helps):
    assert judge(text).retry.helps in helps


def test_the_replys_own_time_comes_first(judge):
    assert judge("451 4.7.1 Greylisting in action, please come back in 00:05:00").retry.wait_seconds == 300


def test_unknown_says_so_and_names_the_likeliest_two(judge):
    diagnosis = judge("451 Zxqv wvuts")
    assert (diagnosis.cause, diagnosis.confidence) == ("unknown", "low")
    assert "Likeliest: server_congestion" in diagnosis.summary
    assert " or greylisting" in diagnosis.summary
    assert diagnosis.summary.count("if you find this") == 2
    assert diagnosis.next_checks


def test_a_bare_try_again_later_is_never_greylisting_for_sure(judge):
    for text in ("451 Try again later", "451 4.7.1 Please try again later", "450 4.7.1 try later"):
        assert judge(text).confidence == "low"


def test_a_5yz_in_a_deferral_is_explained(judge):
    line = log_line(
        "mx00.kundenserver.de",
        "host mx00.kundenserver.de[192.0.2.1] refused to talk to me: 554-kundenserver.de Nemesis ESMTP Service not available 554 invalid DNS PTR resource record",
    )
    diagnosis = judge(line)
    assert (diagnosis.cause, diagnosis.severity) == ("sender_dns", "critical")
    assert any("greeting" in remark for remark in diagnosis.remarks)


def test_a_final_answer_promises_no_retry(judge):
    diagnosis = judge(
        "552 5.2.2 The email account that you tried to reach is over quota. https://support.google.com/mail/?p=OverQuotaPerm - gsmtp"
    )
    assert diagnosis.retry.helps != "yes"
    assert diagnosis.severity.rank >= Severity.WARNING.rank


def test_contradicting_codes_are_remarked(judge):
    assert any("contradict" in remark for remark in judge("550 4.7.1 something").remarks)


def test_the_inner_answer_of_a_chain_decides(judge):
    chain = "LED=450 4.4.317 Cannot establish session with remote server [Message=451 5.7.3 STARTTLS is required to send mail]"
    diagnosis = judge(chain)
    assert (diagnosis.attempt.reply.code, diagnosis.cause) == (450, "tls")
    assert any("inner one decides" in remark for remark in diagnosis.remarks)


def test_our_own_failure_to_reach_a_large_provider_is_critical(judge):
    assert (
        judge(
            log_line("gmail-smtp-in.l.google.com", "connect to gmail-smtp-in.l.google.com[192.0.2.1]:25: Connection timed out")
        ).severity
        == "critical"
    )
    assert (
        judge(log_line("mx.example.net", "connect to mx.example.net[192.0.2.1]:25: Connection timed out")).severity == "warning"
    )


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("421 4.4.2 Timeout while waiting for command", Severity.INFO),
        ("smtplib.SMTPSenderRefused: (451, b'4.4.2 Timeout - closing connection.', 'user@example.com')", Severity.WARNING),
        ("com.sun.mail.smtp.SMTPSendFailedException: 421 Timeout waiting for data from client.", Severity.WARNING),
        ("452 4.5.3 Too many recipients", Severity.INFO),
        ("com.sun.mail.smtp.SMTPAddressFailedException: 452 4.5.3 Too many recipients.", Severity.WARNING),
        ("Net::SMTPServerBusy: 421 4.3.2 Service shutting down", Severity.INFO),
    ],
)
def test_a_program_without_a_queue_does_not_try_again_by_itself(judge, text, severity):
    assert judge(text).severity is severity


def test_inbound_is_ours(judge):
    diagnosis = judge(
        "Nov 20 22:30:00 mail postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.4]: 450 4.2.0 <u@example.com>: Recipient address rejected: Greylisted; from=<a@example.org> to=<u@example.com>"
    )
    assert (diagnosis.origin, diagnosis.cause) == ("inbound", "greylisting")
    assert diagnosis.path[1].node == "own-policy"
    assert diagnosis.fixes[0].who == "receiver"


def test_evidence_decides_where_the_text_is_vague(judge):
    vague = "451 Try again later"
    assert judge(vague, evidence=[Evidence("first_contact", "yes", "the log")]).cause == "greylisting"
    assert (
        judge(vague, evidence=[Evidence("first_contact", "no", "the log"), Evidence("reputation", "issues", "SNDS")]).cause
        == "reputation"
    )
    plain = judge(
        "421 4.7.28 Gmail has detected an unusual rate of mail - gsmtp", evidence=[Evidence("first_contact", "yes", "the log")]
    )
    assert plain.cause == "rate_limit"


def test_figures_of_the_provider_are_filled_in(judge):
    diagnosis = judge("421 4.7.28 Gmail has detected an unusual rate of mail originating from your IP address 192.0.2.1 - gsmtp")
    text = " ".join([fix.action for fix in diagnosis.fixes] + [lines for fix in diagnosis.fixes for _, lines in fix.settings])
    assert "{" not in text.replace("{ ", "").replace("{\n", "") or "{connections}" not in text
    assert "gmail_destination_concurrency_limit = 5" in text


def test_rivals_are_kept(judge):
    diagnosis = judge("421 Too many connections, greylisted, try again later")
    assert diagnosis.rivals
    assert all(rival.rule != diagnosis.rule for rival in diagnosis.rivals)


def test_a_suspended_line_says_that_nothing_was_tried(judge):
    diagnosis = judge(
        log_line("none", "delivery temporarily suspended: connect to mx.example.com[192.0.2.1]:25: Connection refused").replace(
            "relay=none[192.0.2.1]:25", "relay=none"
        )
    )
    assert diagnosis.attempt.status == "suspended"
    assert any("No attempt was made" in remark for remark in diagnosis.remarks)
