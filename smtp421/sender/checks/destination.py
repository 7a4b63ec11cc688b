"""What a destination demands: its MX, its TLSA records (DANE, RFC 7672) and its MTA-STS policy (RFC 8461)."""

from __future__ import annotations

from collections.abc import Iterator

from smtp421.model import Reference
from smtp421.sender.checks.addresses import addresses_of
from smtp421.sender.checks.tags import tags
from smtp421.sender.policy import KIND
from smtp421.sender.report import Answer, Finding, Level, Lookup, Outcome, Subject, not_answered

NAME = "destination"
MX = Reference("RFC 5321, section 5.1", "https://www.rfc-editor.org/rfc/rfc5321#section-5.1")
NULL_MX = Reference("RFC 7505", "https://www.rfc-editor.org/rfc/rfc7505")
DANE = Reference("RFC 7672, section 2.2", "https://www.rfc-editor.org/rfc/rfc7672#section-2.2")
MTA_STS = Reference("RFC 8461, section 3", "https://www.rfc-editor.org/rfc/rfc8461#section-3")


def check(subject: Subject, ask: Lookup) -> Iterator[Finding]:
    """MX hosts with their addresses and TLSA records, and whether an MTA-STS policy is announced."""
    domain = subject.to
    if domain is None:
        return
    answer = ask(domain, "MX")
    if not answer.known:
        yield not_answered(NAME, answer, MX)
        return
    if answer.outcome is Outcome.NXDOMAIN:
        yield Finding(
            NAME, Level.CRITICAL, f"The destination {domain} does not exist.", "Correct the address.", (str(answer),), MX
        )
        return
    hosts = [value.split()[-1] for value in answer.values] or [domain]
    if hosts == ["."]:
        yield Finding(NAME, Level.CRITICAL, f"{domain} takes no mail (null MX).", "Correct the address.", (str(answer),), NULL_MX)
        return
    for host in hosts:
        yield from _exchanger(host, ask)
    yield from _announced(domain, hosts, ask)


def _exchanger(host: str, ask: Lookup) -> Iterator[Finding]:
    found = addresses_of(host, ask)
    if not found.values:
        if found.failed is not None:
            yield not_answered(NAME, found.failed, MX)
        else:
            do = "Tell the receiver; until then its other exchangers are tried."
            yield Finding(NAME, Level.WARNING, f"Mail exchanger {host} has no address.", do, found.seen, MX)
        return
    yield Finding(NAME, Level.OK, f"Mail exchanger {host} has an address.", "", found.seen, MX)
    yield from _dane(host, ask(f"_25._tcp.{host}", "TLSA"))


def _dane(host: str, answer: Answer) -> Iterator[Finding]:
    if not answer.known:
        yield Finding(
            NAME,
            Level.WARNING,
            f"The TLSA records of {host} could not be looked up ({answer.outcome}); servers that check DANE then put mail off.",
            "Tell the receiver if it lasts; a validating resolver of your own shows whether its DNSSEC is broken.",
            (str(answer),),
            DANE,
        )
    elif answer.outcome is Outcome.FOUND and answer.signed:
        yield Finding(NAME, Level.OK, f"{host} demands TLS with a certificate by DANE.", "", (str(answer),), DANE)
    elif answer.outcome is Outcome.FOUND:
        yield Finding(
            NAME,
            Level.NOTE,
            f"{host} has TLSA records, and this resolver does not vouch for them, so DANE is not used.",
            "Use a resolver of your own that validates DNSSEC if you want DANE.",
            (str(answer),),
            DANE,
        )


def _announced(domain: str, hosts: list[str], ask: Lookup) -> Iterator[Finding]:
    """The policy, where the domain announces one and where its record is sound; else senders go on as if there were none."""
    answer = ask(f"_mta-sts.{domain}", "TXT")
    records = [value for value in answer.values if value.replace(" ", "").lower().startswith("v=stsv1")]
    if len(records) > 1 or (records and (isinstance(found := tags(records[0]), str) or "id" not in found)):
        told = f"The MTA-STS record of {domain} is broken, so senders go on as if there were none."
        yield Finding(NAME, Level.NOTE, told, "Tell the receiver.", tuple(records), MTA_STS)
    elif records:
        yield _policy(domain, hosts, ask(domain, KIND))


def _policy(domain: str, hosts: list[str], answer: Answer) -> Finding:
    """What the policy demands, and whether the mail exchangers are those that it names (RFC 8461 4.1)."""
    seen = (str(answer),)
    fields = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in answer.values)]
    mode = next((value.lower() for name, value in fields if name == "mode"), "")
    patterns = [value.lower() for name, value in fields if name == "mx"]
    if ("version", "STSv1") not in fields or mode not in ("enforce", "testing", "none"):
        what = f"could not be fetched ({answer.outcome})" if answer.outcome is not Outcome.FOUND else "is broken"
        told = f"The MTA-STS policy that {domain} announces {what}; senders go on without it, or with the one that they remember."
        return Finding(NAME, Level.WARNING, told, "Tell the receiver.", seen, MTA_STS)
    strangers = [host for host in hosts if mode != "none" and not any(_fits(host.lower(), pattern) for pattern in patterns)]
    if not strangers:
        what = {"enforce": "demands TLS with a good certificate", "testing": "is in testing", "none": "is switched off"}[mode]
        return Finding(NAME, Level.OK, f"The MTA-STS policy of {domain} {what}.", "", seen, MTA_STS)
    told = f"The MTA-STS policy of {domain} does not name its mail exchanger {strangers[0]}"
    if mode == "testing":
        return Finding(NAME, Level.NOTE, f"{told}; it is in testing, so mail goes on.", "Tell the receiver.", seen, MTA_STS)
    do = "Tell the receiver by another way: the policy or its MX records must change."
    return Finding(NAME, Level.CRITICAL, f"{told}: servers that check policies put mail off.", do, seen, MTA_STS)


def _fits(host: str, pattern: str) -> bool:
    """Whether a policy's ``mx`` fits a host: ``*.`` stands for one label (RFC 8461 4.1)."""
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return host == pattern
