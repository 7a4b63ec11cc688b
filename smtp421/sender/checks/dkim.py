"""DKIM keys (RFC 6376 section 3.6.1; key sizes RFC 8301 section 3.2): there, whole, not revoked, long enough."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator

from smtp421.model import Reference
from smtp421.sender.checks.tags import tags
from smtp421.sender.report import Finding, Level, Lookup, Outcome, Subject, not_answered

NAME = "dkim"
SOURCE = Reference("RFC 6376, section 3.6.1", "https://www.rfc-editor.org/rfc/rfc6376#section-3.6.1")
SIZES = Reference("RFC 8301, section 3.2", "https://www.rfc-editor.org/rfc/rfc8301#section-3.2")
LEAST_BITS, GOOD_BITS = 1024, 2048


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """The key of each selector. Without one there is nothing to look for: the DNS does not list selectors."""
    signer = subject.signer or subject.author or subject.domain
    if signer is None:
        return
    if not subject.selectors:
        yield Finding(
            NAME,
            Level.NOTE,
            "No DKIM selector was given, so no key was looked at.",
            "Take it from `s=` in the DKIM-Signature of a message that you sent, and give it with --selector.",
            (),
            SOURCE,
        )
    for selector in subject.selectors:
        yield from _key(selector, signer, ask)


def _key(selector: str, signer: str, ask: Lookup) -> Iterator[Finding]:
    answer = ask(f"{selector}._domainkey.{signer}", "TXT")
    if not answer.known:
        yield not_answered(NAME, answer, SOURCE)
        return
    seen = answer.values or (str(answer),)
    where = f"{selector}._domainkey.{signer}"
    if answer.outcome is not Outcome.FOUND:
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"There is no DKIM key at {where}: signatures with it cannot be checked.",
            "Publish the public key there, or sign with a selector that has one.",
            seen,
            SOURCE,
        )
        return
    if len(answer.values) > 1:
        yield _broken(where, f"{len(answer.values)} records stand there, one is allowed", seen)
        return
    found = tags(answer.values[0])
    if isinstance(found, str):
        yield _broken(where, found, seen)
    elif "p" not in found or found.get("v", "DKIM1") != "DKIM1":
        yield _broken(where, "it has no key (p=)" if "p" not in found else "its version is not DKIM1", seen)
    elif not found["p"]:
        yield Finding(
            NAME,
            Level.CRITICAL,
            f"The DKIM key at {where} is revoked (p= is empty).",
            "Sign with another selector.",
            seen,
            SOURCE,
        )
    else:
        yield _judge(where, found, seen)


def _judge(where: str, found: dict[str, str], seen: tuple[str, ...]) -> Finding:
    kind = found.get("k", "rsa")
    try:
        key = b64decode("".join(found["p"].split()), validate=True)
        bits = _rsa_bits(key) if kind == "rsa" else len(key) * 8
    except (binascii.Error, ValueError):
        return _broken(where, "the key (p=) is cut or no base64; long records stand in several strings", seen)
    if kind == "rsa" and bits < LEAST_BITS:
        return Finding(
            NAME,
            Level.CRITICAL,
            f"The DKIM key at {where} has {bits} bits; receivers do not accept less than {LEAST_BITS}.",
            f"Make a new key of {GOOD_BITS} bits and publish it under a new selector.",
            seen,
            SIZES,
        )
    if "y" in found.get("t", "").split(":"):
        return Finding(
            NAME,
            Level.NOTE,
            f"The DKIM key at {where} is in testing (t=y): receivers may treat signed mail as unsigned.",
            "Take t=y out once signatures verify.",
            seen,
            SOURCE,
        )
    if kind == "rsa" and bits < GOOD_BITS:
        return Finding(
            NAME,
            Level.NOTE,
            f"The DKIM key at {where} has {bits} bits, which is enough; {GOOD_BITS} is what is asked of new keys.",
            "Change to a longer key when you next change it.",
            seen,
            SIZES,
        )
    return Finding(NAME, Level.OK, f"The DKIM key at {where} is fine ({kind}, {bits} bits).", "", seen, SOURCE)


def _rsa_bits(key: bytes) -> int:
    """Length of the modulus. Raises ValueError for what is no RSA public key."""
    from dkim.crypto import UnparsableKeyError, parse_public_key

    try:
        modulus: int = parse_public_key(key)["modulus"]
    except UnparsableKeyError as error:
        raise ValueError(str(error)) from error
    return modulus.bit_length()


def _broken(where: str, why: str, seen: tuple[str, ...]) -> Finding:
    return Finding(
        NAME, Level.CRITICAL, f"The DKIM record at {where} is broken: {why}.", "Publish it again, whole and once.", seen, SOURCE
    )
