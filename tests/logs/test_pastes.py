"""What people paste: everything but whole log lines."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs import read_paste
from smtp421.model import Stage, Status

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read(text):
    return read_paste(text, NOW)[0]


@pytest.mark.parametrize(
    ("text", "form", "code", "enhanced", "words", "stage"),
    [
        # Python
        (
            "smtplib.SMTPSenderRefused: (451, b'4.4.2 Timeout - closing connection. n9sm66 - gsmtp', 'u@example.com')",
            "exception",
            451,
            "4.4.2",
            "Timeout - closing connection. n9sm66 - gsmtp",
            Stage.MAIL,
        ),
        (
            "smtplib.SMTPDataError: (451, b'Error: queue file write error')",
            "exception",
            451,
            None,
            "Error: queue file write error",
            Stage.END_OF_DATA,
        ),
        (
            r"SMTPRecipientsRefused: {'u@example.com': (450, b'4.2.1 one\n4.2.1 two')}",
            "exception",
            450,
            "4.2.1",
            "one two",
            Stage.RCPT,
        ),
        (
            "aiosmtplib.errors.SMTPDataError: (432, '4.3.2 Concurrent connections limit exceeded.')",
            "exception",
            432,
            "4.3.2",
            "Concurrent connections limit exceeded.",
            Stage.END_OF_DATA,
        ),
        # PHP
        (
            'Expected response code "250" but got code "421", with message "421 4.7.0 Try again later, closing connection. (EHLO) x - gsmtp".',
            "exception",
            421,
            "4.7.0",
            "Try again later, closing connection. (EHLO) x - gsmtp",
            None,
        ),
        (
            'Swift_TransportException: Expected response code 250 but got code "421", too many messages.',
            "exception",
            421,
            None,
            "too many messages.",
            None,
        ),
        (
            "SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: Rate limit SMTP code: 451 Additional SMTP info: 4.7.1",
            "exception",
            451,
            "4.7.1",
            "Rate limit",
            None,
        ),
        (
            "SMTP Error: Failed to add recipient 'u@gmail.com'. 4.3.0 <u@example.com>: Temporary lookup fail",
            "reply",
            None,
            "4.3.0",
            "<u@example.com>: Temporary lookup fail",
            Stage.RCPT,
        ),
        # .NET
        (
            "Service not available, closing transmission channel. The server response was: 4.4.2 Message submission rate exceeded\n   at System.Net.Mail.X",
            "exception",
            None,
            "4.4.2",
            "Message submission rate exceeded",
            None,
        ),
        (
            "MailKit.Net.Smtp.SmtpCommandException: 4.4.1 Connection timed out\n   at MailKit.Net.Smtp.SmtpClient.ProcessMailFromResponse(SmtpResponse response)",
            "exception",
            None,
            "4.4.1",
            "Connection timed out",
            Stage.MAIL,
        ),
        # Node
        (
            "Error: Data command failed: 421 4.3.0 Temporary System Problem.  Try again later (10). cx5 - gsmtp\n    at SMTPConnection._formatError (D:\\x.js:790:19)",
            "exception",
            421,
            "4.3.0",
            "Temporary System Problem. Try again later (10). cx5 - gsmtp",
            Stage.DATA,
        ),
        (
            "{ code: 'EENVELOPE', response: '450 4.2.1 slow down', responseCode: 450 }",
            "exception",
            450,
            "4.2.1",
            "slow down",
            None,
        ),
        (
            "Error: Server terminates connection. response=421 4.7.0 Try again later, closing connection.",
            "reply",
            421,
            "4.7.0",
            "Try again later, closing connection.",
            None,
        ),
        # Java, Ruby, Go
        (
            "com.sun.mail.smtp.SMTPSendFailedException: 454 Throttling failure: Maximum sending rate exceeded.\n\tat com.sun.mail.smtp.SMTPTransport.issueSendCommand(SMTPTransport.java:2388)",
            "exception",
            454,
            None,
            "Throttling failure: Maximum sending rate exceeded.",
            None,
        ),
        ("454 4.3.0 Try again later (Net::SMTPServerBusy)", "exception", 454, "4.3.0", "Try again later", None),
        (
            "Net::SMTPServerBusy: 451 <u@example.com> unable to verify address",
            "exception",
            451,
            None,
            "<u@example.com> unable to verify address",
            None,
        ),
        (
            'message sending failed: 4.7.1 Ratelimit "user" exceeded (451)',
            "reply",
            451,
            "4.7.1",
            'Ratelimit "user" exceeded',
            None,
        ),
        # others
        (
            "file:(2430) delivery to user@example.com failed with code 451: 4.7.1 Service unavailable - try again later",
            "reply",
            451,
            "4.7.1",
            "Service unavailable - try again later",
            None,
        ),
        ("smtp; 451 Message temporarily deferred - 4.16.50", "reply", 451, None, "Message temporarily deferred - 4.16.50", None),
        (
            '"452 4.3.2 Connection rate limit exceeded. (in reply to MAIL FROM command)"',
            "reply",
            452,
            "4.3.2",
            "Connection rate limit exceeded.",
            Stage.MAIL,
        ),
        ("421-4.7.28 ...", "reply", 421, "4.7.28", "...", None),
        ("4.7.1", "reply", None, "4.7.1", "", None),
        ("421", "reply", 421, None, "", None),
        (
            '"response":{"code":552,"enhanced_code":null,"content":"1 Requested mail action aborted, mailbox not found"}',
            "event",
            552,
            None,
            "1 Requested mail action aborted, mailbox not found",
            None,
        ),
    ],
)
def test_replies(text, form, code, enhanced, words, stage):
    attempt = read(text)
    reply = attempt.reply
    own = str(reply.enhanced_code) if reply.enhanced_code else None
    assert (attempt.format, reply.code, own, reply.text, reply.stage) == (form, code, enhanced, words, stage)


def test_a_dsn_fragment():
    attempt = read(
        "Final-Recipient: rfc822; u@example.com\nAction: delayed\nStatus: 4.7.0\nRemote-MTA: dns; mx.example.com\nDiagnostic-Code: smtp; 421 4.7.0 Try again\n    later, please"
    )
    assert (attempt.format, attempt.reply.text, attempt.recipient, attempt.relay.host, attempt.status) == (
        "dsn",
        "Try again later, please",
        "u@example.com",
        "mx.example.com",
        Status.DEFERRED,
    )


def test_the_sentence_of_a_bounce_mail():
    attempt = read(
        "<u@example.com>: host mx.example.com[192.0.2.1] said: 421\n    4.7.0 [TSS04] Messages deferred (in reply to MAIL FROM command)"
    )
    assert (attempt.reply.code, str(attempt.reply.enhanced_code), attempt.recipient, attempt.reply.stage) == (
        421,
        "4.7.0",
        "u@example.com",
        Stage.MAIL,
    )


def test_postfix_own_words_in_a_dsn():
    attempt = read(
        "Final-Recipient: rfc822; u@example.com\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.example.com[192.0.2.1]:25: Connection refused"
    )
    assert (attempt.reply.code, attempt.origin, str(attempt.reply.enhanced_code)) == (None, "local", "4.4.1")


@pytest.mark.parametrize(
    ("text", "code", "inner"),
    [
        (
            '451 4.4.0 Primary target IP address responded with: "421 4.4.1 Connection timed out." Attempted failover to alternate host, but that did not succeed.',
            451,
            "Connection timed out",
        ),
        (
            "451 4.4.0 primary target IP address responded with “421.4.4.2 unable to connect.” Attempted failover",
            451,
            "unable to connect",
        ),
        (
            "Reason: [{LED=450 4.4.317 Cannot establish session with remote server [Message=451 5.7.3 STARTTLS is required to send mail]",
            450,
            "STARTTLS is required to send mail",
        ),
        (
            '450 4.4.101 Proxy session setup failed on Frontend with \'451 4.4.0 Primary target IP address responded with "451 5.7.3 STARTTLS is required to send mail." Attempted failover',
            450,
            "STARTTLS is required to send mail",
        ),
    ],
)
def test_chains(text, code, inner):
    attempt = read(text)
    assert (attempt.format, attempt.reply.code, attempt.inner.text) == ("exchange", code, inner)


def test_a_chain_names_its_relay():
    attempt = read(
        "Defer:Reason: [{LED=451-4.7.23 Message deferred - unable to verify SPF policy for 451 4.7.23 example.com.au. IB305 i{2b0c}};{MSG=};{FQDN=extmail.bigpond.com};{IP=203.42.22.10}]"
    )
    assert (attempt.relay.host, attempt.relay.address, attempt.inner, attempt.origin) == (
        "extmail.bigpond.com",
        "203.42.22.10",
        None,
        "remote",
    )


def test_several_replies_in_one_paste():
    attempts = read_paste("421-4.7.0 one\n421 4.7.0 two\n\n450 4.2.0 three\n250 2.0.0 Ok", NOW)
    assert [(attempt.reply.code, attempt.reply.text) for attempt in attempts] == [(421, "one two"), (450, "three")]


LETTRE = (
    "Transient(Response { code: Code { severity: TransientNegativeCompletion, category: Connections, detail: One }, "
    'message: ["4.4.2 Error: timeout exceeded"] })'
)
SWAKS = """ -> RCPT TO:<u@example.com>
{mark} 450-4.1.1 <u@example.com>: Recipient address
{mark} 450 4.1.1 rejected
 -> QUIT
<-  221 2.0.0 Bye
=== Connection closed with remote host."""


@pytest.mark.parametrize(
    ("text", "code", "enhanced", "words", "stage"),
    [
        (LETTRE, 421, "4.4.2", "Error: timeout exceeded", None),
        (
            'Error { kind: Permanent(Code { severity: PermanentNegativeCompletion, category: MailSystem, detail: Zero }), source: "5.1.1 no such user" }',
            550, "5.1.1", "no such user", None,
        ),
        ("QUIT failed. Detail: too many errors. SMTP code: 421 (4.7.0). Broken.", 421, "4.7.0", "too many errors.", None),
        (SWAKS.format(mark="<**"), 450, "4.1.1", "<u@example.com>: Recipient address rejected", Stage.RCPT),
        (SWAKS.format(mark="<~*"), 450, "4.1.1", "<u@example.com>: Recipient address rejected", Stage.RCPT),
        ("<-  354 go ahead\n -> .\n<** 451  (id 12)\n -> QUIT\n<-  221 bye", 451, None, "(id 12)", Stage.END_OF_DATA),
        (
            "Net::SMTP=GLOB(0x1)>>> MAIL FROM:<u@example.com>\nNet::SMTP=GLOB(0x1)<<< 451 4.3.0 busy\nNet::SMTP=GLOB(0x1)>>> QUIT",
            451, "4.3.0", "busy", Stage.MAIL,
        ),
        ("RCPT TO:<u@example.com>\n451 4.3.2 Internal error\nConnection closed by foreign host.", 451, "4.3.2", "Internal error", None),
        ("gomail: could not send email 1: 450 Missing `html` field.", 450, None, "Missing html field.", None),
        (
            '{"error": "gomail: could not send email 1: 450 The domain is not verified", "msg": "500: Error sending recovery email"}',
            450, None, "The domain is not verified", None,
        ),
        (
            "Delivery has been delayed:\n\n  u@example.com\n\nTechnical details of temporary failure:\n452 4.2.2 Mailbox is full",
            452, "4.2.2", "Mailbox is full", None,
        ),
        (
            "Delivery has been delayed:\n\n  u@example.com\n\nTechnical details of temporary failure:\nThe server did not accept our requests\n[(0) example.com. [192.0.2.1]:25: Connection timed out]",
            None, None, "The server did not accept our requests [(0) example.com. [192.0.2.1]:25: Connection timed out]", None,
        ),
        (
            "Hi. This is the qmail-send program at example.org.\nI'm afraid I wasn't able to deliver your message yet.\n\n"
            "<u@example.com>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
            None, None, "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", None,
        ),
        (
            "The address to which the message has not yet been delivered is:\n\n  u@example.com\n    Delay reason: mailbox is full",
            None, None, "mailbox is full", None,
        ),
        (
            "The following address(es) failed:\n\n  u@example.com\n    host lookup did not complete",
            None, None, "host lookup did not complete", None,
        ),
        ("msmtp: server message: 421 Bye\nmsmtp: could not send mail (account default)", 421, None, "Bye", None),
        ("< 421 4.3.0 Problem\n* MAIL failed: 421\n* Closing connection 0", 421, "4.3.0", "Problem", None),
        (
            'The mail server responded:  450 4.2.0 Later. Please check the message recipient "u@example.com" and try again.',
            450, "4.2.0", "Later", None,
        ),
        ("SMTP Error: Failed to add recipient 'u@example.com'. 4.2.0 Later (Code: 450) in /www/rcube.php", 450, "4.2.0", "Later", Stage.RCPT),
        ("SMTP Error: Failed to add recipient 'u@example.com'. Later (Code: 450) in /www/rcube.php", 450, None, "Later", Stage.RCPT),
        ("Invalid response code received from server (code: 450, response: 4.2.0 Later)].", 450, "4.2.0", "Later", None),
        ("SMTPDataError: 451\ntoo much mail", 451, None, "too much mail", Stage.END_OF_DATA),
        ("Delayed: DCID 1 MID 2 to RID 0 - 4.3.2 - Not accepting ('421', ['4.7.0 Slow', 'down']) []", 421, "4.7.0", "Slow down", None),
        (
            "SMTP Error: The following recipients failed: u@example.com: Later\nSMTP server error: RCPT TO command failed "
            "Detail: Later SMTP code: 450",
            450, None, "Later", None,
        ),
        ("<u@example.com>... Deferred\n<<< 450 Later\n<u@example.com>... Deferred: 450 Later", 450, None, "Later", None),
        (
            "----- Transcript of session follows -----\nu@example.com... Deferred: Name server: host name lookup failure",
            None, None, "u@example.com... Deferred: Name server: host name lookup failure", None,
        ),
        (
            'Traceback (most recent call last):\n  File "a.py", line 421, in main\n    s.connect(host, 587)\nConnectionRefusedError: [Errno 111] no',
            None, None, "ConnectionRefusedError: [Errno 111] no", None,
        ),
        (
            'web-1  | Traceback (most recent call last):\nweb-1  |   File "a.py", line 4, in main\nweb-1  |     x()\nweb-1  | OSError: no',
            None, None, "OSError: no", None,
        ),
        (
            'Traceback (most recent call last):\n  File "a.py", line 4, in main\n    x()\nOSError: no\n\n'
            "During handling of the above exception, another exception occurred:\n\n"
            'Traceback (most recent call last):\n  File "b.py", line 4, in main\n    x()\nRuntimeError: mail',
            None, None, "OSError: no; RuntimeError: mail", None,
        ),
        (
            "node:events:497\n      throw er; // Unhandled\n      ^\n\nError: connect ECONNREFUSED 127.0.0.1:587\n    at TCP (node:net:1)",
            None, None, "Error: connect ECONNREFUSED 127.0.0.1:587", None,
        ),
        ('{"level": "error", "msg": "send failed", "error": "dial tcp: i/o timeout", "n": 1}', None, None, "dial tcp: i/o timeout", None),
        ('web-1 | {"level": 3, "message": "Connection timed out", "n": 1}', None, None, "Connection timed out", None),
        ("Remote Server returned '421 4.7.29 This wasn't sent over TLS'", 421, "4.7.29", "This wasn't sent over TLS", None),
        (
            "Diagnostic code: smtp;421 Bye\n  Remote system: dns;mx.example.com (TCP|198.51.100.1|4711|192.0.2.5|25)",
            421, None, "Bye", None,
        ),
        ('&textproto.Error{Code:450, Msg:"4.2.0 Later"}', 450, "4.2.0", "Later", None),
        (
            '&smtp.SMTPError{Code:450, EnhancedCode:smtp.EnhancedCode{4, 2, 0}, Message:"Later"}',
            450, "4.2.0", "Later", None,
        ),
        (
            'Authenticator "LOGIN" returned "Expected response code "235" but got code "421", with message "421 Bye".". '
            'Authenticator "PLAIN" returned "Expected response code "235" but got code "421", with message "421 Bye".".',
            421, None, "Bye", None,
        ),
        ("SMTP>> EHLO x\n  SMTP<< 421 RP-001 The IP\n  SMTP>> QUIT", 421, None, "RP-001 The IP", Stage.EHLO),
        ('{:code 450, :error :SMTPAddressFailedException, :message "450 later"}', 450, None, "later", Stage.RCPT),
        (
            '"code": "450", "bounce_message": "450 4.7.1 Later", "reason": "temporary"',
            450, "4.7.1", "Later", None,
        ),
        ('"code": "450", "reason": "greylisted"', 450, None, "greylisted", None),
        (
            "smtplib.SMTPDataError: (451, b'4.4.0 Primary target IP address responded with: \"421 4.4.1 Timed out.\" Attempted failover')",
            451, "4.4.0", 'Primary target IP address responded with: "421 4.4.1 Timed out." Attempted failover\')', None,
        ),
    ],
)  # fmt: skip
def test_what_wraps_a_reply_is_taken_off(text, code, enhanced, words, stage):
    reply = read(text).reply
    own = str(reply.enhanced_code) if reply.enhanced_code else None
    assert (reply.code, own, reply.text, reply.stage) == (code, enhanced, words, stage)


def test_a_dialogue():
    attempt = read(">>> MAIL FROM:<a@example.com>\n250 Ok\n>>> RCPT TO:<u@example.com>\n<<< 451 4.7.1 Try again later\n>>> QUIT")
    assert (attempt.reply.code, attempt.reply.text, attempt.reply.stage) == (451, "Try again later", Stage.RCPT)


def test_text_in_other_languages_around_it():
    attempt = read("Une erreur est survenue. Le serveur a répondu : 451 4.7.1 Réessayez plus tard")
    assert attempt.reply.code == 451
    attempt = read("远程响应 | the mta server of qq.com -- mx3.qq.com(157.255.4.241) reply:550 The header is missing")
    assert (attempt.reply.code, attempt.relay.host) == (550, "mx3.qq.com")


def test_words_without_any_code():
    attempt = read(
        "javax.mail.MessagingException: Could not connect to SMTP host: localhost, port: 25;\n  nested exception is:\n    java.net.ConnectException: Connection refused"
    )
    assert attempt.reply.code is None
    assert "Connection refused" in attempt.reply.text or "Could not connect" in attempt.reply.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "MailException: Could not connect to SMTP host: mx.example.com, port: 465;\n  nested exception is:\n"
            "\tjavax.net.ssl.SSLHandshakeException: PKIX path building failed\n\tat com.sun.mail.Transport.open(T.java:7)",
            "MailException: Could not connect to SMTP host: mx.example.com, port: 465; "
            "javax.net.ssl.SSLHandshakeException: PKIX path building failed",
        ),
        (
            "MailSendException: Mail server connection failed; nested exception is MessagingException: no answer\n"
            "\tat a.b.c(D.java:1)\nCaused by: java.net.UnknownHostException: mx.example.com\n\tat a.b.c(D.java:2)",
            "MailSendException: Mail server connection failed; java.net.UnknownHostException: mx.example.com",
        ),
    ],
)
def test_the_innermost_exception_tells_why_nobody_replied(text, words):
    assert read(text).reply.text == words


def test_a_server_may_name_an_exception_of_its_own():
    assert read("431 4.3.1 STOREDRV.Submit.Exception:StorageTransientException.IOException;").format == "reply"


def test_an_exception_with_a_reply_keeps_to_the_reply():
    attempt = read(
        "SendFailedException: Invalid Addresses;\n  nested exception is:\n\tSMTPAddressFailedException: 452 4.5.3 Too many"
    )
    assert (attempt.reply.code, attempt.reply.text) == (452, "Too many")


def test_nothing():
    assert read_paste("", NOW) == []
    assert read_paste(" \n\x1b[0m ", NOW) == []


@pytest.mark.parametrize("mark", ["", "x-postfix; ", "<<< "])
def test_whole_messages(mark):
    told = "<u@example.com>:\n192.0.2.21 failed after I sent the message.\nRemote host said: 451 4.7.0 Later\n"
    text = f"Received: (qmail 447 invoked for bounce); 20 Nov 2026 22:52:10 -0000\nDate: 20 Nov 2026 22:52:10 -0000\nFrom: MAILER-DAEMON@example.com\nTo: n@example.com\nSubject: failure notice\n\nHi. This is the qmail-send program.\nThis is a permanent error; I've given up.\n\n{told}\n--- Below this line is a copy of the message.\n\nReturn-Path: <n@example.com>\n"
    attempt = read(text)
    assert (attempt.format, attempt.reply.code, attempt.reply.text, attempt.recipient, attempt.status) == (
        "dsn",
        451,
        "Later",
        "u@example.com",
        Status.EXPIRED,
    )
    assert attempt.timestamp.isoformat() == "2026-11-20T22:52:10+00:00"


REPORT = """From: Mail Delivery System <MAILER-DAEMON@example.com>
To: n@example.com
Subject: Delayed Mail
Date: Fri, 20 Nov 2026 22:35:56 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

{told}

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

{fields}

--B--
"""


def test_a_report_with_a_diagnostic_code():
    fields = "Final-Recipient: rfc822; u@example.com\nAction: delayed\nStatus: 4.2.0\nRemote-MTA: dns; mx.example.com\nDiagnostic-Code: smtp; 450 4.2.0 Greylisted,\n see the help"
    attempt = read(REPORT.format(told="Your message waits.", fields=fields))
    assert (attempt.reply.text, attempt.recipient, attempt.relay.host, attempt.status) == (
        "Greylisted, see the help",
        "u@example.com",
        "mx.example.com",
        Status.DEFERRED,
    )


def test_a_report_whose_reply_stands_in_the_text_for_people():
    fields = "Final-Recipient: rfc822; u@example.com\nAction: delayed\nStatus: 4.0.0"
    attempt = read(
        REPORT.format(told="A message is delayed:\n\nu@example.com: 450 4.2.1 Too fast\n\nNothing to do.", fields=fields)
    )
    assert (attempt.reply.code, attempt.reply.text, attempt.origin) == (450, "Too fast", "remote")


def test_a_report_on_two_recipients():
    fields = "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 No\n\nFinal-Recipient: rfc822; b@example.com\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 451 4.4.7 Expired"
    attempts = read_paste(REPORT.format(told="x", fields=fields), NOW)
    assert {(attempt.recipient, attempt.status) for attempt in attempts} == {
        ("a@example.com", Status.BOUNCED),
        ("b@example.com", Status.EXPIRED),
    }


@given(st.text(max_size=500))
def test_no_paste_makes_the_readers_fail(text):
    for attempt in read_paste(text, NOW):
        assert attempt.format


PIECES = ["421 4.7.0 ", "LED=", "{", "}", "[Message=", "host x.example[192.0.2.1] said: ", "Diagnostic-Code: smtp; ", "\n", "(", ")", '"', "Status: 4.0.0", "to=<u@example.com>", "stat=", "(451, b'", "')", " == ", "1xUXD1-00000W-2m ", "postfix/smtp[1]: ", "From: a\nTo: b\nSubject: failure notice\n\n", "delivery 1: deferral: ", '"content":"']  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_mixture_of_forms_makes_them_fail(text):
    read_paste(text, NOW)
