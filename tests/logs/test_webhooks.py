"""Events of sending services, as their documentation and public fixtures show them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp421.logs import jsonish, webhooks
from smtp421.logs.line import Line
from smtp421.model import Origin, Relay, Status

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data" / "logs" / "webhooks"
FORMATS = {form.name: form for form in webhooks.FORMATS}


def lines(name):
    """The event of a file, as one line however it is laid out."""
    return "\n".join(line.text for line in jsonish.whole((DATA / f"{name}.json").read_text(encoding="utf-8"), NOW))


def change(name, **changes):
    """The event of a file with fields replaced."""
    return json.dumps({**json.loads(lines(name)), **changes})


@pytest.mark.parametrize(
    ("name", "code", "enhanced", "text", "recipient", "time", "queue_id", "relay", "delay"),
    [
        (
            "sendgrid",
            400,
            None,
            "try again later",
            "u@example.com",
            "2017-12-15T00:59:29+00:00",
            "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
            None,
            None,
        ),
        (
            "mailgun",
            421,
            None,
            "Your IP (192.0.2.88) is temporary blacklisted by an anti-troyan rule, retry later and/or visit http://example.com/",
            "u@example.com",
            "2026-02-12T18:01:06.100000+00:00",
            "20260212180106.5c8f35804ae3fd54@example.com",
            Relay("mx1.example.com"),
            None,
        ),
        (
            "amazon_ses",
            421,
            "4.4.1",
            "Unable to connect to remote host",
            "recipient@example.com",
            "2020-06-16T00:25:40.095000+00:00",
            "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
            None,
            599.454,
        ),
        (
            "amazon_ses-sns",
            421,
            "4.4.1",
            "Unable to connect to remote host",
            "recipient@example.com",
            "2020-06-16T00:25:40.095000+00:00",
            "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
            None,
            599.454,
        ),
        (
            "amazon_ses-eventbridge",
            421,
            "4.4.1",
            "Connection timed out",
            "user@example.com",
            "2025-01-15T10:35:00+00:00",
            "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
            None,
            300.0,
        ),
        (
            "sparkpost",
            421,
            "4.7.0",
            "[TSS04] Messages from 203.0.113.25 temporarily deferred due to unexpected volume or user complaints",
            "recipient@example.com",
            "2026-11-20T22:29:58+00:00",
            "000443ee14578172be22",
            Relay(None, "98.136.96.91"),
            12.0,
        ),
        (
            "mandrill",
            451,
            "4.3.5",
            "Temporarily unavailable, try again later.",
            "u@example.com",
            "2013-11-20T13:26:44+00:00",
            "exampleaaaaaaaaaaaaaaaaaaaaaaaaa1",
            Relay(None, "192.0.2.1"),
            19844005.0,
        ),
        (
            "postmark",
            421,
            "4.7.0",
            "[TSS04] Messages from 203.0.113.25 temporarily deferred",
            "john.appleseed@example.com",
            "2026-11-20T22:30:01+00:00",
            "d12c2f1c-60f3-4258-b163-d17052546ae4",
            None,
            None,
        ),
        (
            "brevo",
            None,
            None,
            "server is down",
            "u@example.com",
            "2020-11-09T14:54:14+00:00",
            "201798300811.5787683@relay.example.org",
            None,
            None,
        ),
        (
            "resend",
            None,
            None,
            "",
            "u@example.com",
            "2026-02-22T23:41:12.126000+00:00",
            "56761188-7520-42d8-8898-ff6fc54ce618",
            None,
            0.231281,
        ),
        (
            "scaleway",
            450,
            "4.2.0",
            "<u@example.com>: Recipient address rejected: Greylisted",
            "u@example.com",
            "2026-11-20T22:30:01+00:00",
            "0fdb1d0e-0000-4000-8000-08de27f7a1c2",
            None,
            3.0,
        ),
        (
            "postal",
            450,
            "4.2.1",
            "The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.",
            "u@gmail.example",
            "2026-11-20T22:29:58.200000+00:00",
            "abcdef123",
            Relay("gmail-smtp-in.l.google.com", "192.0.2.1", 25),
            97.95,
        ),
    ],
)
def test_a_deferral(attempts, name, code, enhanced, text, recipient, time, queue_id, relay, delay):
    service = name.partition("-")[0]
    (attempt,) = attempts(FORMATS[service], lines(name))
    reply = attempt.reply
    assert (reply.code, reply.enhanced_code and str(reply.enhanced_code), reply.text) == (code, enhanced, text)
    assert (attempt.format, attempt.status, attempt.recipient) == (service, Status.DEFERRED, recipient)
    assert (attempt.timestamp.isoformat(), attempt.queue_id, attempt.relay) == (time, queue_id, relay)
    assert attempt.delay == pytest.approx(delay)
    if service == "amazon_ses":
        assert attempt.origin is Origin.LOCAL, "the type of the delay tells that no server answered"
    else:
        assert attempt.origin is (Origin.REMOTE if relay else None), "without a server the words must tell who said it"


@pytest.mark.parametrize(
    ("name", "changes", "status"),
    [
        ("sendgrid", {"event": "bounce", "reason": "550 5.1.1 no such user", "response": None}, Status.BOUNCED),
        ("sendgrid", {"event": "bounce", "reason": "451 given up", "response": None}, Status.EXPIRED),
        ("sendgrid", {"event": "delivered", "response": "250 OK"}, Status.SENT),
        ("mailgun", {"severity": "permanent"}, Status.EXPIRED),
        ("mailgun", {"severity": None, "event": "delivered"}, Status.SENT),
        ("sparkpost", {"msys": {"message_event": {"type": "bounce", "raw_reason": "550 no", "rcpt_to": "u@x"}}}, Status.BOUNCED),
        ("mandrill", {"event": "hard_bounce"}, Status.EXPIRED),
        ("postmark", {"Type": "SoftBounce"}, Status.EXPIRED),
        ("postmark", {"Type": "HardBounce", "Details": "smtp;550 5.1.1 no"}, Status.BOUNCED),
        ("brevo", {"event": "hard_bounce", "reason": "550 no"}, Status.BOUNCED),
        ("resend", {"type": "email.delivered"}, Status.SENT),
        ("postal", {"event": "MessageSent"}, Status.SENT),
    ],
)
def test_other_ends(attempts, name, changes, status):
    (attempt,) = attempts(FORMATS[name], change(name, **changes))
    assert attempt.status is status


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sendgrid", {"event": "open"}),
        ("sendgrid", {"event": "dropped"}),
        ("mailgun", {"event": "opened", "severity": None}),
        ("amazon_ses", {"eventType": "Complaint"}),
        ("sparkpost", {"msys": {"message_event": {"type": "injection", "rcpt_to": "u@example.com"}}}),
        ("mandrill", {"event": "click"}),
        ("postmark", {"RecordType": "SpamComplaint"}),
        ("brevo", {"event": "request"}),
        ("resend", {"type": "email.sent"}),
        ("postal", {"event": "MessageHeld"}),
    ],
)
def test_events_that_tell_of_no_delivery(attempts, name, changes):
    event = change(name, **changes)
    assert FORMATS[name].recognises(event)
    assert attempts(FORMATS[name], event) == []


def test_a_batch_of_many_kinds(attempts):
    kinds = ["processed", "deferred", "open", "delivered", "deferred"]
    batch = json.dumps([json.loads(change("sendgrid", event=kind, email=f"{n}@example.com")) for n, kind in enumerate(kinds)])
    assert [attempt.recipient for attempt in attempts(FORMATS["sendgrid"], batch)] == [f"{n}@example.com" for n in (1, 3, 4)]


def test_each_recipient_has_its_own_reply(attempts):
    event = json.loads(lines("amazon_ses"))
    event["deliveryDelay"]["delayedRecipients"].append({"emailAddress": "full@example.com", "status": "4.2.2"})
    first, second = attempts(FORMATS["amazon_ses"], json.dumps(event))
    assert (first.reply.code, second.reply.code) == (421, None)
    assert (second.recipient, str(second.reply.enhanced_code)) == ("full@example.com", "4.2.2")


def test_the_old_name_of_ses_events_and_its_bounces(attempts):
    event = {
        "notificationType": "Bounce",
        "mail": {"messageId": "m1", "timestamp": "2026-11-20T22:29:58.000Z"},
        "bounce": {
            "bounceType": "Transient",
            "bounceSubType": "General",
            "timestamp": "2026-11-20T22:30:01.000Z",
            "remoteMtaIp": "192.0.2.1",
            "bouncedRecipients": [
                {"emailAddress": "u@example.com", "status": "4.4.7", "diagnosticCode": "smtp; 554 4.4.7 Message expired"},
                {"emailAddress": "v@example.com", "status": "4.3.0", "diagnosticCode": "smtp; 451 4.3.0 later"},
            ],
        },
    }
    first, second = attempts(FORMATS["amazon_ses"], json.dumps(event))
    assert (first.status, second.status) == (Status.BOUNCED, Status.EXPIRED)
    assert second.relay == Relay(None, "192.0.2.1")


def test_a_queue_of_notifications(attempts):
    inner = (DATA / "amazon_ses-sns.json").read_text(encoding="utf-8")
    sqs = json.dumps({"Messages": 1, "Records": [{"body": inner}, {"Sns": json.loads(inner)}]})
    assert [attempt.recipient for attempt in attempts(FORMATS["amazon_ses"], sqs)] == ["recipient@example.com"] * 2


def test_codes_that_mailgun_made_up(attempts):
    event = (
        '{"severity":"temporary","delivery-status":{"code":498,"message":"No MX for [example.com]","retry-seconds":900,'
        '"description":"No MX for [example.com]"},"reason":"generic","timestamp":1376435471.10744}'
    )
    (attempt,) = attempts(FORMATS["mailgun"], event)
    assert (attempt.reply.code, attempt.reply.text, attempt.origin) == (None, "No MX for [example.com]", Origin.LOCAL)


def test_sparkpost_marks_its_own_words(attempts):
    own = "451 4.4.1 [internal] No valid hosts (too many connection failures)"
    message = {"type": "delay", "raw_reason": own, "error_code": "451", "rcpt_to": "u@example.com"}
    (attempt,) = attempts(FORMATS["sparkpost"], json.dumps({"msys": {"message_event": message}}))
    assert (attempt.origin, str(attempt.reply.enhanced_code)) == (Origin.LOCAL, "4.4.1")


def test_what_a_server_said_to_ses_is_not_ses_own(attempts):
    event = json.loads(lines("amazon_ses"))
    event["deliveryDelay"]["delayType"] = "MailboxFull"
    (attempt,) = attempts(FORMATS["amazon_ses"], json.dumps(event))
    assert attempt.origin is None


def test_the_two_layouts_of_mailgun(attempts):
    bare = json.loads(lines("mailgun"))
    posted = json.dumps({"signature": {"token": "t", "timestamp": "1529006854", "signature": "s"}, "event-data": bare})
    assert attempts(FORMATS["mailgun"], posted) == attempts(FORMATS["mailgun"], json.dumps(bare))


def test_the_other_order_of_postals_sentence(attempts):
    event = lines("postal").replace("192.0.2.1:25 (gmail-smtp-in.l.google.com)", "gmail-smtp-in.l.google.com (192.0.2.1:25)")
    (attempt,) = attempts(FORMATS["postal"], event)
    assert attempt.relay == Relay("gmail-smtp-in.l.google.com", "192.0.2.1", 25)
    (attempt,) = attempts(FORMATS["postal"], lines("postal").replace("when sending to", "while talking to"))
    assert attempt.relay is None


def test_a_form_field_before_the_array(attempts):
    assert len(attempts(FORMATS["mandrill"], f"mandrill_events=[{lines('mandrill')}]")) == 1


def test_a_sentence_of_postal_without_a_server(attempts):
    event = lines("postal").replace("192.0.2.1:25 (gmail-smtp-in.l.google.com)", "mx1.example.com (mx2.example.com)")
    (attempt,) = attempts(FORMATS["postal"], event)
    assert attempt.relay == Relay("mx1.example.com")


@pytest.mark.parametrize("form", webhooks.FORMATS, ids=lambda form: form.name)
def test_a_file_of_pretty_printed_events(attempts, form):
    event = json.loads(lines(form.name))
    printed = "\n".join(json.dumps(value, indent=2) for value in ([event, event], event))
    physical = (Line(number, line, NOW) for number, line in enumerate(printed.split("\n"), start=1))
    found = [attempt for line in jsonish.joined(physical) for attempt in attempts(form, line.text.replace("\n", " "))]
    assert len(found) == 3
