"""Postmark: bounce webhook. There is no event for each deferral: what is reported is how it ended.

``Details`` holds the reply, mostly behind ``smtp;``; ``Type`` tells ``Transient`` (delayed), ``SoftBounce``, ``DnsError``,
``Blocked``, ``HardBounce`` and more. No field names the server or the time of queueing.
Layout: https://postmarkapp.com/developer/webhooks/bounce-webhook
"""

from smtp421.logs.webhooks.service import Service
from smtp421.model import Status

SERVICE = Service(
    name="postmark",
    title="Postmark: bounce webhook (JSON)",
    marks=("RecordType", "MessageID"),
    kind=("RecordType", "Type"),
    statuses={
        "Bounce Transient": Status.DEFERRED,
        "Bounce DnsError": Status.DEFERRED,
        "Bounce SoftBounce": Status.BOUNCED,
        "Bounce Blocked": Status.BOUNCED,
        "Bounce HardBounce": Status.BOUNCED,
        "Bounce SpamNotification": Status.BOUNCED,
        "Bounce Undeliverable": Status.BOUNCED,
        "Bounce BadEmailAddress": Status.BOUNCED,
        "Bounce DMARCPolicy": Status.BOUNCED,
        "Bounce Unknown": Status.BOUNCED,
        "Delivery": Status.SENT,
    },
    text=("Details", "Description"),
    recipient=("Email", "Recipient"),
    id=("MessageID",),
    time=("BouncedAt", "DeliveredAt"),
    sender=("From",),
    sample='{"RecordType":"Bounce","ID":123456789,"Type":"Transient","TypeCode":2,"Name":"Message delayed","MessageID":'
    '"d12c2f1c-60f3-4258-b163-d17052546ae4","Details":"smtp;451 4.7.1 Try again later","Email":"u@example.com",'
    '"From":"news@example.org","BouncedAt":"2026-11-20T22:30:01Z","MessageStream":"outbound"}',
)
