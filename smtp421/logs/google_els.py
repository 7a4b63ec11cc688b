"""Google Workspace: Email Log Search exports (CSV).

Only the number of a reply is exported (``Event SMTP reply code``): no enhanced code, no words, no host name. A 4yz or 5yz of an
``SMTP_IN`` event is Google's own answer to somebody else, mail for us.
Layout: https://support.google.com/a/answer/13828463
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtp421.logs.fields import code_of, moment, relay_of, text_of
from smtp421.logs.line import Line
from smtp421.logs.table import Layout, Row, of_table
from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import collapse

NAME = "google_els"

_STATUSES = {2: Status.SENT, 4: Status.DEFERRED, 5: Status.BOUNCED}
_COMMAS = 10
"""A row has at least so many: fewer columns are never exported together."""
_DATE = r",\"?\d{4}/\d\d/\d\d \d\d:\d\d"


def _row(row: Row, line: Line) -> Iterator[Attempt]:
    code = code_of(row.get("eventsmtpreplycode"))
    target = row.get("eventtarget") or ""
    if code is None or not target.startswith("SMTP"):
        return
    inbound = target == "SMTP_IN"
    if inbound and code < 400:
        return
    peer = relay_of(row.get("eventtargetipaddress")) or Relay(None)
    yield Attempt(
        Reply(code, None, collapse(row.get("eventdescription") or "")),
        NAME,
        Origin.INBOUND if inbound else Origin.REMOTE,
        line.number,
        moment(row.get("eventdate"), line.now),
        text_of(row.get("messageid")),
        text_of(row.get("sender")),
        text_of(row.get("recipientaddress")),
        None if inbound or peer.address is None else peer,
        _STATUSES[code // 100],
        source_address=peer.address if inbound else None,
    )


FORMAT = of_table(
    NAME,
    "Google Workspace: Email Log Search export (CSV)",
    Layout(
        ("Event SMTP reply code",),
        frozenset({"messageid", "recipientaddress", "eventsmtpreplycode"}),
        lambda text: text.count(",") >= _COMMAS and re.search(_DATE, text) is not None,
        _row,
    ),
    "Message ID,Start date,End date,Sender,Message size,Subject,Direction,Attachments,Recipient address,Event target,Event date,"
    "Event status,Event target IP address,Has encryption,Event SMTP reply code,Event description,Client Type,"
    "Device user session ID\n"
    "<m1@example.org>,2026/11/20 22:30:01 UTC,2026/11/20 22:45:01 UTC,a@example.org,4311,Invoice,Sent,0,u@example.com,SMTP_OUT,"
    "2026/11/20 22:30:02 UTC,Will retry,192.0.2.1,Encrypted,451,,WEB,",
)
