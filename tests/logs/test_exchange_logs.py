"""Exchange Server's message tracking and protocol logs, Exchange Online's reports."""

from pathlib import Path

import pytest

from smtp421.logs import exchange_online, exchange_send, exchange_tracking
from smtp421.model import Origin, Relay, Stage, Status

DATA = Path(__file__).parents[1] / "data" / "logs"


def text(name):
    return (DATA / name).read_text(encoding="utf-8")


def test_tracking(attempts):
    rate, chain, sent, expired, refused = attempts(exchange_tracking.FORMAT, text("exchange-tracking.log"))
    assert (rate.reply.code, str(rate.reply.enhanced_code), rate.status) == (450, "4.2.1", Status.DEFERRED)
    assert rate.reply.text == "The user you are trying to contact is receiving mail at a rate; try later"
    assert (rate.recipient, rate.sender, rate.queue_id) == ("u@gmail.example", "a@example.org", "42949672961")
    assert rate.relay == Relay("gmail-smtp-in.l.google.com", "142.250.27.27")
    assert rate.timestamp.isoformat() == "2026-11-20T22:30:01.180000+00:00"
    assert (chain.recipient, chain.reply.code, chain.inner.code) == ("v@gmail.example", 451, 421)
    assert str(chain.inner.enhanced_code) == "4.7.28"
    assert (sent.status, sent.recipient, sent.relay) == (Status.SENT, "w@example.com", Relay("mx.example.com", "192.0.2.9"))
    assert (expired.status, expired.reply.text) == (Status.EXPIRED, "QUEUE.Expired; message expired")
    assert (refused.status, refused.reply.code, refused.relay) == (Status.BOUNCED, 550, None)


def test_an_export_of_get_messagetrackinglog(attempts):
    rows = (
        "#TYPE Selected.Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent\n"
        '"Timestamp","EventId","Source","Sender","Recipients","RecipientStatus","MessageId"\n'
        '"2026-11-20T22:30:01.18Z","DEFER","SMTP","a@example.org","u@example.com","{421 4.4.1 Connection timed out}","<m1@example.org>"\n'
    )
    (attempt,) = attempts(exchange_tracking.FORMAT, rows)
    assert (attempt.reply.code, attempt.reply.text, attempt.recipient) == (421, "Connection timed out", "u@example.com")
    assert attempt.queue_id == "<m1@example.org>"


def test_a_send_connector(attempts):
    found = attempts(exchange_send.FORMAT, text("exchange-send.log"))
    connect, sent, rate, lost, unsolicited = found
    assert (connect.origin, connect.reply.stage, connect.relay) == (Origin.LOCAL, Stage.CONNECT, Relay(None, "192.0.2.26", 25))
    assert connect.reply.text.startswith("Failed to connect. Winsock error code: 10060")
    assert (sent.status, sent.recipient, sent.queue_id) == (Status.SENT, "w@example.com", "<m2@example.org>")
    assert (rate.reply.code, rate.reply.stage, rate.recipient) == (450, Stage.RCPT, "u@gmail.example")
    assert (rate.sender, rate.queue_id, rate.source_address) == ("a@example.org", "<m1@example.org>", "198.51.100.5")
    assert (rate.origin, rate.status, rate.relay) == (Origin.REMOTE, Status.DEFERRED, Relay(None, "142.250.27.27", 25))
    assert rate.timestamp.isoformat() == "2026-11-20T22:30:11+00:00"
    assert (lost.reply.text, lost.reply.stage, lost.origin) == ("connection lost: Remote(SocketError)", Stage.MAIL, Origin.LOCAL)
    assert (unsolicited.recipient, unsolicited.reply.stage) == ("v@gmail.example", Stage.END_OF_DATA), "only who was accepted"
    assert (
        unsolicited.reply.text == "Our system has detected an unusual rate of unsolicited mail originating from your IP address"
    )


def test_a_receive_connector_is_inbound(attempts):
    (attempt,) = attempts(exchange_send.FORMAT, text("exchange-receive.log"))
    assert (attempt.origin, attempt.status, attempt.reply.code, attempt.reply.stage) == (
        Origin.INBOUND,
        Status.DEFERRED,
        452,
        Stage.RCPT,
    )
    assert (attempt.sender, attempt.recipient) == ("a@example.net", "u@example.org")
    assert (attempt.relay, attempt.source_address) == (None, "192.0.2.16")


@pytest.mark.parametrize(
    ("data", "stage", "recipient", "status"),
    [
        ("<,421 4.3.2 Service not available,", Stage.CONNECT, None, Status.DEFERRED),
        (">,EHLO x,\n<,421 later,", Stage.EHLO, None, Status.DEFERRED),
        (">,MAIL FROM:<a@example.org>,\n>,RCPT TO:<u@example.com>,\n<,451 later,", Stage.MAIL, "u@example.com", Status.DEFERRED),
        (">,DATA,\n<,554 no,", Stage.DATA, None, Status.BOUNCED),
        (">,STARTTLS,\n<,454 TLS not available,", Stage.STARTTLS, None, Status.DEFERRED),
        ("*,,TLS negotiation failed with error AlgorithmMismatch", Stage.STARTTLS, None, Status.DEFERRED),
    ],
)
def test_stages(attempts, data, stage, recipient, status):
    rows = [f"2026-11-20T22:30:01.100Z,c,S1,1,198.51.100.5:31023,192.0.2.1:25,{row}" for row in data.split("\n")]
    header = exchange_send.FORMAT.sample.split("\n")[0]
    (attempt,) = attempts(exchange_send.FORMAT, "\n".join([header, *rows]))
    assert (attempt.reply.stage, attempt.recipient, attempt.status) == (stage, recipient, status)


def test_a_pasted_header_may_have_lost_its_mark(attempts):
    pasted = text("exchange-send.log").replace("#", "")
    assert len(attempts(exchange_send.FORMAT, pasted)) == 5


def test_the_extended_report_of_exchange_online(attempts):
    (attempt,) = attempts(exchange_online.FORMAT, "\ufeff" + text("exchange-online-extended.csv"))
    assert (attempt.format, attempt.reply.code, str(attempt.reply.enhanced_code)) == ("exchange_online", 450, "4.7.320")
    assert (attempt.recipient, attempt.relay) == ("u@partner.example", Relay("mx.example.com", "192.0.2.10"))
    assert attempt.inner.text == "UntrustedRoot"


def test_trace_details_of_exchange_online(attempts):
    deferred, failed = attempts(exchange_online.FORMAT, text("exchange-online-detail.csv"))
    assert (deferred.status, deferred.reply.code, str(deferred.reply.enhanced_code)) == (Status.DEFERRED, 450, "4.4.317")
    assert (deferred.inner.code, deferred.inner.text) == (451, "Temporary server error. Please try again later. PRX4")
    assert (deferred.recipient, deferred.relay) == ("u@partner.example", Relay("mx.example.com", "192.0.2.10"))
    assert deferred.queue_id == "7c6a1e0e-0000-0000-0000-08de27f7a1c2"
    assert deferred.timestamp.isoformat() == "2026-11-20T22:30:01.180000+00:00"
    assert (failed.status, failed.reply.code) == (Status.BOUNCED, 550)


def test_a_summary_report_has_no_reasons(attempts):
    rows = "Received,SenderAddress,RecipientAddress,Subject,Status,MessageTraceId\n2026-11-20T22:30:01,a@x,b@y,s,Pending,1\n"
    assert attempts(exchange_online.FORMAT, rows) == []
