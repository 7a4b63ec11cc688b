"""The stories of people who paste deferrals: what they must be told. From what was read in some 320 public threads."""

import pytest

from smtp421 import explain

STORIES = {
    "gmail 4.7.28 at the end of data": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@example.com>, relay=aspmx.l.google.com[192.0.2.1]:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred (host aspmx.l.google.com[192.0.2.1] said: 421-4.7.28 [203.0.113.25 15] Our system has detected an unusual rate of 421-4.7.28 unsolicited mail originating from your IP address. 421 4.7.28 review our Bulk Email Senders Guidelines. z1si96pln.401 - gsmtp (in reply to end of DATA command))",
        ("rate_limit", "warning", "sender", "yes", "back-off"),
    ),
    "a mailbox at Gmail that gets mail too fast": (
        "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450-4.2.1 prevents additional messages from being delivered.\n450 4.2.1  https://support.google.com/mail/?p=ReceivingRate - gsmtp",
        ("recipient_rate", "info", "nobody", "yes", "let-queue-retry"),
    ),
    "Yahoo TSS04": (
        "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
        ("reputation", "warning", "sender", "yes", "back-off"),
    ),
    "Yahoo TS03 never clears": (
        "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed. See https://postmaster.yahooinc.com/error-codes",
        ("reputation", "critical", "sender", "no", "stop-retrying"),
    ),
    "Outlook.com S775": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@hotmail.com>, relay=hotmail-com.olc.protection.outlook.com[192.0.2.1]:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred (host hotmail-com.olc.protection.outlook.com[192.0.2.1] said: 451 4.7.650 The mail server [203.0.113.25] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775) (in reply to MAIL FROM command))",
        ("reputation", "warning", "sender", "yes", "back-off"),
    ),
    "Exchange Online says server busy and means the sender": (
        "451 4.7.500 Server busy. Please try again later from [203.0.113.25]. (S77719) [BN1NAM02FT019.eop-nam02.prod.protection.outlook.com]",
        ("reputation", "warning", "sender", "yes", "back-off"),
    ),
    "recipients in several regions": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@hotmail.com>, relay=hotmail-com.olc.protection.outlook.com[192.0.2.1]:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred (host hotmail-com.olc.protection.outlook.com[192.0.2.1] said: 452 4.5.3 Recipients belong to multiple regions ATTR38 (in reply to RCPT TO command))",
        ("messages_per_connection", "info", "nobody", "yes", "let-queue-retry"),
    ),
    "our own postscreen": (
        "Nov 20 22:30:00 mail postfix/postscreen[9]: NOQUEUE: reject: RCPT from [192.0.2.4]:4711: 450 4.3.2 Service currently unavailable; from=<a@example.org>, to=<u@example.com>, proto=ESMTP, helo=<mx.example.org>",
        ("greylisting", "info", "nobody", "yes", "allowlist-sender"),
    ),
    "milter-greylist names the time": (
        "451 4.7.1 Greylisting in action, please come back in 180 seconds",
        ("greylisting", "info", "nobody", "yes", "keep-same-address"),
    ),
    "greylisting with the code of a full mailbox": (
        "422 4.2.2 Greylisted, please try again in a few moments.",
        ("greylisting", "info", "nobody", "yes", "let-queue-retry"),
    ),
    "port 25 blocked": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: connect to alt2.gmail-smtp-in.l.google.com[192.0.2.1]:25: Connection timed out",
        ("network", "critical", "sender_admin", "after_fix", "test-port-25"),
    ),
    "no IPv6": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: connect to mx.example.com[2001:db8::1]:25: Cannot assign requested address",
        ("network", "warning", "sender_admin", "yes", "prefer-ipv4"),
    ),
    "a dead resolver": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@gmail.com>, relay=none:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred (Host or domain name not found. Name service error for name=gmail.com type=MX: Host not found, try again)",
        ("dns", "critical", "sender_admin", "after_fix", "fix-resolver"),
    ),
    "our own policy service is down": (
        "Nov 20 22:30:00 mail postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.4]: 451 4.3.5 <u@example.com>: Recipient address rejected: Server configuration problem; from=<a@example.org> to=<u@example.com> proto=ESMTP",
        ("misconfiguration", "critical", "receiver", "after_fix", "receiver-fix-server"),
    ),
    "our own milter is down": (
        "Nov 20 22:30:00 mail postfix/cleanup[9]: 89E6A2166DA6: milter-reject: END-OF-MESSAGE from mx.example.org[192.0.2.4]: 4.7.1 Service unavailable - try again later; from=<a@example.org> to=<u@example.com> proto=ESMTP",
        ("misconfiguration", "warning", "receiver", "after_fix", "let-queue-retry"),
    ),
    "a map that cannot be read": (
        "451 4.3.0 <user@example.com>: Temporary lookup failure",
        ("misconfiguration", "warning", "receiver", "after_fix", "let-queue-retry"),
    ),
    "a transport that cannot be started": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@example.com>, relay=none:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred (mail transport unavailable)",
        ("misconfiguration", "critical", "sender_admin", "after_fix", "check-local-log"),
    ),
    "an envelope sender that does not exist": (
        "450 4.1.8 <www-data@ip-172-31-0-1.internal>: Sender address rejected: Domain not found",
        ("sender_dns", "critical", "sender_admin", "after_fix", "fix-envelope-sender"),
    ),
    "no reverse DNS at Free": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@free.fr>, relay=mx2.free.fr[192.0.2.1]:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred (host mx2.free.fr[192.0.2.1] refused to talk to me: 421 Refused. Your reverse DNS entry does not resolve to an IP.)",
        ("sender_dns", "critical", "sender_admin", "after_fix", "fix-rdns"),
    ),
    "a 554 greeting that Postfix defers": (
        "Nov 20 22:30:00 mail postfix/smtp[1]: ABCDEF0: to=<u@example.com>, relay=mx01.kundenserver.de[192.0.2.1]:25, delay=10, delays=1/1/1/7, dsn=4.0.0, status=deferred (host mx01.kundenserver.de[192.0.2.1] refused to talk to me: 554-kundenserver.de (mxeue106) Nemesis ESMTP Service not available 554-No SMTP service 554 Bad DNS PTR resource record)",
        ("sender_dns", "critical", "sender_admin", "after_fix", "fix-rdns"),
    ),
    "Exchange's submission limit, not a timeout": (
        "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
        ("rate_limit", "warning", "sender", "yes", "lower-rate"),
    ),
    "an idle session, through smtplib": (
        "smtplib.SMTPSenderRefused: (451, b'4.4.2 Timeout - closing connection. n9sm6613295wrx.46 - gsmtp', 'user@gmail.com')",
        ("timeout", "info", "nobody", "yes", "let-queue-retry"),
    ),
    "SES: too fast": (
        "Net::SMTPServerBusy: 454 Throttling failure: Maximum sending rate exceeded.",
        ("rate_limit", "warning", "sender_admin", "yes", "retry-with-jitter"),
    ),
    "SES: the day's quota": (
        "454 Throttling failure: Daily message quota exceeded.",
        ("rate_limit", "critical", "sender_admin", "yes", "request-quota"),
    ),
    "Exchange's wrapping: the inner reply decides": (
        '451 4.4.0 Primary target IP address responded with: "421 4.4.1 Connection timed out." Attempted failover to alternate host, but that did not succeed.',
        ("network", "warning", "sender_admin", "yes", "test-port-25"),
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_story(story, book, now):
    text, (cause, severity, who, helps, first) = STORIES[story]
    diagnosis = explain(text, rulebook=book, now=now)
    told = (diagnosis.cause, diagnosis.severity, diagnosis.who_acts, diagnosis.retry.helps, diagnosis.fixes[0].id)
    assert told == (cause, severity, who, helps, first)


def test_the_same_cause_outside_and_inside(book, now):
    """A greylisting of ours asks our administrator; one of theirs asks nobody."""
    ours, theirs = (
        explain(STORIES[story][0], rulebook=book, now=now) for story in ("our own postscreen", "milter-greylist names the time")
    )
    assert (ours.origin, theirs.origin) == ("inbound", "remote")
    assert all(fix.who != "receiver" for fix in theirs.fixes)
    assert theirs.retry.wait_seconds == 180
