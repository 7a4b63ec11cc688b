"""Mailgun: webhooks, and events of the Events API.

``delivery-status`` holds the code apart from the words, the enhanced code (at times null) and the server's name. A code of 498 or
from 600 on is Mailgun's own: nobody answered. The time of queueing is not told.
Layout: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads
"""

from smtp421.logs.webhooks.service import Service
from smtp421.model import Status

SERVICE = Service(
    name="mailgun",
    title="Mailgun: webhook, Events API (JSON)",
    marks=("delivery-status", "severity|delivered"),
    wrappers=("event-data", "items"),
    kind=("severity", "event"),
    statuses={
        "temporary failed": Status.DEFERRED,
        "temporary": Status.DEFERRED,
        "permanent failed": Status.BOUNCED,
        "permanent": Status.BOUNCED,
        "delivered": Status.SENT,
    },
    text=("delivery-status.message", "delivery-status.description"),
    code=("delivery-status.code",),
    enhanced=("delivery-status.enhanced-code",),
    recipient=("recipient",),
    id=("message.headers.message-id", "id"),
    time=("timestamp",),
    sender=("envelope.sender",),
    host=("delivery-status.mx-host",),
    source=("envelope.sending-ip",),
    own=("delivery-status.code", r"498|6\d\d"),
    sample='{"event-data":{"event":"failed","timestamp":1795213801.1,"severity":"temporary","reason":"generic","log-level":"warn",'
    '"recipient":"u@example.com","delivery-status":{"attempt-no":1,"code":421,"message":"Try again later","description":null,'
    '"retry-seconds":600,"enhanced-code":"4.7.0","mx-host":"mx.example.com"},"envelope":{"sender":"news@example.org",'
    '"targets":"u@example.com","transport":"smtp","sending-ip":"198.51.100.5"},"message":{"headers":{"message-id":'
    '"20261120223001.5c8f35804ae3fd54@example.org"}}}}',
)
