"""The checks, in the order of the report. A new one is a module with a ``check`` and a row here."""

from smtp421.sender.checks import block_lists, destination, dkim, dmarc, helo, mail_domain, ptr, spf
from smtp421.sender.report import Check

CHECKS: dict[str, Check] = {
    "ptr": ptr.check,
    "helo": helo.check,
    "mail_domain": mail_domain.check,
    "spf": spf.check,
    "dkim": dkim.check,
    "dmarc": dmarc.check,
    "destination": destination.check,
    "block_lists": block_lists.check,
}
