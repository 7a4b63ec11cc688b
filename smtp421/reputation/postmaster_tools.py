"""Google Postmaster Tools: what Gmail sees of a domain.

Read are answers of its API, as a program saved them: version 1 (``trafficStats``: one object, a list of them, or the answer of
``list``; https://developers.google.com/workspace/gmail/postmaster/reference/rest/v1/domains.trafficStats) and version 2
(``domainStats`` of ``query`` and ``batchQuery``, and ``complianceStatus``; .../rest/v2/domains.domainStats, .../rest/v2/domains),
and tables with headings. Google publishes no format of a table: a column counts by the words of its heading (date, domain, spam
rate, IP reputation, domain reputation, SPF, DKIM, DMARC).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from ipaddress import ip_address
from typing import Any

from smtp421.model import Fault
from smtp421.reputation.report import Observation, Report, Sender, What, report
from smtp421.reputation.table import Row, rows, share, text_of

TOOL = "Google Postmaster Tools"
FAMILIES = ("google",)
REPUTATIONS = ("HIGH", "MEDIUM", "LOW", "BAD")
CHECKS = ("spf", "dkim", "dmarc")
ERRORS = (
    "bad_or_missing_ptr_record",
    "ip_in_rbls",
    "low_domain_reputation",
    "low_ip_reputation",
    "spammy_content",
    "anomalous_traffic_pattern",
)
"""Reasons (``error_reason``) of version 2 that answer anything; a metric of one is mostly named by it."""
_STATS_NAME = re.compile(r"domains/(?P<domain>[^/]+)(?:/(?:trafficStats|domainStats)/(?P<day>\d{8}))?")
_DAYS = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%b %d, %Y", "%d %b %Y")
_DEEPEST = 6
"""How deep lists of answers may be nested."""
Path = tuple[str | int, ...]


def read(data: bytes, name: str) -> Report:
    """Read an export, JSON or CSV. What cannot be read is a fault of the report."""
    text = text_of(data)
    if not text.lstrip().startswith(("{", "[")):
        return _read_table(data, name)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        fault = Fault(name, error.lineno, error.colno, f"this is no JSON ({error.msg}); save the API's answer anew")
        return report(TOOL, FAMILIES, name, (), [fault])
    except RecursionError:
        return report(TOOL, FAMILIES, name, (), [Fault(name, 1, 1, "this JSON is nested too deep; save the API's answer anew")])
    answer = _Answer(text, name)
    found = list(answer.read(value, ()))
    if not found and not answer.faults:
        answer.faults.append(Fault(name, 1, 1, "no trafficStats, domainStats or complianceStatus in it; save the API's answer"))
    return report(TOOL, FAMILIES, name, found, answer.faults)


class _Answer:
    """Reads one answer of the API, whichever it is."""

    def __init__(self, text: str, name: str) -> None:
        self.faults: list[Fault] = []
        self._text = text
        self._name = name
        self._places: Any = None

    def read(self, value: object, path: Path) -> Iterator[Observation]:
        """The observations in a value that stands at ``path``."""
        if isinstance(value, list) and len(path) < _DEEPEST:
            for index, item in enumerate(value):
                yield from self.read(item, (*path, index))
        if not isinstance(value, dict):
            return
        if "complianceData" in value or "subdomainComplianceData" in value:
            yield from self._compliance(value, path)
        elif "metric" in value and "value" in value:
            yield from self._metric(value, path)
        elif "trafficStats/" in str(value.get("name", "")):
            yield from self._traffic(value, path)
        else:
            for key in ("trafficStats", "domainStats", "results", "domainStatsResponse", "response"):
                if key in value and len(path) < _DEEPEST:
                    yield from self.read(value[key], (*path, key))

    def _traffic(self, value: dict[str, Any], path: Path) -> Iterator[Observation]:
        """A day of a domain, version 1."""
        named = _STATS_NAME.search(str(value.get("name")))
        day = None if named is None or named["day"] is None else _day(named["day"])
        if named is None or day is None:
            self._fault("the name is not domains/DOMAIN/trafficStats/YYYYMMDD", (*path, "name"))
            return
        sender = Sender(domain=named["domain"].lower())
        if "userReportedSpamRatio" in value:
            yield from self._share(value["userReportedSpamRatio"], sender, day, "spam_rate", "", (*path, "userReportedSpamRatio"))
        for check in CHECKS:
            key = f"{check}SuccessRatio"
            if key in value:
                yield from self._share(value[key], sender, day, "authenticated", check.upper(), (*path, key))
        yield from self._word(value, "domainReputation", sender, day, path)
        for index, item in enumerate(_listed(value.get("ipReputations"))):
            yield from self._addresses(item, day, (*path, "ipReputations", index))
        for index, item in enumerate(_listed(value.get("deliveryErrors"))):
            at = (*path, "deliveryErrors", index, "errorRatio")
            yield from self._share(item.get("errorRatio", 0), sender, day, "deferred", str(item.get("errorType", "")), at)

    def _addresses(self, item: dict[str, Any], day: date, path: Path) -> Iterator[Observation]:
        """The addresses of one reputation; of many only some are named."""
        word = str(item.get("reputation", ""))
        for index, text in enumerate(item.get("sampleIps") or ()):
            try:
                first, _, last = str(text).partition("-")
                sender = Sender(ip_address(first.strip()), ip_address((last or first).strip()))
            except ValueError:
                self._fault(f"{str(text)[:40]!r} is no IP address", (*path, "sampleIps", index))
                continue
            yield from self._word({"reputation": word}, "reputation", sender, day, path)

    def _metric(self, value: dict[str, Any], path: Path) -> Iterator[Observation]:
        """A figure of a day, version 2. What a metric is called is up to who asked for it."""
        named = _STATS_NAME.search(str(value.get("name", "")))
        sender = Sender(domain=named["domain"].lower() if named else None)
        kind = _metric_kind(str(value["metric"]))
        if kind is None:
            return
        day: date | None = None
        if "date" in value:  # the sum over all days has none
            try:
                day = date(*(int(value["date"][part]) for part in ("year", "month", "day")))
            except (KeyError, TypeError, ValueError):
                self._fault("the date is not {year, month, day}", (*path, "date"))
                return
        figures = value["value"] if isinstance(value["value"], dict) else {}
        number = next((figures[key] for key in ("doubleValue", "floatValue", "intValue") if key in figures), None)
        yield from self._share(number, sender, day, *kind, (*path, "value"))

    def _compliance(self, value: dict[str, Any], path: Path) -> Iterator[Observation]:
        """What Gmail requires of senders and finds done or not, version 2; as it stands now, of no day."""
        for key in ("complianceData", "subdomainComplianceData"):
            data = value.get(key)
            if not isinstance(data, dict):
                continue
            sender = Sender(domain=str(data.get("domainId") or "").removeprefix("domains/").lower() or None)
            states = [(str(row.get("requirement", "")), row.get("status")) for row in _listed(data.get("rowData"))]
            verdict = data.get("deliverabilityStatusVerdict")
            if isinstance(verdict, dict):
                states.append((str(verdict.get("reason") or "DELIVERABILITY"), verdict.get("state")))
            for about, state in states:
                word = str(state.get("status", "")) if isinstance(state, dict) else str(state or "")
                if about and word in ("COMPLIANT", "NEEDS_WORK", "NON_COMPLIANT"):
                    yield Observation(sender, None, "requirement", word, about)
                elif word not in ("", "COMPLIANCE_STATE_UNSPECIFIED"):
                    self._fault(f"{word[:40]!r} is no state of a requirement", (*path, key))

    def _share(
        self, number: object, sender: Sender, day: date | None, what: What, about: str, path: Path
    ) -> Iterator[Observation]:
        value = float(number) if isinstance(number, int | float) and not isinstance(number, bool) else -1.0
        if 0 <= value <= 1:
            yield Observation(sender, day, what, value, about)
        elif number is not None:
            self._fault(f"{str(number)[:40]!r} is no share between 0 and 1", path)

    def _word(self, value: dict[str, Any], key: str, sender: Sender, day: date, path: Path) -> Iterator[Observation]:
        word = str(value.get(key) or "")
        if word in REPUTATIONS:
            yield Observation(sender, day, "reputation", word)
        elif word not in ("", "REPUTATION_CATEGORY_UNSPECIFIED"):
            self._fault(f"{word[:40]!r} is no reputation; Google writes {', '.join(REPUTATIONS)}", (*path, key))

    def _fault(self, message: str, path: Path) -> None:
        """A fault at a place. JSON is read a second time for it, as YAML with places: only where there is a fault."""
        if self._places is None:
            from smtp421.rulebook.yaml_places import YamlError, read_yaml

            try:
                self._places = read_yaml(self._text).place
            except YamlError:
                self._places = lambda _: (0, 0)
        line, column = self._places(path)
        self.faults.append(Fault(self._name, line, column, message))


def _listed(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _metric_kind(name: str) -> tuple[What, str] | None:
    """What a metric of version 2 counts, by the words of its name."""
    words = re.sub(r"[^a-z]", "", name.lower())
    if "feedback" in words or "fbl" in words or "count" in words:
        return None
    if "error" in words:
        reason = next((reason for reason in ERRORS if reason.replace("_", "") in words), None)
        return ("deferred", reason.upper()) if reason is not None else None
    if "spamrate" in words or "spamratio" in words:
        return "spam_rate", ""
    check = next((check for check in CHECKS if check in words), None)
    if check is not None:
        return "authenticated", check.upper()
    return None


# Tables


def _read_table(data: bytes, name: str) -> Report:
    faults: list[Fault] = []
    found: list[Observation] = []
    columns: dict[str, int] = {}
    for row in rows(data, name, faults):
        if not columns:
            columns = _columns(row)
            if "date" not in columns or len(columns) < 2:
                message = "no column for the date and one for a figure (spam rate, reputation, SPF, DKIM, DMARC) in the headings"
                return report(TOOL, FAMILIES, name, (), [*faults, row.fault(0, f"{message}; export it with its headings")])
            percent = {number for number, cell in enumerate(row.cells) if "%" in cell}
        else:
            found += _row(row, columns, percent, faults)
    return report(TOOL, FAMILIES, name, found, faults)


def _columns(row: Row) -> dict[str, int]:
    """Which column holds what, by the words of the headings; the first of several."""
    columns: dict[str, int] = {}
    for number, cell in enumerate(row.cells):
        words = re.sub(r"[^a-z]", "", cell.lower())
        kind = _metric_kind(words)
        if words in ("date", "day"):
            columns.setdefault("date", number)
        elif words in ("domain", "domainname"):
            columns.setdefault("domain", number)
        elif "reputation" in words:
            columns.setdefault("ip reputation" if words.startswith("ip") else "domain reputation", number)
        elif kind is not None:
            columns.setdefault(kind[1] or kind[0], number)
    return columns


def _row(row: Row, columns: dict[str, int], percent: set[int], faults: list[Fault]) -> Iterator[Observation]:
    day = _day(row.cell(columns["date"]))
    if day is None:
        faults.append(row.fault(columns["date"], f"{row.cell(columns['date'])[:40]!r} is no date such as 2026-11-27"))
        return
    sender = Sender(domain=row.cell(columns["domain"]).lower() or None) if "domain" in columns else Sender()
    for what, number in columns.items():
        text = row.cell(number)
        if what in ("date", "domain") or not text:
            continue
        if "reputation" in what:
            word = text.upper()
            if word in REPUTATIONS:
                yield Observation(sender, day, "reputation", word)
            else:
                faults.append(row.fault(number, f"{text[:40]!r} is no reputation; Google writes {', '.join(REPUTATIONS)}"))
            continue
        value = share(f"{text}%" if number in percent and "%" not in text else text)
        if value is None:
            faults.append(row.fault(number, f"{text[:40]!r} is no share such as 0.12% or 0.0012"))
        elif what == "spam_rate":
            yield Observation(sender, day, "spam_rate", value)
        else:
            yield Observation(sender, day, "authenticated", value, what)


def _day(text: str) -> date | None:
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
