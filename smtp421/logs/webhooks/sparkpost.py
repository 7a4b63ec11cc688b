"""SparkPost, and Momentum's event streams: message events in ``msys.message_event``, one a delivery attempt.

``raw_reason`` is the reply as it came (``reason`` has addresses cut out), ``ip_address`` the server's, ``queue_time`` the
milliseconds since the message was taken. Numbers are strings; ``[internal]`` marks what no server said. The server has no name:
``routing_domain`` is the recipient's.
Layout: https://developers.sparkpost.com/api/webhooks/
"""

from smtp421.logs.webhooks.service import Service
from smtp421.model import Status

SERVICE = Service(
    name="sparkpost",
    title="SparkPost: message events (JSON)",
    marks=("rcpt_to", "message_event|raw_reason"),
    wrappers=("msys", "message_event", "results"),
    kind=("type",),
    statuses={
        "delay": Status.DEFERRED,
        "bounce": Status.BOUNCED,
        "out_of_band": Status.BOUNCED,
        "delivery": Status.SENT,
    },
    text=("raw_reason", "reason"),
    code=("error_code",),
    recipient=("raw_rcpt_to", "rcpt_to"),
    id=("message_id", "transmission_id"),
    time=("timestamp",),
    sender=("msg_from",),
    address=("ip_address",),
    source=("sending_ip",),
    age="queue_time",
    own=("raw_reason", r".{0,12}\[internal\].*"),
    sample='[{"msys":{"message_event":{"type":"delay","bounce_class":"21","error_code":"421","event_id":"92356927693813856",'
    '"ip_address":"192.0.2.1","message_id":"000443ee14578172be22","msg_from":"news@example.org","num_retries":"2",'
    '"queue_time":"12000","raw_reason":"421 4.7.0 Try again later","reason":"421 4.7.0 Try again later",'
    '"rcpt_to":"u@example.com","raw_rcpt_to":"u@example.com","routing_domain":"example.com","sending_ip":"198.51.100.5",'
    '"timestamp":"1795213801","transmission_id":"65832150921904138"}}}]',
)
