"""A report as answers to the diagnosis tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtp421.model import Evidence

_DNS = ("ptr", "helo", "mail_domain")
_AUTHENTICATION = ("spf", "dkim", "dmarc")


def evidence(report: Mapping[str, Any]) -> list[Evidence]:
    """Answers of a report (``Report.to_dict()``, or its JSON): ``identity`` and ``reputation``.

    ``identity`` is dns_faulty where names do not lead where they must, else auth_faulty where SPF, DKIM or DMARC fails, else ok;
    ``reputation`` is issues or clean. A question is left open where the DNS left it open. Raises KeyError for what is no such
    report.
    """
    findings = report["findings"]
    found = []
    identity = [finding for finding in findings if finding["check"] in (*_DNS, *_AUTHENTICATION)]
    faults = [finding for finding in identity if finding["level"] == "critical"]
    if faults:
        worst = min(faults, key=lambda finding: finding["check"] not in _DNS)
        answer = "dns_faulty" if worst["check"] in _DNS else "auth_faulty"
        found.append(Evidence("identity", answer, f"sender check: {worst['found']}"))
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
