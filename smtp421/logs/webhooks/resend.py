"""Resend: webhook. ``email.delivery_delayed`` says that a message waits and nothing more: no reply, no code, no server.

A bounce has a sentence of Resend's own in ``data.bounce``.
Layout: https://resend.com/docs/webhooks/emails/delivery-delayed
"""

from smtp421.logs.webhooks.service import Service
from smtp421.model import Status

SERVICE = Service(
    name="resend",
    title="Resend: webhook (JSON)",
    marks=('"email.', '"email_id"'),
    kind=("type",),
    statuses={
        "email.delivery_delayed": Status.DEFERRED,
        "email.bounced": Status.BOUNCED,
        "email.delivered": Status.SENT,
    },
    each=("data.to",),
    text=("data.bounce.message",),
    recipient=("each", "data.to"),
    id=("data.email_id",),
    time=("created_at",),
    sender=("data.from",),
    queued=("data.created_at",),
    sample='{"type":"email.delivery_delayed","created_at":"2026-11-20T22:30:01.126Z","data":{"created_at":'
    '"2026-11-20T22:29:58.894719+00:00","email_id":"56761188-7520-42d8-8898-ff6fc54ce618","from":"News <news@example.org>",'
    '"to":["u@example.com"],"subject":"Welcome"}}',
)
