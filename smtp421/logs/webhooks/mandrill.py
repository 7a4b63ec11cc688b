"""Mandrill (Mailchimp Transactional): webhooks, the form field ``mandrill_events`` with an array of events.

The last of ``msg.smtp_events`` holds the reply as ``diag``, often without the code of its first line, and the server's address.
Bounces have ``diag`` and ``bounce_description`` at the message. ``soft_bounce`` is final.
Layout: https://mailchimp.com/developer/transactional/docs/webhooks/
"""

from smtp421.logs.webhooks.service import Service
from smtp421.model import Status

SERVICE = Service(
    name="mandrill",
    title="Mandrill (Mailchimp Transactional): webhook (JSON)",
    marks=('"msg"', '"_id"', '"event"'),
    kind=("event",),
    statuses={
        "deferral": Status.DEFERRED,
        "soft_bounce": Status.BOUNCED,
        "hard_bounce": Status.BOUNCED,
        "delivered": Status.SENT,
    },
    text=("msg.diag", "msg.smtp_events.-1.diag", "msg.bounce_description"),
    recipient=("msg.email",),
    id=("_id", "msg._id"),
    time=("ts",),
    sender=("msg.sender",),
    address=("msg.smtp_events.-1.destination_ip",),
    source=("msg.smtp_events.-1.source_ip",),
    queued=("msg.ts",),
    sample='[{"event":"deferral","msg":{"ts":1795213798,"subject":"Welcome","email":"u@example.com","sender":"news@example.org",'
    '"state":"deferred","_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa1","smtp_events":[{"destination_ip":"192.0.2.1",'
    '"diag":"451 4.3.5 Try again later","source_ip":"198.51.100.5","ts":1795213801,"type":"deferral","size":0}]},'
    '"_id":"exampleaaaaaaaaaaaaaaaaaaaaaaaaa1","ts":1795213801}]',
)
