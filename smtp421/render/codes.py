"""What reply codes and enhanced status codes mean by the book: RFC 5321, RFC 3463 and the IANA registry, in our own words."""

from __future__ import annotations

from smtp421.model import EnhancedCode

REGISTRY = "https://www.iana.org/assignments/smtp-enhanced-status-codes/smtp-enhanced-status-codes.xhtml"
RFC5321 = "https://www.rfc-editor.org/rfc/rfc5321.html#section-4.2.3"

CLASSES = {
    2: "success",
    4: "transient failure: the same message may get through later, so the sending server keeps it and tries again",
    5: "permanent failure: this message will not be taken as it is, so the sending server returns it",
}
"""By the first digit of a reply code and of an enhanced code."""

REPLY_CODES = {
    421: "the service is not available and the connection will be closed; may come at any time, also in place of the greeting",
    422: "in no standard; some servers use it for a mailbox that is full",
    432: "the password must be changed to a new mechanism first (RFC 4954)",
    450: "the mailbox is not available now: busy, or put off by a policy such as greylisting",
    451: "the server gave up on the command because of an error of its own",
    452: "the server has too little storage, or there are too many recipients",
    453: "in no current standard for mail; some servers use it for policy",
    454: "TLS is not available (RFC 3207), or authentication failed for now (RFC 4954)",
    455: "the server cannot take the parameters at present",
    458: "the queue cannot be started for this node (RFC 1985)",
    459: "the node may not start the queue (RFC 1985)",
    500: "the command was not understood",
    501: "the command's arguments were not understood",
    502: "the command does not exist here",
    503: "the command came in the wrong order",
    504: "the parameter does not exist here",
    521: "this host takes no mail at all (RFC 7504)",
    523: "the message is larger than the recipient allows (used by Exchange)",
    530: "authentication or TLS is required first",
    534: "the authentication mechanism is too weak (RFC 4954)",
    535: "the credentials are wrong (RFC 4954)",
    538: "the mechanism needs encryption (RFC 4954)",
    541: "in no standard; some servers use it for mail rejected as spam",
    550: "the mailbox is not available: unknown, or refused by policy",
    551: "the user is not local",
    552: "the mailbox or the message is over its limit",
    553: "the mailbox name is not allowed",
    554: "the transaction failed, or no mail is taken from this client",
    555: "the parameters of MAIL or RCPT are not known",
    556: "the domain takes no mail (RFC 7504)",
}

SUBJECTS = {
    0: "anything, or not defined",
    1: "the addresses",
    2: "the recipient's mailbox",
    3: "the receiving mail system",
    4: "the network and the routing",
    5: "the protocol",
    6: "the message's content and its encoding",
    7: "security and policy",
}

DETAILS = {
    (0, 0): "not further defined",
    (1, 0): "something about an address",
    (1, 1): "bad destination mailbox address",
    (1, 2): "bad destination system address",
    (1, 3): "bad syntax of the destination address",
    (1, 4): "the destination address is ambiguous",
    (1, 5): "the destination address is valid",
    (1, 6): "the mailbox has moved, and nobody knows where to",
    (1, 7): "bad syntax of the sender's address",
    (1, 8): "bad system in the sender's address",
    (1, 9): "the message was passed on to a server that sends no reports",
    (1, 10): "the recipient's domain publishes a null MX: it takes no mail (RFC 7505)",
    (2, 0): "something about the mailbox",
    (2, 1): "the mailbox is disabled",
    (2, 2): "the mailbox is full",
    (2, 3): "the message is longer than the mailbox may take",
    (2, 4): "a mailing list could not be expanded",
    (3, 0): "something about the mail system",
    (3, 1): "the mail system's storage is full",
    (3, 2): "the system takes no messages from the network now",
    (3, 3): "the system lacks a feature that the message needs",
    (3, 4): "the message is too big for the system",
    (3, 5): "the system is wrongly configured",
    (3, 6): "the requested priority was changed (RFC 6710)",
    (4, 0): "something about network or routing",
    (4, 1): "no answer from the host",
    (4, 2): "the connection was bad or broke off",
    (4, 3): "a directory server failed, the DNS for instance",
    (4, 4): "no route to the destination",
    (4, 5): "the mail system is congested",
    (4, 6): "a routing loop",
    (4, 7): "the time for delivery has run out",
    (5, 0): "something about the protocol",
    (5, 1): "invalid command",
    (5, 2): "syntax error",
    (5, 3): "too many recipients",
    (5, 4): "invalid arguments",
    (5, 5): "wrong version of the protocol",
    (5, 6): "a line of the authentication is too long (RFC 4954)",
    (6, 0): "something about the content",
    (6, 1): "the kind of content is not supported",
    (6, 2): "a conversion is needed and forbidden",
    (6, 3): "a conversion is needed and not supported",
    (6, 4): "the conversion lost something",
    (6, 5): "the conversion failed",
    (6, 6): "the content could not be fetched (RFC 4468)",
    (6, 7): "addresses beyond ASCII are not permitted (RFC 6531)",
    (6, 8): "a UTF-8 reply is needed and not permitted (RFC 6531)",
    (6, 9): "UTF-8 headers cannot be passed on to a recipient (RFC 6531)",
    (7, 0): "something about security or policy",
    (7, 1): "not authorised, the message is refused",
    (7, 2): "the mailing list may not be used",
    (7, 3): "a security conversion is needed and not possible",
    (7, 4): "a security feature is not supported",
    (7, 5): "a cryptographic failure",
    (7, 6): "the cryptographic algorithm is not supported",
    (7, 7): "the message was changed on its way",
    (7, 8): "the credentials are wrong (RFC 4954)",
    (7, 9): "the authentication mechanism is too weak (RFC 4954)",
    (7, 10): "encryption is needed (RFC 5248)",
    (7, 11): "the authentication mechanism needs encryption (RFC 4954)",
    (7, 12): "a change of password is needed (RFC 4954)",
    (7, 13): "the user's account is disabled (RFC 5248)",
    (7, 14): "a trust relationship is needed (RFC 5248)",
    (7, 15): "the priority is too low (RFC 6710)",
    (7, 16): "the message is too big for its priority (RFC 6710)",
    (7, 17): "the mailbox has another owner now (RFC 7293)",
    (7, 18): "the domain has another owner now (RFC 7293)",
    (7, 19): "the owner could not be checked (RFC 7293)",
    (7, 20): "no DKIM signature passed (RFC 7372)",
    (7, 21): "no acceptable DKIM signature (RFC 7372)",
    (7, 22): "no DKIM signature of the author's domain (RFC 7372)",
    (7, 23): "SPF failed (RFC 7372)",
    (7, 24): "SPF could not be evaluated (RFC 7372)",
    (7, 25): "the reverse DNS check failed (RFC 7372)",
    (7, 26): "several authentication checks failed (RFC 7372)",
    (7, 27): "the sender's domain publishes a null MX (RFC 7505)",
    (7, 28): "a flood of mail was detected",
    (7, 29): "ARC validation failed (RFC 8617)",
    (7, 30): "REQUIRETLS cannot be kept (RFC 8689)",
}
"""By subject and detail. Large receivers use some of them in a sense of their own: the rules below the code tell."""


def reply_code_meaning(code: int) -> str:
    """What the standard says of a reply code."""
    return REPLY_CODES.get(code, "this code is in no standard that we know of; its first digit counts")


def enhanced_code_meaning(code: EnhancedCode) -> str:
    """What the registry says of subject and detail."""
    detail = DETAILS.get((code.subject, code.detail))
    return detail or "not in the registry: the receiver uses a number of its own"
