"""Scaleway Transactional Email: webhook events, carried by Scaleway's SNS.

The code stands apart from the words, and the server is not named. ``email_next_try`` tells when it is tried again.
Layout: https://www.scaleway.com/en/docs/transactional-email/reference-content/webhook-events-payloads/
"""

from smtp421.logs.webhooks.service import CARRIERS, Service
from smtp421.model import Status

SERVICE = Service(
    name="scaleway",
    title="Scaleway Transactional Email: webhook (JSON)",
    marks=("email_id", "email_to", "email_deferred|email_dropped|email_delivered|email_mailbox_not_found|email_spam"),
    wrappers=CARRIERS,
    kind=("type",),
    statuses={
        "email_deferred": Status.DEFERRED,
        "email_dropped": Status.BOUNCED,
        "email_mailbox_not_found": Status.BOUNCED,
        "email_spam": Status.BOUNCED,
        "email_delivered": Status.SENT,
    },
    text=("email_response_message", "email_error"),
    code=("email_response_code",),
    recipient=("email_to",),
    id=("email_id",),
    time=("created_at",),
    sender=("email_from",),
    queued=("email_queued_at",),
    sample='{"id":"8e5d8b2c-0000-4000-8000-08de27f7a1c2","type":"email_deferred","domain_name":"example.org","created_at":'
    '"2026-11-20T22:30:01Z","email_queued_at":"2026-11-20T22:29:58Z","email_id":"0fdb1d0e-0000-4000-8000-08de27f7a1c2",'
    '"email_from":"news@example.org","email_to":"u@example.com","email_next_try":"2026-11-20T22:35:01Z","email_try_count":1,'
    '"email_response_code":451,"email_response_message":"4.7.1 Try again later"}',
)
