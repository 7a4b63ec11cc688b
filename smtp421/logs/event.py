"""JSON objects, whole or torn out of their context, that carry a reply in fields: log records and webhooks."""

from __future__ import annotations

import re

from smtp421.model import Attempt, EnhancedCode, Relay, Reply
from smtp421.reply import collapse, find_enhanced, find_reply, parse_enhanced, read_reply, read_words

NAME = "event"

_KEYED = r"[\"']{key}[\"']\s*:\s*"
_STRING = r"[\"'](?P<value>(?:[^\"\\]|\\.)*)[\"']"
_TEXT_KEYS = tuple(
    "content diagnosticCode raw_reason diag response smtp-response email_response_message description message Details reason "
    "output bounce_reason error".split()
)
_REASON_KEYS = "error err errorMessage error_message exception cause reason stack message msg".split()
_OBJECT = re.compile(r"[^{}\n]{0,80}\{\s*[\"']")
_WHOLE = re.compile(r":\s*[\"'](?P<value>[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b(?:[^\"\\]|\\.)*)[\"']")
"""A reply with both of its codes, under whatever key."""
_CODE = re.compile(r"[\"'](?:code|error_code|email_response_code|smtp_code|responseCode)[\"']\s*:\s*[\"']?(?P<code>[45]\d\d)\b")
_KUMO_ENHANCED = re.compile(
    r"[\"']enhanced_code[\"']\s*:\s*\{[^}]*?class[\"']\s*:\s*(\d)[^}]*?subject[\"']\s*:\s*(\d+)[^}]*?detail[\"']\s*:\s*(\d+)",
    re.DOTALL,
)
_STATUS = re.compile(r"[\"'](?:enhanced-code|status|enhancedCode|enhanced_code)[\"']\s*:\s*[\"']([45]\.\d{1,3}\.\d{1,3})[\"']")
_RECIPIENT = re.compile(
    r"[\"'](?:recipient|email|rcpt_to|emailAddress|email_to|Email)[\"']\s*:\s*\[?\s*[\"']([^\"'\s]+@[^\"'\s]+)[\"']"
)
_HOST = re.compile(r"[\"'](?:mx-host|mx_server|site_name|peer_host|mxHostname|hostname)[\"']\s*:\s*[\"']([^\"'\s]+)[\"']")
_PEER = re.compile(
    r"[\"']peer_address[\"']\s*:\s*\{[^}]*?name[\"']\s*:\s*[\"']([^\"']+)[\"'](?:[^}]*?addr[\"']\s*:\s*[\"']([^\"']+)[\"'])?",
    re.DOTALL,
)


def recognises(text: str) -> bool:
    """Whether the text has quoted keys that carry a reply."""
    return (
        any(f'"{key}"' in text or f"'{key}'" in text for key in (*_TEXT_KEYS, *_REASON_KEYS))
        and re.search(r"[\"']\s*:\s*[\"'{\[\d]", text) is not None
    )


def read(text: str) -> Attempt | None:
    """Read the reply out of the fields; None where there is none."""
    code, status = _CODE.search(text), _STATUS.search(text)
    kumo = _KUMO_ENHANCED.search(text)
    logged = EnhancedCode(*(int(part) for part in kumo.groups())) if kumo else parse_enhanced(status[1]) if status else None
    reply = _reply(text, code["code"] if code else None, logged) or _reason(text)
    if reply is None:
        return None
    recipient, host, peer = _RECIPIENT.search(text), _HOST.search(text), _PEER.search(text)
    relay = Relay(peer[1].lower(), peer[2]) if peer else Relay(host[1].lower()) if host and "." in host[1] else None
    return Attempt(reply, NAME, recipient=recipient[1] if recipient else None, relay=relay)


def _reply(text: str, code: str | None, logged: EnhancedCode | None) -> Reply | None:
    """The first of the text fields that holds a whole reply, else the first with words for the code of another field."""
    values = [
        _unescape(found["value"]) for key in _TEXT_KEYS if (found := re.search(_KEYED.format(key=re.escape(key)) + _STRING, text))
    ]
    values = [value for value in values if value]
    typed = [re.sub(r"^(?:smtp|x-[\w-]+)\s*;\s*", "", value, flags=re.IGNORECASE) for value in values]
    if whole := _WHOLE.search(text):
        typed.append(_unescape(whole["value"]))
    reply = next((reply for value in typed if (reply := read_reply(value, None, logged)) is not None), None)
    if reply is not None or code is None or not values:
        return reply
    return Reply(int(code), parse_enhanced(values[0]) or logged, collapse(read_words(values[0]).text))


def _reason(text: str) -> Reply | None:
    """What a program that logs in JSON says of a failure that no server's reply came with."""
    if _OBJECT.match(text) is None or find_reply(text) or find_enhanced(text) is not None:
        return None
    for key in _REASON_KEYS:
        found = re.search(_KEYED.format(key=key) + _STRING, text)
        if found and " " in found["value"].strip():
            return read_words(_unescape(found["value"]))
    return None


def _unescape(value: str) -> str:
    return value.replace('\\"', '"').replace("\\/", "/").strip()
