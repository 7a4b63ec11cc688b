"""Brevo (Sendinblue): transactional webhook, one event.

``reason`` holds the reply or Brevo's own words. ``ts_event`` counts seconds, ``ts_epoch`` milliseconds. ``soft_bounce`` is final.
No field names the server; the sending address may be masked.
Layout: https://developers.brevo.com/docs/transactional-webhooks
"""

from smtp421.logs.webhooks.service import Service
from smtp421.model import Status

SERVICE = Service(
    name="brevo",
    title="Brevo (Sendinblue): transactional webhook (JSON)",
    marks=('"message-id"', '"event"', '"email"'),
    kind=("event",),
    statuses={
        "deferred": Status.DEFERRED,
        "soft_bounce": Status.BOUNCED,
        "hard_bounce": Status.BOUNCED,
        "delivered": Status.SENT,
    },
    text=("reason",),
    recipient=("email",),
    id=("message-id",),
    time=("ts_event", "ts_epoch", "ts", "date"),
    source=("sending_ip",),
    sample='{"event":"deferred","email":"u@example.com","id":12345,"date":"2026-11-20 22:30:01","ts":1795213798,'
    '"message-id":"<201798300811.5787683@relay.example.org>","ts_event":1795213801,"subject":"Welcome",'
    '"sending_ip":"198.51.100.5","reason":"451 4.7.1 Try again later"}',
)
