"""Amazon SES: event publishing and feedback notifications, bare or carried by SNS, EventBridge, SQS and Lambda.

``diagnosticCode`` holds the reply behind ``smtp;``, for each recipient. SES says much itself in the form of a reply (``421 4.4.1
Unable to connect to remote host``), which ``delayType`` tells at times; no server is named. A ``Transient`` bounce comes after
all retries. Yandex Cloud Postbox sends the same events without ``diagnosticCode``.
Layout: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from smtp421.logs.webhooks.service import CARRIERS, Service
from smtp421.model import Status

SERVICE = Service(
    name="amazon_ses",
    title="Amazon SES: delivery events (JSON), also through SNS and EventBridge",
    marks=("eventType|notificationType", "messageId", "mail"),
    wrappers=CARRIERS,
    kind=("eventType", "notificationType", "bounce.bounceType"),
    statuses={
        "DeliveryDelay": Status.DEFERRED,
        "Bounce Transient": Status.BOUNCED,
        "Bounce Permanent": Status.BOUNCED,
        "Bounce Undetermined": Status.BOUNCED,
        "Bounce": Status.BOUNCED,
        "Delivery": Status.SENT,
    },
    each=("deliveryDelay.delayedRecipients", "bounce.bouncedRecipients", "delivery.recipients"),
    text=("each.diagnosticCode", "delivery.smtpResponse", "deliveryDelay.delayType"),
    enhanced=("each.status",),
    recipient=("each.emailAddress", "each"),
    id=("mail.messageId",),
    time=("deliveryDelay.timestamp", "bounce.timestamp", "delivery.timestamp"),
    sender=("mail.source",),
    address=("bounce.remoteMtaIp", "delivery.remoteMtaIp"),
    queued=("mail.timestamp",),
    own=(
        "deliveryDelay.delayType",
        "TransientCommunicationFailure|InternalFailure|BYOIPHostNameLookupUnavailable|SendingDeferral",
    ),
    sample='{"eventType":"DeliveryDelay","mail":{"timestamp":"2026-11-20T22:29:58.000Z","source":"news@example.org","messageId":'
    '"EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000","destination":["u@example.com"]},"deliveryDelay":'
    '{"timestamp":"2026-11-20T22:30:01.000Z","delayType":"TransientCommunicationFailure","expirationTime":'
    '"2026-11-21T10:29:58.000Z","delayedRecipients":[{"emailAddress":"u@example.com","status":"4.7.1",'
    '"diagnosticCode":"smtp; 451 4.7.1 Try again later"}]}}',
)
