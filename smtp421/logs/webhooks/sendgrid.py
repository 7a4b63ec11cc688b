"""SendGrid: event webhook, an array of events.

``response`` of a deferral and ``reason`` of a bounce hold the reply, its lines joined by blanks; no field names the server that
answered, except ``mx_server`` in newer events. ``dropped`` means that SendGrid did not try.
Layout: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

from smtp421.logs.webhooks.service import Service
from smtp421.model import Status

SERVICE = Service(
    name="sendgrid",
    title="SendGrid: event webhook (JSON)",
    marks=("sg_event_id|sg_message_id", '"event'),
    kind=("event",),
    statuses={"deferred": Status.DEFERRED, "bounce": Status.BOUNCED, "delivered": Status.SENT},
    text=("response", "reason"),
    enhanced=("status",),
    recipient=("email",),
    id=("sg_message_id", "smtp-id"),
    time=("timestamp",),
    host=("mx_server",),
    source=("ip",),
    sample='[{"email":"u@example.com","timestamp":1795213801,"smtp-id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","event":"deferred",'
    '"sg_event_id":"t7LEShmowp86DTdUW8M-GQ==","sg_message_id":"14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",'
    '"response":"451 4.7.1 Try again later","attempt":"5"}]',
)
