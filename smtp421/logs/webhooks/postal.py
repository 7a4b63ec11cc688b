"""Postal: webhook events of a message's delivery.

``payload.output`` is the reply, cut at 512 characters; ``payload.details`` is Postal's sentence about the attempt, which names
the server. Where nobody answered, the sentence is the reason.
Layout: https://docs.postalserver.io/developer/webhooks and lib/postal/message_db/delivery.rb of https://github.com/postalserver/postal
"""

from __future__ import annotations

import re

from smtp421.logs.fields import endpoint, relay_of
from smtp421.logs.webhooks.service import Service
from smtp421.model import Relay, Status

_SENDING_TO = r"sending to (?P<first>\S+) \((?P<second>\S+)\)"


def _relay(details: str | None, _address: str | None) -> Relay | None:
    """The server in ``... when sending to 192.0.2.1:25 (mx.example.com)``, or the other way round."""
    found = re.search(_SENDING_TO, details or "")
    if found is None:
        return None
    for name, where in (found.groups(), found.groups()[::-1]):
        address, port = endpoint(where)
        if address:
            return (relay_of(name, address) or Relay(None, address))._replace(port=port)
    return relay_of(found["first"])


SERVICE = Service(
    name="postal",
    title="Postal: webhook (JSON)",
    marks=('"payload"', "MessageDelayed|MessageDeliveryFailed|MessageSent|MessageHeld|MessageBounced"),
    kind=("event",),
    statuses={
        "MessageDelayed": Status.DEFERRED,
        "MessageDeliveryFailed": Status.BOUNCED,
        "MessageSent": Status.SENT,
    },
    text=("payload.output", "payload.details"),
    recipient=("payload.message.to",),
    id=("payload.message.token", "payload.message.id"),
    time=("payload.timestamp", "timestamp"),
    sender=("payload.message.from",),
    host=("payload.details",),
    relay=_relay,
    queued=("payload.message.timestamp",),
    sample='{"event":"MessageDelayed","timestamp":1795213801.5,"payload":{"message":{"id":12345,"token":"abcdef123","direction":'
    '"outgoing","message_id":"5817a64332f44@example.org","to":"u@example.com","from":"news@example.org","timestamp":'
    '1795213798.25},"status":"SoftFail","details":"Temporary SMTP delivery error when sending to 192.0.2.1:25 '
    '(mx.example.com)","output":"451 4.7.1 Try again later","sent_with_ssl":true,"timestamp":1795213801.2,"time":0.22},'
    '"uuid":"0fdb1d0e-0000-4000-8000-08de27f7a1c2"}',
)
