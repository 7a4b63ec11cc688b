"""A report as answers to the diagnosis tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtp421.model import Evidence

_IDENTITY = ("ptr", "helo", "mail_domain", "spf", "dkim", "dmarc")


def evidence(report: Mapping[str, Any]) -> list[Evidence]:
    """Answers of a report (``Report.to_dict()``, or its JSON): ``identity`` ok or faulty, ``reputation`` issues or clean.

    A question is left open where the DNS left it open. Raises KeyError for what is no such report.
    """
    findings = report["findings"]
    found = []
    identity = [finding for finding in findings if finding["check"] in _IDENTITY]
    faults = [finding["found"] for finding in identity if finding["level"] == "critical"]
    if faults:
        found.append(Evidence("identity", "faulty", f"sender check: {faults[0]}"))
    elif identity and all(finding["level"] in ("ok", "note") for finding in identity):
        checked = ", ".join(dict.fromkeys(finding["check"].replace("_", " ") for finding in identity))
        found.append(Evidence("identity", "ok", f"sender check of {checked}"))
    lists = [finding for finding in findings if finding["check"] == "block_lists"]
    listings = [finding["found"] for finding in lists if finding["level"] == "critical"]
    if listings:
        found.append(Evidence("reputation", "issues", f"sender check: {listings[0]}"))
    elif lists and all(finding["level"] == "ok" for finding in lists):
        found.append(Evidence("reputation", "clean", f"sender check: on none of {len(lists)} block lists"))
    return found
