"""Exchange: chains of answers. ``{LED=450 4.4.317 ... [Message=451 5.7.3 ...]};{FQDN=host};{IP=address}`` of message tracking,
"Primary target IP address responded with: "421 ..."", and the proxy's "Proxy session setup failed on Frontend with '...'".

The inner answer decides, the outer one is what is reported.
"""

from __future__ import annotations

import re

from smtp421.model import Attempt, Origin, Relay, Reply, Status
from smtp421.reply import collapse, read_reply, read_words

NAME = "exchange"

_LED = re.compile(r"\{?LED=(?P<outer>.*?)(?:\}\}?;|\}\]|\};?\s*$|\}\.|$)", re.DOTALL)
_WRAPPERS = (
    re.compile(r"[Tt]arget host responded with error\.?\W*->\s*(?P<inner>.+)", re.DOTALL),
    re.compile(r"[Cc]ommunicating with target host\.?\W*->\s*(?P<inner>.+)", re.DOTALL),
    re.compile(r"\[(?:\w+=[^\]\[]*\]\s*\[)*Message=(?P<inner>[^\]]*)\]?", re.DOTALL),
    re.compile(
        r"[Tt]arget (?:IP address|host) responded with:? *[\"'“”]*(?P<inner>.+?)[\"”']*(?:\.[\"”']* +Attempted failover|"
        r"\.?[\"”']* Attempted failover|$)",
        re.DOTALL,
    ),
    re.compile(r"[Pp]roxy session setup failed on Frontend with:? *['\"]?(?P<inner>.+)", re.DOTALL),
)
_WORDS = re.compile(r"\bLED=|[Tt]arget (?:IP address|host) responded with|Proxy session setup failed on Frontend", re.DOTALL)
_PYTHON = re.compile(r"^([45]\d\d), b?['\"]")
_CODES = re.compile(r"[45]\d\d(?:, b?['\"]|[ .-]+)[45]\.\d{1,3}\.\d{1,3}")
_FQDN, _IP = re.compile(r"\{FQDN=([^}]+)\}"), re.compile(r"\{IP=([^}]+)\}|OutboundProxyTargetIP: ([\d.]+)")


def recognises(text: str) -> bool:
    """Whether a text holds a chain of Exchange's."""
    return _WORDS.search(text) is not None


def read(text: str) -> Attempt | None:
    """Read a chain; None where no answer stands in it."""
    led = _LED.search(text)
    outer_text = led["outer"] if led else _PYTHON.sub(r"\1 ", text[_start(text) :])
    outer = read_reply(outer_text)
    if outer is None:
        outer = read_words(outer_text)
    inner = innermost(outer_text)
    host, address = _FQDN.search(text), _IP.search(text)
    relay = (
        Relay(host[1].lower() if host else None, next((part for part in address.groups() if part), None) if address else None)
        if host or address
        else None
    )
    # With a chain opened, Exchange on our side tells what somebody else said; whose fault it is, the words decide.
    origin = None if inner is not None else (Origin.REMOTE if relay and outer.code else None)
    return Attempt(outer, NAME, origin, relay=relay, status=Status.DEFERRED, inner=inner)


def innermost(text: str) -> Reply | None:
    """The answer at the bottom of a chain, or None where ``text`` wraps none."""
    found: Reply | None = None
    for _ in range(4):
        match = next((match for wrapper in _WRAPPERS if (match := wrapper.search(text))), None)
        if match is None:
            break
        text = match["inner"]
        words = collapse(
            re.sub(r"\]?\s*\[(?:LastAttemptedServerName|LastAttemptedIP|SmtpSecurity|AGT|MxId)=.*", "", text, flags=re.DOTALL)
        ).strip(" \"'.")
        if words and not set(words) <= set(". "):
            found = read_reply(words) or read_words(words)
    return found


def _start(text: str) -> int:
    """Where the reply that holds the chain begins: at its codes where they come first, else at the chain's own words."""
    words, codes = _WORDS.search(text), _CODES.search(text)
    begins = words.start() if words else 0
    return codes.start() if codes and codes.start() < begins else begins
